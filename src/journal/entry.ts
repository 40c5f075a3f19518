import { crc32 } from 'node:zlib';
import type { FeedHead } from '../model/change.ts';
import type { Attempt, Commit, Delivery, NewDelivery, Settlement } from '../model/journal.ts';

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

/** What a frame says. The bodies follow it, outside the JSON, so that each can be read by itself. */
export type Entry =
  | CommitEntry
  | SettleEntry
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
]);

/** A payload: length of the JSON (u32), the JSON, the bodies. */
export function encodeEntry(entry: Entry, bodies: readonly Uint8Array[] = []): Payload {
  const json = Buffer.from(JSON.stringify(entry));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(json.length);
  return { bytes: Buffer.concat([length, json, ...bodies]), bodiesAt: 4 + json.length };
}

/** The commit as an entry, its bodies cut off. */
export function commitEntry(commit: Commit): { readonly entry: CommitEntry; readonly bodies: readonly Uint8Array[] } {
  const bodies: Uint8Array[] = [];
  let offset = 0;
  const deliveries = commit.deliveries.map(({ body, ...rest }) => {
    const bytes = Buffer.from(body);
    bodies.push(bytes);
    const place = bodyPlace(bytes, offset);
    offset += bytes.length;
    return { ...rest, ...place };
  });
  return { entry: { kind: 'commit', ...commit, deliveries }, bodies };
}

/** Where a body lies that begins there. */
export function bodyPlace(body: Uint8Array, offset: number): BodyPlace {
  return { offset, length: body.length, crc: crc32(body) };
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
