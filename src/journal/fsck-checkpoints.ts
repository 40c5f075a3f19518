import type { FeedHead, Told } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isHead, isTold, parseCheckpoint } from './checkpoint.ts';
import { mendSealed } from './flipped-bit.ts';
import { reasonOf } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';

/** The checkpoint file of a feed. */
export interface CheckpointFile {
  readonly path: string;
  readonly feed: string;
  readonly sequence: number;
  readonly generation: number;
  readonly head: FeedHead;
  /** Its bytes with the one bit put right that had flipped; absent where they are sound as they are. */
  readonly mended?: Buffer;
}

/** A checkpoint file that cannot be used as it is. */
export interface BadCheckpoint {
  readonly path: string;
  readonly feed: string;
  /** What is wrong, for people. */
  readonly says: string;
  readonly rest: Salvage;
}

/** What can still be read of a damaged checkpoint, line by line. */
export interface Salvage {
  readonly records: ReadonlyMap<string, Told>;
  /** Numbers of lines that say nothing that can be believed. */
  readonly badLines: readonly number[];
  /** It ends as a checkpoint does. */
  readonly ended: boolean;
  readonly head?: FeedHead;
  readonly generation?: number;
  readonly sequence?: number;
}

/** Reads a checkpoint file; rejects with a Fault `state-newer` for one of a later version. Undefined where it is gone. */
export async function lookAtCheckpoint(
  disk: Disk,
  path: string,
  feed: string,
): Promise<CheckpointFile | BadCheckpoint | undefined> {
  const read = await disk.read(path);
  if (read === undefined) return undefined;
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  const sound = await tryParse(path, feed, bytes);
  if (!(sound instanceof Fault)) return { path, feed, ...factsOf(sound) };
  const mended = mendSealed(bytes);
  const whole = mended === undefined ? sound : await tryParse(path, feed, mended);
  if (mended !== undefined && !(whole instanceof Fault)) return { path, feed, ...factsOf(whole), mended };
  const says = reasonOf(sound);
  return { path, feed, says, rest: salvage(bytes, feed) };
}

/** The feed that a checkpoint path belongs to, or undefined where no feed's name makes it. */
export function feedOfPath(path: string): string | undefined {
  const match = /^feeds\/([^/]+)\/([^/]+)\.json$/.exec(path);
  if (match === null) return undefined;
  const decode = (name: string): string => (name === '%' ? '' : decodeURIComponent(name));
  try {
    const [instance, resource] = [decode(match[1] ?? ''), decode(match[2] ?? '')];
    return [`${instance}/${resource}`, instance].find((feed) => checkpointPath(feed) === path);
  } catch {
    return undefined;
  }
}

function factsOf({ memory, sequence }: Checkpoint): Pick<CheckpointFile, 'sequence' | 'generation' | 'head'> {
  return { sequence, generation: memory.generation, head: memory.head };
}

async function tryParse(path: string, feed: string, bytes: Buffer): Promise<Checkpoint | Fault> {
  try {
    return await parseCheckpoint(path, feed, bytes, async () => undefined);
  } catch (error) {
    if (error instanceof Fault && error.code === 'journal-damaged') return error;
    throw error;
  }
}

function salvage(bytes: Buffer, feed: string): Salvage {
  const records = new Map<string, Told>();
  const badLines: number[] = [];
  const said: { head?: FeedHead; generation?: number; sequence?: number } = {};
  let ended = false;
  for (const [index, line] of bytes.toString().split('\n').entries()) {
    if (line === '' || line === '{"version":1,' || line === '"records":{') continue;
    if (line === '}}' || line === '},') {
      ended = true;
      continue;
    }
    const parsed = ended ? undefined : parseLine(line);
    const [key = '', value] = parsed ?? [];
    if (key === 'feed' && value === feed) continue;
    if (key === 'feed' && typeof value === 'string') return { records: new Map(), badLines: [index + 1], ended: false };
    if (key === 'sequence' && typeof value === 'number') said.sequence = value;
    else if (key === 'generation' && typeof value === 'number') said.generation = value;
    else if (key === 'head' && isHead(value, feed)) said.head = value;
    else if (parsed !== undefined && isPlausible(value)) records.set(key, value);
    else if (!/^"crc32":"[0-9a-f]{8}"\}$/.test(line)) badLines.push(index + 1);
  }
  return { records, badLines, ended, ...said };
}

/** A line as it is written: one member, which comes out the same when it is written again. */
function parseLine(line: string): readonly [string, unknown] | undefined {
  const text = line.endsWith(',') ? line.slice(0, -1) : line;
  // What was no UTF-8 was replaced when it was read.
  if (text.includes('\ufffd')) return undefined;
  try {
    const parsed = JSON.parse(`{${text}}`) as Record<string, unknown>;
    const [key, ...others] = Object.keys(parsed);
    if (key === undefined || others.length > 0) return undefined;
    return JSON.stringify(parsed) === `{${text}}` ? [key, parsed[key]] : undefined;
  } catch {
    return undefined;
  }
}

const members: Readonly<Record<keyof Told, (value: unknown) => boolean>> = {
  n: (value) => typeof value === 'number',
  digest: (value) => typeof value === 'string',
  at: (value) => typeof value === 'number',
  date: (value) => typeof value === 'number',
  deleted: (value) => typeof value === 'number',
  rule: (value) => typeof value === 'number',
  numeric: (value) => value === true,
  gone: (value) => value === 'deleted' || value === 'forgotten',
};

function isPlausible(value: unknown): value is Told {
  return (
    isTold(value) &&
    Object.entries(value).every(([key, member]) => key in members && members[key as keyof Told](member))
  );
}
