import type { DeliveryPlace } from '../model/journal.ts';
import { Page, pageRows } from './waiting-page.ts';

/** So many pages are kept however empty they are; of more, at least one row in so many is in use. */
const fewPages = 16;
const sparse = 8;

/** The pages of a table in the order of their rows. A row's number is that of its page's slot and its position there. */
export class WaitingPages {
  readonly #slots: (Page | undefined)[] = [];
  #pages: Page[] = [];
  #born = 0;
  /** How often all rows got new pages. */
  rebuilt = 0;

  /** All of them. */
  get all(): readonly Page[] {
    return this.#pages;
  }

  /** The page of a row. */
  of(row: number): Page {
    return this.#slots[Math.floor(row / pageRows)] as Page;
  }

  /** The page that takes the next row. */
  last(): Page {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.used < pageRows) return last;
    const empty = this.#slots.indexOf(undefined);
    const page = new Page(empty < 0 ? this.#slots.length : empty, (this.#born += 1));
    this.#slots[page.slot] = page;
    this.#pages.push(page);
    return page;
  }

  /** Gives a page back that nothing is in any more and nothing will come into. */
  letGo(page: Page): void {
    if (page.live > 0 || page.used < pageRows) return;
    this.#pages.splice(this.#pages.indexOf(page), 1);
    this.#slots[page.slot] = undefined;
  }

  /** Whether so few rows are left in so many pages that fewer pages should hold them. */
  isSparse(rows: number): boolean {
    return this.#pages.length > fewPages && sparse * rows < this.#pages.length * pageRows;
  }

  /** Puts these rows into new pages, in this order; `moved` hears of each from where to where, while both can be asked for. */
  rebuild(rows: Uint32Array, moved: (from: number, to: number) => void): void {
    const former = this.#pages;
    this.#pages = [];
    for (const row of rows) {
      const [before, at, page] = [this.of(row), row % pageRows, this.last()];
      moved(row, page.slot * pageRows + page.add(before.id(at), before.fields(at)));
    }
    for (const page of former) this.#slots[page.slot] = undefined;
    this.rebuilt += 1;
  }

  /** The first page with rows behind a place. */
  behind(place: DeliveryPlace | undefined): Page | undefined {
    return this.#pages[place === undefined ? 0 : this.firstBeyond(place)];
  }

  /** The page that comes next, whatever was given back meanwhile. */
  after(page: Page): Page | undefined {
    return this.#pages[this.#first((other) => other.born > page.born)];
  }

  /** The number of the first page that goes beyond a place. */
  firstBeyond(place: DeliveryPlace): number {
    return this.#first((page) => page.compare(page.used - 1, place) > 0);
  }

  /** The number of the first page for which it is true, where it is true for all behind that one, too. */
  #first(isIt: (page: Page) => boolean): number {
    let [low, high] = [0, this.#pages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isIt(this.#pages[middle] as Page)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
