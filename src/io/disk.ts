import * as nodeFiles from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AppendFile, Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { userName } from './user-name.ts';

/** An open file, as far as a disk uses one. */
export interface OpenFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** The calls of `node:fs/promises` that a disk makes: all that touches the files of the state goes through them. */
export interface FileSystem {
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/**
 * The folder at `root` as a Disk; it is made with the first file. Removals are durable too. Rejects with a Fault `disk-full` (ENOSPC,
 * EDQUOT), `state-unwritable` (EACCES, EPERM, EROFS) or `disk-failed` (anything else).
 */
export function openDisk(root: string, files: FileSystem = nodeFiles): Disk {
  const at = (path: string): string => (path === '' ? root : join(root, path));
  const makeFolder = folderMaker(files, root);
  // Two replacements of one file share the name of its new copy, so they must not run at once.
  const replacing = new Map<string, Promise<void>>();

  return {
    async list(folder) {
      try {
        return (await files.readdir(at(folder))).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw trouble(`The folder ${at(folder)} cannot be listed`, at(folder), error);
      }
    },

    async read(path) {
      try {
        return await files.readFile(at(path));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw trouble(`${at(path)} cannot be read`, at(path), error);
      }
    },

    async readAt(path, offset, length) {
      return attempt(`${at(path)} cannot be read`, at(path), async () => {
        const handle = await files.open(at(path), 'r');
        try {
          return await readExactly(handle, offset, length);
        } finally {
          await handle.close();
        }
      });
    },

    async append(path) {
      return attempt(`${at(path)} cannot be opened`, at(path), async () => {
        await makeFolder(dirname(at(path)));
        // Written at known positions rather than with O_APPEND, so that what a failed write left behind is written over.
        const handle = await openOrCreate(files, at(path));
        await syncFolder(files, dirname(at(path)));
        return appendFile(at(path), handle, (await handle.stat()).size);
      });
    },

    async replace(path, bytes) {
      const before = replacing.get(path) ?? Promise.resolve();
      const mine = before
        .catch(() => undefined)
        .then(() =>
          attempt(`${at(path)} cannot be written`, at(path), async () => {
            await makeFolder(dirname(at(path)));
            await replaceFile(files, at(path), bytes);
          }),
        );
      replacing.set(path, mine);
      try {
        await mine;
      } finally {
        if (replacing.get(path) === mine) replacing.delete(path);
      }
    },

    async rename(from, to) {
      await attempt(`${at(from)} cannot be moved to ${at(to)}`, at(to), async () => {
        await makeFolder(dirname(at(to)));
        await files.rename(at(from), at(to));
        await syncFolder(files, dirname(at(to)));
        if (dirname(at(from)) !== dirname(at(to))) await syncFolder(files, dirname(at(from)));
      });
    },

    async remove(path) {
      await attempt(`${at(path)} cannot be removed`, at(path), async () => {
        try {
          await files.unlink(at(path));
        } catch (error) {
          if (isMissing(error)) return;
          throw error;
        }
        await syncFolder(files, dirname(at(path)));
      });
    },
  };
}

function appendFile(path: string, handle: OpenFile, found: number): AppendFile {
  let size = found;
  // A file system may report a lost write once and call the next sync a success, so the first refusal is the last word.
  let lost: Fault | undefined;
  const usable = (): void => {
    if (lost !== undefined) throw lost;
  };

  return {
    get size() {
      return size;
    },
    async append(bytes) {
      usable();
      await attempt(`${path} cannot be written`, path, () => writeAll(handle, bytes, size));
      size += bytes.length;
    },
    async sync() {
      usable();
      try {
        await handle.datasync();
      } catch (error) {
        lost = new Fault('disk-failed', `${path} could not be made durable: ${reason(error)}`, {
          hint: 'check the disk and the kernel log, then start elementd again: it reads back what is really there',
          cause: error,
        });
        throw lost;
      }
    },
    async truncate(length) {
      usable();
      await attempt(`${path} cannot be cut`, path, () => handle.truncate(length));
      size = length;
    },
    async close() {
      await attempt(`${path} cannot be closed`, path, () => handle.close());
    },
  };
}

async function openOrCreate(files: FileSystem, path: string): Promise<OpenFile> {
  try {
    return await files.open(path, 'r+', 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return await files.open(path, 'wx+', 0o600);
  }
}

async function replaceFile(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const aside = `${path}.new`;
  try {
    const handle = await files.open(aside, 'w', 0o600);
    try {
      await writeAll(handle, bytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(aside, path);
  } catch (error) {
    await files.unlink(aside).catch(() => undefined);
    throw error;
  }
  await syncFolder(files, dirname(path));
}

async function writeAll(handle: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the system wrote nothing');
    done += bytesWritten;
  }
}

async function readExactly(handle: OpenFile, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new Error(`it ends at byte ${offset + done}, before byte ${offset + length}`);
    done += bytesRead;
  }
  return bytes;
}

/** Makes folders of a disk, each entry durable before anything is put into it. */
function folderMaker(files: FileSystem, root: string): (folder: string) => Promise<void> {
  const durable = new Set<string>();
  return async (folder) => {
    const first = (await files.mkdir(folder, { recursive: true, mode: 0o700 })) ?? root;
    // One that is there already may have been made by a process that ended before it was durable.
    for (let made = folder; made.length >= Math.min(first.length, root.length); made = dirname(made)) {
      if (!durable.has(made)) await syncFolder(files, dirname(made));
      durable.add(made);
    }
  };
}

async function syncFolder(files: FileSystem, folder: string): Promise<void> {
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function attempt<T>(says: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw trouble(says, path, error);
  }
}

function trouble(says: string, path: string, error: unknown): Fault {
  const code = codeOf(error);
  const sentence = `${says}: ${reason(error)}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Fault('disk-full', sentence, {
      hint: `make room on the disk that holds ${dirname(path)}`,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const hint = `let the user ${userName()} read and write ${dirname(path)} and everything in it`;
    return new Fault('state-unwritable', sentence, { hint, cause: error });
  }
  return new Fault('disk-failed', sentence, { hint: 'check the disk and the kernel log', cause: error });
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The system's words without the call and the path, which the sentence around it names. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const comma = error.message.indexOf(', ');
  return comma < 0 ? error.message : error.message.slice(0, comma);
}
