import type { FeedHead } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';
import type { AmendEntry, StageEntry } from './entry.ts';
import { isWhole, type CommitPlace, type KnownFeed } from './known-feeds.ts';
import type { Outbox } from './outbox.ts';
import { enter, isOpen, renameFeed } from './outbox.ts';
import type { Segment } from './segment.ts';
import { lairOf } from './stored.ts';
import type { Lair } from './waiting.ts';

/** A delivery that is written down and not yet true. */
interface StagedDelivery {
  readonly copy: NonNullable<StageEntry['copy']>;
  readonly lair: Lair;
}

interface Batch {
  readonly feeds: Map<string, { head: FeedHead; generation: number; readonly commits: CommitPlace[] }>;
  readonly deliveries: StagedDelivery[];
}

/** What amendments leave behind them besides what is true. */
export interface Staged {
  /** Batches whose amendment is still to come. */
  readonly batches: Map<number, Batch>;
  /** The highest number of a batch in the live log. */
  latest: number;
  /** Deliveries that came as dead letters and have no file yet, with the instant of their death. */
  readonly dying: Map<string, Instant>;
  /** Moves in the live log, in order: a letter's file says which of them it knows. */
  readonly moves: { readonly from: string; readonly to: string; readonly sequence: number }[];
  /** Dead letters whose files still say the former name of their feed. */
  readonly misnamed: Set<string>;
  /** Feeds that were dropped in the live log: their checkpoint may still lie there. */
  readonly dropped: Set<string>;
}

/** Where an entry stands. */
interface Standing {
  readonly segment: Segment;
  readonly sequence: number;
  readonly at: number;
  readonly length: number;
  readonly bodiesAt: number;
}

interface Ground {
  readonly feeds: Map<string, KnownFeed>;
  readonly outbox: Outbox;
  readonly staged: Staged;
}

/** Nothing staged. */
export function nothingStaged(): Staged {
  return { batches: new Map(), latest: 0, dying: new Map(), moves: [], misnamed: new Set(), dropped: new Set() };
}

/** Takes note of a staged entry that is durable. */
export function stage({ staged }: Ground, entry: StageEntry, standing: Standing): void {
  const batch: Batch = staged.batches.get(entry.batch) ?? { feeds: new Map(), deliveries: [] };
  staged.batches.set(entry.batch, batch);
  staged.latest = Math.max(staged.latest, entry.batch);
  const { step, copy } = entry;
  if (step !== undefined) {
    const { head } = step;
    const { segment, sequence, at, length } = standing;
    const feed = batch.feeds.get(head.feed) ?? { head, generation: 0, commits: [] };
    batch.feeds.set(head.feed, feed);
    feed.generation = step.generation + 1;
    feed.commits.push({ segment, sequence, at, length, whole: isWhole(step) });
  }
  if (copy !== undefined) batch.deliveries.push({ copy, lair: lairOf(standing, copy) });
}

/** What the amendment of a batch has to say of its feeds. */
export function stagedFeeds({ staged }: Pick<Ground, 'staged'>, batch: number): AmendEntry['feeds'] {
  return [...(staged.batches.get(batch)?.feeds.values() ?? [])].map(({ head, generation }) => ({ head, generation }));
}

/** Makes a durable amendment true. */
export function amend(
  ground: Ground,
  entry: AmendEntry,
  { segment, sequence }: Pick<Standing, 'segment' | 'sequence'>,
): void {
  const { feeds, outbox, staged } = ground;
  const batch = entry.batch === undefined ? undefined : staged.batches.get(entry.batch);
  if (entry.batch !== undefined) staged.batches.delete(entry.batch);
  segment.newest = Math.max(segment.newest, entry.at);
  for (const name of entry.dropped) {
    feeds.delete(name);
    staged.dropped.add(name);
  }
  for (const { head, generation } of entry.feeds) {
    const name = head.feed;
    // What was staged may be retired already; then a checkpoint holds it.
    const commits = batch?.feeds.get(name)?.commits ?? [];
    for (const commit of commits) commit.segment.feeds.set(name, commit.sequence);
    feeds.set(name, { name, head, generation, last: sequence, checkpoint: 0, commits });
  }
  if (entry.moved !== undefined) {
    const { from, to } = entry.moved;
    staged.moves.push({ from, to, sequence });
    for (const id of renameFeed(outbox, from, to)) staged.misnamed.add(id);
  }
  batch?.deliveries.forEach(({ copy, lair }, order) => {
    if (!isOpen(outbox, copy.delivery.id))
      enter(outbox, { ...copy, delivery: { ...copy.delivery, sequence }, order }, lair);
    if (copy.diedAt !== undefined) staged.dying.set(copy.delivery.id, copy.diedAt);
  });
}

/** Gives dead letters that were read from their files the names that their feeds have since they died. */
export function renameLetters({ outbox, staged }: Pick<Ground, 'outbox' | 'staged'>): void {
  staged.misnamed.clear();
  for (const [id, letter] of outbox.dead) {
    let { feed } = letter.delivery;
    for (const { from, to, sequence } of staged.moves) if (feed === from && sequence > (letter.named ?? 0)) feed = to;
    if (feed === letter.delivery.feed) continue;
    outbox.dead.set(id, { ...letter, delivery: { ...letter.delivery, feed } });
    staged.misnamed.add(id);
  }
}
