import type { Disk } from '../model/disk.ts';
import type { Instant } from '../model/instant.ts';
import type { SegmentReading } from './fsck-frames.ts';
import { readThrough } from './fsck-frames.ts';
import type { LogSays } from './fsck-log.ts';
import { takeFrame } from './fsck-log.ts';
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
  /** Files that are missing between others. */
  readonly gaps: readonly LostRange[];
  /** Sequences that are missing, as they are where a segment expired before an older one. */
  readonly doubtful: readonly LostRange[];
  /** Sequences that an earlier repair filled with frames that say nothing: what was lost there was dealt with then. */
  readonly filled: readonly LostRange[];
  /** Live segment files without a byte. */
  readonly empty: readonly string[];
  /** The sequence that follows the last one. */
  readonly next: number;
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
  const says: LogSays = { trails: new Map(), open: new Map() };
  const segments: SurveyedSegment[] = [];
  const gaps: LostRange[] = [];
  const doubtful: LostRange[] = [];
  const filled: LostRange[] = [];
  let unsure: { readonly range: LostRange; readonly keptFor: Instant }[] = [];
  const mended = new Map<string, Buffer>();
  let next: number | undefined;
  let latest: Instant = 0;

  for (const [index, { path, first, live, newest }] of found.entries()) {
    if (next !== undefined && first > next) {
      const range = { first: next, last: first - 1, live };
      const keptFor = found[index - 1]?.newest ?? 0;
      // Segments expire by what was last said of them, so one may go before an older one; but only where that one was kept for
      // something that was said later than all its own and all that the missing one says.
      if (keptFor > latest) unsure.push({ range, keptFor });
      else gaps.push(range);
    }
    latest = 0;
    const expected = next ?? 0;
    const until = found[index + 1]?.first;
    const bytes = await readWhole(disk, path);
    const reading = readThrough(bytes, { path, first, until, written: live && until === undefined }, (frame) => {
      if (frame.sequence < expected) return;
      const { entry, sequence } = frame;
      if (entry.kind === 'roster' && entry.feeds.length === 0) {
        filled.push({ first: sequence, last: sequence, live: false });
      }
      const said = takeFrame(says, frame, path, live);
      if (said > latest) latest = said;
      if (unsure.length === 0) return;
      for (const { range, keptFor } of unsure) if (keptFor === said) doubtful.push(range);
      unsure = unsure.filter(({ keptFor }) => keptFor !== said);
    });
    if (reading.mended.length > 0) mended.set(path, reading.bytes);
    const { bytes: _bytes, ...rest } = reading;
    segments.push({ ...rest, path, first, live, newest, size: bytes.length });
    next = Math.max(expected, reading.next);
  }
  gaps.push(...unsure.map(({ range }) => range));
  const after = next ?? 1;
  // The last one is empty until the first write to it.
  const spare = empty.filter((path) => path !== livePath(after) || segments.at(-1)?.torn !== undefined);
  const liveFrom = segments.find((segment) => segment.live)?.first ?? after;
  return {
    ...says,
    segments,
    gaps: gaps.sort((a, b) => a.first - b.first),
    doubtful,
    filled,
    empty: spare,
    next: after,
    liveFrom,
    mended,
  };
}

/** All sequences that cannot be read, in files and between them, now or at an earlier repair. */
export function lostRanges({ segments, gaps, filled }: Survey): readonly LostRange[] {
  const holes = segments.flatMap(({ holes, live }) =>
    holes.filter(({ first, last }) => first <= last).map(({ first, last }): LostRange => ({ first, last, live })),
  );
  return [...holes, ...gaps, ...filled].sort((a, b) => a.first - b.first);
}

/** Live ones are listed first, so that one which is being retired is met once at least. */
async function listSegments(
  disk: Disk,
): Promise<{ readonly found: readonly Listed[]; readonly empty: readonly string[] }> {
  const firsts = await listLive(disk);
  const retired = await listRetired(disk);
  const moved = new Set(retired.map(({ first }) => first));
  const found = retired.map(({ path, first, newest }): Listed => ({ path, first, live: false, newest }));
  const empty: string[] = [];
  for (const first of firsts) {
    if (moved.has(first)) continue;
    const path = livePath(first);
    if ((await readWhole(disk, path)).length === 0) empty.push(path);
    else found.push({ path, first, live: true, newest: 0 });
  }
  return { found, empty };
}

async function readWhole(disk: Disk, path: string): Promise<Buffer> {
  const bytes = await disk.read(path);
  if (bytes === undefined) throw damaged(path, 0, 'it vanished while it was being read');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
