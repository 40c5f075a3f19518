import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { isFull, removeIfPossible } from './full-disk.ts';

/** Room set aside, so that settlements still fit when the disk is full. */
export interface Reserve {
  /** The disk was full, and the room was given up. */
  readonly released: boolean;
  /** Gives the room up. Rejects with a Fault `disk-failed`. */
  release(): Promise<void>;
  /** Sets the room aside again; false where there is none. Rejects with a Fault `disk-failed`. */
  regain(): Promise<boolean>;
  /** Why nothing but settlements is written while the room is given up. */
  fault(): Fault;
}

const path = 'journal/reserve';

/** Sets the room aside where that was not done yet. `tell` hears when it is given up, and when it is there again. */
export async function openReserve(disk: Disk, bytes: number, tell: (full: boolean) => void): Promise<Reserve> {
  let released = false;

  const put = async (): Promise<boolean> => {
    try {
      await disk.replace(path, new Uint8Array(bytes));
      return true;
    } catch (error) {
      if (!isFull(error)) throw error;
      return false;
    }
  };

  const there = (await disk.list('journal')).includes('reserve');
  if (!there && !(await put())) {
    released = true;
    tell(true);
  }

  return {
    get released() {
      return released;
    },
    async release() {
      if (released) return;
      released = true;
      await removeIfPossible(disk, path);
      tell(true);
    },
    async regain() {
      if (!released) return true;
      if (!(await put())) return false;
      released = false;
      tell(false);
      return true;
    },
    fault: () =>
      new Fault('disk-full', 'The disk that holds the state directory is full', {
        hint: 'make room on it; nothing was lost, and polling goes on by itself once there is room',
      }),
  };
}
