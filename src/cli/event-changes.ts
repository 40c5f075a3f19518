import type { Amended, Chosen, Selection } from '../deliver/by-command.ts';
import { counted } from './count-words.ts';
import { table } from './table.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface EventChangeOptions extends ControlOptions {
  readonly json: boolean;
  readonly selection: Selection;
}

/** `elementd events replay`: POSTs are sent once more. Without a daemon each is tried once. */
export async function eventsReplay(options: EventChangeOptions, world: World): Promise<Exit> {
  return withControl(
    options,
    world,
    async (control, local) => {
      const amended = await control.replay(options.selection);
      const then = local ? 'each is tried once now' : 'the daemon sends them now';
      return told(amended, { did: 'replayed', none: 'Nothing to replay.', then }, options, world);
    },
    'replay',
  );
}

/** `elementd events drop`: dead letters, and what waits where it is named, are given up. */
export async function eventsDrop(options: EventChangeOptions, world: World): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const amended = await control.drop(options.selection);
    const then = 'they are never sent; `elementd events list --state dropped` shows them until the retention ends';
    return told(amended, { did: 'dropped', none: 'No dead letters to drop.', then }, options, world);
  });
}

interface Words {
  readonly did: 'replayed' | 'dropped';
  readonly none: string;
  /** What happens to them now. */
  readonly then: string;
}

function told({ done, refused, unknown }: Amended, words: Words, { json }: EventChangeOptions, world: World): Exit {
  if (json) world.out(`${JSON.stringify({ [words.did]: done, refused, unknown }, undefined, 2)}\n`);
  else if (done.length > 0) {
    world.out(listText(done, world));
    const events = done.reduce((sum, one) => sum + one.events.length, 0);
    world.out(`${counted(done.length, 'POST')} with ${counted(events, 'event')} ${words.did}: ${words.then}\n`);
  } else if (refused.length === 0 && unknown.length === 0) world.out(`${words.none}\n`);
  for (const { delivery, says } of refused) world.err(`elementd: ${delivery} was not ${words.did}: ${says}\n`);
  for (const id of unknown) {
    world.err(
      `elementd: there is no event or POST "${id}" within the retention, so nothing was ${words.did}; \`elementd events list\` shows those there are\n`,
    );
  }
  return refused.length + unknown.length > 0 ? EXIT.fault : EXIT.done;
}

function listText(done: readonly Chosen[], world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const columns = ['WAS', 'FEED', 'WEBHOOK-ID', 'EVENTS'].map((title) => ({ title }));
  const rows = done.map(({ was, feed, delivery, events }) => [was, feed, delivery, events.join(' ')]);
  return table(columns, rows, (title) => style('bold', title));
}
