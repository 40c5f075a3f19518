import { readFile } from 'node:fs/promises';
import { basename, dirname, join, parse, relative, resolve } from 'node:path';
import { readCatalog } from '../config/read-catalog.ts';
import { printProblemBare, sortProblems } from '../config/print-problem.ts';
import { readFileSet } from '../io/config-files.ts';
import { denyProblems } from '../io/network-deny.ts';
import type { Catalog, FileSet, Settings, SourceFile } from '../model/catalog.ts';
import type { Plan } from '../model/feed.ts';
import type { Problem } from '../model/problem.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import { packageRoot } from './package-root.ts';
import { mayColour, styles, type World } from './world.ts';

/** Why nobody knows what should run. */
export type Lost = 'config.yaml has errors' | 'the folder of the instances cannot be read';

/** The files as they are now, made exact. */
export interface Configuration {
  readonly catalog: Catalog;
  readonly settings: Settings;
  readonly plan: Plan;
  /** All problems of all files, in order. */
  readonly problems: readonly Problem[];
  /** Instances left out of the plan because of an error. */
  readonly broken: ReadonlySet<string>;
  /** config.yaml is invalid, or the folder of the instances cannot be read: nobody knows what should run. */
  readonly lost: false | Lost;
  /** As it should be printed. */
  readonly configPath: string;
  /** The state directory, also where config.yaml has errors but still says where it is. */
  readonly state: string;
  readonly root: string;
}

/**
 * Reads, validates and compiles everything, files named beside the configured folders too. Touches nothing but the files it reads; never
 * throws for what is in them.
 */
export async function readConfiguration(
  configFile: string | undefined,
  world: Pick<World, 'cwd'>,
  beside: readonly string[] = [],
): Promise<Configuration> {
  const read = await readFileSet(configFile, join(packageRoot(), 'elements'), { cwd: world.cwd });
  const files = await withFilesBeside(read.files, beside, world.cwd);
  const configPath = read.files.config?.path ?? configFile ?? 'config.yaml';
  const catalog = readCatalog(files, { configFile: configPath, root: read.root });
  const compiled = compilePlan(catalog);
  const denied = denyProblems(catalog.settings.network.deny).map((says): Problem => ({
    file: configPath,
    line: 1,
    column: 1,
    where: 'network.deny',
    says,
    severity: 'error',
  }));
  const problems = sortProblems([...read.problems, ...catalog.problems, ...denied, ...compiled.problems]);
  const unread = read.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ file }) => resolve(world.cwd, file));
  const { instances } = catalog.settings;
  const spoilt = problems.some(({ severity, file }) => severity === 'error' && file === configPath);
  const folderLost = unread.includes(instances) && 'the folder of the instances cannot be read';
  const lost = spoilt ? 'config.yaml has errors' : folderLost;
  const broken = new Set(compiled.broken);
  for (const path of unread) if (dirname(path) === instances) broken.add(parse(path).name);
  return {
    catalog,
    settings: catalog.settings,
    plan: compiled.plan,
    problems,
    broken,
    lost,
    configPath,
    state: spoilt ? read.state : catalog.settings.state,
    root: read.root,
  };
}

/** Adds files that the configured folders do not hold: in a folder `elements` they are elements, else instances. */
async function withFilesBeside(files: FileSet, beside: readonly string[], cwd: string): Promise<FileSet> {
  const known = [files.config, ...files.elements, ...files.instances].map((file) =>
    file === undefined ? '' : resolve(cwd, file.path),
  );
  const elements: SourceFile[] = [];
  const instances: SourceFile[] = [];
  for (const name of beside) {
    const path = resolve(cwd, name);
    if (known.includes(path)) continue;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    const file = { path: path.startsWith(`${cwd}/`) ? relative(cwd, path) : path, bytes };
    (basename(dirname(path)) === 'elements' ? elements : instances).push(file);
  }
  return { ...files, elements: [...elements, ...files.elements], instances: [...files.instances, ...instances] };
}

/** Whether problems hold an error, which makes the exit 78. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Prints problems for people, one a line, to standard error. */
export function printProblems(problems: readonly Problem[], world: World): void {
  const style = styles(mayColour(world, world.errIsTty));
  for (const problem of problems) {
    const label = problem.severity === 'error' ? style('red', 'error') : style('yellow', 'warning');
    world.err(`${label} ${printProblemBare(problem)}\n`);
  }
}
