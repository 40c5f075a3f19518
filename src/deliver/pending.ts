import type { Instant } from '../model/instant.ts';
import type { Delivery } from '../model/journal.ts';

/** What of a delivery never changes. */
export type Parcel = Pick<Delivery, 'id' | 'feed' | 'events' | 'bytes' | 'committedAt' | 'contentType'>;

/** A delivery that is not settled, and where it stands. */
export interface Pending {
  /** Another one only where its feed is moved. */
  parcel: Parcel;
  /** Its place in the order of commits. */
  readonly order: number;
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
  /** How many earlier deliveries hold one of its records. */
  waitsFor: number;
  /** Later deliveries that wait for this one. */
  readonly followers: Set<Pending>;
}

/** A delivery that enters the outbox; what the journal knows of earlier attempts comes with it. */
export function newPending(parcel: Parcel, order: number, known: Partial<Delivery>): Pending {
  return {
    parcel,
    order,
    key: undefined,
    triedAt: undefined,
    attempts: known.attempts ?? 0,
    firstAttemptAt: known.firstAttemptAt,
    nextAttemptAt: known.nextAttemptAt,
    // The journal does not say who wanted this pause, so it counts as the receiver's.
    notBefore: known.nextAttemptAt,
    flying: false,
    waitsFor: 0,
    followers: new Set(),
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
