import type { MovedFeed, Waiting } from '../engine/amendments.ts';
import { counted } from './count-words.ts';
import { refused } from './refused.ts';
import { roughly, shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, type Exit, type World } from './world.ts';

type Options = ControlOptions & { readonly json: boolean };

/** `elementd state set FEED --watermark ISO [--skip]`: where the next poll reads from. */
export async function stateSet(
  options: Options & { readonly feed: string; readonly watermark: number; readonly skip: boolean },
  world: World,
): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const { feed } = options;
    const answer = await control.stateSet(feed, options.watermark, options.skip);
    if (!answer.ok) return refused(answer, world);
    const { from, to, since, unread } = answer;
    if (options.json) {
      const [before, watermark] = [from, to].map((at) => new Date(at).toISOString());
      world.out(`${JSON.stringify({ feed, before, watermark }, undefined, 2)}\n`);
    } else if (from === to) world.out(`${feed} stands at ${exact(to)} already\n`);
    else world.out(`${feed} is read from ${exact(to)} on; it stood at ${exact(from)}\n`);
    if (to > from)
      world.err(
        `elementd: given up: what changed in the ${roughly(to - from)} from ${exact(from)} to ${exact(to)} and was not read yet\n`,
      );
    if (to < from && since !== 'all' && to < since)
      world.err(
        `elementd: what was changed before ${exact(since)} is learned and not told: the feed tells since then\n`,
      );
    if (unread) world.err(`elementd: the url of ${feed} holds no date word: every poll reads everything anyway\n`);
    return EXIT.done;
  });
}

/** `elementd state forget FEED`: drops what is remembered of it. */
export async function stateForget(options: Options & { readonly feed: string }, world: World): Promise<Exit> {
  return withControl(options, world, async (control, local) => {
    const { feed } = options;
    const answer = await control.stateForget(feed);
    if (!answer.ok) return refused(answer, world);
    const { planned, waiting } = answer;
    if (options.json) world.out(`${JSON.stringify({ feed, planned, waiting }, undefined, 2)}\n`);
    else {
      const next = !planned ? 'no file names it' : local ? 'it begins anew when elementd runs' : 'it begins anew now';
      world.out(`forgot ${feed}; ${next}\n`);
    }
    const fate = planned ? 'delivered all the same' : 'parked until a file names it again';
    tellWaiting(feed, waiting, fate, world);
    return EXIT.done;
  });
}

/** `elementd state move OLD NEW`: lets a feed, or all feeds of an instance, go on under another name. */
export async function stateMove(
  options: Options & { readonly from: string; readonly to: string; readonly replace: boolean },
  world: World,
): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const answer = await control.stateMove(options.from, options.to, options.replace);
    if (!answer.ok) return refused(answer, world);
    const { moved, tokens } = answer;
    if (options.json) {
      const feeds = moved.map(({ from, head, waiting, dropped }) => ({
        from,
        to: head.feed,
        watermark: new Date(head.watermark).toISOString(),
        waiting,
        dropped: dropped === undefined ? undefined : { known: dropped.known, told: dropped.told },
      }));
      world.out(`${JSON.stringify({ feeds, tokens }, undefined, 2)}\n`);
    } else for (const one of moved) world.out(movedText(one));
    for (const { from, head, waiting, dropped } of moved) {
      if (dropped !== undefined && dropped.told > 0)
        world.err(
          `elementd: dropped what ${head.feed} was: ${counted(dropped.known, 'record')} known, ${dropped.told} of them told, complete to ${shortInstant(dropped.head.watermark)}\n`,
        );
      tellWaiting(from, waiting, `delivered as events of ${head.feed}`, world);
    }
    if (tokens === 'moved') world.err(`elementd: the tokens of ${options.from} are those of ${options.to} now\n`);
    if (tokens === 'kept')
      world.err(
        `elementd: ${options.to} was authorized itself and keeps its tokens; those of ${options.from} stay where they are\n`,
      );
    return EXIT.done;
  });
}

function movedText({ from, head }: MovedFeed): string {
  return `${from} goes on as ${head.feed}; it is complete to ${shortInstant(head.watermark)}\n`;
}

function tellWaiting(feed: string, { events, dead }: Waiting, fate: string, world: World): void {
  if (events > 0) world.err(`elementd: ${counted(events, 'event')} of ${feed} still to be delivered: ${fate}\n`);
  if (dead > 0) world.err(`elementd: ${counted(dead, 'event')} of ${feed} in dead letters: kept\n`);
}

function exact(at: number): string {
  return new Date(at).toISOString();
}
