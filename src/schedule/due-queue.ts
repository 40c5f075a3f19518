import type { Instant } from '../model/instant.ts';

interface Entry {
  readonly id: string;
  readonly at: Instant;
  /** Decides between equal instants: first come, first served. */
  readonly order: number;
}

/** Names in the order of the instants at which they are due: a binary heap, in which a name set again replaces its former instant. */
export class DueQueue {
  readonly #heap: Entry[] = [];
  readonly #current = new Map<string, Entry>();
  #order = 0;

  /** Names waiting. */
  get size(): number {
    return this.#current.size;
  }

  /** When a name is due, or undefined where it is not waiting. */
  at(id: string): Instant | undefined {
    return this.#current.get(id)?.at;
  }

  set(id: string, at: Instant): void {
    const entry = { id, at, order: this.#order++ };
    this.#current.set(id, entry);
    this.#push(entry);
  }

  /** Moves every instant by so much, when the clock was set. */
  shift(by: number): void {
    for (const [id, { at }] of [...this.#current]) this.set(id, at + by);
  }

  delete(id: string): void {
    this.#current.delete(id);
  }

  /** The earliest instant at which a name is due. */
  earliest(): Instant | undefined {
    return this.#top()?.at;
  }

  /** Takes the earliest name out, if it is due by then. */
  take(by: Instant): string | undefined {
    const top = this.#top();
    if (top === undefined || top.at > by) return undefined;
    this.#current.delete(top.id);
    this.#pop();
    return top.id;
  }

  /** The top of the heap, once entries that were replaced or deleted are gone from it. */
  #top(): Entry | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || this.#current.get(top.id) === top) return top;
      this.#pop();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let smaller = left;
      if (right !== undefined && isBefore(right, left)) {
        smaller = right;
        child++;
      }
      if (!isBefore(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
