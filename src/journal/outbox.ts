import type { Instant } from '../model/instant.ts';
import type { Attempt, Delivery, NewDelivery, Settlement } from '../model/journal.ts';

/** A delivery, and where its body lies. */
export interface Held<Place> {
  delivery: Delivery;
  /** Its position among the deliveries of its commit. */
  readonly order: number;
  place: Place;
  /** When it died; absent while it is pending. */
  readonly diedAt?: Instant;
  /** A dead letter's file knows the name of its feed as of this sequence; 0 where absent. */
  readonly named?: number;
}

/** The deliveries that are not done: pending ones in commit order, dead letters in any order. */
export interface Outbox<Place> {
  readonly pending: Map<string, Held<Place>>;
  readonly dead: Map<string, Held<Place>>;
  /** Sum of the bodies of all pending deliveries. */
  pendingBytes: number;
}

/** An outbox that holds nothing. */
export function emptyOutbox<Place>(): Outbox<Place> {
  return { pending: new Map(), dead: new Map(), pendingBytes: 0 };
}

/** The delivery as the index keeps it, from what was committed and without its body. */
export function indexed(fresh: Omit<NewDelivery, 'body'>, sequence: number, bytes: number): Delivery {
  return {
    id: fresh.id,
    feed: fresh.feed,
    ...(fresh.callback === undefined ? {} : { callback: fresh.callback }),
    contentType: fresh.contentType,
    events: fresh.events,
    bytes,
    committedAt: fresh.committedAt,
    sequence,
    attempts: 0,
  };
}

/** Takes a delivery in as pending. One whose id is pending or dead already is the same POST, and stays as it is. */
export function enter<Place>(outbox: Outbox<Place>, held: Held<Place>): void {
  if (isOpen(outbox, held.delivery.id)) return;
  outbox.pending.set(held.delivery.id, held);
  outbox.pendingBytes += held.delivery.bytes;
}

/** Whether a delivery is pending or dead. */
export function isOpen<Place>(outbox: Outbox<Place>, id: string): boolean {
  return outbox.pending.has(id) || outbox.dead.has(id);
}

/** Whether a settlement would change anything: a pending delivery ends, a dead letter may still become delivered. */
export function isOpenTo<Place>(outbox: Outbox<Place>, settlement: Settlement): boolean {
  return outbox.pending.has(settlement.id) || (settlement.outcome === 'delivered' && outbox.dead.has(settlement.id));
}

/** Ends a delivery and returns it as it was before, or undefined where the settlement changes nothing. */
export function settleIn<Place>(outbox: Outbox<Place>, settlement: Settlement): Held<Place> | undefined {
  const waiting = outbox.pending.get(settlement.id);
  if (waiting === undefined) {
    if (settlement.outcome !== 'delivered') return undefined;
    const dead = outbox.dead.get(settlement.id);
    outbox.dead.delete(settlement.id);
    return dead;
  }
  outbox.pending.delete(settlement.id);
  outbox.pendingBytes -= waiting.delivery.bytes;
  if (settlement.outcome === 'dead') outbox.dead.set(settlement.id, died(waiting, settlement.at, settlement.says));
  return waiting;
}

/** The dead letter that a pending delivery becomes. */
export function died<Place>(held: Held<Place>, at: Instant, says: string): Held<Place> {
  return { delivery: { ...held.delivery, lastSays: says }, order: held.order, place: held.place, diedAt: at };
}

/** Makes what one feed told what another one told; gives the ids of those that are dead letters. */
export function renameFeed<Place>(outbox: Outbox<Place>, from: string, to: string): readonly string[] {
  const letters: string[] = [];
  for (const [id, held] of [...outbox.pending, ...outbox.dead]) {
    if (held.delivery.feed !== from) continue;
    held.delivery = { ...held.delivery, feed: to };
    if (outbox.dead.has(id)) letters.push(id);
  }
  return letters;
}

/** The delivery after one more failed attempt. */
export function attempted(delivery: Delivery, attempt: Attempt): Delivery {
  return {
    ...delivery,
    attempts: attempt.attempts,
    firstAttemptAt: attempt.firstAttemptAt,
    nextAttemptAt: attempt.nextAttemptAt,
    lastSays: attempt.says,
  };
}

/** Pending deliveries in commit order. */
export function* pendingOf<Place>(outbox: Outbox<Place>): Iterable<Delivery> {
  for (const held of outbox.pending.values()) yield held.delivery;
}

/** Dead letters by the instant of their death, those of one instant in commit order. */
export function deadOf<Place>(outbox: Outbox<Place>): readonly Delivery[] {
  return [...outbox.dead.values()]
    .sort((a, b) => (a.diedAt ?? 0) - (b.diedAt ?? 0) || byCommit(a, b))
    .map((held) => held.delivery);
}

/** Orders by commit, and within a commit as it listed them. */
export function byCommit(
  a: { readonly delivery: Delivery; readonly order: number },
  b: { readonly delivery: Delivery; readonly order: number },
): number {
  return a.delivery.sequence - b.delivery.sequence || a.order - b.order;
}
