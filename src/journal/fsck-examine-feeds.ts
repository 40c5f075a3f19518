import type { FeedHead } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import type { Duration } from '../model/instant.ts';
import type { CommitEntry, Roster } from './entry.ts';
import type { BadCheckpoint, CheckpointFile } from './fsck-checkpoints.ts';
import { feedOfPath, lookAtCheckpoint } from './fsck-checkpoints.ts';
import type { FeedCase, Point } from './fsck-feeds.ts';
import { headAt, judgeFeed } from './fsck-feeds.ts';
import type { Act, Finding } from './fsck-finding.ts';
import type { Readers, Rebuilt } from './fsck-rebuild.ts';
import { rebuildFeed } from './fsck-rebuild.ts';
import { sayCarried, sayFeed, sayLeftover, sayParked } from './fsck-say-feeds.ts';
import type { Addition } from './fsck-segments.ts';
import { readStep } from './fsck-segments.ts';
import type { LostRange, Survey } from './fsck-survey.ts';
import { lostRanges } from './fsck-survey.ts';
import { damaged } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';

/** What is to be done about feeds and what they are owed. */
export interface JudgedFeeds {
  readonly findings: readonly Finding[];
  /** What the log needs to say besides; undefined: nothing. */
  readonly addition: Addition | undefined;
  /** All feeds that are not committed anew. */
  readonly roster: () => Promise<Roster>;
  /** To be done after the log says it. */
  readonly acts: readonly Act[];
  /** What is missing behind the end of the log. */
  readonly blind: LostRange | undefined;
  /** No file says which feeds there were. */
  readonly orphaned: boolean;
}

/** The checkpoints as they were before the log was read. */
export interface ExaminedFeeds {
  /** Judges each feed by its checkpoint and by the log. `dead`: ids of the dead letters that can be read. */
  judge(survey: Survey, dead: ReadonlySet<string>, retryFor: Duration): Promise<JudgedFeeds>;
}

/** Reads all checkpoints. Rejects with a Fault `state-newer` where a later version wrote one. */
export async function examineFeeds(disk: Disk, paths: readonly string[]): Promise<ExaminedFeeds> {
  const files = new Map<string, CheckpointFile>();
  const bad = new Map<string, BadCheckpoint>();
  const strangers: Finding[] = [];
  for (const path of paths) {
    const feed = feedOfPath(path) ?? (await namedWithin(disk, path));
    if (feed === undefined) {
      strangers.push({
        file: path,
        says: 'no feed has a checkpoint of this name',
        means: 'nothing',
        repair: 'leave it alone',
        weight: 'note',
      });
      continue;
    }
    const found = await lookAtCheckpoint(disk, path, feed);
    if (found === undefined) continue;
    if ('says' in found) bad.set(feed, found);
    else files.set(feed, found);
  }
  return {
    judge: async (survey, dead, retryFor) => {
      const judged = await judge(disk, { files, bad }, survey, dead, retryFor);
      return { ...judged, findings: [...strangers, ...judged.findings] };
    },
  };
}

/** The name of a feed that is too long for its path. */
async function namedWithin(disk: Disk, path: string): Promise<string | undefined> {
  const bytes = await disk.read(path);
  const line = /^"feed":(".*"),$/m.exec(Buffer.from(bytes ?? []).toString())?.[1];
  if (line === undefined) return undefined;
  try {
    const feed = JSON.parse(line) as string;
    return checkpointPath(feed) === path ? feed : undefined;
  } catch {
    return undefined;
  }
}

async function judge(
  disk: Disk,
  {
    files,
    bad,
  }: { readonly files: ReadonlyMap<string, CheckpointFile>; readonly bad: ReadonlyMap<string, BadCheckpoint> },
  survey: Survey,
  dead: ReadonlySet<string>,
  retryFor: Duration,
): Promise<JudgedFeeds> {
  const blind = blindRange(survey, files, bad);
  const lost = [...lostRanges(survey), ...(blind === undefined ? [] : [blind])];
  const inLive = lost.some((range) => range.live);
  const readers: Readers = {
    retryFor,
    step: (step) => readStep(disk, survey, step),
    file: async (path) => {
      const bytes = await disk.read(path);
      if (bytes === undefined) throw damaged(path, 0, 'it vanished while it was being read');
      return bytes;
    },
  };

  const findings: Finding[] = [];
  const acts: Act[] = [];
  const mentions: (() => Promise<Roster[number]>)[] = [];
  let unnamed = false;
  const rebuilds: (() => Promise<Rebuilt>)[] = [];
  for (const feed of [...new Set([...survey.trails.keys(), ...files.keys(), ...bad.keys()])].sort()) {
    const found: FeedCase = { feed, trail: survey.trails.get(feed), file: files.get(feed), bad: bad.get(feed) };
    const { file, bad: unusable } = found;
    const dropped = survey.dropped.get(feed) ?? 0;
    if (found.trail === undefined && (file?.sequence ?? unusable?.rest.sequence ?? 0) < dropped) {
      const path = checkpointPath(feed);
      findings.push(sayLeftover(path, feed));
      acts.push({ does: 'remove', path });
      continue;
    }
    // What a damaged file says of a later end of the log counts for its own feed alone.
    const beyond = (unusable?.rest.sequence ?? 0) >= survey.next;
    const cut: LostRange = { first: survey.next, last: Infinity, live: true };
    const verdict = judgeFeed(found, beyond ? [...lost, cut] : lost, survey.liveFrom);
    const named = verdict.kind === 'rebuild' || verdict.named;
    // Where the live log is whole and does not name it, and it has no file, it is no feed any more.
    if (!named && !inLive && file === undefined && unusable === undefined) continue;
    if (file?.mended !== undefined) {
      const { path, mended } = file;
      acts.push({ does: 'write', path, bytes: async () => mended });
    }
    let rebuilt: Rebuilt | undefined;
    if (verdict.kind === 'rebuild') {
      const build = (): Promise<Rebuilt> => rebuildFeed(found, verdict, readers);
      rebuilt = await build();
      rebuilds.push(build);
    } else {
      unnamed ||= !named;
      mentions.push(() => mention(found, verdict.points.at(-1), readers));
    }
    if (unusable !== undefined && verdict.kind !== 'park') acts.push({ does: 'remove', path: unusable.path });
    if (verdict.kind === 'park') findings.push(sayParked(found));
    else findings.push(...sayFeed(found, verdict, rebuilt));
  }

  // A pending delivery has a copy in the live log. One that has none was settled where nothing can be read any more, or its copy is lost.
  const carried = [...survey.open.values()].filter(
    ({ live, delivery, sequence }) =>
      !live && !dead.has(delivery.id) && (inLive || !lost.some((range) => range.last > sequence)),
  );
  findings.push(...sayCarried(carried));
  const known = latestKnown(survey, files);
  const needed = rebuilds.length > 0 || unnamed || carried.length > 0;
  const roster = async (): Promise<Roster> => {
    const feeds: Roster[number][] = [];
    for (const name of mentions) feeds.push(await name());
    return feeds;
  };
  const orphaned = blind !== undefined && !survey.speaks && mentions.length + rebuilds.length === 0;
  const addition = needed ? { carried, known, commits: () => commitsOf(rebuilds) } : undefined;
  return { findings, acts, blind, orphaned, roster, addition };
}

async function* commitsOf(rebuilds: readonly (() => Promise<Rebuilt>)[]): AsyncIterable<CommitEntry> {
  for (const build of rebuilds) {
    const { head, generation, snapshot } = await build();
    yield { kind: 'commit', feed: head.feed, generation, head, told: [...snapshot], reborn: true, deliveries: [] };
  }
}

/** What is missing behind the end of the log: all of it, or what a checkpoint was written after. */
function blindRange(
  survey: Survey,
  files: ReadonlyMap<string, CheckpointFile>,
  bad: ReadonlyMap<string, BadCheckpoint>,
): LostRange | undefined {
  const range = { first: survey.next, last: Infinity, live: true };
  if (!survey.speaks) {
    const left = survey.segments.some(({ live }) => !live) || files.size + bad.size > 0;
    // A log that was begun and has no file any more; one that is empty was never written to.
    const gone = survey.begun && survey.segments.length + survey.empty.length === 0 && !survey.waiting;
    return left || gone ? range : undefined;
  }
  return [...files.values()].some(({ sequence }) => sequence >= survey.next) ? range : undefined;
}

/** What is said from now on must come later than anything that a file names. */
function latestKnown(survey: Survey, files: ReadonlyMap<string, CheckpointFile>): number {
  let known = survey.next - 1;
  const see = (sequence: number | undefined): void => {
    if (sequence !== undefined && sequence > known) known = sequence;
  };
  for (const { sequence } of files.values()) see(sequence);
  for (const { rosters } of survey.trails.values()) for (const { checkpoint } of rosters) see(checkpoint);
  return known;
}

/** A feed as a roster names it. One of which nothing is known is named too, or it would start anew. */
async function mention(
  { feed, file, bad }: FeedCase,
  last: Point | undefined,
  readers: Readers,
): Promise<Roster[number]> {
  const said = last?.step === undefined ? headAt(last) : (await readers.step(last.step)).head;
  const unknown: FeedHead = {
    ...{ feed, identity: '', birth: 0, since: 0, watermark: 0, looked: 'none' },
    ...{ request: '', rules: [], noticed: [] },
  };
  const generation = last?.after ?? bad?.rest.generation ?? 1;
  return { head: said ?? bad?.rest.head ?? unknown, generation, checkpoint: file?.sequence ?? 0 };
}
