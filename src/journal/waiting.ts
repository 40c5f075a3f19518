import type { Attempt, Backlog, Delivery, DeliveryHead, DeliveryPlace, PendingQuery } from '../model/journal.ts';
import { Backlogs } from './backlogs.ts';
import { hashText, RowIndex } from './row-index.ts';
import type { Place, Segment } from './segment.ts';
import { SharedItems } from './shared-items.ts';
import type { Page } from './waiting-page.ts';
import { pageRows } from './waiting-page.ts';
import { WaitingPages } from './waiting-pages.ts';

/** What many deliveries have in common. */
type Origin = Pick<DeliveryHead, 'feed' | 'callback' | 'contentType' | 'replayed'>;

/** What is kept of the attempts at a delivery. */
type Tried = Pick<DeliveryHead, 'attempts' | 'firstAttemptAt' | 'nextAttemptAt' | 'lastSays'>;

/** Where a delivery lies: its body, and the frame that says the rest. */
export interface Lair extends Place {
  readonly frameAt: number;
  readonly frameLength: number;
}

/**
 * All deliveries that wait, in commit order: of each no more than where it lies in the log, its id and some figures, some hundred bytes in
 * blocks of memory that are given back as it empties. A row's number is good until any row is removed or the table is
 * sorted.
 */
export class WaitingTable {
  readonly #origins = new SharedItems<Origin>(keyOf);
  readonly #segments = new SharedItems<Segment>((segment) => segment);
  readonly #pages = new WaitingPages();
  readonly #index = new RowIndex((row) => this.#pages.of(row).hash[row % pageRows] as number);
  readonly #tried = new Map<number, Tried>();
  readonly #backlogs = new Backlogs();
  #size = 0;
  /** The place of the row that was added last; they come in order but for copies that are read back. */
  #last: DeliveryPlace = { sequence: 0, order: 0 };
  #unsorted = false;
  /** The origin of the row that was added last: the next one's is most likely the same. */
  #lastOrigin: { readonly key: Origin; readonly number: number } | undefined;

  get size(): number {
    return this.#size;
  }

  /** What waits of each feed and was committed with a callback; live. */
  get backlog(): ReadonlyMap<string, Backlog> {
    return this.#backlogs.byFeed;
  }

  /** What all that waits takes in the log, about. */
  get logBytes(): number {
    return this.#backlogs.logBytes;
  }

  find(id: string): number | undefined {
    return this.#index.find(hashText(id), (row) => this.#pages.of(row).id(row % pageRows) === id);
  }

  /** Adds a delivery that is not in it. One that comes before the last one's place is in order after `sort` only. */
  add(delivery: Delivery, order: number, lair: Lair): number {
    const { id, bytes, sequence, committedAt, events } = delivery;
    const page = this.#pages.last();
    this.#unsorted ||= this.#last.sequence > sequence || (this.#last.sequence === sequence && this.#last.order > order);
    this.#last = { sequence, order };
    const origin = this.#originOf(delivery);
    const segment = this.#segments.hold(lair.segment);
    const { at: bodyAt, crc, frameAt, frameLength } = lair;
    const [hash, count] = [hashText(id), events.length];
    const at = page.add(id, { hash, origin, segment, frameAt, frameLength, bodyAt, bytes, crc, count, order, sequence, committedAt }); // prettier-ignore
    const row = page.slot * pageRows + at;
    this.#index.add(row);
    this.#size += 1;
    this.#backlogs.add(delivery, count, bytes);
    if (delivery.attempts > 0 || delivery.lastSays !== undefined) this.#tried.set(row, triedOf(delivery));
    return row;
  }

  remove(row: number): void {
    const page = this.#pages.of(row);
    const at = row % pageRows;
    const origin = page.origin[at] as number;
    this.#backlogs.remove(this.#origins.at(origin), page.count[at] as number, page.bytes[at] as number);
    this.#index.remove(row);
    this.#origins.letGo(origin);
    this.#segments.letGo(page.segment[at] as number);
    this.#tried.delete(row);
    page.remove(at);
    this.#size -= 1;
    this.#pages.letGo(page);
    // A few that stay for long, each in a page of its own, must not keep all these.
    if (this.#pages.isSparse(this.#size)) this.#rebuild(Uint32Array.from(this.rows()));
  }

  /** A delivery was copied: it lies there from now on. */
  move(row: number, lair: Lair): void {
    const page = this.#pages.of(row);
    const former = page.segment[row % pageRows] as number;
    page.place(row % pageRows, this.#stored(lair));
    this.#segments.letGo(former);
  }

  attempted(row: number, attempt: Attempt): void {
    const { attempts, firstAttemptAt, nextAttemptAt, says } = attempt;
    this.#tried.set(row, { attempts, firstAttemptAt, nextAttemptAt, lastSays: says });
  }

  /** Makes what waits of one feed another's. */
  renameFeed(from: string, to: string): void {
    for (const row of this.rows({ where: ({ feed }) => feed === from })) {
      const [page, at] = [this.#pages.of(row), row % pageRows];
      const [number, count, bytes] = [page.origin[at] as number, page.count[at] as number, page.bytes[at] as number];
      const former = this.#origins.at(number);
      const origin = this.#originOf({ ...former, feed: to });
      page.setOrigin(at, origin);
      this.#backlogs.remove(former, count, bytes);
      this.#backlogs.add(this.#origins.at(origin), count, bytes);
      this.#origins.letGo(number);
    }
  }

  head(row: number): DeliveryHead {
    const page = this.#pages.of(row);
    const at = row % pageRows;
    return {
      id: page.id(at),
      ...this.#origins.at(page.origin[at] as number),
      bytes: page.bytes[at] as number,
      count: page.count[at] as number,
      committedAt: page.committedAt[at] as number,
      sequence: page.sequence[at] as number,
      order: page.order[at] as number,
      ...(this.#tried.get(row) ?? untried),
    };
  }

  lair(row: number): Lair {
    const page = this.#pages.of(row);
    const at = row % pageRows;
    return {
      segment: this.#segments.at(page.segment[at] as number),
      at: page.bodyAt[at] as number,
      length: page.bytes[at] as number,
      crc: page.crc[at] as number,
      frameAt: page.frameAt[at] as number,
      frameLength: page.frameLength[at] as number,
    };
  }

  /** Rows in commit order. Others may be added and removed meanwhile; nothing may be awaited between taking a row and using it. */
  *rows({ after, where }: PendingQuery = {}): Iterable<number> {
    const wanted = this.#asked(where);
    let reached = after;
    let page = this.#pages.behind(reached);
    for (; page !== undefined; page = this.#pages.after(page)) {
      if (![...page.origins].some(wanted)) continue;
      for (let at = 0; at < page.used; at += 1) {
        if (page.origin[at] === 0 || !wanted(page.origin[at] as number)) continue;
        if (reached !== undefined && page.compare(at, reached) <= 0) continue;
        const rebuilt = this.#pages.rebuilt;
        const place = page.placeOf(at);
        yield page.slot * pageRows + at;
        if (rebuilt === this.#pages.rebuilt) continue;
        // The pages are others now: on from the same place.
        reached = place;
        page = this.#pages.behind(reached);
        if (page === undefined) return;
        at = -1;
      }
    }
  }

  /** The other way round: those before a place, the last one first. Nothing may come or go meanwhile. */
  *rowsBefore(before: DeliveryPlace | undefined, where: PendingQuery['where']): Iterable<number> {
    const wanted = this.#asked(where);
    let number = before === undefined ? this.#pages.all.length : this.#pages.firstBeyond(before) + 1;
    for (number = Math.min(number, this.#pages.all.length) - 1; number >= 0; number -= 1) {
      const page = this.#pages.all[number] as Page;
      if (![...page.origins].some(wanted)) continue;
      for (let at = page.used - 1; at >= 0; at -= 1) {
        if (page.origin[at] === 0 || !wanted(page.origin[at] as number)) continue;
        if (before !== undefined && page.compare(at, before) >= 0) continue;
        yield page.slot * pageRows + at;
      }
    }
  }

  /** Rows that lie in one of these segments, in commit order; as `rows`. */
  *rowsIn(segments: Iterable<Segment>): Iterable<number> {
    const numbers = new Set<number | undefined>();
    for (const segment of segments) numbers.add(this.#segments.numberOf(segment));
    numbers.delete(undefined);
    if (numbers.size === 0) return;
    for (const row of this.rows()) if (numbers.has(this.#pages.of(row).segment[row % pageRows])) yield row;
  }

  /** Puts the rows into commit order: copies come later in the log than commits of the same age. */
  sort(): void {
    if (!this.#unsorted) return;
    this.#unsorted = false;
    const rows = Uint32Array.from(this.rows());
    rows.sort((a, b) => this.#pages.of(a).compareTo(a % pageRows, this.#pages.of(b), b % pageRows));
    this.#rebuild(rows);
  }

  #rebuild(rows: Uint32Array): void {
    this.#pages.rebuild(rows, (from, to) => {
      this.#index.remove(from);
      this.#index.add(to);
      const tried = this.#tried.get(from);
      this.#tried.delete(from);
      if (tried !== undefined) this.#tried.set(to, tried);
    });
  }

  /** Whether an origin is asked for, by its number. */
  #asked(where: PendingQuery['where']): (origin: number) => boolean {
    if (where === undefined) return () => true;
    const answers: (boolean | undefined)[] = [];
    return (origin) => (answers[origin] ??= this.#origins.has(origin) && where(this.#origins.at(origin)));
  }

  #originOf({ feed, callback, contentType, replayed }: Origin): number {
    const last = this.#lastOrigin;
    if (
      last !== undefined &&
      this.#origins.has(last.number) &&
      this.#origins.at(last.number) === last.key &&
      last.key.feed === feed &&
      last.key.callback === callback &&
      last.key.contentType === contentType &&
      last.key.replayed === replayed
    ) {
      return this.#origins.holdAgain(last.number);
    }
    const key: Origin = {
      feed,
      contentType,
      ...(callback === undefined ? {} : { callback }),
      ...(replayed === undefined ? {} : { replayed }),
    };
    const number = this.#origins.hold(key);
    this.#lastOrigin = { key: this.#origins.at(number), number };
    return number;
  }

  #stored({ segment, at, crc, frameAt, frameLength }: Lair): Parameters<Page['place']>[1] {
    return { segment: this.#segments.hold(segment), bodyAt: at, crc, frameAt, frameLength };
  }
}

const untried: Tried = { attempts: 0 };

function triedOf({ attempts, firstAttemptAt, nextAttemptAt, lastSays }: Tried): Tried {
  return {
    attempts,
    ...(firstAttemptAt === undefined ? {} : { firstAttemptAt }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    ...(lastSays === undefined ? {} : { lastSays }),
  };
}

function keyOf({ feed, callback, contentType, replayed }: Origin): string {
  return `${feed}\n${callback === undefined ? '' : `:${callback}`}\n${contentType}\n${replayed === true}`;
}
