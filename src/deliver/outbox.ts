import type { Delivery } from '../model/journal.ts';
import { Lane } from './lane.ts';
import { headFor, newPending, type Parcel, type Pending } from './pending.ts';
import { RecordOrder } from './record-order.ts';

/** The index of all that is not settled: by callback, and in order for each record. Bodies stay in the journal. */
export class Outbox {
  readonly #lanes = new Map<string, Lane>();
  /** Deliveries whose feed has no callback now. */
  readonly parked = new Lane('');
  readonly #all = new Map<string, Pending>();
  #order = new RecordOrder();
  #added = 0;

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** One lane for each callback, in the order of their appearance. */
  lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  find(key: string): Lane | undefined {
    return this.#lanes.get(key);
  }

  /** The lane of a callback, made where there is none yet; without a key, the one of what is parked. */
  lane(key: string | undefined): Lane {
    if (key === undefined) return this.parked;
    const lane = this.#lanes.get(key) ?? new Lane(key);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Forgets a callback to which nothing goes any more. */
  drop(lane: Lane): void {
    this.#lanes.delete(lane.state.key);
  }

  /** Takes a delivery in for a callback, or parks it where there is none. Deliveries come in the order of their commits. */
  add(parcel: Parcel, known: Partial<Delivery>, key: string | undefined): void {
    const pending = newPending(parcel, this.#added, known);
    this.#added += 1;
    headFor(pending, key);
    this.#all.set(parcel.id, pending);
    this.#order.add(pending);
    this.lane(key).add(pending);
  }

  /** Takes out what is settled, and lets go what waited for it. */
  remove(pending: Pending): void {
    this.#all.delete(pending.parcel.id);
    this.lane(pending.key).remove(pending);
    for (const freed of this.#order.release(pending)) this.lane(freed.key).offer(freed);
  }

  /** Marks a delivery as under way. */
  take(pending: Pending): void {
    pending.flying = true;
    this.lane(pending.key).hold(pending);
  }

  /** Puts back what was tried and is not settled. */
  putBack(pending: Pending): void {
    pending.flying = false;
    this.lane(pending.key).offer(pending);
  }

  /** Sends every delivery to where its feed's events go now. */
  reroute(keyOf: (feed: string) => string | undefined): void {
    for (const lane of [this.parked, ...this.#lanes.values()]) lane.clear();
    for (const pending of this.#all.values()) {
      headFor(pending, keyOf(pending.parcel.feed));
      this.lane(pending.key).add(pending);
    }
  }

  /** Makes the deliveries of one feed another's: its records are theirs from now on. Where they go is for `reroute`. */
  rename(from: string, to: string): void {
    this.#order = new RecordOrder();
    for (const pending of this.#all.values()) {
      if (pending.parcel.feed === from) pending.parcel = { ...pending.parcel, feed: to };
      pending.waitsFor = 0;
      pending.followers.clear();
    }
    for (const pending of this.#all.values()) this.#order.add(pending);
  }

  /** Ends the pauses of a callback's deliveries, as far as the receiver did not ask for them. */
  hurry(lane: Lane): void {
    for (const pending of lane.pending.values()) {
      if (pending.flying || pending.nextAttemptAt === undefined) continue;
      lane.hold(pending);
      pending.nextAttemptAt = pending.notBefore;
      lane.offer(pending);
    }
  }
}
