/** The newest of what was put in, as many as it may hold; putting in costs the same however much it holds. */
export class Ring<T> {
  #items: T[] = [];
  /** Where the oldest stands once it is full. */
  #oldest = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Puts one in. Gives what had to go for it. */
  push(item: T, most: number): T | undefined {
    if (this.#items.length < most) {
      this.#items.push(item);
      return undefined;
    }
    const gone = this.#items[this.#oldest];
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#items.length;
    return gone;
  }

  newestLast(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }

  /** Lets all but so many of the newest go. Gives the newest of those that went. */
  cut(kept: number): T | undefined {
    const all = this.newestLast();
    const from = Math.max(0, all.length - kept);
    this.#items = all.slice(from);
    this.#oldest = 0;
    return all[from - 1];
  }
}
