import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../language/duration.ts';
import type { EventQuery } from '../model/journal.ts';
import type { NoticeLevel } from '../model/notice.ts';
import { demo } from './demo.ts';
import { dryRun } from './dry-run.ts';
import { describeEventChanges } from './event-change-commands.ts';
import { eventsList, eventsShow } from './events.ts';
import { eventsWhy } from './events-why.ts';
import { exitOf } from './exit-of.ts';
import { packageVersion } from './package-root.ts';
import { poll } from './poll.ts';
import { reload } from './reload.ts';
import { run } from './run.ts';
import { describeState } from './state-commands.ts';
import { status } from './status.ts';
import { validate } from './validate.ts';
import { EXIT, type Exit, type World } from './world.ts';

interface Globals {
  readonly config?: string;
  readonly json?: boolean;
  readonly logLevel?: NoticeLevel;
}

/** Runs one command line and gives its exit code. Never throws and never exits. */
export async function runProgram(args: readonly string[], world: World): Promise<Exit> {
  let exit: Exit = EXIT.done;
  const program = describe(world, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(withIdLast(args), { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return exitOf(error, world);
  }
}

function describe(world: World, end: (exit: Exit) => void): Command {
  const program = new Command('elementd');
  program
    .description(
      'Webhooks for APIs that have none: polls what files in git name, and POSTs a signed event for each change.',
    )
    .version(packageVersion(), '-V, --version')
    .option('--config <file>', 'the configuration (default: ./config.yaml)')
    .option('--json', 'print data as JSON')
    .addOption(new Option('--log-level <level>', 'what is logged').choices(['debug', 'info', 'warn', 'error']))
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .showSuggestionAfterError()
    .exitOverride();

  const common = (command: Command, what: string) => {
    const globals = command.optsWithGlobals<Globals>();
    return { config: globals.config, json: globals.json === true, logLevel: globals.logLevel, what };
  };

  program
    .command('run')
    .description('poll and deliver until stopped')
    .option('--once', 'poll every feed once, try each due delivery once, stop')
    .option('--strict', 'refuse to start while any file has an error')
    .option('--dry-run', 'print what would be polled, and stop')
    .option('--at <iso>', 'with --dry-run: the clock', instant)
    .action(async (options: { once?: boolean; strict?: boolean; dryRun?: boolean; at?: number }, command: Command) => {
      const { config, json, logLevel } = common(command, 'run');
      if (options.dryRun === true) return end(await dryRun({ config, json, at: options.at }, world));
      end(await run({ config, logLevel, once: options.once === true, strict: options.strict === true }, world));
    });

  program
    .command('validate')
    .description('print every problem of every file; no network, no secrets')
    .argument('[files...]', 'only problems of these files')
    .addOption(new Option('--format <format>', 'how problems are printed').choices(['text', 'github']).default('text'))
    .action(async (files: string[], options: { format: string }, command: Command) => {
      const { config, json } = common(command, 'validate');
      end(await validate({ config, json, github: options.format === 'github', files }, world));
    });

  program
    .command('reload')
    .description('have the running daemon look at the files now')
    .action(async (_options: unknown, command: Command) =>
      end(await reload(common(command, 'elementd reload'), world)),
    );

  program
    .command('poll')
    .description('poll one feed now')
    .argument('<feed>', 'INSTANCE/RESOURCE')
    .option('--dry-run', 'print what would be asked, and stop')
    .option('--at <iso>', 'with --dry-run: the clock', instant)
    .option('--believe', 'accept a sweep that was doubted')
    .action(async (feed: string, options: { dryRun?: boolean; at?: number; believe?: boolean }, command: Command) => {
      const shared = common(command, `elementd poll ${feed}`);
      if (options.dryRun === true) return end(await dryRun({ ...shared, at: options.at, feed }, world));
      end(await poll({ ...shared, feed, believe: options.believe === true }, world));
    });

  program
    .command('status')
    .description('show feeds, watermarks, failures, outbox and configuration')
    .argument('[feed]', 'why this feed stands where it stands')
    .action(async (feed: string | undefined, _options: unknown, command: Command) =>
      end(await status({ ...common(command, 'elementd status'), feed }, world)),
    );

  const events = program.command('events').description('look at what was told, send it once more, or give it up');
  events
    .command('list')
    .description('list events, oldest first')
    .option('--feed <feed>', 'only of this feed')
    .option('--record <id>', 'only of this record')
    .option('--since <time>', 'only those told since an ISO instant, or in the last 30m, 2h, 7d', since)
    .addOption(
      new Option('--state <state>', 'only in this state').choices(['pending', 'delivered', 'kept', 'dropped', 'dead']),
    )
    .option('--limit <count>', 'at most so many, the newest', count, 100)
    .action(async (options: ListOptions, command: Command) =>
      end(await eventsList({ ...common(command, 'elementd events list'), query: queryOf(options) }, world)),
    );
  events
    .command('show')
    .description('show one event, or one POST by its webhook-id')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) =>
      end(await eventsShow({ ...common(command, 'elementd events show'), id }, world)),
    );
  describeEventChanges(events, { common, end, since, world });
  events
    .command('why')
    .description('what was last seen and told of a record, and why a reading told nothing')
    .argument('<feed>', 'INSTANCE/RESOURCE')
    .argument('<record>', 'its id; one that begins with a hyphen behind --')
    .action(async (feed: string, record: string, _options: unknown, command: Command) =>
      end(await eventsWhy({ ...common(command, 'elementd events why'), feed, record }, world)),
    );

  describeState(program, { common, end, world });

  program
    .command('demo')
    .description('run a sandbox provider, a receiver and the daemon between them')
    .option('--for <duration>', 'stop by itself after so long', duration)
    .action(async (options: { for?: number }, command: Command) => {
      const { json, logLevel } = common(command, 'demo');
      end(await demo({ json, logLevel, stopAfter: options.for }, world));
    });
  return program;
}

/**
 * The command line with an id that begins with a hyphen behind `--`, so that it is not taken for options. Options have one letter behind one
 * hyphen, or are words of less than 22 characters; ids of older versions have 22.
 */
function withIdLast(args: readonly string[]): string[] {
  const show = args.findIndex((arg, i) => arg === 'show' && args[i - 1] === 'events');
  const at = args.findIndex((arg, i) => i > show && /^-(?:[A-Za-z0-9_][\w-]+|-[\w-]{20})$/.test(arg));
  if (show < 0 || at < 0 || args.includes('--')) return [...args];
  return [...args.slice(0, at), ...args.slice(at + 1), '--', args[at] ?? ''];
}

interface ListOptions {
  readonly feed?: string;
  readonly record?: string;
  readonly since?: number;
  readonly state?: NonNullable<EventQuery['state']>;
  readonly limit: number;
}

function queryOf({ feed, record, since: from, state, limit }: ListOptions): EventQuery {
  return {
    limit,
    ...(feed === undefined ? {} : { feed }),
    ...(record === undefined ? {} : { recordId: record }),
    ...(from === undefined ? {} : { since: from }),
    ...(state === undefined ? {} : { state }),
  };
}

function instant(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It is no instant such as 2026-01-02T03:04:05Z.');
  return at;
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('It is no duration such as 30s, 15m or 2h.');
  return ms;
}

function since(text: string): number {
  const ms = parseDuration(text);
  return ms === undefined ? instant(text) : Date.now() - ms;
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is no whole number above zero.');
  return number;
}
