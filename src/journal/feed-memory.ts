import type { FeedHead, FeedState } from '../model/change.ts';
import type { Commit } from '../model/journal.ts';
import { CompactSnapshot } from './compact-snapshot.ts';

/** What is remembered of one feed, as it changes from commit to commit. */
export interface FeedMemory {
  head: FeedHead;
  generation: number;
  readonly snapshot: CompactSnapshot;
}

/** The part of a commit that changes what is remembered of its feed. */
export type FeedStep = Pick<Commit, 'head' | 'generation' | 'told' | 'reborn'>;

/** Makes a step true. The snapshot stays the same object through every step, also through a rebirth, so that it is live for its readers. */
export function remember(memory: FeedMemory | undefined, step: FeedStep): FeedMemory {
  const feed = memory ?? { head: step.head, generation: 0, snapshot: new CompactSnapshot() };
  if (step.reborn === true) feed.snapshot.clear();
  for (const [recordId, told] of step.told) feed.snapshot.set(recordId, told);
  feed.head = step.head;
  feed.generation = step.generation + 1;
  return feed;
}

/**
 * What a reader gets: head and generation as they are now, the snapshot live. A generation that moved along would defeat the
 * refusal of steps that were computed from an older one.
 */
export function readable(memory: FeedMemory): FeedState {
  return { head: memory.head, generation: memory.generation, snapshot: memory.snapshot };
}
