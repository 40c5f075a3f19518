import { parsePath } from '../language/path.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import type { Because, DateFound, Witness } from '../detect/witness.ts';
import { printsOf, type Print } from './ignored-print.ts';
import { Ring } from './ring.ts';

/** Of each feed so many sightings that changed nothing are kept, and so many others. */
const EACH = 10_000;
/** And of all feeds together so many. */
const ALL = 200_000;

/** One poll's reading, shared by what was seen in it. */
export interface SeenReading {
  readonly number: number;
  /** When the poll began. */
  readonly at: Instant;
  /** The watermark that it asked from; undefined for a reading of everything. */
  readonly from: Instant | undefined;
  /** What the listing was, once it came to its end. */
  readonly listed: Parameters<Witness['listed']>[0] | undefined;
  /** How the poll ended; undefined while it runs. */
  readonly end: { readonly ok: true } | { readonly ok: false; readonly says: string } | undefined;
}

/** A record as it was met in a reading. */
export interface Sighting {
  readonly recordId: string;
  readonly reading: SeenReading;
  readonly because: Because;
  readonly date: Instant | undefined;
  readonly found: DateFound;
  /** The record itself was read, not only its absence or its deletion. */
  readonly shown: boolean;
  /** The event told of it. */
  readonly event: string | undefined;
  /** Of the fields that do not count; undefined where all do. */
  readonly ignored: readonly Print[] | undefined;
}

/** What is known of one record's sightings. */
export interface Seen {
  /** The newest first. */
  readonly sightings: readonly Sighting[];
  /** Readings of the feed so far. */
  readonly readings: number;
  readonly last: SeenReading | undefined;
  /** The last reading is not remembered whole. */
  readonly lost: boolean;
  /** The last good reading of everything, and whether this record was not in it; undefined where nobody can say any more. */
  readonly lastWhole: SeenReading | undefined;
  readonly absent: boolean | undefined;
}

interface Memory {
  /** Kept apart, so that a large listing does not drive out what there is something to say about. */
  readonly unchanged: Ring<Sighting>;
  readonly others: Ring<Sighting>;
  readings: number;
  last: SeenReading | undefined;
  /** Readings up to this number are not remembered whole. */
  lost: number;
  whole: SeenReading | undefined;
}

/** A poll's witness, to be told how the poll ended. */
export interface OpenReading extends Witness {
  ended(end: NonNullable<SeenReading['end']>): void;
}

/** Keeps in mind what the readings saw last, within bounds. In memory only. */
export class Sightings {
  readonly #feeds = new Map<string, Memory>();
  readonly #each: number;
  readonly #all: number;

  constructor(each = EACH, all = ALL) {
    this.#each = each;
    this.#all = all;
  }

  /** Opens the witness of one poll that begins now. */
  open(feed: Feed, at: Instant): OpenReading {
    const memory = this.#memoryOf(feed.id);
    const reading: { -readonly [K in keyof SeenReading]: SeenReading[K] } = {
      ...{ number: ++memory.readings, at, from: undefined, listed: undefined, end: undefined },
    };
    memory.last = reading;
    const ignored = feed.rule.ignoreFields.map(parsePath);
    const counts = ignored.length === 0;
    const each = this.#each;
    // A reading of more than are kept leaves nothing of an earlier one to compare with.
    let comparable = each;
    return {
      begins(from) {
        reading.from = from;
      },
      saw(recordId, because, date, found, event, record?: SourceRecord) {
        const prints = counts || record === undefined || comparable-- <= 0 ? undefined : printsOf(record, ignored);
        const ring = because === 'unchanged' || because === 'row-told' ? memory.unchanged : memory.others;
        const gone = ring.push(
          { recordId, reading, because, date, found, shown: record !== undefined, event, ignored: prints },
          each,
        );
        if (gone !== undefined && gone.reading.number > memory.lost) memory.lost = gone.reading.number;
      },
      listed(what) {
        reading.listed = what;
      },
      ended: (end) => {
        reading.end = end;
        if (end.ok && reading.listed === 'whole') memory.whole = reading;
        this.#bound();
      },
    };
  }

  /** What is remembered of a record's sightings. */
  of(feed: string, recordId: string): Seen {
    const memory = this.#feeds.get(feed);
    if (memory === undefined)
      return { sightings: [], readings: 0, last: undefined, lost: false, lastWhole: undefined, absent: undefined };
    const { unchanged, others, readings, last, whole, lost } = memory;
    const all = [...unchanged.newestLast(), ...others.newestLast()].filter((each) => each.recordId === recordId);
    const sightings = all.sort((a, b) => a.reading.number - b.reading.number).reverse();
    const shown = sightings.some((each) => each.reading === whole && each.shown);
    const absent = whole === undefined || (!shown && lost >= whole.number) ? undefined : !shown;
    return { sightings, readings, last, lost: last !== undefined && lost >= last.number, lastWhole: whole, absent };
  }

  /** Lets go what was seen of a feed. */
  forget(feed: string): void {
    this.#feeds.delete(feed);
  }

  #memoryOf(feed: string): Memory {
    let memory = this.#feeds.get(feed);
    if (memory === undefined) {
      const rings = { unchanged: new Ring<Sighting>(), others: new Ring<Sighting>() };
      memory = { ...rings, readings: 0, last: undefined, lost: 0, whole: undefined };
      this.#feeds.set(feed, memory);
    }
    return memory;
  }

  /** Halves the largest until all are within their bound. */
  #bound(): void {
    for (;;) {
      let sum = 0;
      let largest: Memory | undefined;
      for (const memory of this.#feeds.values()) {
        sum += sizeOf(memory);
        if (largest === undefined || sizeOf(memory) > sizeOf(largest)) largest = memory;
      }
      if (sum <= this.#all || largest === undefined) return;
      const { unchanged, others } = largest;
      const ring = unchanged.size > others.size ? unchanged : others;
      const gone = ring.cut(Math.floor(ring.size / 2));
      if (gone !== undefined) largest.lost = Math.max(largest.lost, gone.reading.number);
    }
  }
}

function sizeOf({ unchanged, others }: Memory): number {
  return unchanged.size + others.size;
}
