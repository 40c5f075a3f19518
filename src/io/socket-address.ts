import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Longer paths do not fit into a socket address. In bytes, on the safe side of 104 (BSD) and 108 (Linux). */
const LONGEST = 100;

/** Where a socket file can be listened at or connected to. */
export interface SocketAddress {
  readonly path: string;
  /** To be called once, and only after the server or connection is closed: the address is of no use after it. */
  release(): void;
}

/**
 * The address of a socket file; on Linux one that is too long is written through its folder's descriptor. Throws the system's error where
 * that folder cannot be opened.
 */
export function socketAddress(path: string): SocketAddress {
  if (Buffer.byteLength(path) <= LONGEST || process.platform !== 'linux') return { path, release: () => undefined };
  const folder = openSync(dirname(path), 'r');
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
