import type { Catalog, CatalogElement, CatalogInstance, FileSet, SourceFile } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { readConfig } from './config-file.ts';
import { readElement } from './element-file.ts';
import type { ElementEntry } from './element-file.ts';
import { readInstance } from './instance-file.ts';
import { sortProblems } from './print-problem.ts';
import { baseName, fileProblem } from './source.ts';

/** The element that is built in and has no file. */
const builtIn = 'http';

/**
 * Reads all files into a catalogue of what is valid, with every problem of what is not. Never throws. `root` is the absolute folder of
 * config.yaml. While config.yaml has an error every instance counts as broken, since its defaults stand under all of them.
 */
export function readCatalog(files: FileSet, where: { readonly configFile: string; readonly root: string }): Catalog {
  const problems: Problem[] = [];
  const { entries, keys } = readElements(files.elements, problems);
  const elementKeys = [...entries.values()].flatMap((entry) => [...entry.keys]);
  const config = readConfig(files.config, where.root, elementKeys);
  problems.push(...config.problems);

  const instances = new Map<string, CatalogInstance>();
  const drafts: CatalogInstance[] = [];
  const broken = new Set<string>();
  for (const { id, file, sole } of named(files.instances, instanceId, problems)) {
    const surroundings = { elements: entries, elementKeys: keys, defaults: config.defaults };
    const { instance, draft, elementKey, problems: found } = readInstance(file, id, surroundings);
    problems.push(...found);
    if (draft !== undefined) drafts.push(draft);
    const known = elementKey === builtIn || entries.has(elementKey ?? '');
    if (instance !== undefined && sole && known && config.ok) instances.set(id, instance);
    else broken.add(id);
  }

  const elements = new Map<string, CatalogElement>([...entries].map(([key, { element }]) => [key, element]));
  return { settings: config.settings, elements, instances, drafts, problems: sortProblems(unique(problems)), broken };
}

/** Elements in search order: the first file of a key stands for it, also where it has an error. */
function readElements(
  files: readonly SourceFile[],
  problems: Problem[],
): { readonly entries: ReadonlyMap<string, ElementEntry>; readonly keys: readonly string[] } {
  const entries = new Map<string, ElementEntry>();
  const taken = new Map<string, string>([[builtIn, '']]);
  const folders = new Map<string, string>();
  for (const { id, file, sole } of named(files, elementFileId, problems)) {
    const folder = folders.get(id);
    if (folder !== undefined && folder !== folderOf(file.path)) continue;
    folders.set(id, folderOf(file.path));
    taken.set(id, file.path);
    const { entry, problems: found } = readElement(file);
    problems.push(...found);
    if (entry !== undefined && sole) entries.set(id, entry);
  }
  return { entries, keys: [...taken.keys()] };
}

interface NamedFile {
  readonly id: string;
  readonly file: SourceFile;
  /** No other file of the same folder has this name. */
  readonly sole: boolean;
}

const instanceId = { kind: 'instance', suffix: 'id' };
const elementFileId = { kind: 'element', suffix: 'key' };

/** Files with their base names, without those whose name cannot be one. Two of one name in one folder are a problem at both. */
function named(
  files: readonly SourceFile[],
  words: { readonly kind: string; readonly suffix: string },
  problems: Problem[],
): readonly NamedFile[] {
  const byName = new Map<string, SourceFile[]>();
  const slot = (file: SourceFile): string => JSON.stringify([folderOf(file.path), baseName(file.path)]);
  for (const file of files) byName.set(slot(file), [...(byName.get(slot(file)) ?? []), file]);

  const result: NamedFile[] = [];
  for (const file of files) {
    const id = baseName(file.path);
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id)) {
      const hint = 'rename it: letters, digits, dots, underscores and hyphens, beginning with a letter or digit';
      problems.push(fileProblem(file.path, `has a name that cannot be an ${words.kind} ${words.suffix}`, hint));
      continue;
    }
    const others = (byName.get(slot(file)) ?? []).filter((other) => other !== file);
    for (const other of others) {
      problems.push(fileProblem(file.path, `has the same ${words.suffix} as ${other.path}`, 'rename one of the two'));
    }
    result.push({ id, file, sole: others.length === 0 });
  }
  return result;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
}

/** An alias shows one mistake at many paths: it is told once. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, line, column, where, says }) => {
    const key = JSON.stringify([file, line, column, where.slice(where.lastIndexOf('.') + 1), says]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
