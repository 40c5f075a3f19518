import type { DeliveryPlace } from '../model/journal.ts';

/** Rows in a page. */
export const pageRows = 1024;

/** One row's fields beside its id; `origin` and `segment` are numbers that the table gave out. */
export interface RowFields extends DeliveryPlace {
  readonly hash: number;
  readonly origin: number;
  readonly segment: number;
  /** Where the frame that says it begins in the segment, and how long it is. */
  readonly frameAt: number;
  readonly frameLength: number;
  readonly bodyAt: number;
  readonly bytes: number;
  readonly crc: number;
  readonly count: number;
  readonly committedAt: number;
}

/** Rows in commit order, each field in a column: one block of memory for all rows instead of objects for each. */
export class Page {
  /** Its number in the table; another page may get it later. */
  readonly slot: number;
  /** Grows from page to page. */
  readonly born: number;
  /** Rows that were added, and those of them that are not removed. */
  used = 0;
  live = 0;
  /** Every origin that a row of it ever had. */
  readonly origins = new Set<number>();
  readonly hash = new Uint32Array(pageRows);
  /** 0: the row was removed. */
  readonly origin = new Uint32Array(pageRows);
  readonly segment = new Uint32Array(pageRows);
  readonly frameAt = new Uint32Array(pageRows);
  readonly frameLength = new Uint32Array(pageRows);
  readonly bodyAt = new Uint32Array(pageRows);
  readonly bytes = new Uint32Array(pageRows);
  readonly crc = new Uint32Array(pageRows);
  readonly count = new Uint32Array(pageRows);
  readonly order = new Uint32Array(pageRows);
  readonly sequence = new Float64Array(pageRows);
  readonly committedAt = new Float64Array(pageRows);
  readonly #idEnds = new Uint32Array(pageRows);
  #ids = Buffer.alloc(pageRows * 26);

  constructor(slot: number, born: number) {
    this.slot = slot;
    this.born = born;
  }

  /** Adds a row behind all others and returns its position. */
  add(id: string, fields: RowFields): number {
    const at = this.used;
    this.hash[at] = fields.hash;
    this.place(at, fields);
    this.bytes[at] = fields.bytes;
    this.count[at] = fields.count;
    this.order[at] = fields.order;
    this.sequence[at] = fields.sequence;
    this.committedAt[at] = fields.committedAt;
    this.#writeId(at, id);
    this.setOrigin(at, fields.origin);
    this.used += 1;
    this.live += 1;
    return at;
  }

  /** Says where a row lies from now on. */
  place(at: number, to: Pick<RowFields, 'segment' | 'frameAt' | 'frameLength' | 'bodyAt' | 'crc'>): void {
    this.segment[at] = to.segment;
    this.frameAt[at] = to.frameAt;
    this.frameLength[at] = to.frameLength;
    this.bodyAt[at] = to.bodyAt;
    this.crc[at] = to.crc;
  }

  setOrigin(at: number, origin: number): void {
    this.origin[at] = origin;
    this.origins.add(origin);
  }

  remove(at: number): void {
    this.origin[at] = 0;
    this.live -= 1;
  }

  id(at: number): string {
    return this.#ids.toString('utf8', at === 0 ? 0 : this.#idEnds[at - 1], this.#idEnds[at]);
  }

  fields(at: number): RowFields {
    const number = (column: Uint32Array | Float64Array): number => column[at] as number;
    return {
      ...{ hash: number(this.hash), origin: number(this.origin), segment: number(this.segment) },
      ...{ frameAt: number(this.frameAt), frameLength: number(this.frameLength) },
      ...{ bodyAt: number(this.bodyAt), bytes: number(this.bytes), crc: number(this.crc), count: number(this.count) },
      ...{ order: number(this.order), sequence: number(this.sequence), committedAt: number(this.committedAt) },
    };
  }

  placeOf(at: number): DeliveryPlace {
    return { sequence: this.sequence[at] as number, order: this.order[at] as number };
  }

  /** How the place of a row stands to another: below 0 before it, 0 at it, above 0 behind it. Removed rows keep theirs. */
  compare(at: number, place: DeliveryPlace): number {
    return (this.sequence[at] as number) - place.sequence || (this.order[at] as number) - place.order;
  }

  compareTo(at: number, other: Page, otherAt: number): number {
    return (
      (this.sequence[at] as number) - (other.sequence[otherAt] as number) ||
      (this.order[at] as number) - (other.order[otherAt] as number)
    );
  }

  #writeId(at: number, id: string): void {
    const from = at === 0 ? 0 : (this.#idEnds[at - 1] as number);
    const length = Buffer.byteLength(id);
    if (from + length > this.#ids.length) {
      const grown = Buffer.alloc(Math.max(from + length, 2 * this.#ids.length));
      this.#ids.copy(grown, 0, 0, from);
      this.#ids = grown;
    }
    this.#ids.write(id, from);
    this.#idEnds[at] = from + length;
  }
}
