import { crc32 } from 'node:zlib';
import type { FeedHead } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';
import type { Attempt, Commit, Delivery, NewDelivery, Settlement } from '../model/journal.ts';
import type { FeedStep } from './feed-memory.ts';

/** Where a body lies among the bodies of its entry, and the sum that it must have. */
export interface BodyPlace {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** A delivery that is written once more, with its history, so that the segment of its first copy can go. */
export interface Copy extends BodyPlace {
  readonly delivery: Delivery;
  readonly order: number;
}

/**
 * The feeds that the journal knows where a segment begins. The head is there so that a feed's watermark can be told without reading its
 * checkpoint, which may be large.
 */
export type Roster = readonly {
  readonly head: FeedHead;
  readonly generation: number;
  /** Sequence of the latest checkpoint; 0: none. */
  readonly checkpoint: number;
}[];

export type CommitEntry = Omit<Commit, 'deliveries'> & {
  readonly kind: 'commit';
  readonly deliveries: readonly (Omit<NewDelivery, 'body'> & BodyPlace)[];
};

export interface SettleEntry {
  readonly kind: 'settle';
  readonly settlement: Settlement;
  readonly attempts: number;
  readonly lastSays?: string;
  /** A dead letter that was delivered after all, or dropped: its first copy may be long gone. */
  readonly copy?: Copy;
}

/** What is to become true only with the amendment that names its batch; without one it never was. */
export interface StageEntry {
  readonly kind: 'stage';
  readonly batch: number;
  readonly step?: FeedStep;
  readonly copy?: Copy & { readonly diedAt?: Instant };
}

/** One step that is none of a poll. It says all that is true afterwards but the snapshots, for the batch may be long retired. */
export interface AmendEntry {
  readonly kind: 'amend';
  readonly at: Instant;
  /** Feeds of which nothing is remembered any more. */
  readonly dropped: readonly string[];
  /** Feeds that are remembered as the batch says. */
  readonly feeds: readonly { readonly head: FeedHead; readonly generation: number }[];
  readonly batch?: number;
  /** Deliveries of one feed that are another's from now on. */
  readonly moved?: { readonly from: string; readonly to: string };
}

/** What a frame says. The bodies follow it, outside the JSON, so that each can be read by itself. */
export type Entry =
  | CommitEntry
  | SettleEntry
  | StageEntry
  | AmendEntry
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  | { readonly kind: 'roster'; readonly feeds: Roster }
  | { readonly kind: 'carry'; readonly copy: Copy }
  /** Pending again by command, whatever it was before; its place in the order is that of this frame. */
  | { readonly kind: 'replay'; readonly copy: Copy };

/** A payload, and where the bodies begin in it. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly bodiesAt: number;
}

const kinds: ReadonlySet<unknown> = new Set<Entry['kind']>([
  'commit',
  'settle',
  'attempt',
  'roster',
  'carry',
  'replay',
  'stage',
  'amend',
]);

/** A payload: length of the JSON (u32), the JSON, the bodies. */
export function encodeEntry(entry: Entry, bodies: readonly (string | Uint8Array)[] = []): Payload {
  const json = JSON.stringify(entry);
  const bodiesAt = 4 + Buffer.byteLength(json);
  let length = bodiesAt;
  for (const body of bodies) length += Buffer.byteLength(body);
  // One piece of memory, written once: this is done for every commit.
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32BE(bodiesAt - 4);
  bytes.write(json, 4);
  let at = bodiesAt;
  for (const body of bodies) {
    if (typeof body === 'string') at += bytes.write(body, at);
    else {
      bytes.set(body, at);
      at += body.length;
    }
  }
  return { bytes, bodiesAt };
}

/** The commit as an entry, its bodies cut off. */
export function commitEntry(commit: Commit): { readonly entry: CommitEntry; readonly bodies: readonly string[] } {
  const { feed, generation, head, told, reborn } = commit;
  const bodies: string[] = [];
  const deliveries: CommitEntry['deliveries'][number][] = [];
  let offset = 0;
  // Copied member by member: what a spread makes is written as JSON at half the speed.
  for (const { id, feed, callback, contentType, events, committedAt, body } of commit.deliveries) {
    const { length, crc } = bodyPlace(body, offset);
    deliveries.push(
      callback === undefined
        ? { id, feed, contentType, events, committedAt, offset, length, crc }
        : { id, feed, callback, contentType, events, committedAt, offset, length, crc },
    );
    bodies.push(body);
    offset += length;
  }
  const entry: CommitEntry = { kind: 'commit', feed, generation, head, told, deliveries };
  return { entry: reborn === undefined ? entry : { ...entry, reborn }, bodies };
}

/** Where a body lies that begins there. */
export function bodyPlace(body: string | Uint8Array, offset: number): BodyPlace {
  return { offset, length: Buffer.byteLength(body), crc: crc32(body) };
}

/** What a payload says, and where its bodies begin; undefined where it says nothing that this version knows. */
export function decodeEntry(payload: Uint8Array): { readonly entry: Entry; readonly bodiesAt: number } | undefined {
  if (payload.length < 4) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const bodiesAt = 4 + bytes.readUInt32BE(0);
  if (bodiesAt > bytes.length) return undefined;
  let entry: unknown;
  try {
    entry = JSON.parse(bytes.toString('utf8', 4, bodiesAt));
  } catch {
    return undefined;
  }
  return isEntry(entry) ? { entry, bodiesAt } : undefined;
}

/** The sum of a frame proves that its payload is what was written; so the kind is all that can be unknown. */
function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.has(value.kind);
}
