/** Items that many share, each under a small number, from 1 on, for as long as anybody holds it. */
export class SharedItems<Item> {
  readonly #keyOf: (item: Item) => unknown;
  readonly #numbers = new Map<unknown, number>();
  readonly #items: (Item | undefined)[] = [undefined];
  readonly #holders: number[] = [0];
  readonly #free: number[] = [];

  /** Items with the same key are the same. */
  constructor(keyOf: (item: Item) => unknown) {
    this.#keyOf = keyOf;
  }

  /** The number of an item, which is held once more. */
  hold(item: Item): number {
    const key = this.#keyOf(item);
    const number = this.#numbers.get(key) ?? this.#free.pop() ?? this.#items.length;
    if (this.#holders[number] === undefined || this.#holders[number] === 0) {
      this.#numbers.set(key, number);
      this.#items[number] = item;
      this.#holders[number] = 0;
    }
    this.#holders[number] = (this.#holders[number] ?? 0) + 1;
    return number;
  }

  /** Holds an item once more that is held. */
  holdAgain(number: number): number {
    this.#holders[number] = (this.#holders[number] ?? 0) + 1;
    return number;
  }

  /** Whether an item is held under a number. */
  has(number: number): boolean {
    return (this.#holders[number] ?? 0) > 0;
  }

  /** The item that is held under a number. */
  at(number: number): Item {
    return this.#items[number] as Item;
  }

  /** The number of an item that is held, or undefined. */
  numberOf(item: Item): number | undefined {
    return this.#numbers.get(this.#keyOf(item));
  }

  /** Holds an item once less; its number goes to another when nobody holds it any more. */
  letGo(number: number): void {
    const holders = (this.#holders[number] ?? 0) - 1;
    this.#holders[number] = holders;
    if (holders > 0) return;
    this.#numbers.delete(this.#keyOf(this.at(number)));
    this.#items[number] = undefined;
    this.#free.push(number);
  }
}
