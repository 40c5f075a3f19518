import type { Delivery, Replay } from '../model/journal.ts';
import { readDeadLetter } from './dead-letters.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { enter, isOpen, replayed } from './outbox.ts';
import type { Desk } from './settling.ts';
import { removeLetter } from './settling.ts';
import type { Stored } from './stored.ts';
import type { Lair } from './waiting.ts';

/** A delivery that is done, found again. */
export interface Found {
  readonly delivery: Delivery;
  readonly order: number;
  readonly body: Buffer;
}

/** What a replay needs beside the desk. */
export interface Archive {
  /** Does something about a delivery when all that was asked about it before is done. */
  readonly inTurn: (id: string, act: () => Promise<void>) => Promise<void>;
  /** Looks for settled deliveries in one reading. */
  readonly find: (ids: ReadonlySet<string>) => Promise<(id: string) => Promise<Found | undefined>>;
}

/** Replays under way together: they share a sync, and no more bodies than these are in memory. */
const together = 64;

/** Makes deliveries pending again, in their order; resolves with the ids of those that were not. Rejects with the first Fault. */
export async function replayAll(desk: Desk, replays: readonly Replay[], archive: Archive): Promise<readonly string[]> {
  const { outbox } = desk.ledger;
  const settled = replays.filter(({ id }) => !isOpen(outbox, id)).map(({ id }) => id);
  const find = settled.length === 0 ? () => Promise.resolve(undefined) : await archive.find(new Set(settled));
  const done = new Set<string>();
  for (let from = 0; from < replays.length; from += together) {
    const part = replays.slice(from, from + together);
    const ends = await Promise.allSettled(
      part.map((replay) =>
        archive.inTurn(replay.id, async () => {
          if (await replayDelivery(desk, replay, () => find(replay.id))) done.add(replay.id);
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
  return [...new Set(replays.map(({ id }) => id))].filter((id) => done.has(id));
}

/**
 * Makes a settled or dead delivery pending again, durably; false for one that is pending already or not to be found. One call at a time for
 * each delivery. Rejects with a Fault `disk-full`: then nothing happened.
 */
async function replayDelivery(
  desk: Desk,
  { id, callback }: Replay,
  find: () => Promise<Found | undefined>,
): Promise<boolean> {
  const { outbox } = desk.ledger;
  const letter = outbox.dead.get(id);
  if (letter === undefined && isOpen(outbox, id)) return false;
  const file = letter === undefined ? undefined : await readDeadLetter(desk.disk, id);
  const found = file === undefined ? await find() : { ...file, body: Buffer.from(file.body) };
  if (found === undefined) return false;

  const { order, body } = found;
  const delivery = replayed(found.delivery, callback);
  const copy = { delivery, order, ...bodyPlace(body, 0) };
  const { bytes, bodiesAt } = encodeEntry({ kind: 'replay', copy }, [body]);
  await desk.writer.write(
    'commit',
    () => bytes,
    ({ segment, sequence, at, length, payloadAt }) => {
      const stored: Stored = { ...copy, delivery: { ...delivery, sequence } };
      const lair: Lair = { segment, at: payloadAt + bodiesAt, length: copy.length, crc: copy.crc, frameAt: at, frameLength: length }; // prettier-ignore
      outbox.dead.delete(id);
      enter(outbox, stored, lair);
    },
  );
  // Pending is what the log says; its file goes only now, so that a crash before leaves it dead, and one after leaves it pending.
  if (letter !== undefined) await removeLetter(desk, id);
  return true;
}
