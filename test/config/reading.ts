import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printProblem } from '../../src/config/print-problem.ts';
import { readCatalog } from '../../src/config/read-catalog.ts';
import type { Catalog, FileSet, SourceFile } from '../../src/model/catalog.ts';

/** The project's folder, from the sources as well as from dist. */
export const project = findProject(dirname(fileURLToPath(import.meta.url)));

function findProject(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findProject(dirname(folder));
}

/** A file of the project under another name. */
export function fileOf(path: string, name = path): SourceFile {
  return { path: name, bytes: readFileSync(join(project, path)) };
}

/** All files of a folder of the project, by their paths below `base`. */
export function filesIn(folder: string, base = ''): readonly SourceFile[] {
  const names = existsSync(join(project, folder)) ? readdirSync(join(project, folder)).sort() : [];
  return names
    .filter((name) => /\.(yaml|yml|json)$/.test(name))
    .map((name) => fileOf(join(folder, name), join(base, name)));
}

/** A file made in the test. */
export function fileWith(path: string, text: string): SourceFile {
  return { path, bytes: Buffer.from(text) };
}

/** An element that the fixtures use. It reads the configuration key `site`. */
export const sample = fileWith(
  'elements/sample.yaml',
  'key: sample\nbaseUrl: https://${configuration.site}.example.com\n',
);

/** The catalogue of a set of files, with the sample element unless others are given. */
export function read(files: Partial<FileSet>): Catalog {
  return readCatalog(
    { elements: [sample], instances: [], ...files },
    { configFile: 'config.yaml', root: '/srv/elementd' },
  );
}

/** The catalogue of one instance file. */
export function readInstanceText(text: string, path = 'instances/one.yaml', files: Partial<FileSet> = {}): Catalog {
  return read({ instances: [fileWith(path, text)], ...files });
}

/** Problems as they are printed, without the file's name. */
export function lines(catalog: Catalog): readonly string[] {
  return catalog.problems.map((problem) => printProblem(problem).slice(problem.file.length + 1));
}

export type FixtureKind = 'instances' | 'elements' | 'config';

/** The catalogue of one fixture; the mark `.good` or `.bad` is no part of its name. */
export function readFixture(kind: FixtureKind, name: string): Catalog {
  const file = fileOf(`test/config/fixtures/${kind}/${name}`, `${kind}/${name.replace(/\.(good|bad)/, '')}`);
  if (kind === 'config') return read({ config: file });
  return kind === 'elements' ? read({ elements: [file] }) : read({ instances: [file] });
}

/** Names of the fixtures of a kind that bear a mark. */
export function fixtureNames(kind: FixtureKind, mark: 'good' | 'bad'): readonly string[] {
  return readdirSync(join(project, 'test/config/fixtures', kind))
    .filter((name) => name.includes(`.${mark}.`))
    .sort();
}
