import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import ts from 'typescript';
import { projectRoot } from '../support/source-files.ts';
import { mutations, type Mutation } from './mutations.ts';

const run = promisify(execFile);
const root = projectRoot();
const dist = join(root, 'dist');

/** The program's text with the fault in it. Throws where the place is not there exactly once. */
export async function planted({ name, file, find, replace }: Mutation): Promise<string> {
  const source = await readFile(join(root, 'src', file), 'utf8');
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`"${name}": what it replaces stands ${times} times in src/${file}`);
  return source.replace(find, () => replace);
}

/** Plants each fault in a copy of the built program, and plays histories until one shows it. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '3000' }, only: { type: 'string' } } });
  let missed = 0;
  for (const mutation of mutations) {
    if (values.only !== undefined && !mutation.name.includes(values.only)) continue;
    const found = await catchOne(mutation, values.seeds);
    missed += found === undefined ? 1 : 0;
    const says = found === undefined ? `NOT CAUGHT in ${values.seeds}` : `caught after ${found.histories}`;
    process.stdout.write(
      `${says.padEnd(24)} ${mutation.name}${found === undefined ? '' : `\n${' '.repeat(25)}${found.flaw}`}\n`,
    );
  }
  process.stdout.write(missed === 0 ? 'all caught\n' : `${missed} not caught\n`);
  return missed === 0 ? 0 : 1;
}

async function catchOne(
  mutation: Mutation,
  seeds: string,
): Promise<{ readonly histories: string; readonly flaw: string } | undefined> {
  // Below the built program, so that its packages are found.
  const folder = join(dist, 'mutant');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await cp(join(dist, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(dist, 'test/simulate'), join(folder, 'test/simulate'), { recursive: true });
  const { outputText } = ts.transpileModule(await planted(mutation), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  await writeFile(join(folder, 'src', mutation.file.replace(/\.ts$/, '.js')), outputText);
  try {
    await run(process.execPath, [join(folder, 'test/simulate/simulate.js'), '--seeds', seeds, '--until-flaw'], {
      maxBuffer: 1e8,
    });
    return undefined;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const histories = /^histories +([\d,]+)/m.exec(stdout)?.[1];
    if (histories === undefined) throw new Error(`"${mutation.name}" did not play: ${stderr}`, { cause: error });
    return { histories, flaw: /^ {2}((?:lost|wrong): .*)$/m.exec(stdout)?.[1]?.slice(0, 150) ?? '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
