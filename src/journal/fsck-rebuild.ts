import type { FeedHead, Told } from '../model/change.ts';
import type { Duration, Instant } from '../model/instant.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { FeedCase, Point, Verdict } from './fsck-feeds.ts';
import { headAt } from './fsck-feeds.ts';
import type { StepMark } from './fsck-log.ts';
import type { FeedStep } from './feed-memory.ts';

type Rebuild = Extract<Verdict, { kind: 'rebuild' }>;
type Snapshot = ReadonlyMap<string, Told>;

/** A feed as it goes on, and what that means. */
export interface Rebuilt {
  /** To be committed whole, from that generation on. */
  readonly head: FeedHead;
  readonly generation: number;
  readonly snapshot: ReadonlyMap<string, Told>;
  /** The watermark that stood. */
  readonly stood: Instant;
  /** Records that go back to the version before the one told last, so that they are told again. */
  readonly untold: number;
}

/** How what cannot be read in memory is read. */
export interface Readers {
  readonly step: (step: StepMark) => Promise<FeedStep>;
  readonly file: (path: string) => Promise<Uint8Array>;
  /** For how long a delivery may have been pending, where nothing else says so. */
  readonly retryFor: Duration;
}

/** Dates and polls that lie so close before a watermark may belong to what came after it. */
const slack: Duration = 86_400_000;

/** Works out what a feed was told from what can be read of it. */
export async function rebuildFeed(found: FeedCase, verdict: Rebuild, readers: Readers): Promise<Rebuilt> {
  const { points, gap } = verdict;
  const { file, bad } = found;
  const headOf = async (point: Point | undefined): Promise<FeedHead | undefined> =>
    point?.step === undefined ? headAt(point) : (await readers.step(point.step)).head;
  const latest = (await headOf(points.at(-1))) ?? bad?.rest.head;
  if (latest === undefined) throw new Error(`nothing says the head of ${found.feed}`);
  const generation = Math.max(
    ...points.map((point) => point.after),
    points.length === 0 ? (bad?.rest.generation ?? 1) : 1,
  );

  const fold = async (steps: readonly Point[], into: Map<string, Told>): Promise<Map<string, Told>> => {
    for (const { step } of steps) {
      if (step === undefined) continue;
      const { told, reborn, head } = await readers.step(step);
      // What belongs to a former life of the feed is known to nobody who knows this one.
      if (head.birth !== latest.birth) continue;
      if (reborn === true) into.clear();
      for (const [recordId, version] of told) into.set(recordId, version);
    }
    return into;
  };

  const former = await headOf(gap?.former);
  const before = former?.birth === latest.birth ? former : undefined;
  const since = latest.since === 'all' ? 0 : latest.since;
  const at = points.findIndex((point) => point.file !== undefined);
  const gapAt = gap === undefined ? points.length : points.indexOf(gap.next);
  const stood = latest.watermark;

  if (file !== undefined && at >= 0) {
    const bytes = file.mended ?? (await readers.file(file.path));
    const { memory } = await parseCheckpoint(file.path, found.feed, bytes, async () => undefined);
    const remembered: Snapshot = memory.head.birth === latest.birth ? new Map(memory.snapshot) : new Map();
    if (at < gapAt) {
      const snapshot = await fold(points.slice(at + 1), new Map(remembered));
      const looked = lookAgain(snapshot, latest, before?.looked ?? 'none');
      const head = verdict.exact ? latest : setBack(latest, before?.watermark ?? since, looked);
      return { head, generation, snapshot, stood, untold: 0 };
    }
    const floor = Math.max(since, memory.head.watermark - readers.retryFor);
    const told = await fold(points.slice(0, at), new Map());
    const complete = points[0]?.whole === true;
    const blind = before === undefined ? floor : before.watermark - slack;
    const untold = merge(told, remembered, complete ? undefined : blind);
    const snapshot = await fold(points.slice(at + 1), told);
    const watermark = complete && before !== undefined ? before.watermark : Math.max(since, blind);
    return { head: setBack(latest, watermark, latest.looked), generation, snapshot, stood, untold };
  }

  const snapshot = await fold(points, new Map());
  if (verdict.exact) return { head: latest, generation, snapshot, stood, untold: 0 };
  if (verdict.salvaged && bad !== undefined) {
    const { records } = bad.rest;
    const blind = before === undefined ? Math.max(since, stood - readers.retryFor) : before.watermark - slack;
    const complete = points[0]?.whole === true && before !== undefined;
    const own = points.findIndex((point) => point.head !== undefined);
    const later = verdict.undelivered && (own < 0 || own >= gapAt);
    const untold = merge(snapshot, records, !later ? Infinity : complete ? undefined : blind);
    const head = setBack(latest, since, lookAgain(snapshot, latest, 'none'));
    return { head, generation, snapshot, stood, untold };
  }
  const watermark = before?.watermark ?? since;
  const looked = lookAgain(snapshot, latest, before?.looked ?? 'none');
  return { head: setBack(latest, watermark, looked), generation, snapshot, stood, untold: 0 };
}

/**
 * Adds what a later checkpoint says to what commits say, as far as it tells nothing that may not have been delivered. A version of which
 * no commit is known, and which was told at or after `blindFrom`, goes back to one that every reading differs from; undefined: all such
 * versions were told by commits that are missing; Infinity: none was. Returns how many versions were held back.
 */
function merge(told: Map<string, Told>, later: Snapshot, blindFrom: Instant | undefined): number {
  let held = 0;
  for (const [recordId, version] of later) {
    const known = told.get(recordId);
    if (known !== undefined) {
      if (version.n === known.n || (version.n > known.n && blindFrom === Infinity)) told.set(recordId, version);
      else if (version.n > known.n) held += 1;
    } else if (version.n === 0) told.set(recordId, version);
    else if (blindFrom === undefined) held += 1;
    else if (Math.max(version.at, version.date ?? 0) < blindFrom) told.set(recordId, version);
    else {
      told.set(recordId, untell(version));
      held += 1;
    }
  }
  return held;
}

/** The version before the one told last, as far as it can be known. A record that was deleted since is there again as it was. */
function untell(version: Told): Told {
  const { gone, deleted: _deleted, ...there } = version;
  const n = Math.max(0, version.n - 1);
  if (gone !== undefined) return { ...there, n };
  const { date: _date, ...undated } = there;
  return { ...undated, n, digest: '-'.repeat(version.digest.length) };
}

/** The head with its watermark moved back: nothing is taken as unchanged, and what is absent is judged anew. */
function setBack(head: FeedHead, watermark: Instant, looked: FeedHead['looked']): FeedHead {
  const { validator: _validator, shiftingStart: _shifting, sweptAt: _swept, ...rest } = head;
  return { ...rest, watermark: Math.min(head.watermark, watermark), looked };
}

/**
 * Whether a feed whose snapshot may lack records is looked at as a whole again, which learns the old ones without telling them. Records
 * without dates would be learned as well when they are news, so of those none is withheld.
 */
function lookAgain(snapshot: Snapshot, latest: FeedHead, before: FeedHead['looked']): FeedHead['looked'] {
  let dated = 0;
  for (const version of snapshot.values()) if (version.date !== undefined) dated += 1;
  if (dated * 2 < snapshot.size) return latest.looked;
  const order = ['none', 'partial', 'full'] as const;
  return order.indexOf(before) < order.indexOf(latest.looked) ? before : latest.looked;
}
