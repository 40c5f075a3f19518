import type { Backlog, DeliveryHead } from '../model/journal.ts';

/** What a copy of a delivery takes in the log beside its body and for each of its events, about. */
const headBytes = 300;
const eventBytes = 120;

type Counted = Pick<DeliveryHead, 'feed' | 'callback'>;

/** Counts what waits, as it comes and goes. */
export class Backlogs {
  readonly #byFeed = new Map<string, { deliveries: number; events: number; bytes: number }>();
  #logBytes = 0;

  /** What waits of each feed and was committed with a callback; live, without feeds that nothing waits of. */
  get byFeed(): ReadonlyMap<string, Backlog> {
    return this.#byFeed;
  }

  /** What copies of all of it would take in the log, about. */
  get logBytes(): number {
    return this.#logBytes;
  }

  add(delivery: Counted, events: number, bytes: number): void {
    this.#count(delivery, 1, events, bytes);
  }

  remove(delivery: Counted, events: number, bytes: number): void {
    this.#count(delivery, -1, -events, -bytes);
  }

  #count({ feed, callback }: Counted, deliveries: number, events: number, bytes: number): void {
    this.#logBytes += bytes + headBytes * deliveries + eventBytes * events;
    if (callback === undefined) return;
    const backlog = this.#byFeed.get(feed) ?? { deliveries: 0, events: 0, bytes: 0 };
    backlog.deliveries += deliveries;
    backlog.events += events;
    backlog.bytes += bytes;
    if (backlog.deliveries === 0) this.#byFeed.delete(feed);
    else this.#byFeed.set(feed, backlog);
  }
}
