import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import { bodyPlace } from './entry.ts';
import { damaged } from './refusals.ts';

/** One file of the log. */
export interface Segment {
  /** Sequence of its first frame. */
  readonly first: number;
  /** Where it is now: live, or retired. */
  path: string;
  /** Whole frames; what follows is not ours to read. Infinity where nobody counted: a retired segment of a former run. */
  bytes: number;
  /** How many of them are the roster. */
  rosterBytes: number;
  /** The latest time that is said in it, or about a delivery whose body lies in it; 0: none. */
  newest: Instant;
  /** The feeds that committed in it, with the sequence of their last commit there. */
  readonly feeds: Map<string, number>;
  /** Set while it is being moved. */
  moving?: Promise<void>;
}

/** Where a body lies. */
export interface Place {
  readonly segment: Segment;
  readonly at: number;
  readonly length: number;
  readonly crc: number;
}

const live = /^(\d{20})\.log$/;
const retired = /^(\d{20})-(\d+)\.log$/;

/** `journal/<first sequence, 20 digits>.log`. */
export function livePath(first: number): string {
  return `journal/${digits(first)}.log`;
}

/** `journal/retired/<first sequence, 20 digits>-<newest time in it, ms>.log`: its age can be told without reading it. */
export function retiredPath(segment: Segment): string {
  return `journal/retired/${digits(segment.first)}-${Math.max(0, Math.floor(segment.newest))}.log`;
}

/** A segment with nothing in it yet. */
export function newSegment(first: number): Segment {
  return { first, path: livePath(first), bytes: 0, rosterBytes: 0, newest: 0, feeds: new Map() };
}

/** First sequences of the live segments, ascending. */
export async function listLive(disk: Disk): Promise<readonly number[]> {
  const firsts: number[] = [];
  for (const name of await disk.list('journal')) {
    const match = live.exec(name);
    if (match !== null) firsts.push(Number(match[1]));
  }
  return firsts.sort((a, b) => a - b);
}

/** The retired segments, ascending. */
export async function listRetired(disk: Disk): Promise<Segment[]> {
  const found: Segment[] = [];
  for (const name of await disk.list('journal/retired')) {
    const match = retired.exec(name);
    if (match === null) continue;
    const segment = { ...newSegment(Number(match[1])), path: `journal/retired/${name}` };
    found.push({ ...segment, bytes: Infinity, newest: Number(match[2]) });
  }
  return found.sort((a, b) => a.first - b.first);
}

/** Remembers that a time was said in a segment. */
export function isSaid(segment: Segment, at: number): void {
  if (at > segment.newest) segment.newest = at;
}

/** Moves a segment to the retired ones; who reads it meanwhile finds it. */
export async function retire(disk: Disk, segment: Segment): Promise<void> {
  const path = retiredPath(segment);
  const moving = disk.rename(segment.path, path);
  segment.moving = moving.catch(() => undefined);
  try {
    await moving;
    segment.path = path;
  } finally {
    delete segment.moving;
  }
}

/** Its whole frames, or undefined where the file is gone. */
export async function readSegment(disk: Disk, segment: Segment): Promise<Buffer | undefined> {
  const bytes = await followed(segment, (path) => disk.read(path));
  if (bytes === undefined) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, segment.bytes));
}

/** Bytes of a segment, wherever it is. */
export async function readSegmentAt(disk: Disk, segment: Segment, at: number, length: number): Promise<Buffer> {
  const bytes = await followed(segment, (path) => disk.readAt(path, at, length));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A body, proved by its sum: a receiver never gets bytes that were not committed. */
export async function readBody(disk: Disk, place: Place): Promise<Buffer> {
  const bytes = await readSegmentAt(disk, place.segment, place.at, place.length);
  if (bodyPlace(bytes, 0).crc !== place.crc) {
    throw damaged(place.segment.path, place.at, 'what should be sent to a receiver has changed on the disk');
  }
  return bytes;
}

/** Reads by path, and once more by the new one where the segment was moved meanwhile. */
async function followed<T>(segment: Segment, read: (path: string) => Promise<T>): Promise<T> {
  for (;;) {
    const { path } = segment;
    let found: T | undefined;
    let failure: unknown;
    try {
      found = await read(path);
      if (found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
    await segment.moving;
    if (segment.path !== path) continue;
    if (failure === undefined) return found as T;
    throw failure instanceof Fault ? failure : new Fault('internal', `${path} could not be read`, { cause: failure });
  }
}

function digits(sequence: number): string {
  return String(sequence).padStart(20, '0');
}
