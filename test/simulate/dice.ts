/** Everything random in a history comes from one of these; the same seed gives the same throws. */
export class Dice {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #count = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b ^= Math.floor(seed / 0x1_0000_0000) | 0;
    for (let n = 0; n < 12; n++) this.#next();
  }

  /** A number from 0 up to, not including, 1. */
  throw(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.throw() * (most - least + 1));
  }

  /** True once in `1 / share` throws. */
  chance(share: number): boolean {
    return this.throw() < share;
  }

  one<T>(of: readonly T[]): T {
    return of[this.whole(0, of.length - 1)] as T;
  }

  /** A duration around a mean, most of them shorter. */
  around(mean: number): number {
    return Math.ceil(-Math.log(1 - this.throw()) * mean);
  }

  /** Chris Doty-Humphrey's sfc32. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
