import type { Told } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';

/** Records on one page at the most: what is copied when a page grows stays small. */
export const pageSize = 1_024;

/** A digest of no more bytes is packed; those of src/language/digest.ts have as many. */
const digestBytes = 22;
/** Flags, rule, length of the digest, digest. */
const stride = 3 + digestBytes;
/** Two doubles, two counts, and the bytes. */
const recordBytes = 16 + 8 + stride;

const dated = 1;
const numeric = 2;
const deleted = 4;
const forgotten = 8;
const outlived = 16;
const aside = 32;
const wideId = 64;

/** Rules are stored one up, 0 is none. */
const lastRule = 254;
const lastCount = 0xffff_ffff;

/**
 * Some records of a snapshot, packed, in the order in which they came. A place is an index from 0 on. What does not fit the packed form
 * is kept as it was given, so that everything comes back exactly.
 */
export class RecordPage {
  /** The start of the poll, and the updated date. */
  #instants: Float64Array<ArrayBuffer>;
  /** Changes told, and the end of the id among the bytes of ids. */
  #counts: Uint32Array<ArrayBuffer>;
  #bytes: Buffer<ArrayBuffer>;
  #ids: Buffer<ArrayBuffer>;
  /** Dates of deletions, where one has any. */
  #deletions: Float64Array<ArrayBuffer> | undefined;
  #aside: Map<number, Told> | undefined;
  #capacity: number;
  #size = 0;

  /** With room for so many records and so many bytes of ids; it grows. */
  constructor(capacity: number, idBytes: number) {
    const { instants, counts, bytes } = roomFor(capacity);
    this.#instants = instants;
    this.#counts = counts;
    this.#bytes = bytes;
    this.#ids = Buffer.alloc(idBytes);
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of all its ids. */
  get idBytes(): number {
    return this.#idEnd(this.#size - 1);
  }

  /** Adds a record behind the others, for as long as there are fewer than `pageSize`. */
  add(id: string, told: Told): void {
    if (this.#size === this.#capacity) this.#grow();
    const place = this.#size;
    this.#size += 1;
    this.#writeId(place, id);
    this.put(place, told);
    // Nothing is added to a full page.
    if (this.#size === pageSize) this.#ids = copyOf(this.#ids, this.idBytes, this.idBytes);
  }

  /** Whether the record of that place has this id. */
  isAt(place: number, id: string): boolean {
    const ids = this.#ids;
    const start = this.#idEnd(place - 1);
    const bytes = this.#idEnd(place) - start;
    const { length } = id;
    if ((this.#flags(place) & wideId) === 0) {
      if (bytes !== length) return false;
      for (let i = 0; i < length; i += 1) if (ids[start + i] !== id.charCodeAt(i)) return false;
      return true;
    }
    if (bytes !== 2 * length) return false;
    for (let i = 0, at = start; i < length; i += 1, at += 2) {
      const unit = id.charCodeAt(i);
      if (ids[at] !== (unit & 0xff) || ids[at + 1] !== unit >>> 8) return false;
    }
    return true;
  }

  idAt(place: number): string {
    const encoding = (this.#flags(place) & wideId) === 0 ? 'latin1' : 'utf16le';
    return this.#ids.toString(encoding, this.#idEnd(place - 1), this.#idEnd(place));
  }

  toldAt(place: number): Told {
    const at = place * stride;
    const flags = this.#flags(place);
    if ((flags & aside) !== 0) return this.#aside?.get(place) as Told;
    const bytes = this.#bytes;
    const n = this.#counts[2 * place] as number;
    const digest = bytes.toString('latin1', at + 3, at + 3 + (bytes[at + 2] as number));
    const readAt = this.#instants[2 * place] as Instant;
    const told: { -readonly [Key in keyof Told]: Told[Key] } =
      (flags & dated) === 0
        ? { n, digest, at: readAt }
        : { n, date: this.#instants[2 * place + 1] as Instant, digest, at: readAt };
    const rule = bytes[at + 1] as number;
    if (rule !== 0) told.rule = rule - 1;
    if ((flags & numeric) !== 0) told.numeric = true;
    if ((flags & deleted) !== 0) told.gone = 'deleted';
    else if ((flags & forgotten) !== 0) told.gone = 'forgotten';
    if ((flags & outlived) !== 0) told.deleted = this.#deletions?.[place] as Instant;
    return told;
  }

  /** Remembers another version of the record in that place. */
  put(place: number, told: Told): void {
    const at = place * stride;
    const bytes = this.#bytes;
    const wide = this.#flags(place) & wideId;
    this.#aside?.delete(place);
    if (!isPackable(told) || !this.#writeDigest(at, told.digest)) {
      (this.#aside ??= new Map()).set(place, told);
      bytes[at] = wide | aside;
      return;
    }
    this.#counts[2 * place] = told.n;
    this.#instants[2 * place] = told.at;
    let flags = wide;
    if (told.date !== undefined) {
      flags |= dated;
      this.#instants[2 * place + 1] = told.date;
    }
    if (told.numeric !== undefined) flags |= numeric;
    if (told.gone !== undefined) flags |= told.gone === 'deleted' ? deleted : forgotten;
    if (told.deleted !== undefined) {
      flags |= outlived;
      (this.#deletions ??= new Float64Array(this.#capacity))[place] = told.deleted;
    }
    bytes[at] = flags;
    bytes[at + 1] = told.rule === undefined ? 0 : told.rule + 1;
  }

  #flags(place: number): number {
    return this.#bytes[place * stride] as number;
  }

  #idEnd(place: number): number {
    return place < 0 ? 0 : (this.#counts[2 * place + 1] as number);
  }

  #writeId(place: number, id: string): void {
    const start = this.#idEnd(place - 1);
    const wide = !isNarrow(id);
    const end = start + (wide ? 2 * id.length : id.length);
    if (end > this.#ids.length) this.#ids = copyOf(this.#ids, start, Math.max(end, this.#ids.length * 1.25));
    this.#ids.write(id, start, wide ? 'utf16le' : 'latin1');
    this.#counts[2 * place + 1] = end;
    this.#bytes[place * stride] = wide ? wideId : 0;
  }

  /** False where the digest has more bytes than there is room for, or characters of more than one. */
  #writeDigest(at: number, digest: string): boolean {
    const { length } = digest;
    if (length > digestBytes) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i += 1) {
      const unit = digest.charCodeAt(i);
      if (unit > 0xff) return false;
      bytes[at + 3 + i] = unit;
    }
    bytes[at + 2] = length;
    return true;
  }

  #grow(): void {
    const capacity = Math.min(pageSize, Math.ceil(1.5 * this.#capacity));
    const { instants, counts, bytes } = roomFor(capacity);
    instants.set(this.#instants);
    counts.set(this.#counts);
    bytes.set(this.#bytes);
    this.#instants = instants;
    this.#counts = counts;
    this.#bytes = bytes;
    if (this.#deletions !== undefined) {
      const deletions = new Float64Array(capacity);
      deletions.set(this.#deletions);
      this.#deletions = deletions;
    }
    this.#capacity = capacity;
  }
}

/** One piece of memory for all that has a fixed size. */
function roomFor(capacity: number): {
  readonly instants: Float64Array<ArrayBuffer>;
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly bytes: Buffer<ArrayBuffer>;
} {
  const room = new ArrayBuffer(capacity * recordBytes);
  return {
    instants: new Float64Array(room, 0, 2 * capacity),
    counts: new Uint32Array(room, capacity * 16, 2 * capacity),
    bytes: Buffer.from(room, capacity * 24, capacity * stride),
  };
}

function copyOf(bytes: Buffer, used: number, room: number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(new ArrayBuffer(Math.ceil(room)));
  copy.set(bytes.subarray(0, used));
  return copy;
}

function isNarrow(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** Whether everything but the digest fits; a checkpoint that was written by hand may say anything. */
function isPackable({ n, date, at, rule, numeric: isNumeric, gone, deleted: deletion }: Told): boolean {
  return (
    isWhole(n, lastCount) &&
    typeof at === 'number' &&
    (date === undefined || typeof date === 'number') &&
    (deletion === undefined || typeof deletion === 'number') &&
    (rule === undefined || isWhole(rule, lastRule)) &&
    (isNumeric === undefined || isNumeric === true) &&
    (gone === undefined || gone === 'deleted' || gone === 'forgotten')
  );
}

function isWhole(value: number, last: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= last;
}
