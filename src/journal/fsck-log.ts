import type { FeedHead } from '../model/change.ts';
import type { Delivery } from '../model/journal.ts';
import type { BodyPlace, Copy } from './entry.ts';
import type { FoundFrame } from './fsck-frames.ts';
import { attempted, indexed } from './outbox.ts';

/** A whole commit of a feed, and where to read it. */
export interface StepMark {
  readonly sequence: number;
  readonly generation: number;
  /** It needs nothing that came before it. */
  readonly whole: boolean;
  readonly live: boolean;
  readonly path: string;
  readonly at: number;
  readonly length: number;
}

/** What a roster says of a feed. */
export interface RosterMark {
  readonly sequence: number;
  readonly generation: number;
  readonly checkpoint: number;
  readonly head: FeedHead;
  readonly live: boolean;
}

/** All that the log says of a feed, in order. */
export interface Trail {
  readonly steps: StepMark[];
  readonly rosters: RosterMark[];
}

/** A delivery of which no settlement can be read. */
export interface OpenDelivery {
  delivery: Delivery;
  readonly order: number;
  /** Where its latest copy lies. */
  path: string;
  sequence: number;
  bodiesAt: number;
  body: BodyPlace;
  /** Opening the journal finds it. */
  live: boolean;
}

/** What the log says as a whole. */
export interface LogSays {
  readonly trails: Map<string, Trail>;
  readonly open: Map<string, OpenDelivery>;
}

/** Takes what a frame says; frames come in order. */
export function takeFrame(says: LogSays, found: FoundFrame, path: string, live: boolean): void {
  const { entry, sequence, at, length, bodiesAt } = found;
  switch (entry.kind) {
    case 'roster':
      for (const { head, generation, checkpoint } of entry.feeds) {
        trailOf(says, head.feed).rosters.push({ sequence, generation, checkpoint, head, live });
      }
      return;
    case 'commit': {
      const { generation, reborn } = entry;
      const whole = generation === 0 || reborn === true;
      trailOf(says, entry.feed).steps.push({ sequence, generation, whole, live, path, at, length });
      for (const [order, fresh] of entry.deliveries.entries()) {
        const copy = { delivery: indexed(fresh, sequence, fresh.length), order, ...placeIn(fresh) };
        takeCopy(says, copy, { path, sequence, bodiesAt, live });
      }
      return;
    }
    case 'carry':
      takeCopy(says, entry.copy, { path, sequence, bodiesAt, live });
      return;
    case 'settle':
      says.open.delete(entry.settlement.id);
      return;
    case 'attempt': {
      const open = says.open.get(entry.attempt.id);
      if (open !== undefined) open.delivery = attempted(open.delivery, entry.attempt);
      return;
    }
  }
}

function takeCopy(
  says: LogSays,
  copy: Copy,
  place: Pick<OpenDelivery, 'path' | 'sequence' | 'bodiesAt' | 'live'>,
): void {
  const { delivery, order } = copy;
  const open = says.open.get(delivery.id);
  const body = placeIn(copy);
  if (open === undefined) says.open.set(delivery.id, { delivery, order, body, ...place });
  else Object.assign(open, { body, ...place });
}

function placeIn({ offset, length, crc }: BodyPlace): BodyPlace {
  return { offset, length, crc };
}

function trailOf(says: LogSays, feed: string): Trail {
  let trail = says.trails.get(feed);
  if (trail === undefined) says.trails.set(feed, (trail = { steps: [], rosters: [] }));
  return trail;
}
