import { Option, type Command } from 'commander';
import type { Selection } from '../deliver/by-command.ts';
import { eventsDrop, eventsReplay, type EventChangeOptions } from './event-changes.ts';
import type { Exit, World } from './world.ts';

interface Described {
  /** What every command is given. */
  readonly common: (command: Command, what: string) => Omit<EventChangeOptions, 'selection'>;
  readonly end: (exit: Exit) => void;
  /** Reads an instant, or how long ago it was. */
  readonly since: (text: string) => number;
  readonly world: World;
}

interface Options {
  readonly feed?: string;
  readonly since?: number;
  readonly state?: NonNullable<Selection['state']>;
  readonly all?: boolean;
}

/** Adds `events replay` and `events drop`. */
export function describeEventChanges(events: Command, { common, end, since, world }: Described): void {
  events
    .command('replay')
    .description('send POSTs once more: the same id and bytes, signed anew, outside the order of their records')
    .argument('[ids...]', 'events, or POSTs by their webhook-id')
    .option('--feed <feed>', 'what was told of this feed')
    .option('--since <time>', 'what was told since an ISO instant, or in the last 30m, 2h, 7d', since)
    .addOption(
      new Option('--state <state>', 'only what is in this state').choices(['delivered', 'kept', 'dropped', 'dead']),
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      const wide = options.since === undefined && options.state !== 'dead';
      if (ids.length === 0 && wide) {
        command.error('error: say which: ids, --since TIME (with --feed for one feed), or --state dead');
      }
      const selection = selectionOf(ids, options, command);
      end(await eventsReplay({ ...common(command, 'elementd events replay'), selection }, world));
    });

  events
    .command('drop')
    .description('give up dead letters, or what waits where it is named: it is never sent')
    .argument('[ids...]', 'events, or POSTs by their webhook-id')
    .option('--feed <feed>', 'dead letters of this feed')
    .option('--since <time>', 'dead letters of what was told since an ISO instant, or in the last 30m, 2h, 7d', since)
    .option('--all', 'all dead letters')
    .action(async (ids: string[], options: Options, command: Command) => {
      if (ids.length === 0 && options.feed === undefined && options.since === undefined && options.all !== true) {
        command.error('error: say which: ids, --feed FEED, --since TIME, or --all');
      }
      const selection = selectionOf(ids, options, command);
      end(await eventsDrop({ ...common(command, 'elementd events drop'), selection }, world));
    });
}

function selectionOf(ids: readonly string[], { feed, since, state, all }: Options, command: Command): Selection {
  const others = [feed, since, state, all].some((one) => one !== undefined);
  if (ids.length > 0 && others) command.error('error: say either ids or options, not both');
  if (ids.length > 0) return { ids };
  return {
    ...(feed === undefined ? {} : { feed }),
    ...(since === undefined ? {} : { since }),
    ...(state === undefined ? {} : { state }),
  };
}
