import type { FeedHead } from '../model/change.ts';
import { Fault, type FaultCode } from '../model/fault.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Scheduled } from '../schedule/scheduler.ts';
import { giveBirth } from './cycle.ts';
import type { EnginePorts } from './ports.ts';
import { phaseOf } from './preview.ts';

/** Faults at a birth that the other feeds need not wait for. */
const POSTPONED: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'disk-full',
  'checkpoint-missing',
  'journal-damaged',
  'state-newer',
]);

/**
 * Gives a feed its birth, or another one, and says so. On a full disk it is born with its first poll instead, with the same instant; where its
 * memory cannot be read, that is what its first poll fails for.
 */
export async function bear(
  feed: Feed,
  at: Instant,
  ports: EnginePorts,
  onFull: () => void,
  give = giveBirth,
): Promise<void> {
  try {
    await give(feed, at, ports);
    const says = feed.baseline
      ? 'is new: its first look reads everything'
      : 'is new: it tells what changes from now on';
    ports.tell({ name: 'feed:born', level: 'info', at, feed: feed.id, instance: feed.instance, says });
  } catch (error) {
    if (!(error instanceof Fault) || !POSTPONED.has(error.code)) throw error;
    if (error.code === 'disk-full') onFull();
  }
}

/** A feed's place in time; one whose first look is still to come does not wait for its slot. */
export function scheduledAs(feed: Feed, head: FeedHead | undefined): Scheduled {
  const atOnce = head === undefined || head.looked === 'none' || head.identity !== feed.identity;
  return { id: feed.id, schedule: feed.schedule, phase: phaseOf(feed), atOnce };
}

/** Runs acts one after the other, in the order in which they were asked for. */
export function oneAfterTheOther(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
}
