import type { Change, FeedHead, FeedState, Outcome, Snapshot } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import { composeDeliveries } from '../deliver/compose.ts';
import { adopt, newborn } from '../detect/head.ts';
import { nobody, type Witness } from '../detect/witness.ts';
import type { EnginePorts, Outbox } from './ports.ts';
import type { PollFailure } from './ask.ts';

/** A large poll commits in slices of at most so many changes; only the last one moves the watermark. */
const SLICE = 1_000;

const EMPTY: Snapshot = new Map();

/** What a poll carries with it. */
export interface Work {
  readonly feed: Feed;
  readonly ports: EnginePorts;
  readonly outbox: Outbox;
  readonly witness: Witness;
  head: FeedHead;
  snapshot: Snapshot;
  generation: number;
  reborn: boolean;
  readonly pending: Outcome[];
  readonly counts: { created: number; updated: number; deleted: number };
  told: number;
  pollDate: Instant;
  /** Names of notices that this poll gave once for the feed. */
  readonly noticed: string[];
}

/** When a feed of a new identity was born, as its former head remembers. */
function birthOf(feed: Feed, former: FeedHead | undefined): Instant | undefined {
  return former?.successor?.identity === feed.identity ? former.successor.birth : undefined;
}

/** Loads what is remembered of a feed; of another identity nothing is. */
export async function openWork(
  feed: Feed,
  ports: EnginePorts,
  outbox: Outbox,
  { appliedAt, witness = nobody }: { readonly appliedAt: Instant; readonly witness?: Witness | undefined },
): Promise<Work> {
  const state: FeedState | undefined = await ports.journal.load(feed.id);
  const adopted = state === undefined ? undefined : adopt(state.head, feed);
  return {
    feed,
    ports,
    outbox,
    witness,
    head: adopted ?? newborn(feed, birthOf(feed, state?.head) ?? appliedAt),
    snapshot: adopted === undefined || state === undefined ? EMPTY : state.snapshot,
    generation: state?.generation ?? 0,
    reborn: state !== undefined && adopted === undefined,
    pending: [],
    counts: { created: 0, updated: 0, deleted: 0 },
    told: 0,
    pollDate: ports.clock.now(),
    noticed: [],
  };
}

/**
 * Commits what is pending: whole slices while the reading goes on, all of it, or all of it with the head that ends the poll. Gives a
 * failure where the callback takes no more, or the poll was stopped.
 */
export async function flush(
  work: Work,
  head: FeedHead,
  what: 'slices' | 'all' | 'end',
  signal: AbortSignal,
): Promise<PollFailure | undefined> {
  for (;;) {
    const enough = what === 'slices' ? SLICE : 1;
    const ends = what === 'end' && work.pending.length <= SLICE;
    if (work.pending.length < enough && !ends) return undefined;
    if (signal.aborted) return { says: 'the poll was stopped' };
    const slice = work.pending.slice(0, SLICE);
    const pollable = slice.length === 0 ? undefined : work.outbox.pollable(work.feed.callback?.key);
    if (pollable?.ok === false) return { says: pollable.says };
    await commitSlice(work, slice, ends ? head : work.head);
    work.pending.splice(0, slice.length);
    if (ends) return undefined;
  }
}

async function commitSlice(work: Work, slice: readonly Outcome[], head: FeedHead): Promise<void> {
  const { feed, ports } = work;
  const changes = slice.flatMap((outcome): readonly Change[] => (outcome.change === undefined ? [] : [outcome.change]));
  const deliveries = composeDeliveries(feed.teller, changes, {
    pollDate: work.pollDate,
    at: ports.clock.now(),
    callback: feed.callback?.key,
  });
  await ports.journal.commit({
    feed: feed.id,
    generation: work.generation,
    head,
    told: slice.map((outcome) => [outcome.recordId, outcome.told] as const),
    ...(work.reborn ? { reborn: true } : {}),
    deliveries,
  });
  work.generation++;
  work.reborn = false;
  if (work.snapshot === EMPTY) work.snapshot = (await ports.journal.load(feed.id))?.snapshot ?? EMPTY;
  for (const change of changes) {
    if (change.kind === 'CREATED') work.counts.created++;
    else if (change.kind === 'UPDATED') work.counts.updated++;
    else work.counts.deleted++;
  }
  work.told += changes.length;
  work.outbox.committed(deliveries);
}
