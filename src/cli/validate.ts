import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { githubProblem, printProblem } from '../config/print-problem.ts';
import type { Problem } from '../model/problem.ts';
import { counted } from './count-words.ts';
import { hasErrors, readConfiguration } from './configuration.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface ValidateOptions {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly github: boolean;
  /** Only problems of these files; all where none is named. */
  readonly files: readonly string[];
}

/** `elementd validate`: every problem of every file, on standard output. No network, no secrets. */
export async function validate(options: ValidateOptions, world: World): Promise<Exit> {
  const { problems: all, plan } = await readConfiguration(options.config, world, options.files);
  const named = new Set(options.files.map((file) => resolve(world.cwd, file)));
  const missing = await missingFiles(options.files, world);
  const problems = [
    ...missing,
    ...(named.size === 0 ? all : all.filter((problem) => named.has(resolve(world.cwd, problem.file)))),
  ];
  if (options.json) world.out(`${JSON.stringify({ problems }, undefined, 2)}\n`);
  else
    for (const problem of problems) world.out(`${options.github ? githubProblem(problem) : printProblem(problem)}\n`);
  if (!options.json) world.err(summary(problems, plan.feeds.size, world));
  return hasErrors(problems) ? EXIT.config : EXIT.done;
}

function summary(problems: readonly Problem[], feeds: number, world: World): string {
  const style = styles(mayColour(world, world.errIsTty));
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(feeds, 'feed')} ready`;
  return `${style(errors > 0 ? 'red' : 'green', errors > 0 ? 'invalid' : 'valid')}: ${counts}\n`;
}

async function missingFiles(files: readonly string[], world: World): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const file of files) {
    const readable = await readFile(resolve(world.cwd, file)).then(
      () => true,
      () => false,
    );
    if (readable) continue;
    const path = relative(world.cwd, resolve(world.cwd, file));
    problems.push({
      file: path,
      line: 1,
      column: 1,
      where: '(file)',
      says: 'cannot be read',
      hint: 'is the name right?',
      severity: 'error',
    });
  }
  return problems;
}
