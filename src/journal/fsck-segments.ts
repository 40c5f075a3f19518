import type { Disk } from '../model/disk.ts';
import { beginningBytes, beginningPath } from './beginning.ts';
import type { CommitEntry, Entry, Roster } from './entry.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import type { FeedStep } from './feed-memory.ts';
import { encodeBatch, frameHead, readFrame } from './frame.ts';
import type { Act } from './fsck-finding.ts';
import type { OpenDelivery, StepMark } from './fsck-log.ts';
import type { Survey, SurveyedSegment } from './fsck-survey.ts';
import { damaged } from './refusals.ts';
import { livePath } from './segment.ts';

/** A roster without feeds: it says nothing, and may stand at the beginning of a segment as well as within. */
const filler = encodeEntry({ kind: 'roster', feeds: [] }).bytes;

/** What the last segment of a repaired log adds to it. */
export interface Addition {
  /** Deliveries whose copy in the live log is lost. */
  readonly carried: readonly OpenDelivery[];
  /** Commits that hold all that is remembered of a feed. */
  readonly commits: () => AsyncIterable<CommitEntry>;
  /** The latest sequence that any file names. */
  readonly known: number;
}

/**
 * Makes the log whole again: each lost frame becomes one that says nothing, so that no other has to move. `roster`: the feeds that are not
 * committed anew; segments that lost theirs need none, since a later one names all feeds.
 */
export function repairLog(
  disk: Disk,
  survey: Survey,
  addition: Addition | undefined,
  roster: () => Promise<Roster>,
): readonly Act[] {
  const acts: Act[] = [];
  const last = survey.segments.at(-1);
  const torn = addition === undefined || last?.torn === undefined ? undefined : last;
  // Before a segment follows, the last one must end with a whole frame.
  if (torn?.torn !== undefined) {
    const { from } = torn.torn;
    if (from === 0) acts.push({ does: 'remove', path: torn.path });
    else
      acts.push({
        does: 'write',
        path: torn.path,
        bytes: async () => (await read(disk, survey, torn.path)).subarray(0, from),
      });
  }
  // This says all that the rest makes unreadable or unneeded, so it comes first.
  if (addition !== undefined) {
    const first = survey.segments.length === 0 ? addition.known + 1 : survey.next;
    if (!survey.speaks) {
      acts.push({ does: 'write', path: beginningPath, bytes: async () => beginningBytes(first) });
    }
    acts.push({
      does: 'write',
      path: livePath(first),
      bytes: async () => lastSegment(disk, survey, addition, first, await roster()),
    });
  }
  for (const segment of survey.segments) {
    const { path, holes, mended, size, live } = segment;
    if (size === 0 && !live) acts.push({ does: 'remove', path });
    else if (holes.length > 0 || mended.length > 0) {
      const cut = torn === segment ? segment.torn?.from : undefined;
      const bytes = async (): Promise<Uint8Array> => filled(await read(disk, survey, path), segment, cut);
      acts.push({ does: 'write', path, bytes });
    }
  }
  for (const gap of survey.gaps) {
    const bytes = async (): Promise<Uint8Array> => fillers(gap.first, gap.last);
    acts.push({ does: 'write', path: livePath(gap.first), bytes });
  }
  const written = new Set(acts.map(({ path }) => path));
  for (const path of survey.empty) if (!written.has(path)) acts.push({ does: 'remove', path });
  return acts;
}

/** Reads a step of a feed, as it stands in the log or as it stood before a bit flipped. */
export async function readStep(disk: Disk, survey: Survey, { path, at, length }: StepMark): Promise<FeedStep> {
  const mended = survey.mended.get(path);
  const found = mended?.subarray(at, at + length) ?? (await disk.readAt(path, at, length));
  const frame = readFrame(Buffer.from(found.buffer, found.byteOffset, found.byteLength), 0);
  const entry = frame === undefined ? undefined : decodeEntry(frame.payload)?.entry;
  const step = entry?.kind === 'stage' ? entry.step : entry;
  if (step === undefined || !('told' in step)) throw damaged(path, at, 'a commit changed while it was being looked at');
  return step;
}

async function lastSegment(
  disk: Disk,
  survey: Survey,
  addition: Addition,
  first: number,
  feeds: Roster,
): Promise<Uint8Array> {
  const payloads: Uint8Array[] = [encodeEntry({ kind: 'roster', feeds }).bytes];
  // Checkpoints that are no longer to be believed may name sequences of a log that is lost: what is said now must come later than those.
  while (first + payloads.length <= addition.known) payloads.push(filler);
  for (const { delivery, order, path, bodiesAt, body } of addition.carried) {
    const bytes = (await read(disk, survey, path)).subarray(
      bodiesAt + body.offset,
      bodiesAt + body.offset + body.length,
    );
    const entry: Entry = { kind: 'carry', copy: { delivery, order, ...body, offset: 0 } };
    payloads.push(encodeEntry(entry, [bytes]).bytes);
  }
  for await (const entry of addition.commits()) payloads.push(encodeEntry(entry).bytes);
  return encodeBatch(first, payloads).bytes;
}

function filled(bytes: Buffer, segment: SurveyedSegment, cut: number | undefined): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { from, to, first, last } of segment.holes) {
    parts.push(bytes.subarray(at, from), fillers(first, last));
    at = to;
  }
  parts.push(bytes.subarray(at, cut));
  return Buffer.concat(parts);
}

function fillers(first: number, last: number): Uint8Array {
  const length = frameHead + filler.length;
  const count = Math.max(0, last - first + 1);
  const bytes = Buffer.allocUnsafe(count * length);
  for (let done = 0; done < count; done += 1) bytes.set(encodeBatch(first + done, [filler]).bytes, done * length);
  return bytes;
}

async function read(disk: Disk, survey: Survey, path: string): Promise<Buffer> {
  const bytes = survey.mended.get(path) ?? (await disk.read(path));
  if (bytes === undefined) throw damaged(path, 0, 'it vanished while it was being repaired');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
