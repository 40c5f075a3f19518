import type { FeedHead, Told } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import type { FeedMemory } from './feed-memory.ts';
import { checkpointHint, newerState, unreadable } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';
import { seal, sealState } from './seal.ts';

/** Everything remembered of a feed as of one of its commits. */
export interface Checkpoint {
  readonly memory: FeedMemory;
  /** The sequence of that commit. */
  readonly sequence: number;
}

const version = 1;
/** Records written between two pauses. */
const stretch = 5_000;

/**
 * Writes what is remembered of a feed to `feeds/<instance>/<resource>.json`: JSON with a line for each record, its sum last. Other work goes on
 * in pauses meanwhile, so that the file may show records of later commits than `sequence`: to replay those on top of it comes to the same.
 */
export async function writeCheckpoint(disk: Disk, feed: string, memory: FeedMemory, sequence: number): Promise<void> {
  const head = JSON.stringify(memory.head);
  const parts = [
    Buffer.from(
      `{"version":${version},\n"feed":${JSON.stringify(feed)},\n"sequence":${sequence},\n` +
        `"generation":${memory.generation},\n"head":${head},\n"records":{`,
    ),
  ];
  let lines = '';
  let count = 0;
  for (const [id, told] of memory.snapshot) {
    lines += `${count === 0 ? '\n' : ',\n'}${JSON.stringify(id)}:${JSON.stringify(told)}`;
    count += 1;
    if (count % stretch === 0) {
      parts.push(Buffer.from(lines));
      lines = '';
      // Any trip to the disk lets the commits that wait for theirs go first.
      await disk.list('journal');
    }
  }
  parts.push(Buffer.from(`${lines}\n}`));
  await disk.replace(checkpointPath(feed), seal(parts));
}

/**
 * What the checkpoint of a feed says, or undefined where there is none. Rejects with a Fault `journal-damaged` for a file that is not whole, and
 * `state-newer` for one of a later version.
 */
export async function readCheckpoint(disk: Disk, feed: string): Promise<Checkpoint | undefined> {
  const path = checkpointPath(feed);
  const bytes = await disk.read(path);
  return bytes === undefined ? undefined : parseCheckpoint(path, feed, bytes);
}

/** What the bytes of a checkpoint say; throws as `readCheckpoint` rejects. */
export function parseCheckpoint(path: string, feed: string, bytes: Uint8Array): Checkpoint {
  const refuse = (says: string, cause?: unknown): Error => unreadable(path, says, checkpointHint, cause);

  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sealed = sealState(text);
  if (sealed === 'broken') throw refuse('its sum is wrong: it has changed on the disk');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.toString());
  } catch (error) {
    throw refuse('it is not whole JSON', error);
  }
  if (!isObject(parsed)) throw refuse('it is not an object');
  if (typeof parsed.version !== 'number') throw refuse('it has no version');
  if (parsed.version > version) throw newerState(path, parsed.version, version);
  if (parsed.feed !== feed) throw refuse(`it belongs to feed ${String(parsed.feed)}, not to ${feed}`);
  const { sequence, generation, head, records } = parsed;
  if (!isCount(sequence) || !isCount(generation)) throw refuse('its sequence or generation is no number');
  if (!isHead(head, feed)) throw refuse('its head is not whole');
  if (!isObject(records)) throw refuse('it has no records');
  // A member after the records where a sum should be: the sum's own member has changed.
  if (sealed === 'unsealed' && Object.keys(parsed).at(-1) !== 'records') throw refuse('its sum is wrong');

  const snapshot = new Map<string, Told>();
  for (const id of Object.keys(records)) {
    const told = records[id];
    if (!isTold(told)) throw refuse(`record ${id} is not whole`);
    snapshot.set(id, told);
  }
  return { memory: { head, generation, snapshot }, sequence };
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Whether it is the head of that feed, as far as the journal needs it. */
export function isHead(value: unknown, feed: string): value is FeedHead {
  return (
    isObject(value) &&
    value.feed === feed &&
    typeof value.identity === 'string' &&
    typeof value.birth === 'number' &&
    typeof value.watermark === 'number' &&
    Array.isArray(value.rules)
  );
}

/** Whether it is a version as a snapshot holds it. */
export function isTold(value: unknown): value is Told {
  return isObject(value) && isCount(value.n) && typeof value.digest === 'string' && typeof value.at === 'number';
}
