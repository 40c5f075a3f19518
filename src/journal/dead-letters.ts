import type { Disk } from '../model/disk.ts';
import type { Delivery } from '../model/journal.ts';
import { isFull, removeIfPossible } from './full-disk.ts';
import type { Dead } from './outbox.ts';
import { fsckFirst, newerState, unreadable } from './refusals.ts';
import { deadLetterPath } from './safe-name.ts';
import { seal, sealState, unsealedHint, wasSealed } from './seal.ts';

/** A dead letter as its file says it: complete, whatever becomes of the log. */
export interface DeadLetter extends Dead {
  readonly body: string;
}

const version = 1;
const hint = `${fsckFirst}; else restore it from a backup, or remove it: then its events are given up`;

/** Writes `dead/<delivery id>.json`: JSON for people, its sum last. */
export async function writeDeadLetter(disk: Disk, letter: DeadLetter): Promise<void> {
  await disk.replace(deadLetterPath(letter.delivery.id), letterBytes(letter));
}

/** What the file of a dead letter holds. */
export function letterBytes(letter: DeadLetter): Uint8Array {
  const text = JSON.stringify({ version, ...letter }, null, 1);
  return seal([Buffer.from(text.slice(0, text.lastIndexOf('\n')))]);
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
  return bytes === undefined ? undefined : parseLetter(path, bytes);
}

/** What the file of a dead letter says; throws a Fault `journal-damaged` for one that is not whole, `state-newer` for one of a later version. */
export function parseLetter(path: string, bytes: Uint8Array): DeadLetter {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sealed = sealState(text);
  if (sealed === 'broken') throw unreadable(path, 'its sum is wrong: it has changed on the disk', hint);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.toString());
  } catch (error) {
    throw unreadable(path, 'it is not whole JSON', hint, error);
  }
  if (typeof parsed !== 'object' || parsed === null) throw unreadable(path, 'it is not an object', hint);
  if ('version' in parsed && typeof parsed.version === 'number' && parsed.version > version) {
    throw newerState(path, parsed.version, version);
  }
  if (!isLetter(parsed)) throw unreadable(path, 'it is not whole', hint);
  if (sealed === 'unsealed' && wasSealed(Object.entries(parsed))) throw unreadable(path, unsealedHint, hint);
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
