import type { Instant } from '../model/instant.ts';
import type { Backlog, DeliveryPlace } from '../model/journal.ts';
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
  /** The feeds whose events go there. */
  readonly feeds = new Set<string>();
  /** What was brought from the journal and is not settled: what is next, what was tried, and what waits for one of those. */
  readonly window = new Map<string, Pending>();
  /** How far the journal was read for the window, and how far for what was replayed. */
  readonly reached: { inOrder: DeliveryPlace | undefined; replayed: DeliveryPlace | undefined } = {
    inOrder: undefined,
    replayed: undefined,
  };
  /** The journal may hold more behind that. */
  more = true;
  /** It is being read. */
  filling = false;
  /** POSTs under way. */
  flying = 0;
  full = false;
  readonly #backlog: ReadonlyMap<string, Backlog>;
  /** Free to go, the oldest first. */
  readonly #ready = new Heap<Pending>((a, b) => a.order < b.order);
  /** Free to go later, the soonest first. */
  readonly #later = new Heap<Pending>((a, b) => (a.nextAttemptAt ?? 0) < (b.nextAttemptAt ?? 0));

  constructor(key: string, backlog: ReadonlyMap<string, Backlog>) {
    this.state = newCallbackState(key);
    this.#backlog = backlog;
  }

  /** All that waits for it, in the window or not. */
  get waiting(): Backlog {
    let [deliveries, events, bytes] = [0, 0, 0];
    for (const feed of this.feeds) {
      const backlog = this.#backlog.get(feed);
      if (backlog === undefined) continue;
      deliveries += backlog.deliveries;
      events += backlog.events;
      bytes += backlog.bytes;
    }
    return { deliveries, events, bytes };
  }

  /** How many in the window are free to go. */
  get ready(): number {
    return this.#ready.size;
  }

  /** How many in the window go nowhere for now: what was tried and pauses, and what waits for that. */
  stuck(): number {
    const found = new Set(this.#later.all());
    for (const pending of found) for (const follower of pending.followers) found.add(follower);
    return found.size;
  }

  add(pending: Pending): void {
    this.window.set(pending.id, pending);
    this.offer(pending);
  }

  remove(pending: Pending): void {
    this.window.delete(pending.id);
    this.hold(pending);
  }

  /** Forgets the window and what feeds it has, not how the callback is doing. */
  clear(): void {
    this.window.clear();
    this.feeds.clear();
    this.#ready.clear();
    this.#later.clear();
    this.reached.inOrder = undefined;
    this.reached.replayed = undefined;
    this.more = true;
  }

  /** Puts a delivery where it can be picked, unless it is under way or has to wait for another. */
  offer(pending: Pending): void {
    if (pending.flying || pending.gone || pending.waitsFor > 0) return;
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
    const { events, bytes } = this.waiting;
    const full = this.full
      ? events > bound.events * roomAgain || bytes > bound.bytes * roomAgain
      : events >= bound.events || bytes >= bound.bytes;
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
