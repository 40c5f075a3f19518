import type { FeedHead, Told } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { CompactSnapshot } from './compact-snapshot.ts';
import type { FeedMemory } from './feed-memory.ts';
import { JsonMembers } from './json-members.ts';
import { checkpointHint, newerState, unreadable } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';

/** Everything remembered of a feed as of one of its commits. */
export interface Checkpoint {
  readonly memory: FeedMemory;
  /** The sequence of that commit. */
  readonly sequence: number;
}

const version = 1;
/** Records written or read between two pauses. */
const stretch = 5_000;

/**
 * Writes what is remembered of a feed to `feeds/<instance>/<resource>.json`: JSON with a line for each record. Other work goes on
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
  parts.push(Buffer.from(`${lines}\n}}\n`));
  await disk.replace(checkpointPath(feed), Buffer.concat(parts));
}

/**
 * What the checkpoint of a feed says, or undefined where there is none. Rejects with a Fault `journal-damaged` for a file that is not whole, and
 * `state-newer` for one of a later version.
 */
export async function readCheckpoint(disk: Disk, feed: string): Promise<Checkpoint | undefined> {
  const path = checkpointPath(feed);
  const bytes = await disk.read(path);
  return bytes === undefined ? undefined : parseCheckpoint(path, feed, bytes, () => disk.list('journal'));
}

/** What the bytes of a checkpoint say; rejects as `readCheckpoint` does. A pause is made after every few thousand records. */
export async function parseCheckpoint(
  path: string,
  feed: string,
  bytes: Uint8Array,
  pause: () => Promise<unknown>,
): Promise<Checkpoint> {
  const refuse = (says: string, cause?: unknown): Error => unreadable(path, says, checkpointHint, cause);

  const read = await readMembers(bytes, pause).catch((error: unknown) => {
    throw error instanceof SyntaxError ? refuse('it is not whole JSON', error) : error;
  });
  if (read === undefined) throw refuse('it is not an object');
  const { members, snapshot, broken } = read;
  const written = members.get('version');
  if (typeof written !== 'number') throw refuse('it has no version');
  if (written > version) throw newerState(path, written, version);
  if (members.get('feed') !== feed) throw refuse(`it belongs to feed ${String(members.get('feed'))}, not to ${feed}`);
  const sequence = members.get('sequence');
  const generation = members.get('generation');
  const head = members.get('head');
  if (!isCount(sequence) || !isCount(generation)) throw refuse('its sequence or generation is no number');
  if (!isHead(head, feed)) throw refuse('its head is not whole');
  if (snapshot === undefined) throw refuse('it has no records');
  if (broken !== undefined) throw refuse(`record ${broken} is not whole`);
  return { memory: { head, generation, snapshot }, sequence };
}

/** What a checkpoint says, in whatever form and order. */
interface Members {
  /** In the order in which they stand; the records are empty here. */
  readonly members: ReadonlyMap<string, unknown>;
  readonly snapshot?: CompactSnapshot;
  /** The id of a record that is not whole. */
  readonly broken?: string;
}

/** Takes a checkpoint to pieces, record by record; undefined where it is no object. */
async function readMembers(bytes: Uint8Array, pause: () => Promise<unknown>): Promise<Members | undefined> {
  const json = new JsonMembers(bytes);
  const members = new Map<string, unknown>();
  let snapshot: CompactSnapshot | undefined;
  let broken: string | undefined;
  if (!json.enter()) {
    json.value();
    json.end();
    return undefined;
  }
  for (let key = json.next(); key !== undefined; key = json.next()) {
    if (key !== 'records' || !json.enter()) {
      members.set(key, json.value());
      continue;
    }
    members.set(key, undefined);
    snapshot = new CompactSnapshot();
    for (let id = json.next(); id !== undefined; id = json.next()) {
      const told = json.value();
      if (isTold(told)) snapshot.set(id, told);
      else broken ??= id;
      if (snapshot.size % stretch === 0) await pause();
    }
  }
  json.end();
  return { members, ...(snapshot === undefined ? {} : { snapshot }), ...(broken === undefined ? {} : { broken }) };
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isHead(value: unknown, feed: string): value is FeedHead {
  return (
    isObject(value) &&
    value.feed === feed &&
    typeof value.identity === 'string' &&
    typeof value.birth === 'number' &&
    typeof value.watermark === 'number' &&
    Array.isArray(value.rules)
  );
}

function isTold(value: unknown): value is Told {
  return isObject(value) && isCount(value.n) && typeof value.digest === 'string' && typeof value.at === 'number';
}
