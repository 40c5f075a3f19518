import type { Pending } from './pending.ts';

/** Holds a delivery back while an earlier one of its feed that has one of its records is not settled. */
export class RecordOrder {
  /** Feed -> record id -> the latest delivery that holds it. */
  readonly #latest = new Map<string, Map<string, Pending>>();

  /** Takes a delivery in, after all that were taken in before. */
  add(pending: Pending): void {
    const { feed, records } = pending;
    if (records.length === 0) return;
    const latest = this.#latest.get(feed) ?? new Map<string, Pending>();
    this.#latest.set(feed, latest);
    for (const record of records) {
      const earlier = latest.get(record);
      latest.set(record, pending);
      if (earlier === undefined || earlier === pending || earlier.followers.at(-1) === pending) continue;
      earlier.followers.push(pending);
      pending.waitsFor += 1;
    }
  }

  /** Takes out a settled delivery; gives those that now wait for nothing more. */
  release(pending: Pending): readonly Pending[] {
    const { feed, records } = pending;
    const latest = this.#latest.get(feed);
    for (const record of records) {
      if (latest?.get(record) === pending) latest.delete(record);
    }
    if (latest?.size === 0) this.#latest.delete(feed);

    const freed: Pending[] = [];
    for (const follower of pending.followers.splice(0)) {
      follower.waitsFor -= 1;
      if (follower.waitsFor === 0) freed.push(follower);
    }
    return freed;
  }

  /** Forgets everything. */
  clear(): void {
    this.#latest.clear();
  }
}
