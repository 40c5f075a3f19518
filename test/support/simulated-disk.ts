import type { AppendFile, Disk } from '../../src/model/disk.ts';
import { Fault } from '../../src/model/fault.ts';

/** Something done to the disk that changes it. */
export interface DiskOperation {
  /** Counted from 1 over the disk's life. */
  readonly number: number;
  readonly kind: 'create' | 'append' | 'sync' | 'truncate' | 'replace' | 'rename' | 'remove';
  readonly path: string;
}

/**
 * What goes wrong at an operation. `power`: it takes effect, is never confirmed, and nothing works afterwards. `full`: an append
 * writes the first half of its bytes, everything else does nothing. `failed`: as `full`, with another fault; a sync makes nothing durable.
 */
export type DiskTrouble = 'power' | 'full' | 'failed';

/**
 * What a power cut leaves of what was never synced: `lost`: nothing, removals are undone too; `prefix`: the first half of the bytes; `holes`:
 * all of them, the first half as zeros; `kept`: everything; `uncut`: everything but truncations, so that what was cut off is there again.
 */
export type PowerCut = 'lost' | 'prefix' | 'holes' | 'kept' | 'uncut';

export const powerCuts: readonly PowerCut[] = ['lost', 'prefix', 'holes', 'kept', 'uncut'];

interface SimulatedFile {
  content: Buffer;
  durable: Buffer;
  /** The content before it was truncated, until the next sync. */
  uncut?: Buffer;
}

/** A Disk in memory that knows what was synced. */
export interface SimulatedDisk extends Disk {
  /** Operations so far. */
  readonly operations: readonly DiskOperation[];
  /** Decides for each operation what goes wrong; undefined: all is well. */
  trouble: ((operation: DiskOperation) => DiskTrouble | undefined) | undefined;
  /** The bytes that fit on it, in all files together. */
  capacity: number;
  /** Bytes in all files. */
  used(): number;
  paths(): readonly string[];
  /** Changes a file behind everybody's back, durably. */
  put(path: string, bytes: Uint8Array | undefined): void;
  /** The disk as it is found after a power cut; this one is left as it is. */
  afterPowerCut(cut: PowerCut): SimulatedDisk;
}

export function simulatedDisk(): SimulatedDisk {
  return diskOf(new Map());
}

function diskOf(files: Map<string, SimulatedFile>): SimulatedDisk {
  const operations: DiskOperation[] = [];
  /** Files removed since their folder was last synced. */
  const ghosts = new Map<string, SimulatedFile>();
  let powerless = false;

  const used = (): number => [...files.values()].reduce((sum, file) => sum + file.content.length, 0);

  const begin = (kind: DiskOperation['kind'], path: string): (() => void) => {
    if (powerless) throw new Fault('disk-failed', 'the power is gone');
    const operation = { number: operations.length + 1, kind, path };
    operations.push(operation);
    const trouble = disk.trouble?.(operation);
    if (trouble === 'full') throw new Fault('disk-full', `no room for ${kind} of ${path}`);
    if (trouble === 'failed') throw new Fault('disk-failed', `${kind} of ${path} failed`);
    return () => {
      if (trouble !== 'power') return;
      powerless = true;
      throw new Fault('disk-failed', 'the power is gone');
    };
  };

  const syncFolder = (path: string): void => {
    for (const ghost of ghosts.keys()) if (folderOf(ghost) === folderOf(path)) ghosts.delete(ghost);
  };

  const must = (path: string): SimulatedFile => {
    const file = files.get(path);
    if (file === undefined) throw new Fault('disk-failed', `there is no ${path}`);
    return file;
  };

  const handle = (path: string, file: SimulatedFile): AppendFile => {
    let size = file.content.length;
    let lost = false;
    const usable = (): void => {
      if (lost) throw new Fault('disk-failed', `${path} was used after a failed sync`);
    };
    const write = (bytes: Uint8Array): void => {
      const behind = file.content.subarray(size + bytes.length);
      file.content = Buffer.concat([file.content.subarray(0, size), bytes, behind]);
    };
    return {
      get size() {
        return size;
      },
      async append(bytes) {
        usable();
        let end;
        try {
          end = begin('append', path);
          if (used() - file.content.length + size + bytes.length > disk.capacity) {
            throw new Fault('disk-full', `no room for append to ${path}`);
          }
        } catch (error) {
          if (!powerless) write(bytes.subarray(0, Math.min(bytes.length >> 1, Math.max(0, disk.capacity - used()))));
          throw error;
        }
        write(bytes);
        size += bytes.length;
        end();
      },
      async sync() {
        usable();
        try {
          const end = begin('sync', path);
          file.durable = file.content;
          delete file.uncut;
          end();
        } catch (error) {
          lost = true;
          throw error;
        }
      },
      async truncate(length) {
        usable();
        const end = begin('truncate', path);
        file.uncut ??= file.content;
        file.content = file.content.subarray(0, length);
        size = length;
        end();
      },
      async close() {},
    };
  };

  const disk: SimulatedDisk = {
    operations,
    trouble: undefined,
    capacity: Infinity,
    used,
    paths: () => [...files.keys()].sort(),

    put(path, bytes) {
      if (bytes === undefined) files.delete(path);
      else files.set(path, { content: Buffer.from(bytes), durable: Buffer.from(bytes) });
    },

    async list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = [...files.keys()].filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split('/', 1).join('')))].sort();
    },

    async read(path) {
      const file = files.get(path);
      return file === undefined ? undefined : Buffer.from(file.content);
    },

    async readAt(path, offset, length) {
      const { content } = must(path);
      if (offset + length > content.length) throw new Fault('disk-failed', `${path} ends at ${content.length}`);
      return Buffer.from(content.subarray(offset, offset + length));
    },

    async append(path) {
      let file = files.get(path);
      if (file === undefined) {
        const end = begin('create', path);
        file = { content: Buffer.alloc(0), durable: Buffer.alloc(0) };
        files.set(path, file);
        syncFolder(path);
        end();
      }
      return handle(path, file);
    },

    async replace(path, bytes) {
      const end = begin('replace', path);
      // The old file stays until the new one is whole, so both must fit.
      if (used() + bytes.length > disk.capacity) throw new Fault('disk-full', `no room for ${path}`);
      files.set(path, { content: Buffer.from(bytes), durable: Buffer.from(bytes) });
      syncFolder(path);
      end();
    },

    async rename(from, to) {
      const file = must(from);
      const end = begin('rename', from);
      files.delete(from);
      files.set(to, file);
      syncFolder(from);
      syncFolder(to);
      end();
    },

    async remove(path) {
      const file = files.get(path);
      if (file === undefined) return;
      const end = begin('remove', path);
      files.delete(path);
      ghosts.set(path, file);
      end();
    },

    afterPowerCut(cut) {
      const found = new Map<string, SimulatedFile>();
      const back = cut === 'lost' ? [...ghosts, ...files] : [...files];
      for (const [path, file] of back) {
        const content = left(file, cut);
        found.set(path, { content, durable: content });
      }
      const after = diskOf(found);
      after.capacity = disk.capacity;
      return after;
    },
  };
  return disk;
}

function left(file: SimulatedFile, cut: PowerCut): Buffer {
  if (cut === 'lost') return Buffer.from(file.durable);
  if (cut === 'kept') return Buffer.from(file.content);
  if (cut === 'uncut') {
    return Buffer.concat([file.content, (file.uncut ?? file.content).subarray(file.content.length)]);
  }
  let same = 0;
  const shorter = Math.min(file.durable.length, file.content.length);
  while (same < shorter && file.durable[same] === file.content[same]) same += 1;
  const half = same + ((file.content.length - same) >> 1);
  if (cut === 'prefix') return Buffer.from(file.content.subarray(0, half));
  return Buffer.concat([file.content.subarray(0, same), Buffer.alloc(half - same), file.content.subarray(half)]);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
