import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import { writeBeginning } from './beginning.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { removeIfPossible } from './full-disk.ts';
import { checkpointThrough } from './known-feeds.ts';
import type { LogWriter } from './log-writer.ts';
import { takeCopy } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { damaged } from './refusals.ts';
import type { Segment } from './segment.ts';
import { readSegment, retire } from './segment.ts';
import type { Stored } from './stored.ts';
import { asItStands, storedOf } from './stored.ts';
import { storedAt } from './stored-reader.ts';
import type { Lair } from './waiting.ts';

interface CompactionOptions {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  /** How much the live log may hold at least before its oldest segments go. */
  readonly liveBytes: number;
  /** True where the journal is closing: what is left can be done next time. */
  readonly stopped: () => boolean;
}

/** Bodies read and written in one go: commits wait for no more than this. */
const stretch = 1_000_000;
/** And so many deliveries. */
const together = 500;

/** Bytes of the live log, rosters aside: they do not become fewer by moving on. */
export function liveBytesOf(ledger: Ledger): number {
  return ledger.live.reduce((sum, segment) => sum + segment.bytes - segment.rosterBytes, 0);
}

/** Beyond this the oldest segments go: twice what is pending, so that copying it costs no more than was written since. */
export function liveLimit(ledger: Ledger, liveBytes: number): number {
  return Math.max(liveBytes, 2 * ledger.outbox.waiting.logBytes);
}

/**
 * Makes the oldest segments unneeded and retires them, until half the limit is left. Safe to be cut off anywhere: checkpoints and copies
 * only repeat what the log says. Resolves with the bytes that were copied. Rejects with the Fault that stopped it; then nothing was retired
 * that is still needed.
 */
export async function compact(options: CompactionOptions): Promise<number> {
  const { disk, ledger, stopped } = options;
  const leaving = oldest(ledger, liveLimit(ledger, options.liveBytes));
  if (leaving.length === 0) return 0;

  const through = new Map<string, number>();
  for (const segment of leaving) for (const [feed, sequence] of segment.feeds) through.set(feed, sequence);
  for (const [name, sequence] of through) {
    if (stopped()) return 0;
    const feed = ledger.feeds.get(name);
    if (feed !== undefined) await checkpointThrough(disk, feed, sequence);
  }

  let copied = 0;
  for (const segment of leaving) {
    if (stopped()) return copied;
    copied += await carryAll(options, segment);
  }
  for (const row of ledger.outbox.waiting.rowsIn(leaving)) {
    if (stopped()) return copied;
    const { id } = ledger.outbox.waiting.head(row);
    throw new Fault('internal', `A segment that should go still holds the only copy of delivery ${id}`);
  }

  const stays = ledger.live[leaving.length];
  if (stays !== undefined) await writeBeginning(disk, stays.first);

  // Checkpoints and copies are durable. Only now may a segment go, the oldest one first, so that the log has no gap if this is cut off.
  for (const segment of leaving) {
    if (stopped()) return copied;
    await retire(disk, segment);
    ledger.live.shift();
    ledger.retired.push(segment);
  }
  return copied;
}

/** Removes retired segments in which nothing was said since that instant. */
export async function removeExpired(disk: Disk, ledger: Ledger, since: Instant): Promise<void> {
  for (const segment of [...ledger.retired]) {
    if (segment.newest >= since) continue;
    ledger.retired.splice(ledger.retired.indexOf(segment), 1);
    await removeIfPossible(disk, segment.path);
  }
}

/** The last segment that says anything stays: it is what the log begins with at the next opening. */
function oldest(ledger: Ledger, limit: number): readonly Segment[] {
  const written = ledger.live.filter((segment) => segment.bytes > 0);
  const leaving: Segment[] = [];
  let left = liveBytesOf(ledger);
  if (left <= limit) return leaving;
  for (const segment of written.slice(0, -1)) {
    if (left <= limit / 2) break;
    left -= segment.bytes - segment.rosterBytes;
    leaving.push(segment);
  }
  return leaving;
}

/** Copies what is pending in a segment, a stretch at a time; the segment alone is held in memory. Resolves with the bytes copied. */
async function carryAll(options: CompactionOptions, segment: Segment): Promise<number> {
  const { disk, ledger, writer, stopped } = options;
  const { waiting } = ledger.outbox;
  let bytes: Buffer | undefined;
  let frame: { readonly at: number; readonly stored: readonly Stored[] } | undefined;
  let part: Promise<number>[] = [];
  let [copied, open] = [0, 0];
  const written = async (): Promise<void> => {
    for (const length of await Promise.all(part)) copied += length;
    [part, open] = [[], 0];
  };
  try {
    for (const row of waiting.rowsIn([segment])) {
      const [lair, head] = [waiting.lair(row), waiting.head(row)];
      // A number that the table got back from this segment may be another's by now.
      if (lair.segment !== segment) continue;
      bytes ??= await readSegment(disk, segment);
      if (bytes === undefined) throw damaged(segment.path, 0, 'it vanished while deliveries waited in it');
      if (frame?.at !== lair.frameAt) frame = { at: lair.frameAt, stored: storedAt(segment, bytes, lair.frameAt, 0) };
      const stored = storedOf(frame.stored, head);
      if (stored === undefined) throw damaged(segment.path, lair.frameAt, `it does not hold delivery ${head.id}`);
      part.push(carry(ledger, writer, stored, bytes.subarray(lair.at, lair.at + lair.length), lair));
      open += lair.length;
      if (open < stretch && part.length < together) continue;
      await written();
      if (stopped()) return copied;
    }
    await written();
    return copied;
  } finally {
    await Promise.allSettled(part);
  }
}

/** Copies one delivery, unless it is settled; resolves with the bytes that took. */
async function carry(ledger: Ledger, writer: LogWriter, stored: Stored, body: Buffer, from: Lair): Promise<number> {
  const { outbox } = ledger;
  const { id } = stored.delivery;
  const place = bodyPlace(body, 0);
  if (place.crc !== from.crc)
    throw damaged(from.segment.path, from.at, 'what should be sent to a receiver has changed');
  let [bodiesAt, took] = [0, 0];
  let copy: Stored | undefined;
  await writer.write(
    'carry',
    () => {
      const row = outbox.waiting.find(id);
      if (row === undefined || outbox.waiting.lair(row).segment !== from.segment) return undefined;
      const head = outbox.waiting.head(row);
      copy = { delivery: asItStands(stored, head), order: head.order, ...place };
      const payload = encodeEntry({ kind: 'carry', copy }, [body]);
      bodiesAt = payload.bodiesAt;
      return payload.bytes;
    },
    ({ segment, at, length, payloadAt }) => {
      if (copy === undefined) return;
      took = length;
      takeCopy(outbox, copy, { segment, at: payloadAt + bodiesAt, length: body.length, crc: place.crc, frameAt: at, frameLength: length }); // prettier-ignore
    },
  );
  return took;
}
