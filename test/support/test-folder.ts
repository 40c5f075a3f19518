import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { runProgram } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/world.ts';

/** What a command line came to. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of configuration in which command lines run inside this process. */
export interface TestFolder {
  readonly folder: string;
  write(path: string, text: string | Uint8Array): Promise<void>;
  read(path: string): Promise<string>;
  run(...args: readonly string[]): Promise<Ran>;
  /** The same, stopped by a signal of its own. */
  runUntil(stop: AbortSignal, ...args: readonly string[]): Promise<Ran>;
  /** Every file below the folder with its size and time of change, to see that nothing was touched. */
  footprint(): Promise<readonly string[]>;
}

export interface TestFolderOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
}

/** Opens a folder with the files given, and removes it after the test. */
export async function openTestFolder(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: TestFolderOptions = {},
): Promise<TestFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const place: TestFolder = {
    folder,
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    read: (path) => readFile(join(folder, path), 'utf8'),
    run: (...args) => place.runUntil(options.stop ?? new AbortController().signal, ...args),
    async runUntil(stop, ...args) {
      let out = '';
      let err = '';
      const world: World = {
        env: options.env ?? {},
        cwd: folder,
        out: (text) => (out += text),
        err: (text) => (err += text),
        outIsTty: false,
        errIsTty: false,
        stop,
        onHangUp: () => () => undefined,
      };
      const exit = await runProgram(args, world);
      return { exit, out, err };
    },
    async footprint() {
      const names = (await readdir(folder, { recursive: true })).sort();
      return Promise.all(
        names.map(async (name) => {
          const { size, mtimeMs, isDirectory } = await stat(join(folder, name)).then((found) => ({
            size: found.size,
            mtimeMs: found.mtimeMs,
            isDirectory: found.isDirectory(),
          }));
          return isDirectory ? name : `${name} ${size} ${mtimeMs}`;
        }),
      );
    },
  };
  for (const [path, text] of Object.entries(files)) await place.write(path, text);
  return place;
}

/** An instance of the built-in element with one feed. `entry` and `configuration` are lines of YAML. */
export function shopInstance(
  baseUrl: string,
  entry: readonly string[] = [],
  configuration: readonly string[] = [],
): string {
  return [
    'element: {key: http}',
    'configuration:',
    `  base.url: ${baseUrl}`,
    ...configuration.map((line) => `  ${line}`),
    '  event.poller.configuration:',
    '    items:',
    '      url: /items',
    '      idField: id',
    ...entry.map((line) => `      ${line}`),
    '',
  ].join('\n');
}
