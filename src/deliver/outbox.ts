import type { Backlog, Delivery } from '../model/journal.ts';
import { Lane } from './lane.ts';
import { headFor, newPending, type Pending } from './pending.ts';
import { RecordOrder } from './record-order.ts';

/**
 * What waits, by callback. The journal holds it all; here are its figures, and of each callback a window of what is next in the order of
 * commits and of what was tried, in order for each record. Whatever is outside of a window was committed after all that is in it.
 */
export class Outbox {
  readonly #lanes = new Map<string, Lane>();
  /** Deliveries whose feed has no callback now. */
  readonly parked: Lane;
  /** Grows whenever the windows are begun anew. */
  epoch = 0;
  readonly #backlog: ReadonlyMap<string, Backlog>;
  readonly #keyOf: (feed: string) => string | undefined;
  /** Where the events of each feed go. */
  readonly #homes = new Map<string, Lane>();
  readonly #all = new Map<string, Pending>();
  /** Tried ones of former windows: the journal does not know at which callback. */
  readonly #former = new Map<string, Pending>();
  readonly #order = new RecordOrder();
  #added = 0;

  constructor(backlog: ReadonlyMap<string, Backlog>, keyOf: (feed: string) => string | undefined) {
    this.#backlog = backlog;
    this.#keyOf = keyOf;
    this.parked = new Lane('', backlog);
    for (const feed of backlog.keys()) this.home(feed);
  }

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
    const lane = this.#lanes.get(key) ?? new Lane(key, this.#backlog);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** The lane that a feed's events go to. */
  home(feed: string): Lane {
    const known = this.#homes.get(feed);
    if (known !== undefined) return known;
    const lane = this.lane(this.#keyOf(feed));
    this.#homes.set(feed, lane);
    lane.feeds.add(feed);
    return lane;
  }

  /** Forgets a callback to which nothing goes any more. */
  drop(lane: Lane): void {
    this.#lanes.delete(lane.state.key);
  }

  /** Takes a delivery into the window of its callback. Deliveries come in the order of their commits. */
  add(delivery: Delivery): void {
    const former = this.#former.get(delivery.id);
    this.#former.delete(delivery.id);
    this.#place(former ?? newPending(delivery, 0));
  }

  /** Takes out what is settled, and lets go what waited for it. */
  remove(pending: Pending): void {
    this.#all.delete(pending.id);
    this.lane(pending.key).remove(pending);
    for (const freed of this.#order.release(pending)) this.lane(freed.key).offer(freed);
  }

  /** Somebody else settled a delivery: it goes, once it is not under way any more. */
  settled(id: string): void {
    this.#former.delete(id);
    const pending = this.#all.get(id);
    if (pending === undefined) return;
    pending.gone = true;
    if (!pending.flying) this.remove(pending);
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

  /** Sends every delivery to where its feed's events go now. Where any goes elsewhere by that, all windows begin anew. */
  reroute(): void {
    const moved = [...this.#homes].some(([feed, lane]) => this.lane(this.#keyOf(feed)) !== lane);
    if (moved) this.#beginAnew();
  }

  /** Makes the deliveries of one feed another's: its records are theirs from now on. */
  rename(from: string, to: string): void {
    for (const pending of [...this.#all.values(), ...this.#former.values()])
      if (pending.feed === from) pending.feed = to;
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.epoch += 1;
    const kept = [...this.#all.values()].filter((pending) => pending.flying || pending.attempts > 0);
    for (const lane of [this.parked, ...this.#lanes.values()]) lane.clear();
    this.#all.clear();
    this.#order.clear();
    this.#homes.clear();
    for (const feed of this.#backlog.keys()) this.home(feed);
    for (const pending of kept) {
      pending.waitsFor = 0;
      pending.followers = [];
      // What is under way waited for nothing, so that all that waits for it comes behind it.
      if (pending.flying) this.#place(pending);
      else this.#former.set(pending.id, pending);
    }
  }

  /** Ends the pauses of a callback's deliveries, as far as the receiver did not ask for them. */
  hurry(lane: Lane): void {
    for (const pending of lane.window.values()) {
      if (pending.flying || pending.nextAttemptAt === undefined) continue;
      lane.hold(pending);
      pending.nextAttemptAt = pending.notBefore;
      lane.offer(pending);
    }
  }

  #place(pending: Pending): void {
    pending.order = this.#added;
    this.#added += 1;
    const lane = this.home(pending.feed);
    headFor(pending, lane === this.parked ? undefined : lane.state.key);
    this.#all.set(pending.id, pending);
    this.#order.add(pending);
    lane.add(pending);
  }
}
