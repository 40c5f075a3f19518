import { crc32 } from 'node:zlib';
import type { Entry } from './entry.ts';
import { decodeEntry } from './entry.ts';
import { flip, flippedBit } from './flipped-bit.ts';
import type { Frame } from './frame.ts';
import { frameHead, readFrame, wasSynced } from './frame.ts';
import { damaged } from './refusals.ts';

/** A whole frame of a segment that may be damaged elsewhere. */
export interface FoundFrame {
  readonly entry: Entry;
  readonly sequence: number;
  /** Where it begins, how long it is, and where its bodies begin. */
  readonly at: number;
  readonly length: number;
  readonly bodiesAt: number;
}

/** Bytes that are no whole frames, and the sequences that stood there; `last` is `first - 1` where none did. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** A segment, read as far as it can be read. */
export interface SegmentReading {
  /** The bytes, flipped bits put right. */
  readonly bytes: Buffer;
  readonly holes: readonly Hole[];
  /** Where frames begin in which one bit had flipped. */
  readonly mended: readonly number[];
  /** What follows the whole frames was never confirmed: a write that was cut off. */
  readonly torn?: { readonly from: number; readonly bytes: number };
  /** The sequence that follows the last one of this segment. */
  readonly next: number;
}

/** What is known of a segment beside its bytes. */
export interface Place {
  readonly path: string;
  /** The sequence it should begin with. */
  readonly first: number;
  /** The sequence that the next segment begins with; undefined: there is none. */
  readonly until: number | undefined;
  /** It is the one that was written to last, so that it may end in a write that was cut off. */
  readonly written: boolean;
}

/**
 * Reads all whole frames, also those behind damage, and puts right what one flipped bit explains. Throws a Fault `journal-damaged` for a
 * whole frame that says nothing this version knows: no damage makes one.
 */
export function readThrough(given: Buffer, place: Place, visit: (found: FoundFrame) => void): SegmentReading {
  let bytes = given;
  const holes: Hole[] = [];
  const mended: number[] = [];
  let at = 0;
  let next = place.first;
  let torn: SegmentReading['torn'];

  while (at < bytes.length) {
    let frame = expected(bytes, at, next);
    if (frame === undefined) {
      const whole = mend(bytes, at, next);
      if (whole !== undefined) {
        bytes = whole;
        mended.push(at);
        frame = expected(bytes, at, next);
      }
    }
    if (frame !== undefined) {
      visit(foundFrame(place.path, frame));
      at = frame.end;
      next += 1;
      continue;
    }
    if (place.written && !wasSynced(bytes, at, next)) {
      torn = { from: at, bytes: bytes.length - at };
      break;
    }
    const until = place.until !== undefined && place.until >= next ? place.until : undefined;
    const behind = following(bytes, at + 1, next, until);
    const to = behind === undefined ? bytes.length : behind.payloadAt - frameHead;
    const last = (behind?.sequence ?? until ?? next) - 1;
    holes.push({ from: at, to, first: next, last });
    at = to;
    next = last + 1;
  }
  return { bytes, holes, mended, next, ...(torn === undefined ? {} : { torn }) };
}

function foundFrame(path: string, frame: Frame): FoundFrame {
  const at = frame.payloadAt - frameHead;
  const decoded = decodeEntry(frame.payload);
  if (decoded === undefined) throw damaged(path, at, 'a whole frame that says nothing known');
  const { entry, bodiesAt } = decoded;
  return { entry, sequence: frame.sequence, at, length: frame.end - at, bodiesAt: frame.payloadAt + bodiesAt };
}

function expected(bytes: Buffer, at: number, sequence: number): Frame | undefined {
  const frame = readFrame(bytes, at);
  return frame?.sequence === sequence ? frame : undefined;
}

/** The next whole frame that may stand there. */
function following(bytes: Buffer, from: number, next: number, until: number | undefined): Frame | undefined {
  const latest = Math.min(next + Math.ceil((bytes.length - from) / frameHead), (until ?? Infinity) - 1);
  for (let at = from; at + frameHead <= bytes.length; at += 1) {
    const sequence = bytes.readUInt32BE(at + 8) * 0x1_0000_0000 + bytes.readUInt32BE(at + 12);
    if (sequence < next || sequence > latest) continue;
    const frame = readFrame(bytes, at);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/** The bytes with the frame there made whole again, where one flipped bit explains what is wrong with it. */
function mend(bytes: Buffer, at: number, sequence: number): Buffer | undefined {
  if (at + frameHead > bytes.length) return undefined;
  const copy = Buffer.from(bytes);
  const sum = bytes.readUInt32BE(at + 4);
  const end = at + frameHead + bytes.readUInt32BE(at);
  if (end <= bytes.length) {
    const found = flippedBit(copy.subarray(at + 8, end), sum);
    if (found === 'sum') copy.writeUInt32BE(crc32(copy.subarray(at + 8, end)), at + 4);
    else if (found !== undefined) flip(copy.subarray(at + 8, end), found);
    if (found !== undefined && isSound(copy, at, sequence)) return copy;
    bytes.copy(copy);
  }
  // The length is not in the sum: each of its bits may be the one.
  for (let bit = 0; bit < 32; bit += 1) {
    const length = (bytes.readUInt32BE(at) ^ (1 << bit)) >>> 0;
    if (at + frameHead + length > bytes.length) continue;
    copy.writeUInt32BE(length, at);
    if (isSound(copy, at, sequence)) return copy;
  }
  return undefined;
}

/** A whole frame with that sequence, whose bodies have their own sums: a second proof that the right bit was found. */
function isSound(bytes: Buffer, at: number, sequence: number): boolean {
  const frame = expected(bytes, at, sequence);
  const decoded = frame === undefined ? undefined : decodeEntry(frame.payload);
  if (frame === undefined || decoded === undefined) return false;
  const { entry, bodiesAt } = decoded;
  const copies =
    entry.kind === 'commit' ? entry.deliveries : 'copy' in entry && entry.copy !== undefined ? [entry.copy] : [];
  return copies.every(({ offset, length, crc }) => {
    const body = frame.payload.subarray(bodiesAt + offset, bodiesAt + offset + length);
    return body.length === length && crc32(body) === crc;
  });
}
