import type { Disk } from '../model/disk.ts';
import type { Instant } from '../model/instant.ts';
import { beginningPath, parseBeginning } from './beginning.ts';
import { mendSealed } from './flipped-bit.ts';
import type { SegmentReading } from './fsck-frames.ts';
import { readThrough } from './fsck-frames.ts';
import type { LogSays } from './fsck-log.ts';
import { saysNothing, takeFrame } from './fsck-log.ts';
import { damaged } from './refusals.ts';
import { listLive, listRetired, livePath } from './segment.ts';

/** A segment of the log, live or retired, and what is wrong with it. */
export interface SurveyedSegment extends Omit<SegmentReading, 'bytes'> {
  readonly path: string;
  readonly first: number;
  readonly live: boolean;
  readonly size: number;
  /** Of a retired one, as its name says: the latest time that is said in it or of it. */
  readonly newest: Instant;
}

/** Sequences that no file holds; `last` is Infinity where nobody knows how far the log went. */
export interface LostRange {
  readonly first: number;
  readonly last: number;
  /** They were part of the live log, so that what was not yet delivered may be among them. */
  readonly live: boolean;
}

/** The whole log as far as it can be read. */
export interface Survey extends LogSays {
  /** Retired ones first. */
  readonly segments: readonly SurveyedSegment[];
  /** Live segments that are missing. */
  readonly gaps: readonly LostRange[];
  /** Retired segments that are missing between others, or that expired before an older one. */
  readonly expired: readonly LostRange[];
  /** Sequences that an earlier repair filled with frames that say nothing: what was lost there was dealt with then. */
  readonly filled: readonly LostRange[];
  /** Live segment files without a byte. */
  readonly empty: readonly string[];
  /** A live log was begun. */
  readonly begun: boolean;
  /** Its last segment waits for its first write. */
  readonly waiting: boolean;
  /** The sequence that follows the last one. */
  readonly next: number;
  /** The live log says anything, or will when its holes are filled. */
  readonly speaks: boolean;
  /** The first sequence of the live log; `next` where there is none. */
  readonly liveFrom: number;
  /** Bytes of segments in which a flipped bit was put right, by path. */
  readonly mended: ReadonlyMap<string, Buffer>;
}

interface Listed {
  readonly path: string;
  readonly first: number;
  readonly live: boolean;
  readonly newest: Instant;
}

/**
 * Reads every segment there is, changing nothing. Rejects with a Fault `journal-damaged` where a file vanishes while it is being read, as
 * happens while a daemon runs, or says something that no damage explains.
 */
export async function surveyLog(disk: Disk): Promise<Survey> {
  const { found, empty } = await listSegments(disk);
  const opened = empty.at(-1);
  const begun = await disk.read(beginningPath);
  const begins = begun === undefined ? undefined : (parseBeginning(begun) ?? mendedBeginning(begun));
  const says = saysNothing();
  const segments: SurveyedSegment[] = [];
  const gaps: LostRange[] = [];
  const expired: LostRange[] = [];
  const filled: LostRange[] = [];
  const mended = new Map<string, Buffer>();
  let next: number | undefined;

  for (const [index, { path, first, live, newest }] of found.entries()) {
    // Where the live log begins is known; before that, segments expire by what was last said of them, in any order.
    const oldest = live && found[index - 1]?.live !== true;
    const from = oldest ? Math.max(begins ?? first, next ?? 0) : (next ?? first);
    if (live && first > from) gaps.push({ first: from, last: first - 1, live });
    else if (next !== undefined && first > next) expired.push({ first: next, last: first - 1, live: false });
    const expected = next ?? 0;
    // A file that is still empty was opened when all before it was whole.
    const following = found[index + 1] ?? (live && opened !== undefined && opened.first > first ? opened : undefined);
    // A retired segment ends where the live log begins, also where the first live one is missing.
    const ends = !live && following?.live === true ? begins : undefined;
    const until =
      following === undefined ? undefined : Math.min(following.first, Math.max(first + 1, ends ?? Infinity));
    const bytes = await readWhole(disk, path, live ? first : undefined);
    const reading = readThrough(bytes, { path, first, until, written: live && following === undefined }, (frame) => {
      if (frame.sequence < expected) return;
      const { entry, sequence } = frame;
      if (entry.kind === 'roster' && entry.feeds.length === 0) {
        filled.push({ first: sequence, last: sequence, live: false });
      }
      takeFrame(says, frame, path, live);
    });
    if (reading.mended.length > 0) mended.set(path, reading.bytes);
    const { bytes: _bytes, ...rest } = reading;
    segments.push({ ...rest, path, first, live, newest, size: bytes.length });
    next = Math.max(expected, reading.next);
  }
  if (opened !== undefined && segments.at(-1)?.live === true && opened.first > (next ?? 1)) {
    gaps.push({ first: next ?? 1, last: opened.first - 1, live: true });
    next = opened.first;
  }
  const after = next ?? 1;
  // The last one is empty until the first write to it.
  const spare = empty.filter(({ first }) => first !== after || segments.at(-1)?.torn !== undefined);
  const liveFrom = segments.find((segment) => segment.live)?.first ?? after;
  return {
    ...says,
    segments,
    gaps,
    expired,
    filled,
    empty: spare.map(({ path }) => path),
    begun: begun !== undefined,
    waiting: spare.length < empty.length,
    speaks: segments.some((segment) => segment.live && segment.next > segment.first),
    next: after,
    liveFrom,
    mended,
  };
}

/** All sequences that cannot be read, in files and between them, now or at an earlier repair. */
export function lostRanges({ segments, gaps, expired, filled }: Survey): readonly LostRange[] {
  const holes = segments.flatMap(({ holes, live }) =>
    holes.filter(({ first, last }) => first <= last).map(({ first, last }): LostRange => ({ first, last, live })),
  );
  return [...holes, ...gaps, ...expired, ...filled].sort((a, b) => a.first - b.first);
}

function mendedBeginning(begun: Uint8Array): number | undefined {
  const mended = mendSealed(Buffer.from(begun));
  return mended === undefined ? undefined : parseBeginning(mended);
}

/** Live ones are listed first, so that one which is being retired is met once at least. */
async function listSegments(
  disk: Disk,
): Promise<{ readonly found: readonly Listed[]; readonly empty: readonly Listed[] }> {
  const firsts = await listLive(disk);
  const retired = await listRetired(disk);
  const moved = new Set(retired.map(({ first }) => first));
  const found = retired.map(({ path, first, newest }): Listed => ({ path, first, live: false, newest }));
  const empty: Listed[] = [];
  for (const first of firsts) {
    if (moved.has(first)) continue;
    const path = livePath(first);
    const size = (await readWhole(disk, path, first)).length;
    (size === 0 ? empty : found).push({ path, first, live: true, newest: 0 });
  }
  return { found, empty };
}

/** A live segment may be retired between being listed and being read. */
async function readWhole(disk: Disk, path: string, first?: number): Promise<Buffer> {
  let bytes = await disk.read(path);
  if (bytes === undefined && first !== undefined) {
    const moved = (await listRetired(disk)).find((segment) => segment.first === first);
    bytes = moved === undefined ? undefined : await disk.read(moved.path);
  }
  if (bytes === undefined) throw damaged(path, 0, 'it vanished while it was being read');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
