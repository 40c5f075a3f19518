import type { Delivery, Replay } from '../model/journal.ts';
import type { DeadLetter } from './dead-letters.ts';
import { readDeadLetter } from './dead-letters.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import type { Outbox } from './outbox.ts';
import { enter, isOpen, replayed } from './outbox.ts';
import type { Desk } from './settling.ts';
import { removeLetter } from './settling.ts';
import type { Stored } from './stored.ts';
import { lairOf } from './stored.ts';

/** A delivery that is done, found again. */
export interface Found {
  readonly delivery: Delivery;
  readonly order: number;
  readonly body: Buffer;
  /** The name of its feed as of now, wherever that was moved since. */
  readonly feedNow: () => string;
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
  const found = file === undefined ? await find() : foundIn(file, outbox);
  if (found === undefined) return false;

  const { order, body } = found;
  let stored: Stored | undefined;
  let bodiesAt = 0;
  // In front of its batch, as copies are: what is moved in that batch is moved behind it.
  await desk.writer.write(
    'carry',
    () => {
      const delivery = { ...replayed(found.delivery, callback), feed: found.feedNow() };
      stored = { delivery, order, ...bodyPlace(body, 0) };
      const payload = encodeEntry({ kind: 'replay', copy: stored }, [body]);
      bodiesAt = payload.bodiesAt;
      return payload.bytes;
    },
    ({ segment, sequence, at, length, payloadAt }) => {
      if (stored === undefined) return;
      outbox.dead.delete(id);
      const lair = lairOf({ segment, at, length, bodiesAt: payloadAt + bodiesAt }, stored);
      enter(outbox, { ...stored, delivery: { ...stored.delivery, sequence } }, lair);
    },
  );
  // Pending is what the log says; its file goes only now, so that a crash before leaves it dead, and one after leaves it pending.
  if (letter !== undefined) await removeLetter(desk, id);
  return true;
}

function foundIn(file: DeadLetter, { dead }: Outbox): Found {
  const { delivery, order, body } = file;
  return {
    delivery,
    order,
    body: Buffer.from(body),
    feedNow: () => dead.get(delivery.id)?.delivery.feed ?? delivery.feed,
  };
}
