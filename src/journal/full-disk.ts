import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';

/** Whether it was refused for want of room, so that nothing happened and it may be tried again. */
export function isFull(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'disk-full';
}

/** Removes a file that does no harm if it stays: some file systems need room even to remove. */
export async function removeIfPossible(disk: Disk, path: string): Promise<void> {
  try {
    await disk.remove(path);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
