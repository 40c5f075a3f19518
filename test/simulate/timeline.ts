import type { Duration, Instant } from '../../src/model/instant.ts';

interface Happening {
  readonly at: Instant;
  readonly order: number;
  readonly act: () => void;
}

/**
 * The one line on which everything happens: one thing at a time, by its instant, of the same instant in the order it was set. Between two
 * happenings everything runs that waits for nothing but its turn.
 */
export class Timeline {
  now: Instant;
  #order = 0;
  readonly #heap: Happening[] = [];

  constructor(start: Instant) {
    this.now = start;
  }

  /** Sets something for later; now at the soonest. */
  after(duration: Duration, act: () => void): void {
    const { now } = this;
    this.#push({ at: now + Math.max(0, duration), order: this.#order++, act });
  }

  /** Lets time pass until an instant, or until `enough` says so. False where nothing is left to happen before. */
  async pass(until: Instant, enough: () => boolean = () => false): Promise<boolean> {
    await turn();
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.now = Math.max(this.now, next.at);
      next.act();
      await turn();
      if (enough()) return true;
    }
    this.now = Math.max(this.now, until);
    return false;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as Happening;
      if (!isBefore(happening, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && isBefore(heap[below + 1] as Happening, heap[below] as Happening)) below += 1;
      const other = heap[below] as Happening;
      if (!isBefore(other, last)) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Comes after every microtask. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
