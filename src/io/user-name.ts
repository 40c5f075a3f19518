import { userInfo } from 'node:os';

/** The user that this process runs as, for a sentence. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'that runs elementd');
  }
}
