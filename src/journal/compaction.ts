import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import { writeBeginning } from './beginning.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { removeIfPossible } from './full-disk.ts';
import { checkpointThrough } from './known-feeds.ts';
import type { LogWriter } from './log-writer.ts';
import type { Held } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { takeCopy } from './recovery.ts';
import type { Place, Segment } from './segment.ts';
import { readBody, retire } from './segment.ts';

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

/** Bytes of the live log, rosters aside: they do not become fewer by moving on. */
export function liveBytesOf(ledger: Ledger): number {
  return ledger.live.reduce((sum, segment) => sum + segment.bytes - segment.rosterBytes, 0);
}

/** Beyond this the oldest segments go: twice what is pending, so that copying it costs no more than was written since. */
export function liveLimit(ledger: Ledger, liveBytes: number): number {
  return Math.max(liveBytes, 2 * ledger.outbox.pendingBytes);
}

/**
 * Makes the oldest segments unneeded and retires them, until half the limit is left. Safe to be cut off anywhere: checkpoints and copies
 * only repeat what the log says. Rejects with the Fault that stopped it; then nothing was retired that is still needed.
 */
export async function compact(options: CompactionOptions): Promise<void> {
  const { disk, ledger, writer, stopped } = options;
  const leaving = oldest(ledger, liveLimit(ledger, options.liveBytes));
  if (leaving.length === 0) return;

  const through = new Map<string, number>();
  for (const segment of leaving) for (const [feed, sequence] of segment.feeds) through.set(feed, sequence);
  for (const [name, sequence] of through) {
    if (stopped()) return;
    const feed = ledger.feeds.get(name);
    if (feed !== undefined) await checkpointThrough(disk, feed, sequence);
  }

  const gone = new Set(leaving);
  for (const held of stretches(ledger, gone)) {
    if (stopped()) return;
    await Promise.all(held.map((one) => carry(disk, ledger, writer, one)));
  }

  for (const held of ledger.outbox.pending.values()) {
    if (held.place === undefined || !gone.has(held.place.segment)) continue;
    throw new Fault('internal', `${held.place.segment.path} still holds the only copy of delivery ${held.delivery.id}`);
  }

  const stays = ledger.live[leaving.length];
  if (stays !== undefined) await writeBeginning(disk, stays.first);

  // Checkpoints and copies are durable. Only now may a segment go, the oldest one first, so that the log has no gap if this is cut off.
  for (const segment of leaving) {
    if (stopped()) return;
    await retire(disk, segment);
    ledger.live.shift();
    ledger.retired.push(segment);
  }
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

/** Pending deliveries whose body lies in the given segments, parted so that each part fits into one stretch. */
function* stretches(ledger: Ledger, segments: ReadonlySet<Segment>): Iterable<readonly Held<Place | undefined>[]> {
  let part: Held<Place | undefined>[] = [];
  let bytes = 0;
  for (const held of [...ledger.outbox.pending.values()]) {
    if (held.place === undefined || !segments.has(held.place.segment)) continue;
    part.push(held);
    bytes += held.delivery.bytes;
    if (bytes < stretch) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

async function carry(disk: Disk, ledger: Ledger, writer: LogWriter, held: Held<Place | undefined>): Promise<void> {
  const { id } = held.delivery;
  const { outbox } = ledger;
  if (held.place === undefined || outbox.pending.get(id) !== held) return;
  const body = await readBody(disk, held.place);
  let bodiesAt = 0;
  const copy = () => ({ delivery: held.delivery, order: held.order, ...bodyPlace(body, 0) });
  await writer.write(
    'carry',
    () => {
      if (outbox.pending.get(id) !== held) return undefined;
      const payload = encodeEntry({ kind: 'carry', copy: copy() }, [body]);
      bodiesAt = payload.bodiesAt;
      return payload.bytes;
    },
    ({ segment, payloadAt }) => takeCopy(outbox, segment, payloadAt + bodiesAt, copy()),
  );
}
