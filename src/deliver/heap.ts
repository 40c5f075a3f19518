/** Items with the least one at hand. An item is in it once; order is what `before` says when the item goes in. */
export class Heap<Item> {
  readonly #before: (a: Item, b: Item) => boolean;
  readonly #items: Item[] = [];
  readonly #places = new Map<Item, number>();

  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  /** All items, in no order. */
  all(): Iterable<Item> {
    return this.#items;
  }

  push(item: Item): void {
    if (this.#places.has(item)) return;
    this.#items.push(item);
    this.#places.set(item, this.#items.length - 1);
    this.#rise(this.#items.length - 1);
  }

  /** Takes an item out, wherever it is; nothing happens where it is not. */
  remove(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    const last = this.#items.pop() as Item;
    this.#places.delete(item);
    if (last === item) return;
    this.#put(last, place);
    this.#rise(place);
    this.#sink(this.#places.get(last) as number);
  }

  clear(): void {
    this.#items.length = 0;
    this.#places.clear();
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }

  #rise(from: number): void {
    const item = this.#items[from] as Item;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#items[above] as Item;
      if (!this.#before(item, other)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(item, place);
  }

  #sink(from: number): void {
    const item = this.#items[from] as Item;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#items.length) break;
      const right = this.#items[below + 1];
      if (right !== undefined && this.#before(right, this.#items[below] as Item)) below += 1;
      const other = this.#items[below] as Item;
      if (!this.#before(other, item)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(item, place);
  }
}
