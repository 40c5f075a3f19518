import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../model/fault.ts';
import { counted } from './count-words.ts';
import type { ImportAnswer } from './state-control.ts';
import type { StateCounts } from './state-file.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, type Exit, type World } from './world.ts';

type Options = ControlOptions & { readonly json: boolean };

/** Text written to a file in one go. */
const CHUNK = 256_000;

/** `elementd state export [FILE]`: everything needed to go on on another machine. */
export async function stateExport(
  options: Options & { readonly file: string | undefined; readonly withTokens: boolean },
  world: World,
): Promise<Exit> {
  return withControl(options, world, async (control, local) => {
    const { file, withTokens } = options;
    const lines = control.stateExport(withTokens);
    const toFile = file !== undefined && file !== '-';
    const last = toFile ? await writeFileWhole(resolve(world.cwd, file), lines) : await print(lines, world);
    const { counts } = JSON.parse(last) as { readonly counts: StateCounts };
    if (options.json && toFile) world.out(`${JSON.stringify({ file, counts }, undefined, 2)}\n`);
    world.err(`elementd: exported ${countsText(counts)}${toFile ? ` to ${file}` : ''}\n`);
    const accounts = await control.stateAccounts();
    if (withTokens && counts.tokens > 0)
      world.err(
        'elementd: the export holds secrets, the tokens of accounts: keep it from other eyes, and remove it after the import\n',
      );
    else if (accounts.length > 0)
      world.err(
        `elementd: without their tokens (--with-tokens) these accounts must be authorized anew there: ${accounts.join(', ')}\n`,
      );
    world.err(
      local
        ? 'elementd: from here on no daemon may run on this state directory: what it told, the other one would tell again\n'
        : 'elementd: stop the daemon that runs here before the other one starts: what it tells from now on, that one tells again\n',
    );
    return EXIT.done;
  });
}

/** `elementd state import FILE`: all of it, or nothing. */
export async function stateImport(
  options: Options & { readonly file: string; readonly replace: boolean },
  world: World,
): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const bytes = readBytes(options.file, world);
    let answer: ImportAnswer | undefined;
    for await (const line of control.stateImport(options.replace, bytes)) answer = JSON.parse(line) as ImportAnswer;
    if (answer === undefined) throw new Fault('internal', 'the import came to no end');
    const { feeds, counts, tokens, unplanned, strangers } = answer;
    if (options.json) world.out(`${JSON.stringify({ feeds, counts, tokens, unplanned, strangers }, undefined, 2)}\n`);
    else world.out(`imported ${countsText(counts)}\n`);
    for (const stranger of strangers) world.err(`elementd: ${stranger}\n`);
    if (unplanned.length > 0)
      world.err(`elementd: no file here names ${unplanned.join(', ')}: remembered, and polled once one does\n`);
    return EXIT.done;
  });
}

function countsText({ feeds, records, deliveries, deadLetters, tokens }: StateCounts): string {
  return [
    `${counted(feeds, 'feed')} with ${counted(records, 'record')}`,
    `${counted(deliveries, 'POST')} that wait${deliveries === 1 ? 's' : ''}`,
    counted(deadLetters, 'dead letter'),
    ...(tokens === 0 ? [] : [`the tokens of ${counted(tokens, 'account')}`]),
  ].join(', ');
}

async function print(lines: AsyncIterable<string>, world: World): Promise<string> {
  let last = '';
  for await (const line of lines) {
    last = line;
    world.out(`${line}\n`);
    await world.drained?.();
  }
  return last;
}

/** Written aside, synced and renamed, so that a file of that name is always a whole one. Mode 0600. */
async function writeFileWhole(path: string, lines: AsyncIterable<string>): Promise<string> {
  const aside = `${path}.partial`;
  let last = '';
  try {
    await rm(aside, { force: true });
    const handle = await open(aside, 'wx', 0o600);
    try {
      let text = '';
      for await (const line of lines) {
        last = line;
        text += `${line}\n`;
        if (text.length < CHUNK) continue;
        await handle.writeFile(text);
        text = '';
      }
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
    return last;
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (error instanceof Fault) throw error;
    throw new Fault('state-unwritable', `${path} cannot be written: ${reason(error)}`, { cause: error });
  }
}

async function* readBytes(file: string, world: World): AsyncIterable<Uint8Array> {
  const path = resolve(world.cwd, file);
  const stream = file === '-' ? createReadStream('', { fd: 0 }) : createReadStream(path);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw new Fault('state-unwritable', `${file === '-' ? 'standard input' : path} cannot be read: ${reason(error)}`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split(', ')[0] ?? '') : 'unknown error';
}
