import type { Disk } from '../model/disk.ts';
import type { Delivery } from '../model/journal.ts';
import { isFull, removeIfPossible } from './full-disk.ts';
import type { Dead } from './outbox.ts';
import { newerState, unreadable } from './refusals.ts';
import { deadLetterPath } from './safe-name.ts';

/** A dead letter as its file says it: complete, whatever becomes of the log. */
export interface DeadLetter extends Dead {
  readonly body: string;
}

const version = 1;
const hint = 'restore it from a backup, or remove it: then its events are given up';

/** Writes `dead/<delivery id>.json`. */
export async function writeDeadLetter(disk: Disk, letter: DeadLetter): Promise<void> {
  const text = JSON.stringify({ version, ...letter }, null, 1);
  await disk.replace(deadLetterPath(letter.delivery.id), Buffer.from(`${text}\n`));
}

/** Undefined where there is no file; rejects with a Fault `journal-damaged` where it is not whole. */
export async function readDeadLetter(disk: Disk, id: string): Promise<DeadLetter | undefined> {
  return readLetter(disk, deadLetterPath(id));
}

/** All dead letters there are files of, in any order and without their bodies. */
export async function listDeadLetters(disk: Disk): Promise<readonly Dead[]> {
  const letters: Dead[] = [];
  for (const name of await disk.list('dead')) {
    if (!name.endsWith('.json')) continue;
    const letter = await readLetter(disk, `dead/${name}`);
    if (letter === undefined) continue;
    const { body: _body, ...held } = letter;
    letters.push(held);
  }
  return letters;
}

/**
 * Removes a dead letter so that no power cut brings it back: moved first, which is durable, and removed then. On a full disk that cannot even
 * move it, a plain removal does: the log still knows better about it for long after.
 */
export async function removeDeadLetter(disk: Disk, id: string): Promise<void> {
  const path = deadLetterPath(id);
  try {
    await disk.rename(path, 'journal/removed');
  } catch (error) {
    if (!isFull(error)) throw error;
    return disk.remove(path);
  }
  await removeIfPossible(disk, 'journal/removed');
}

async function readLetter(disk: Disk, path: string): Promise<DeadLetter | undefined> {
  const bytes = await disk.read(path);
  if (bytes === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (error) {
    throw unreadable(path, 'it is not whole JSON', hint, error);
  }
  if (typeof parsed !== 'object' || parsed === null) throw unreadable(path, 'it is not an object', hint);
  if ('version' in parsed && typeof parsed.version === 'number' && parsed.version > version) {
    throw newerState(path, parsed.version, version);
  }
  if (!isLetter(parsed)) throw unreadable(path, 'it is not whole', hint);
  const { delivery, order, diedAt, body } = parsed;
  const named = 'named' in parsed && typeof parsed.named === 'number' ? { named: parsed.named } : {};
  return { delivery, order, diedAt, body, ...named };
}

function isLetter(value: object): value is DeadLetter {
  return (
    'delivery' in value &&
    isDelivery(value.delivery) &&
    'order' in value &&
    typeof value.order === 'number' &&
    'diedAt' in value &&
    typeof value.diedAt === 'number' &&
    'body' in value &&
    typeof value.body === 'string'
  );
}

function isDelivery(value: unknown): value is Delivery {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'feed' in value &&
    typeof value.feed === 'string' &&
    'sequence' in value &&
    typeof value.sequence === 'number' &&
    'events' in value &&
    Array.isArray(value.events)
  );
}
