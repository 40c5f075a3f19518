import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the files lie that say what should be true. Paths are absolute. */
export interface ConfigPlaces {
  readonly files: readonly string[];
  /** What lies directly in them counts, by its name. */
  readonly folders: readonly string[];
}

/** What stands at a path: a plain file, something else, or nothing that can be looked at, with the system's code for that. */
type Found =
  | { readonly kind: 'file'; readonly real: string; readonly stats: BigIntStats }
  | { readonly kind: 'other' }
  | { readonly kind: 'none'; readonly code: string };

/** What a path itself is to blame for. Anything else (no descriptors left, a failing disk) says nothing about the files. */
const PATH_CODES = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/** Whether a name in a configured folder may be that of a configuration file: neither hidden, nor an editor's leftover, nor of another kind. */
export function countsAsConfig(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name) && !/^[.#]/.test(name);
}

/**
 * A text that differs once a file may have changed, came or went: cheap, for it opens no file. Links are followed. Rejects where the
 * system fails for a reason that lies in no path.
 */
export async function fingerprintOf(places: ConfigPlaces): Promise<string> {
  const paths = await pathsOf(places);
  const marks = await Promise.all(
    paths.map(async ({ path, code }) => {
      const found: Found = code === undefined ? await look(path) : { kind: 'none', code };
      if (found.kind === 'other') return [path];
      if (found.kind === 'none') return [path, found.code];
      const { dev, ino, size, mtimeNs, ctimeNs } = found.stats;
      return [path, found.real, [dev, ino, size, mtimeNs, ctimeNs].join(':')];
    }),
  );
  return JSON.stringify(marks);
}

/**
 * SHA-256 of every path and its bytes, in hex: the same for the same content, wherever links lead and whenever it was written. Reads
 * plain files only. Rejects as `fingerprintOf` does.
 */
export async function contentOf(places: ConfigPlaces): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, code } of await pathsOf(places)) {
    const bytes = code ?? (await read(path));
    if (bytes === undefined) continue;
    hash.update(JSON.stringify([path, typeof bytes === 'string' ? bytes : bytes.length]));
    if (typeof bytes !== 'string') hash.update(bytes);
  }
  return hash.digest('hex');
}

/** What stands at the places, so that it can be watched. */
export interface Roots {
  /** Each file and folder, or the folder around one that is missing; neither, where that is missing too. */
  readonly paths: readonly string[];
  /**
   * A text that differs once one of them is another one than before, although its name is the same: made again, moved into place, or reached
   * through a link that leads elsewhere. What watched the former one sees nothing of it.
   */
  readonly identity: string;
}

/** Finds what can be watched now. Rejects as `fingerprintOf` does. */
export async function rootsOf(places: ConfigPlaces): Promise<Roots> {
  const named = [...places.files, ...places.folders];
  const roots = await Promise.all(
    named.map(async (path) => {
      const [own, around] = [await birthOf(path), await birthOf(dirname(path))];
      const nearest = isMissing(own) ? (isMissing(around) ? [] : [dirname(path)]) : [path];
      return { nearest, mark: [path, own, around] };
    }),
  );
  return {
    paths: [...new Set(roots.flatMap(({ nearest }) => nearest))],
    identity: JSON.stringify(roots.map(({ mark }) => mark)),
  };
}

/** Tells what a path leads to from whatever else was or will be there. */
async function birthOf(path: string): Promise<string> {
  try {
    // An inode number is given to the next folder at once; its time of birth is not.
    const { dev, ino, birthtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, birthtimeNs].join(':');
  } catch (error) {
    return pathCode(error);
  }
}

function isMissing(birth: string): boolean {
  return birth === 'ENOENT' || birth === 'ENOTDIR';
}

/** Every path that counts, sorted; a folder that cannot be listed stands for itself, with the code. */
async function pathsOf(places: ConfigPlaces): Promise<readonly { readonly path: string; readonly code?: string }[]> {
  const paths = new Map<string, string | undefined>(places.files.map((path) => [path, undefined]));
  for (const folder of places.folders) {
    try {
      for (const name of await readdir(folder)) if (countsAsConfig(name)) paths.set(join(folder, name), undefined);
    } catch (error) {
      paths.set(folder, pathCode(error));
    }
  }
  return [...paths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, code]) => (code === undefined ? { path } : { path, code }));
}

async function look(path: string): Promise<Found> {
  try {
    const real = await realpath(path);
    const stats = await stat(real, { bigint: true });
    return stats.isFile() ? { kind: 'file', real, stats } : { kind: 'other' };
  } catch (error) {
    return { kind: 'none', code: pathCode(error) };
  }
}

/** The bytes of a plain file, the code where there are none to be had, undefined for what is no plain file. */
async function read(path: string): Promise<Uint8Array | string | undefined> {
  try {
    return (await stat(path)).isFile() ? await readFile(path) : undefined;
  } catch (error) {
    return pathCode(error);
  }
}

/** The code of an error that a path is to blame for; throws any other. */
function pathCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (PATH_CODES.has(code)) return code;
  throw error;
}
