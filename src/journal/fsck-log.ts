import type { FeedHead } from '../model/change.ts';
import type { Delivery } from '../model/journal.ts';
import type { AmendEntry, BodyPlace, Copy } from './entry.ts';
import type { FoundFrame } from './fsck-frames.ts';
import { isWhole } from './known-feeds.ts';
import { attempted } from './outbox.ts';
import { committed } from './stored.ts';

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
  /** What is older belongs to another life: the sequence that made the feed what it is; 0 where only its own commits did. */
  readonly from: number;
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

type OpenPlace = Pick<OpenDelivery, 'path' | 'sequence' | 'bodiesAt' | 'live'>;

/** What is written down and not yet true. */
interface Batch {
  readonly steps: Map<string, StepMark[]>;
  readonly copies: (Copy & OpenPlace)[];
}

/** What the log says as a whole. */
export interface LogSays {
  readonly trails: Map<string, Trail>;
  readonly open: Map<string, OpenDelivery>;
  /** Deliveries that died last, as they were, with the sequence of their death. */
  readonly died: Map<string, OpenDelivery>;
  readonly batches: Map<number, Batch>;
  /** Feeds that were dropped, by the sequence of that. */
  readonly dropped: Map<string, number>;
}

/** A log that says nothing. */
export function saysNothing(): LogSays {
  return { trails: new Map(), open: new Map(), died: new Map(), batches: new Map(), dropped: new Map() };
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
      const { generation } = entry;
      trailOf(says, entry.feed).steps.push({ sequence, generation, whole: isWhole(entry), live, path, at, length });
      for (const [order, fresh] of entry.deliveries.entries()) {
        takeCopy(says, committed(fresh, sequence, order), { path, sequence, bodiesAt, live });
      }
      return;
    }
    case 'carry':
      takeCopy(says, entry.copy, { path, sequence, bodiesAt, live });
      return;
    case 'stage': {
      const batch: Batch = says.batches.get(entry.batch) ?? { steps: new Map(), copies: [] };
      says.batches.set(entry.batch, batch);
      if (entry.copy !== undefined) batch.copies.push({ ...entry.copy, path, sequence, bodiesAt, live });
      const { step } = entry;
      if (step === undefined) return;
      const { generation } = step;
      const steps = batch.steps.get(step.head.feed) ?? [];
      batch.steps.set(step.head.feed, steps);
      steps.push({ sequence, generation, whole: isWhole(step), live, path, at, length });
      return;
    }
    case 'amend':
      takeAmendment(says, entry, sequence, live);
      return;
    case 'replay': {
      // Whatever it was before, it waits again.
      says.died.delete(entry.copy.delivery.id);
      const delivery = { ...entry.copy.delivery, sequence, replayed: true as const };
      takeCopy(says, { ...entry.copy, delivery }, { path, sequence, bodiesAt, live });
      return;
    }
    case 'settle': {
      const { id, outcome } = entry.settlement;
      const open = says.open.get(id);
      if (outcome !== 'dead') says.died.delete(id);
      else if (open !== undefined) says.died.set(id, { ...open, live: false, sequence });
      says.open.delete(id);
      return;
    }
    case 'attempt': {
      const open = says.open.get(entry.attempt.id);
      if (open !== undefined) open.delivery = attempted(open.delivery, entry.attempt);
      return;
    }
  }
}

function takeAmendment(says: LogSays, entry: AmendEntry, sequence: number, live: boolean): void {
  const { dropped, feeds, moved } = entry;
  const batch = entry.batch === undefined ? undefined : says.batches.get(entry.batch);
  if (entry.batch !== undefined) says.batches.delete(entry.batch);
  for (const feed of dropped) {
    says.trails.delete(feed);
    says.dropped.set(feed, sequence);
  }
  for (const { head, generation } of feeds) {
    const steps = batch?.steps.get(head.feed) ?? [];
    const rosters = [{ sequence, generation, checkpoint: 0, head, live }];
    says.trails.set(head.feed, { from: sequence, steps, rosters });
  }
  for (const open of [...says.open.values(), ...says.died.values()]) {
    if (open.delivery.feed === moved?.from) open.delivery = { ...open.delivery, feed: moved.to };
  }
  batch?.copies.forEach(({ delivery, offset, length, crc, ...place }, order) => {
    takeCopy(says, { delivery: { ...delivery, sequence }, offset, length, crc, order }, place);
  });
}

function takeCopy(says: LogSays, copy: Copy, place: OpenPlace): void {
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
  if (trail === undefined) says.trails.set(feed, (trail = { from: 0, steps: [], rosters: [] }));
  return trail;
}
