import type { Snapshot, Told } from '../model/change.ts';
import { pageSize, RecordPage } from './record-page.ts';

const pageBits = Math.log2(pageSize);
const smallest = 16;

/**
 * A snapshot in about 100 bytes a record: records packed on pages in the order in which they came, and an open-addressing index from ids
 * to them. As in a Map, what is set again keeps its place, and an iteration shows what is set meanwhile.
 */
export class CompactSnapshot implements Snapshot {
  #pages: RecordPage[] = [];
  /** Pairs: the number of the record, from 1 on, 0 where the pair is free; the hash of its id. */
  #index = new Int32Array(0);
  #size = 0;
  /** How often it was cleared. */
  #life = 0;

  get size(): number {
    return this.#size;
  }

  has(recordId: string): boolean {
    return this.#find(recordId, hashOf(recordId)) >= 0;
  }

  get(recordId: string): Told | undefined {
    const record = this.#find(recordId, hashOf(recordId));
    return record < 0 ? undefined : this.#page(record).toldAt(record & (pageSize - 1));
  }

  set(recordId: string, told: Told): void {
    const hash = hashOf(recordId);
    const record = this.#find(recordId, hash);
    if (record >= 0) {
      this.#page(record).put(record & (pageSize - 1), told);
      return;
    }
    // Free pairs must be left, or the search for an unknown id would not end.
    if (8 * (this.#size + 1) > 3 * this.#index.length) this.#growIndex();
    this.#pageForNext().add(recordId, told);
    this.#size += 1;
    enter(this.#index, this.#size, hash);
  }

  clear(): void {
    this.#pages = [];
    this.#index = new Int32Array(0);
    this.#size = 0;
    this.#life += 1;
  }

  *keys(): Generator<string, void> {
    for (const record of this.#records()) yield this.#page(record).idAt(record & (pageSize - 1));
  }

  *values(): Generator<Told, void> {
    for (const record of this.#records()) yield this.#page(record).toldAt(record & (pageSize - 1));
  }

  *[Symbol.iterator](): Generator<readonly [string, Told], void> {
    for (const record of this.#records()) {
      const page = this.#page(record);
      const place = record & (pageSize - 1);
      yield [page.idAt(place), page.toldAt(place)];
    }
  }

  *#records(): Generator<number, void> {
    for (let life = this.#life, record = 0; ; record += 1) {
      if (life !== this.#life) {
        life = this.#life;
        record = 0;
      }
      if (record >= this.#size) return;
      yield record;
    }
  }

  #page(record: number): RecordPage {
    return this.#pages[record >>> pageBits] as RecordPage;
  }

  /** The number of a record from 0 on, -1 for an unknown one. */
  #find(recordId: string, hash: number): number {
    const index = this.#index;
    const last = index.length - 2;
    if (last < 0) return -1;
    for (let at = (hash << 1) & last; ; at = (at + 2) & last) {
      const record = (index[at] as number) - 1;
      if (record < 0) return -1;
      if (index[at + 1] !== hash) continue;
      if (this.#page(record).isAt(record & (pageSize - 1), recordId)) return record;
    }
  }

  /** The last page, or a new one: small in a small snapshot, whole where it is a small part of all. */
  #pageForNext(): RecordPage {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.size < pageSize) return last;
    const capacity = Math.min(pageSize, Math.max(smallest, this.#size >>> 2));
    const idBytes = last === undefined ? smallest : last.idBytes / pageSize;
    const page = new RecordPage(capacity, Math.ceil(capacity * idBytes));
    this.#pages.push(page);
    return page;
  }

  #growIndex(): void {
    const former = this.#index;
    const index = new Int32Array(Math.max(2 * smallest, 2 * former.length));
    for (let at = 0; at < former.length; at += 2) {
      const record = former[at] as number;
      if (record !== 0) enter(index, record, former[at + 1] as number);
    }
    this.#index = index;
  }
}

function enter(index: Int32Array, record: number, hash: number): void {
  const last = index.length - 2;
  let at = (hash << 1) & last;
  while (index[at] !== 0) at = (at + 2) & last;
  index[at] = record;
  index[at + 1] = hash;
}

/** Of all characters, mixed so that the lowest bits differ, too. */
function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
