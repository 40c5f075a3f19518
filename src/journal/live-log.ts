import type { Disk } from '../model/disk.ts';
import type { Entry } from './entry.ts';
import { decodeEntry } from './entry.ts';
import type { Frame } from './frame.ts';
import { frameHead, readFrames, wasSynced } from './frame.ts';
import { damaged, unknownEntry } from './refusals.ts';
import type { Segment } from './segment.ts';
import { listLive, livePath, newSegment, readSegment } from './segment.ts';

/** An entry of the live log, with where it stands. */
export interface LiveEntry {
  readonly entry: Entry;
  readonly sequence: number;
  readonly segment: Segment;
  /** Where its frame begins in the segment, and how long it is. */
  readonly at: number;
  readonly length: number;
  /** Where its bodies begin in the segment. */
  readonly bodiesAt: number;
}

/** What reading the live log comes to. */
export interface LiveLog {
  /** Ascending; none is empty. */
  readonly segments: Segment[];
  /** The sequence that comes next; 1 where there is no log. */
  readonly next: number;
  /** The last segment ends in a write that never became durable: its whole frames end at `from`. */
  readonly torn?: { readonly segment: Segment; readonly from: number; readonly bytes: number };
  /** Segment files without a whole frame: opened for a write that never became durable. */
  readonly empty: readonly string[];
}

/**
 * Reads the live log in order, changing nothing. Rejects with a Fault `journal-damaged` for anything that a torn last write does not explain:
 * a bad frame with a synced one behind it, a gap between segments, an entry that says nothing known.
 */
export async function readLiveLog(disk: Disk, visit: (entry: LiveEntry) => void): Promise<LiveLog> {
  const firsts = await listLive(disk);
  const segments: Segment[] = [];
  const empty: string[] = [];
  let torn: LiveLog['torn'];
  let next: number | undefined;

  for (const first of firsts) {
    const segment = { ...newSegment(first), bytes: Infinity };
    const bytes = await readSegment(disk, segment);
    if (bytes === undefined) throw damaged(segment.path, 0, 'it vanished while it was being read');
    if (bytes.length === 0) {
      empty.push(segment.path);
      continue;
    }
    const before = segments.at(-1);
    if (torn !== undefined) throw damaged(torn.segment.path, torn.from, 'a bad frame, although later segments exist');
    if (next !== undefined && first !== next) {
      throw damaged(segment.path, 0, `it begins with frame ${first}, but frame ${next} comes next${after(before)}`);
    }

    const read = readFrames(bytes, first, (frame) => visit(liveEntry(segment, frame)));
    segment.bytes = read.end;
    if (read.end < bytes.length) {
      if (wasSynced(bytes, read.end, read.next)) throw damaged(segment.path, read.end, 'a bad frame before good ones');
      torn = { segment, from: read.end, bytes: bytes.length - read.end };
    }
    next = read.next;
    if (read.end === 0) empty.push(segment.path);
    else segments.push(segment);
  }
  return { segments, next: next ?? 1, empty, ...(torn === undefined ? {} : { torn }) };
}

/** Decodes a frame of a segment; refuses one that says nothing known, and a segment that does not begin with the roster. */
export function liveEntry(segment: Segment, frame: Frame): LiveEntry {
  const at = frame.payloadAt - frameHead;
  const decoded = decodeEntry(frame.payload);
  if (decoded === undefined) throw unknownEntry(segment.path, at);
  if (at === 0 && decoded.entry.kind !== 'roster') throw damaged(segment.path, at, 'it does not begin with the roster');
  return {
    entry: decoded.entry,
    sequence: frame.sequence,
    segment,
    at,
    length: frame.end - at,
    bodiesAt: frame.payloadAt + decoded.bodiesAt,
  };
}

function after(segment: Segment | undefined): string {
  return segment === undefined ? '' : ` after ${livePath(segment.first)}`;
}
