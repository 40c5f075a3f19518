import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { FileSet, SourceFile } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';

export interface ReadFiles {
  readonly files: FileSet;
  /** Files and folders that could not be read; what stands in them is somebody else's to judge. */
  readonly problems: readonly Problem[];
  /** The folder that paths in config.yaml start from. Absolute. */
  readonly root: string;
  /** The state directory as far as config.yaml can be read, whatever else is wrong in it. Absolute. */
  readonly state: string;
}

/** A folder as config.yaml names it. */
interface Folder {
  readonly path: string;
  /** Where it stands in config.yaml; undefined for a default. */
  readonly place: { readonly where: string; readonly line: number; readonly column: number } | undefined;
}

const DEFAULT_CONFIG = 'config.yaml';

/**
 * Reads the files that say what should be true: config.yaml, the element folders and the instance folder that it names. Without
 * `configFile` it is ./config.yaml, which may be missing: then the defaults hold. Hidden files, leftovers of editors and folders
 * below are skipped; links are followed. Rejects never.
 */
export async function readFileSet(
  configFile: string | undefined,
  shippedElements: string,
  where: { readonly cwd: string },
): Promise<ReadFiles> {
  const problems: Problem[] = [];
  const print = (path: string): string => printPath(path, where.cwd);
  const configPath = resolve(where.cwd, configFile ?? DEFAULT_CONFIG);
  const root = dirname(configPath);

  const config = await readConfig(configPath, print, problems, configFile === undefined);
  const named = folders(config, root);

  const elements: SourceFile[] = [];
  const seen = new Set<string>();
  for (const folder of [...named.elements, { path: resolve(where.cwd, shippedElements), place: undefined }]) {
    if (seen.has(folder.path)) continue;
    seen.add(folder.path);
    const names = await listFolder(folder, /\.ya?ml$/, print, problems);
    if (names === undefined && folder.place !== undefined && config !== undefined)
      problems.push(missing(config.path, folder, print, 'element files'));
    for (const name of names ?? []) await readInto(elements, join(folder.path, name), print, problems);
  }

  const instances: SourceFile[] = [];
  const names = await listFolder(named.instances, /\.(ya?ml|json)$/, print, problems);
  if (names === undefined) problems.push(missing(print(configPath), named.instances, print, 'instance files'));
  for (const name of names ?? []) await readInto(instances, join(named.instances.path, name), print, problems);

  return {
    files: { ...(config === undefined ? {} : { config }), elements, instances },
    problems,
    root,
    state: named.state,
  };
}

/** The keys that say where files lie. Whatever else is wrong with config.yaml is not judged here. */
function folders(
  config: SourceFile | undefined,
  root: string,
): { readonly elements: readonly Folder[]; readonly instances: Folder; readonly state: string } {
  const counter = new LineCounter();
  const text = config === undefined ? '' : new TextDecoder().decode(config.bytes);
  const document = parseDocument(text, { lineCounter: counter });
  const folder = (node: unknown, key: string): Folder | undefined => {
    if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') return undefined;
    const { line, col } = counter.linePos(node.range?.[0] ?? 0);
    return { path: resolve(root, node.value), place: { where: key, line, column: col } };
  };
  const byDefault = (name: string): Folder => ({ path: join(root, name), place: undefined });

  const listed = document.getIn(['elements'], true);
  const nodes = isSeq(listed) ? listed.items : [listed];
  const elements = nodes
    .map((node, i) => folder(node, isSeq(listed) ? `elements[${i}]` : 'elements'))
    .filter((found) => found !== undefined);
  return {
    elements: elements.length > 0 || isSeq(listed) ? elements : [byDefault('elements')],
    instances: folder(document.getIn(['instances'], true), 'instances') ?? byDefault('instances'),
    state: (folder(document.getIn(['state'], true), 'state') ?? byDefault('state')).path,
  };
}

/** Names of the files that count, sorted; undefined where there is no such folder. */
async function listFolder(
  folder: Folder,
  suffix: RegExp,
  print: (path: string) => string,
  problems: Problem[],
): Promise<readonly string[] | undefined> {
  try {
    const names = await readdir(folder.path);
    return names.filter((name) => suffix.test(name) && !/^[.#]/.test(name)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    problems.push(unreadable(print(folder.path), error));
    return [];
  }
}

/** Reads config.yaml, from a pipe as well; undefined where it is missing or unreadable, which is a problem unless it may be missing. */
async function readConfig(
  path: string,
  print: (path: string) => string,
  problems: Problem[],
  mayBeMissing: boolean,
): Promise<SourceFile | undefined> {
  try {
    return { path: print(path), bytes: await readFile(path) };
  } catch (error) {
    if (!(mayBeMissing && codeOf(error) === 'ENOENT')) problems.push(unreadable(print(path), error));
    return undefined;
  }
}

/** Reads a file of a folder into the list; what is no plain file, or went away since the folder was read, is skipped. */
async function readInto(
  into: SourceFile[],
  path: string,
  print: (path: string) => string,
  problems: Problem[],
): Promise<void> {
  try {
    if ((await stat(path)).isFile()) into.push({ path: print(path), bytes: await readFile(path) });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !(await isLink(path))) return;
    problems.push(unreadable(print(path), error));
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
  ELOOP: 'its links lead in a circle',
};

function unreadable(file: string, error: unknown): Problem {
  const code = codeOf(error);
  const says =
    code === 'ENOENT'
      ? 'the file does not exist'
      : `cannot be read: ${REASONS[code] ?? 'the system refuses'} (${code})`;
  const hint =
    code === 'EACCES' || code === 'EPERM' ? 'let the user that runs elementd read it' : 'put it there, or name another';
  return { file, line: 1, column: 1, where: '(file)', says, hint, severity: 'error' };
}

function missing(config: string, folder: Folder, print: (path: string) => string, what: string): Problem {
  const { where, line, column } = folder.place ?? { where: 'instances', line: 1, column: 1 };
  const says = `there is no folder ${print(folder.path)}, so there are no ${what} in it`;
  return { file: config, line, column, where, says, hint: 'make it, or name another one here', severity: 'warning' };
}

function printPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  const outside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return outside ? path : below;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
