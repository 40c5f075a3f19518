import type { Disk } from '../model/disk.ts';
import { fsckFirst, unreadable } from './refusals.ts';
import { seal, sealState } from './seal.ts';

/** The file that says where the live log begins, so that a missing first segment is seen. */
export const beginningPath = 'journal/begins';

/**
 * Remembers that the live log may begin with that frame. Before segments go: one that is still there although it need not be does no harm.
 */
export async function writeBeginning(disk: Disk, first: number): Promise<void> {
  await disk.replace(beginningPath, beginningBytes(first));
}

/** What that file holds. */
export function beginningBytes(first: number): Uint8Array {
  return seal([Buffer.from(`{"begins":${first}`)]);
}

/** The frame that the live log begins with at the latest; undefined where nothing says so, as in states of earlier versions. */
export async function readBeginning(disk: Disk): Promise<number | undefined> {
  const bytes = await disk.read(beginningPath);
  if (bytes === undefined) return undefined;
  const first = parseBeginning(bytes);
  if (first === undefined) throw unreadable(beginningPath, 'it should say where the log begins', fsckFirst);
  return first;
}

/** The number in that file, or undefined where it is damaged. */
export function parseBeginning(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sealState(text) !== 'sound') return undefined;
  const found = /^\{"begins":(\d+),/.exec(text.toString())?.[1];
  return found === undefined ? undefined : Number(found);
}
