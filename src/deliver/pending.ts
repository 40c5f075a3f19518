import type { Instant } from '../model/instant.ts';
import type { Delivery } from '../model/journal.ts';

/** A delivery that is near its turn or was tried, and where it stands. What it holds stays in the journal until it goes. */
export interface Pending {
  readonly id: string;
  /** Another one only where its feed is moved. */
  feed: string;
  /** The records that keep it in order; none where it was replayed. */
  readonly records: readonly string[];
  /** Its place in the order of those that came into the window. */
  order: number;
  /** The callback it goes to; undefined while its feed has none. */
  key: string | undefined;
  /** The callback that its attempts were made at. */
  triedAt: string | undefined;
  /** Failed attempts. */
  attempts: number;
  firstAttemptAt: Instant | undefined;
  nextAttemptAt: Instant | undefined;
  /** The receiver itself asked to wait until then. */
  notBefore: Instant | undefined;
  flying: boolean;
  /** It is not to be sent (any more): somebody settled it. */
  gone: boolean;
  /** How many earlier deliveries hold one of its records. */
  waitsFor: number;
  /** Later deliveries that wait for this one. */
  followers: Pending[];
}

/** A delivery that comes into the window; what the journal knows of earlier attempts comes with it. */
export function newPending(delivery: Delivery, order: number): Pending {
  const { id, feed, events, attempts, firstAttemptAt, nextAttemptAt } = delivery;
  return {
    id,
    feed,
    records: delivery.replayed === true ? [] : events.map((event) => event.recordId),
    order,
    key: undefined,
    triedAt: undefined,
    attempts,
    firstAttemptAt,
    nextAttemptAt,
    // The journal does not say who wanted this pause, so it counts as the receiver's.
    notBefore: nextAttemptAt,
    flying: false,
    gone: false,
    waitsFor: 0,
    followers: [],
  };
}

/** Sends it to a callback; attempts made at another one do not count there, nor do the pauses after them. */
export function headFor(pending: Pending, key: string | undefined): void {
  pending.key = key;
  if (key === undefined) return;
  if (pending.triedAt !== undefined && pending.triedAt !== key) {
    pending.attempts = 0;
    pending.firstAttemptAt = undefined;
    pending.nextAttemptAt = undefined;
    pending.notBefore = undefined;
  }
  pending.triedAt = key;
}
