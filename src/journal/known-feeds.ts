import type { FeedHead } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { CommitEntry, Roster } from './entry.ts';
import { decodeEntry } from './entry.ts';
import type { FeedMemory, FeedStep } from './feed-memory.ts';
import { remember } from './feed-memory.ts';
import { readFrame } from './frame.ts';
import { checkpointHint, checkpointMissing, damaged, unreadable } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';
import type { Segment } from './segment.ts';
import { readSegmentAt } from './segment.ts';

/** Where a commit of a feed stands in the live log. */
export interface CommitPlace {
  readonly segment: Segment;
  readonly at: number;
  readonly length: number;
  readonly sequence: number;
  /** It needs nothing that came before it: a feed's first commit, or its rebirth. */
  readonly whole: boolean;
}

/** A feed as the journal knows it; what it was told is read when it is asked for. */
export interface KnownFeed {
  readonly name: string;
  head: FeedHead;
  generation: number;
  /** Sequence of its last commit; 0 where the live log holds none. */
  last: number;
  /** Sequence of its latest checkpoint, as far as known; 0: none. */
  checkpoint: number;
  /** Its commits in the live log, until what it was told is in memory. */
  commits: CommitPlace[];
  memory?: FeedMemory;
  loading?: Promise<FeedMemory>;
}

/** Adds the feeds of a roster that are not known yet. */
export function knowRoster(feeds: Map<string, KnownFeed>, roster: Roster): void {
  for (const { head, generation, checkpoint } of roster) {
    if (feeds.has(head.feed)) continue;
    feeds.set(head.feed, { name: head.feed, head, generation, last: 0, checkpoint, commits: [] });
  }
}

/** The roster as of now. */
export function rosterOf(feeds: ReadonlyMap<string, KnownFeed>): Roster {
  return [...feeds.values()].map(({ head, generation, checkpoint }) => ({ head, generation, checkpoint }));
}

/** Makes a commit that was just written known, and remembers it at once where that needs no reading. */
export function takeCommit(
  feeds: Map<string, KnownFeed>,
  step: FeedStep & Pick<CommitEntry, 'feed'>,
  place: Omit<CommitPlace, 'whole'>,
): void {
  const feed = knowCommit(feeds, step, place);
  if (feed.memory !== undefined || feed.loading !== undefined || !isWhole(step)) return;
  feed.memory = remember(undefined, step);
  feed.commits = [];
}

/** Makes a durable commit known: remembered where the feed is in memory, else noted as to be read. */
export function knowCommit(
  feeds: Map<string, KnownFeed>,
  step: FeedStep & Pick<CommitEntry, 'feed'>,
  place: Omit<CommitPlace, 'whole'>,
): KnownFeed {
  let feed = feeds.get(step.feed);
  if (feed === undefined) {
    feed = { name: step.feed, head: step.head, generation: 0, last: 0, checkpoint: 0, commits: [] };
    feeds.set(step.feed, feed);
  }
  feed.head = step.head;
  feed.generation = step.generation + 1;
  const { segment, at, length, sequence } = place;
  feed.last = sequence;
  segment.feeds.set(step.feed, sequence);
  if (feed.memory === undefined) feed.commits.push({ segment, at, length, sequence, whole: isWhole(step) });
  else remember(feed.memory, step);
  return feed;
}

/**
 * What a feed was told, read once and kept. Rejects with a Fault `checkpoint-missing` where the log alone does not hold it, `journal-damaged`
 * where checkpoint and log do not fit each other.
 */
export async function memoryOf(disk: Disk, feed: KnownFeed): Promise<FeedMemory> {
  if (feed.memory !== undefined) return feed.memory;
  feed.loading ??= readMemory(disk, feed).finally(() => {
    delete feed.loading;
  });
  return feed.loading;
}

/** Writes the checkpoint of a feed, unless the latest one holds everything up to that sequence already. */
export async function checkpointThrough(disk: Disk, feed: KnownFeed, sequence: number): Promise<void> {
  if (feed.checkpoint >= sequence) return;
  const memory = await memoryOf(disk, feed);
  if (feed.checkpoint >= sequence) return;
  const { last } = feed;
  await writeCheckpoint(disk, feed.name, memory, last);
  feed.checkpoint = last;
}

async function readMemory(disk: Disk, feed: KnownFeed): Promise<FeedMemory> {
  const path = checkpointPath(feed.name);
  const checkpoint = await readCheckpoint(disk, feed.name);
  let memory = checkpoint?.memory;
  let from = feed.commits.findLastIndex((commit) => commit.whole);
  if (checkpoint === undefined && from < 0) throw checkpointMissing(feed.name, path);

  if (checkpoint !== undefined) {
    // A rebirth behind the checkpoint needs it no more; commits that it holds already are passed over.
    const fresh = feed.commits.findIndex((commit) => commit.sequence > checkpoint.sequence);
    from = Math.max(from, fresh < 0 ? feed.commits.length : fresh);
  }
  // The list grows while it is being read. After the last look at it nothing may be awaited before the memory is in place, or a commit
  // would be noted that nobody reads.
  for (let next = from; next < feed.commits.length; next += 1) {
    const place = feed.commits[next];
    if (place === undefined) break;
    const step = await readStep(disk, place);
    const generation = memory?.generation ?? 0;
    if (!isWhole(step) && step.generation !== generation) throw misfit(feed, path, generation, step.generation);
    memory = remember(isWhole(step) ? undefined : memory, step);
  }
  if (memory === undefined || memory.generation !== feed.generation) {
    throw misfit(feed, path, memory?.generation ?? 0, feed.generation);
  }
  // What the checkpoint holds is not marked as such: a process that ended may have put it in place without making that durable.
  feed.memory = memory;
  feed.commits = [];
  return memory;
}

async function readStep(disk: Disk, place: CommitPlace): Promise<FeedStep> {
  const frame = readFrame(await readSegmentAt(disk, place.segment, place.at, place.length), 0);
  if (frame === undefined) throw damaged(place.segment.path, place.at, 'a commit has changed on the disk');
  const entry = decodeEntry(frame.payload)?.entry;
  const step = entry?.kind === 'stage' ? entry.step : entry;
  if (step === undefined || !('told' in step)) throw damaged(place.segment.path, place.at, 'no commit where one was');
  return step;
}

/** Whether a step needs nothing that came before it. */
export function isWhole(step: FeedStep): boolean {
  return step.generation === 0 || step.reborn === true;
}

function misfit(feed: KnownFeed, path: string, found: number, needed: number): Error {
  const says = `it stands at generation ${found}, but the journal needs generation ${needed}`;
  return unreadable(path, says, checkpointHint);
}
