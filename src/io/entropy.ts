import { randomBytes } from 'node:crypto';
import type { Entropy } from '../model/ports.ts';

/** Random bytes of the operating system. */
export function systemEntropy(): Entropy {
  return { token: (bytes) => randomBytes(bytes).toString('base64url') };
}
