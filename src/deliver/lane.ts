import type { Instant } from '../model/instant.ts';
import { newCallbackState, type CallbackState } from './callback-state.ts';
import { Heap } from './heap.ts';
import type { Pending } from './pending.ts';

/** How much may wait for one callback. */
export interface OutboxBound {
  readonly events: number;
  readonly bytes: number;
}

/** A full outbox has room again once it holds at most this share of its bound. */
export const roomAgain = 0.9;

/** What waits for one callback, and how that callback is doing. */
export class Lane {
  readonly state: CallbackState;
  /** All that is not settled, in the order of the commits. */
  readonly pending = new Map<string, Pending>();
  events = 0;
  bytes = 0;
  /** POSTs under way. */
  flying = 0;
  full = false;
  /** Free to go, the oldest first. */
  readonly #ready = new Heap<Pending>((a, b) => a.order < b.order);
  /** Free to go later, the soonest first. */
  readonly #later = new Heap<Pending>((a, b) => (a.nextAttemptAt ?? 0) < (b.nextAttemptAt ?? 0));

  constructor(key: string) {
    this.state = newCallbackState(key);
  }

  add(pending: Pending): void {
    this.pending.set(pending.parcel.id, pending);
    this.events += pending.parcel.events.length;
    this.bytes += pending.parcel.bytes;
    this.offer(pending);
  }

  remove(pending: Pending): void {
    if (!this.pending.delete(pending.parcel.id)) return;
    this.events -= pending.parcel.events.length;
    this.bytes -= pending.parcel.bytes;
    this.hold(pending);
  }

  /** Forgets what waits, not how the callback is doing. */
  clear(): void {
    this.pending.clear();
    this.#ready.clear();
    this.#later.clear();
    this.events = 0;
    this.bytes = 0;
  }

  /** Puts a delivery where it can be picked, unless it is under way or has to wait for another. */
  offer(pending: Pending): void {
    if (pending.flying || pending.waitsFor > 0) return;
    (pending.nextAttemptAt === undefined ? this.#ready : this.#later).push(pending);
  }

  /** Takes a delivery from where it can be picked. */
  hold(pending: Pending): void {
    this.#ready.remove(pending);
    this.#later.remove(pending);
  }

  /** What may be tried at that instant: the oldest, or for a callback that is down the one tried least. */
  pick(at: Instant): Pending | undefined {
    for (;;) {
      const next = this.#later.peek();
      if (next === undefined || (next.nextAttemptAt ?? 0) > at) break;
      this.#later.remove(next);
      this.#ready.push(next);
    }
    return this.state.down ? this.#leastTried() : this.#ready.peek();
  }

  /** From when on `pick` gives something; undefined where that hangs on more than time. */
  nextDue(): Instant | undefined {
    return this.#ready.size > 0 ? Number.NEGATIVE_INFINITY : this.#later.peek()?.nextAttemptAt;
  }

  /** Looks at the bound; says whether the outbox became full or has room again. */
  measure(bound: OutboxBound): 'full' | 'room' | undefined {
    const full = this.full
      ? this.events > bound.events * roomAgain || this.bytes > bound.bytes * roomAgain
      : this.events >= bound.events || this.bytes >= bound.bytes;
    if (full === this.full) return undefined;
    this.full = full;
    return full ? 'full' : 'room';
  }

  #leastTried(): Pending | undefined {
    let least: Pending | undefined;
    for (const pending of this.#ready.all()) {
      if (least === undefined || pending.attempts < least.attempts) least = pending;
      else if (pending.attempts === least.attempts && pending.order < least.order) least = pending;
    }
    return least;
  }
}
