import { crc32 } from 'node:zlib';

/**
 * A frame: length of the payload (u32), crc32 of all that follows it (u32), sequence (u64), position in its batch (u32), payload; numbers
 * big-endian, so that they read well in a hex dump. Sequences rise by one over all segments.
 *
 * The position in the batch (how many frames came before it in the same write) is there for recovery: the pages of one unsynced write may
 * reach the disk in any order, so that a whole frame can stand behind a torn one. Only a frame of a later batch proves that the torn
 * one had been synced once, and is damaged.
 */
export const frameHead = 20;

/** A frame as it was read. */
export interface Frame {
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** Where the payload begins in the bytes that were read. */
  readonly payloadAt: number;
  /** Where the next frame begins. */
  readonly end: number;
  /** The sequence of the first frame of its batch. */
  readonly batch: number;
}

/** A batch as it is appended, in one write. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** Where each payload begins in the bytes; its frame begins `frameHead` before. */
  readonly payloadsAt: readonly number[];
}

/** The batch of these payloads, the first one with that sequence. */
export function encodeBatch(first: number, payloads: readonly Uint8Array[]): Batch {
  const bytes = Buffer.allocUnsafe(payloads.reduce((sum, payload) => sum + frameHead + payload.length, 0));
  const payloadsAt: number[] = [];
  let at = 0;
  for (const [position, payload] of payloads.entries()) {
    bytes.writeUInt32BE(payload.length, at);
    writeSequence(bytes, first + position, at + 8);
    bytes.writeUInt32BE(position, at + 16);
    bytes.set(payload, at + frameHead);
    const end = at + frameHead + payload.length;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 8, end)), at + 4);
    payloadsAt.push(at + frameHead);
    at = end;
  }
  return { bytes, payloadsAt };
}

/** The frame that begins there, or undefined where no whole one does. */
export function readFrame(bytes: Buffer, at: number): Frame | undefined {
  if (at + frameHead > bytes.length) return undefined;
  const end = at + frameHead + bytes.readUInt32BE(at);
  if (end > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32BE(at + 4)) return undefined;
  const sequence = readSequence(bytes, at + 8);
  return {
    sequence,
    payload: bytes.subarray(at + frameHead, end),
    payloadAt: at + frameHead,
    end,
    batch: sequence - bytes.readUInt32BE(at + 16),
  };
}

/** Reads frames in order from the beginning until none with the expected sequence follows; returns where, and what would come next. */
export function readFrames(
  bytes: Buffer,
  first: number,
  visit: (frame: Frame) => void,
): { readonly end: number; readonly next: number } {
  let at = 0;
  let next = first;
  for (;;) {
    const frame = readFrame(bytes, at);
    if (frame === undefined || frame.sequence !== next) return { end: at, next };
    visit(frame);
    at = frame.end;
    next += 1;
  }
}

/**
 * Whether the frame that should begin at `from` had been synced once, so that what stands there is damage and not a torn tail: some whole
 * frame of a later batch follows.
 */
export function wasSynced(bytes: Buffer, from: number, expected: number): boolean {
  const latest = expected + Math.ceil((bytes.length - from) / frameHead);
  for (let at = from; at + frameHead <= bytes.length; at += 1) {
    // The sequence is the cheap test that leaves next to nothing for the sum over all the bytes.
    const sequence = readSequence(bytes, at + 8);
    if (sequence <= expected || sequence > latest) continue;
    const frame = readFrame(bytes, at);
    if (frame !== undefined && frame.batch > expected) return true;
  }
  return false;
}

function writeSequence(bytes: Buffer, sequence: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(sequence / 0x1_0000_0000), at);
  bytes.writeUInt32BE(sequence % 0x1_0000_0000, at + 4);
}

function readSequence(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
