import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { isFull, removeIfPossible } from './full-disk.ts';

/** Room set aside, so that settlements still fit when the disk is full. */
export interface Reserve {
  /** The disk was full, and the room was given up. */
  readonly released: boolean;
  /** Gives the room up, since so many bytes found none. Rejects with a Fault `disk-failed`. */
  release(wanted?: number): Promise<void>;
  /** Sets the room aside again; false where there is none for it and for what found none. Rejects with a Fault `disk-failed`. */
  regain(): Promise<boolean>;
  /** Why nothing but settlements is written while the room is given up. */
  fault(): Fault;
}

const path = 'journal/reserve';

/** Sets the room aside where that was not done yet. `tell` hears when it is given up, and when it is there again. */
export async function openReserve(disk: Disk, bytes: number, tell: (full: boolean) => void): Promise<Reserve> {
  let released = false;
  let needed = 0;

  const put = async (size: number): Promise<boolean> => {
    try {
      await disk.replace(path, noise(size));
      return true;
    } catch (error) {
      if (!isFull(error)) throw error;
      return false;
    }
  };

  const there = (await disk.list('journal')).includes('reserve');
  if (!there && !(await put(bytes))) {
    released = true;
    tell(true);
  }

  return {
    get released() {
      return released;
    },
    async release(wanted = 0) {
      needed = Math.max(needed, wanted);
      if (released) return;
      released = true;
      await removeIfPossible(disk, path);
      tell(true);
    },
    async regain() {
      if (!released) return true;
      // Only what would let the refused write through counts as room: else it is refused and told again and again. The second file is
      // written beside the first, so there is room for one more file, too.
      if (!(await put(bytes + needed)) || !(await put(bytes))) {
        await removeIfPossible(disk, path);
        return false;
      }
      released = false;
      needed = 0;
      tell(false);
      return true;
    },
    fault: () =>
      new Fault('disk-full', 'The disk that holds the state directory is full', {
        hint: 'make room on it; nothing was lost, and polling goes on by itself once there is room',
      }),
  };
}

/** Bytes that no file system makes smaller. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let place = 0, state = 1; place < size; place += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[place] = state >>> 24;
  }
  return bytes;
}
