import type { Pending } from './pending.ts';

/** Holds a delivery back while an earlier one of its feed that has one of its records is not settled. */
export class RecordOrder {
  /** Feed -> record id -> the latest delivery that holds it. */
  readonly #latest = new Map<string, Map<string, Pending>>();

  /** Takes a delivery in, after all that were taken in before. */
  add(pending: Pending): void {
    const { feed, events } = pending.parcel;
    const latest = this.#latest.get(feed) ?? new Map<string, Pending>();
    this.#latest.set(feed, latest);
    for (const { recordId } of events) {
      const earlier = latest.get(recordId);
      latest.set(recordId, pending);
      if (earlier === undefined || earlier === pending || earlier.followers.has(pending)) continue;
      earlier.followers.add(pending);
      pending.waitsFor += 1;
    }
  }

  /** Takes out a settled delivery; gives those that now wait for nothing more. */
  release(pending: Pending): readonly Pending[] {
    const { feed, events } = pending.parcel;
    const latest = this.#latest.get(feed);
    for (const { recordId } of events) {
      if (latest?.get(recordId) === pending) latest.delete(recordId);
    }
    if (latest?.size === 0) this.#latest.delete(feed);

    const freed: Pending[] = [];
    for (const follower of pending.followers) {
      follower.waitsFor -= 1;
      if (follower.waitsFor === 0) freed.push(follower);
    }
    pending.followers.clear();
    return freed;
  }
}
