import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../../src/io/disk.ts';
import type { Dice } from './dice.ts';
import type { Life } from './life.ts';

/** A change of a file that is in the system's memory only. */
type Unsynced = { readonly at: number; readonly bytes: Buffer } | { readonly cut: number };

interface Content {
  bytes: Buffer;
  synced: Buffer;
  unsynced: Unsynced[];
}

type Node = Content | 'folder';

/** A change of names that is in the system's memory only. */
interface Naming {
  readonly folders: readonly string[];
  readonly apply: (names: Map<string, Node>) => void;
}

/** A copy of all files. */
export type Image = ReadonlyMap<string, Node>;

/**
 * The files of a machine. What was not synced is lost in a power cut, in part: of several writes some, of one write a part; names of which
 * the folder was not synced, too.
 */
export class Machine {
  /** Bytes that fit on it. */
  capacity = Number.POSITIVE_INFINITY;
  /** The next sync of a file fails, and the system forgets what should have been written. */
  failNextSync = false;
  /** How long a call takes at most, in ms. */
  slowest = 2;
  readonly #dice: Dice;
  #names = new Map<string, Node>([['/', 'folder']]);
  #durable = new Map<string, Node>([['/', 'folder']]);
  #namings: Naming[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Bytes in all files. */
  used(): number {
    let used = 0;
    for (const node of this.#names.values()) if (node !== 'folder') used += node.bytes.length;
    return used;
  }

  /** Its files and their sizes. */
  listing(): string {
    return [...this.#names].map(([path, node]) => `${path} ${node === 'folder' ? '' : node.bytes.length}`).join(', ');
  }

  /** A copy of all files as they are seen now. */
  image(): Image {
    return new Map([...this.#names].map(([path, node]) => [path, node === 'folder' ? node : stored(node.bytes)]));
  }

  /** Puts a copy in the place of all files, durably. */
  become(image: Image): void {
    this.#names = new Map([...image].map(([path, node]) => [path, node === 'folder' ? node : stored(node.bytes)]));
    this.#durable = new Map(this.#names);
    this.#namings = [];
  }

  /** What a power cut leaves. */
  cutPower(): void {
    const dice = this.#dice;
    const share = dice.one([0, 0.5, 1]);
    const names = this.#durable;
    for (const naming of this.#namings) if (dice.chance(share)) naming.apply(names);
    for (const [path, node] of [...names]) {
      if (!reachable(names, path)) names.delete(path);
      else if (node !== 'folder') names.set(path, stored(leftOf(node, share, dice)));
    }
    this.#durable = names;
    this.#names = new Map(names);
    this.#namings = [];
  }

  /** Its calls, as a process makes them. */
  files(life: Life): FileSystem {
    const call = <T>(act: () => T): Promise<T> => life.call(this.#dice.throw() * this.slowest, act);
    return {
      open: (path, flags) => call(() => this.#handle(this.#open(path, flags), path, call)),
      mkdir: (path) => call(() => this.#makeFolders(path)),
      readdir: (path) => call(() => this.#list(path)),
      readFile: (path) => call(() => Buffer.from(this.#file(path).bytes)),
      rename: (from, to) => call(() => this.#rename(from, to)),
      unlink: (path) => call(() => this.#unlink(path)),
    };
  }

  #open(path: string, flags: string): Node {
    const node = this.#names.get(path);
    if (flags === 'r' || flags === 'r+') {
      if (node === undefined) throw failure('ENOENT', 'open', path);
      return node;
    }
    if (node === 'folder') throw failure('EISDIR', 'open', path);
    if (node !== undefined && flags.includes('x')) throw failure('EEXIST', 'open', path);
    if (node !== undefined) {
      node.unsynced.push({ cut: 0 });
      node.bytes = Buffer.alloc(0);
      return node;
    }
    const made: Content = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), unsynced: [] };
    this.#name([dirname(path)], (names) => names.set(path, made));
    return made;
  }

  #handle(node: Node, path: string, call: <T>(act: () => T) => Promise<T>): OpenFile {
    const content = (): Content => {
      if (node === 'folder') throw failure('EISDIR', 'read', path);
      return node;
    };
    const sync = (): void => {
      if (node === 'folder') return this.#syncFolder(path);
      if (this.failNextSync) {
        this.failNextSync = false;
        node.unsynced = [];
        throw failure('EIO', 'fdatasync', path);
      }
      node.synced = node.bytes;
      node.unsynced = [];
    };
    return {
      write: (bytes, offset, length, position) =>
        call(() => {
          const file = content();
          const given = Buffer.from(bytes.subarray(offset, offset + length));
          const grows = Math.max(0, position + length - file.bytes.length);
          const room = grows === 0 ? 0 : Math.max(0, this.capacity - this.used());
          const fits = grows <= room ? length : length - (grows - room);
          if (fits <= 0) throw failure('ENOSPC', 'write', path);
          write(file, position, given.subarray(0, fits));
          return { bytesWritten: fits };
        }),
      read: (bytes, offset, length, position) =>
        call(() => ({ bytesRead: content().bytes.copy(bytes, offset, position, position + length) })),
      stat: () => call(() => ({ size: content().bytes.length })),
      truncate: (size) =>
        call(() => {
          const file = content();
          file.unsynced.push({ cut: size });
          file.bytes = resized(file.bytes, size);
        }),
      sync: () => call(sync),
      datasync: () => call(sync),
      close: () => call(() => undefined),
    };
  }

  #file(path: string): Content {
    const node = this.#names.get(path);
    if (node === undefined) throw failure('ENOENT', 'open', path);
    if (node === 'folder') throw failure('EISDIR', 'read', path);
    return node;
  }

  #makeFolders(path: string): string | undefined {
    if (this.#names.has(path)) return undefined;
    const first = this.#makeFolders(dirname(path));
    this.#name([dirname(path)], (names) => names.set(path, 'folder'));
    return first ?? path;
  }

  #list(path: string): string[] {
    if (this.#names.get(path) !== 'folder') throw failure('ENOENT', 'scandir', path);
    const inside: string[] = [];
    for (const name of this.#names.keys())
      if (name !== path && dirname(name) === path) inside.push(name.slice(path.length + 1));
    return inside;
  }

  #rename(from: string, to: string): void {
    const node = this.#file(from);
    this.#name([dirname(from), dirname(to)], (names) => {
      names.delete(from);
      names.set(to, node);
    });
  }

  #unlink(path: string): void {
    this.#file(path);
    this.#name([dirname(path)], (names) => names.delete(path));
  }

  #name(folders: readonly string[], apply: Naming['apply']): void {
    apply(this.#names);
    this.#namings.push({ folders, apply });
  }

  #syncFolder(path: string): void {
    this.#namings = this.#namings.filter((naming) => {
      if (!naming.folders.includes(path)) return true;
      naming.apply(this.#durable);
      return false;
    });
  }
}

function reachable(names: ReadonlyMap<string, Node>, path: string): boolean {
  return path === '/' || (names.get(dirname(path)) === 'folder' && reachable(names, dirname(path)));
}

function stored(bytes: Buffer): Content {
  return { bytes, synced: bytes, unsynced: [] };
}

function write(file: Content, at: number, bytes: Buffer): void {
  file.bytes = overwritten(file.bytes, at, bytes);
  file.unsynced.push({ at, bytes });
}

function overwritten(before: Buffer, at: number, bytes: Buffer): Buffer {
  if (at === before.length) return Buffer.concat([before, bytes]);
  const after = Buffer.alloc(Math.max(before.length, at + bytes.length));
  before.copy(after);
  bytes.copy(after, at);
  return after;
}

function resized(bytes: Buffer, size: number): Buffer {
  return size <= bytes.length ? bytes.subarray(0, size) : Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

/** A file after a power cut: of its unsynced changes each may be there, a write also in part, or with a part of it zeros. */
function leftOf(file: Content, share: number, dice: Dice): Buffer {
  let bytes = file.synced;
  for (const change of file.unsynced) {
    if (!dice.chance(share)) continue;
    if ('cut' in change) {
      bytes = resized(bytes, change.cut);
      continue;
    }
    const torn = dice.chance(0.5) ? dice.whole(0, change.bytes.length) : undefined;
    if (torn === undefined) bytes = overwritten(bytes, change.at, change.bytes);
    else if (dice.chance(0.7)) bytes = overwritten(bytes, change.at, change.bytes.subarray(0, torn));
    else bytes = overwritten(bytes, change.at + torn, change.bytes.subarray(torn));
  }
  return Buffer.from(bytes);
}

function failure(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${call} '${path}'`), { code });
}
