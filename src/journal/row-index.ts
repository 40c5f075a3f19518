const least = 1024;

/** Finds rows by the hash of their id: numbers in one block of memory, without an object for each. */
export class RowIndex {
  readonly #hashOf: (row: number) => number;
  /** Row numbers, one more than they are; 0: nothing here. */
  #places = new Uint32Array(least);
  #size = 0;

  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  /** The row with this hash for which `isIt` is true, or undefined. */
  find(hash: number, isIt: (row: number) => boolean): number | undefined {
    const mask = this.#places.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = this.#places[at] as number;
      if (place === 0) return undefined;
      if (this.#hashOf(place - 1) === hash && isIt(place - 1)) return place - 1;
    }
  }

  add(row: number): void {
    if (2 * (this.#size + 1) > this.#places.length) this.#resize(2 * this.#places.length);
    this.#put(row);
    this.#size += 1;
  }

  /** Takes out a row that is in it, while its hash can still be asked for. */
  remove(row: number): void {
    const mask = this.#places.length - 1;
    let hole = this.#hashOf(row) & mask;
    while (this.#places[hole] !== row + 1) hole = (hole + 1) & mask;
    // Whatever was pushed behind the hole by it moves up, so that a search never ends too soon.
    for (let at = (hole + 1) & mask; this.#places[at] !== 0; at = (at + 1) & mask) {
      const place = this.#places[at] as number;
      const home = this.#hashOf(place - 1) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#places[hole] = place;
      hole = at;
    }
    this.#places[hole] = 0;
    this.#size -= 1;
    if (this.#places.length > least && 16 * this.#size < this.#places.length) this.#resize(this.#places.length / 4);
  }

  #put(row: number): void {
    const mask = this.#places.length - 1;
    let at = this.#hashOf(row) & mask;
    while (this.#places[at] !== 0) at = (at + 1) & mask;
    this.#places[at] = row + 1;
  }

  #resize(length: number): void {
    const former = this.#places;
    this.#places = new Uint32Array(Math.max(least, length));
    for (const place of former) if (place !== 0) this.#put(place - 1);
  }
}

/** A 32-bit hash of a text, well mixed in its low bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
