import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Attempt, Settlement } from '../model/journal.ts';
import type { DeadLetter } from './dead-letters.ts';
import { readDeadLetter, removeDeadLetter, writeDeadLetter } from './dead-letters.ts';
import type { SettleEntry } from './entry.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { isFull } from './full-disk.ts';
import type { LogWriter } from './log-writer.ts';
import type { Held } from './outbox.ts';
import { attempted, died } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { isSaid, settleDurably } from './recovery.ts';
import type { Reserve } from './reserve.ts';
import type { Place } from './segment.ts';
import { readBody } from './segment.ts';

interface Desk {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  readonly reserve: Reserve;
}

/** Ends a delivery durably; nothing happens to one that is settled already. One call at a time for each delivery. */
export async function settleDelivery(desk: Desk, settlement: Settlement): Promise<void> {
  const { outbox } = desk.ledger;
  const waiting = outbox.pending.get(settlement.id);
  if (waiting === undefined) {
    const dead = outbox.dead.get(settlement.id);
    if (dead !== undefined && settlement.outcome === 'delivered') await revive(desk, settlement, dead);
    return;
  }
  if (settlement.outcome !== 'dead') return writeSettlement(desk, settlement, waiting);

  // The file first: once the log calls it dead, nothing else keeps its body.
  const { feed } = waiting.delivery;
  await withReserve(desk, async () => writeDeadLetter(desk.disk, await letterOf(desk, waiting, settlement)));
  try {
    await writeSettlement(desk, settlement, waiting);
  } catch (error) {
    // It stays pending, and its file must not outlive that. After a final failure the next opening sees to it.
    if (isFull(error)) await remove(desk, settlement.id);
    throw error;
  }
  // The feed may have been moved between the two.
  if (outbox.dead.get(settlement.id)?.delivery.feed !== feed) desk.ledger.staged.misnamed.add(settlement.id);
}

/**
 * Does what an amendment leaves to be done once it is durable: deliveries that came as dead letters are buried, and letters of a moved feed are
 * written under its name. Safe to be cut off anywhere; whatever is left is done by the next call, and no segment may be retired before.
 */
export async function finishAmendments(
  desk: Desk,
  inTurn: (id: string, act: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { outbox, staged } = desk.ledger;
  for (const [id, at] of [...staged.dying]) {
    const says = outbox.pending.get(id)?.delivery.lastSays ?? 'it was a dead letter where it came from';
    await inTurn(id, () => settleDelivery(desk, { id, outcome: 'dead', at, says }));
    staged.dying.delete(id);
  }
  for (const id of [...staged.misnamed]) {
    await inTurn(id, async () => {
      const held = outbox.dead.get(id);
      const letter = held === undefined ? undefined : await readDeadLetter(desk.disk, id);
      if (held === undefined || letter === undefined) return;
      const { delivery } = held;
      await withReserve(desk, () => writeDeadLetter(desk.disk, { ...letter, delivery, ...namedNow(desk) }));
    });
    staged.misnamed.delete(id);
  }
}

/** The same, where a full disk leaves the rest for the next time. */
export async function finishWherePossible(...asked: Parameters<typeof finishAmendments>): Promise<void> {
  try {
    await finishAmendments(...asked);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** What a letter's file that is written now knows of moves. */
function namedNow({ ledger }: Desk): Pick<DeadLetter, 'named'> {
  const last = ledger.staged.moves.at(-1);
  return last === undefined ? {} : { named: last.sequence };
}

/** Remembers a failed attempt durably; nothing happens for a delivery that is settled, unless it is a dead letter. */
export async function rememberAttempt(desk: Desk, attempt: Attempt): Promise<void> {
  const { outbox } = desk.ledger;
  const waiting = outbox.pending.get(attempt.id);
  const dead = outbox.dead.get(attempt.id);
  if (waiting !== undefined) {
    const { bytes } = encodeEntry({ kind: 'attempt', attempt });
    await desk.writer.write(
      'settlement',
      () => bytes,
      ({ segment }) => {
        waiting.delivery = attempted(waiting.delivery, attempt);
        isSaid(segment, attempt.at);
      },
    );
  } else if (dead !== undefined) {
    const letter = await readDeadLetter(desk.disk, attempt.id);
    if (letter === undefined) return;
    const delivery = attempted(dead.delivery, attempt);
    await withReserve(desk, () => writeDeadLetter(desk.disk, { ...letter, delivery, ...namedNow(desk) }));
    // Not the one that was written: its feed may have been moved meanwhile.
    dead.delivery = attempted(dead.delivery, attempt);
  }
}

async function writeSettlement(
  desk: Desk,
  settlement: Settlement,
  held: Held<Place | undefined>,
  body?: Uint8Array,
): Promise<void> {
  const { delivery, order } = held;
  const entry: SettleEntry = {
    kind: 'settle',
    settlement,
    attempts: delivery.attempts,
    ...(delivery.lastSays === undefined ? {} : { lastSays: delivery.lastSays }),
    ...(body === undefined ? {} : { copy: { delivery, order, ...bodyPlace(body, 0) } }),
  };
  const { bytes } = encodeEntry(entry, body === undefined ? [] : [body]);
  await desk.writer.write(
    'settlement',
    () => bytes,
    ({ segment }) => settleDurably(desk.ledger.outbox, segment, settlement),
  );
}

/** A dead letter that was delivered after all. Its body goes into the log again, since the segment of the first copy may be gone. */
async function revive(desk: Desk, settlement: Settlement, dead: Held<Place | undefined>): Promise<void> {
  const letter = await readDeadLetter(desk.disk, settlement.id);
  await writeSettlement(desk, settlement, dead, letter === undefined ? undefined : Buffer.from(letter.body));
  if (letter !== undefined) await remove(desk, settlement.id);
}

/** A dead letter that the log knows better about must not stay, or a later opening believes it. */
async function remove(desk: Desk, id: string): Promise<void> {
  try {
    await removeDeadLetter(desk.disk, id);
  } catch (error) {
    desk.writer.fail(error);
    throw error;
  }
}

async function letterOf(
  desk: Desk,
  held: Held<Place | undefined>,
  settlement: Settlement & { readonly outcome: 'dead' },
): Promise<DeadLetter> {
  if (held.place === undefined) throw new Fault('internal', `Delivery ${settlement.id} is pending without a body`);
  const body = (await readBody(desk.disk, held.place)).toString();
  const { delivery, order } = died(held, settlement.at, settlement.says);
  return { delivery, order, diedAt: settlement.at, body, ...namedNow(desk) };
}

/** Does it once more with the reserve's room where the disk is full. */
async function withReserve(desk: Desk, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isFull(error) || desk.reserve.released) throw error;
    await desk.reserve.release();
    await write();
  }
}
