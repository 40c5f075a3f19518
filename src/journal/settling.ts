import type { Disk } from '../model/disk.ts';
import type { Attempt, DeliveryHead, Settlement } from '../model/journal.ts';
import { readDeadLetter, removeDeadLetter, writeDeadLetter } from './dead-letters.ts';
import type { Copy, SettleEntry } from './entry.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { isFull } from './full-disk.ts';
import type { LogWriter } from './log-writer.ts';
import type { Dead } from './outbox.ts';
import { attempted, died, endsDead, settleIn } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import type { Reserve } from './reserve.ts';
import type { Segment } from './segment.ts';
import { isSaid } from './segment.ts';
import { readWaiting } from './read-waiting.ts';
import type { StoredReader } from './stored-reader.ts';

/** What settling needs of the journal. */
export interface Desk {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  readonly reserve: Reserve;
  readonly reader: StoredReader;
}

/** Ends a delivery durably; false for one that is settled already. One call at a time for each delivery. */
export async function settleDelivery(desk: Desk, settlement: Settlement): Promise<boolean> {
  const { waiting, dead } = desk.ledger.outbox;
  const { id } = settlement;
  const row = waiting.find(id);
  if (row === undefined) {
    const letter = dead.get(id);
    if (letter === undefined || !endsDead(settlement)) return false;
    await endLetter(desk, settlement, letter);
    return true;
  }
  if (settlement.outcome !== 'dead') {
    await writeSettlement(desk, settlement, waiting.head(row));
    return true;
  }

  // The file first: once the log calls it dead, nothing else keeps its body.
  const found = await readWaiting(desk, id);
  const now = waiting.find(id);
  if (found === undefined || now === undefined) return false;
  const { feed } = waiting.head(now);
  const delivery = { ...found.delivery, feed };
  const letter = { ...died({ ...found, delivery }, settlement.at, settlement.says), ...namedNow(desk) };
  await withReserve(desk, () => writeDeadLetter(desk.disk, { ...letter, body: found.body.toString() }));
  try {
    await writeSettlement(desk, settlement, found.delivery, letter);
  } catch (error) {
    // It stays pending, and its file must not outlive that. After a final failure the next opening sees to it.
    if (isFull(error)) await removeLetter(desk, id);
    throw error;
  }
  // The feed may have been moved between the two.
  if (dead.get(id)?.delivery.feed !== feed) desk.ledger.staged.misnamed.add(id);
  return true;
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
    const row = outbox.waiting.find(id);
    const lastSays = row === undefined ? undefined : outbox.waiting.head(row).lastSays;
    const says = lastSays ?? 'it was a dead letter where it came from';
    await inTurn(id, async () => void (await settleDelivery(desk, { id, outcome: 'dead', at, says })));
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
function namedNow({ ledger }: Desk): Pick<Dead, 'named'> {
  const last = ledger.staged.moves.at(-1);
  return last === undefined ? {} : { named: last.sequence };
}

/** Remembers a failed attempt durably; nothing happens for a delivery that is settled, unless it is a dead letter. */
export async function rememberAttempt(desk: Desk, attempt: Attempt): Promise<void> {
  const { waiting, dead } = desk.ledger.outbox;
  const letter = dead.get(attempt.id);
  if (waiting.find(attempt.id) !== undefined) {
    const { bytes } = encodeEntry({ kind: 'attempt', attempt });
    await desk.writer.write(
      'settlement',
      () => bytes,
      ({ segment }) => {
        const row = waiting.find(attempt.id);
        if (row !== undefined) waiting.attempted(row, attempt);
        isSaid(segment, attempt.at);
      },
    );
  } else if (letter !== undefined) {
    const file = await readDeadLetter(desk.disk, attempt.id);
    if (file === undefined) return;
    const delivery = attempted(letter.delivery, attempt);
    await withReserve(desk, () => writeDeadLetter(desk.disk, { ...file, delivery, ...namedNow(desk) }));
    // Not the one that was written: its feed may have been moved meanwhile.
    const now = dead.get(attempt.id);
    if (now !== undefined) dead.set(attempt.id, { ...now, delivery: attempted(now.delivery, attempt) });
  }
}

/** A dead letter that the log knows better about must not stay, or a later opening believes it. */
export async function removeLetter(desk: Desk, id: string): Promise<void> {
  try {
    await removeDeadLetter(desk.disk, id);
  } catch (error) {
    desk.writer.fail(error);
    throw error;
  }
}

async function writeSettlement(
  desk: Desk,
  settlement: Settlement,
  delivery: Pick<DeliveryHead, 'attempts' | 'lastSays'>,
  letter?: Dead,
): Promise<void> {
  const { bytes } = encodeEntry(settleEntry(settlement, delivery));
  await desk.writer.write(
    'settlement',
    () => bytes,
    ({ segment }) => settleNow(desk, segment, settlement, letter),
  );
}

/** A dead letter was delivered after all, or dropped. Its body goes into the log again, since the segment of the first copy may be gone. */
async function endLetter(desk: Desk, settlement: Settlement, { delivery, order }: Dead): Promise<void> {
  const file = await readDeadLetter(desk.disk, settlement.id);
  if (file === undefined) return writeSettlement(desk, settlement, delivery);
  const body = Buffer.from(file.body);
  const copy: Copy = { delivery, order, ...bodyPlace(body, 0) };
  const { bytes } = encodeEntry({ ...settleEntry(settlement, delivery), copy }, [body]);
  await desk.writer.write(
    'settlement',
    () => bytes,
    ({ segment }) => settleNow(desk, segment, settlement),
  );
  await removeLetter(desk, settlement.id);
}

/** What was taken in as a dead letter is not to be buried any more, whatever becomes of it later. */
function settleNow({ ledger }: Desk, segment: Segment, settlement: Settlement, letter?: Dead): void {
  settleIn(ledger.outbox, segment, settlement, letter);
  ledger.staged.dying.delete(settlement.id);
}

function settleEntry(
  settlement: Settlement,
  { attempts, lastSays }: Pick<DeliveryHead, 'attempts' | 'lastSays'>,
): SettleEntry {
  return { kind: 'settle', settlement, attempts, ...(lastSays === undefined ? {} : { lastSays }) };
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
