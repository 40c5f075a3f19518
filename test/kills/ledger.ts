import type { Dice } from './dice.ts';

/** The feeds of the provider, each of another kind. */
export const FEEDS = ['filtered', 'swept', 'flagged', 'undated', 'trash', 'whole'] as const;

export type FeedName = (typeof FEEDS)[number];

/** A record as the provider has it; a deleted one is shown only where the feed has a flag or a list for that. */
export interface Row {
  readonly id: number;
  readonly version: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: boolean;
}

/** One change of a record. Every one makes a version of its own. */
export interface Entry {
  readonly kind: 'put' | 'deleted';
  readonly version: number;
}

/** Everything that happened to a record. */
export interface Story {
  /** It was there before the daemon was. */
  readonly old: boolean;
  readonly entries: Entry[];
}

/** So many records of each feed are there all the time, about. */
const ABOUT = 20;
const HOUR = 3_600_000;

/** The book of the provider: what each feed has, and what happened to it. */
export class Ledger {
  readonly stories = new Map<FeedName, Map<number, Story>>();
  /** Nothing happens before it is set. */
  awake = false;
  changes = 0;
  readonly #rows = new Map<FeedName, Map<number, Row>>();
  readonly #dice: Dice;

  /** Begins with records that are an hour old. */
  constructor(dice: Dice) {
    this.#dice = dice;
    for (const feed of FEEDS) {
      this.stories.set(feed, new Map());
      this.#rows.set(feed, new Map());
      for (let count = 0; count < ABOUT; count += 1) this.#create(feed, Date.now() - HOUR, true);
    }
    this.changes = 0;
  }

  /** The records of a feed by id, deleted ones too. */
  rows(feed: FeedName): readonly Row[] {
    return [...this.#of(feed).values()];
  }

  row(feed: FeedName, id: number): Row | undefined {
    return this.#of(feed).get(id);
  }

  /** Changes something in one of the feeds, now and then several things at the same instant. */
  happen(feed = FEEDS[this.#dice.below(FEEDS.length)] ?? 'filtered'): void {
    if (!this.awake) return;
    const now = Date.now();
    const times = this.#dice.chance(0.1) ? 2 + this.#dice.below(6) : 1;
    for (let time = 0; time < times; time += 1) this.#change(feed, now);
  }

  #change(feed: FeedName, now: number): void {
    const there = this.rows(feed).filter((row) => !row.deleted);
    const gone = this.rows(feed).filter((row) => row.deleted);
    const what = this.#dice.pick({
      create: there.length < ABOUT ? 3 : 1,
      update: 5,
      // What nobody could prove is not done.
      remove: feed === 'filtered' || there.length < ABOUT / 2 ? 0 : 2,
      restore: gone.length === 0 ? 0 : 0.5,
    });
    if (what === 'create') return this.#create(feed, now, false);
    const among = what === 'restore' ? gone : there;
    const row = among[this.#dice.below(among.length)];
    if (row === undefined) return;
    this.#put(feed, { ...row, version: row.version + 1, updated: now, deleted: what === 'remove' });
  }

  #create(feed: FeedName, at: number, old: boolean): void {
    const id = this.#of(feed).size + 1;
    this.stories.get(feed)?.set(id, { old, entries: [] });
    this.#put(feed, { id, version: 1, created: at, updated: at, deleted: false });
  }

  #put(feed: FeedName, row: Row): void {
    this.#of(feed).set(row.id, row);
    this.stories
      .get(feed)
      ?.get(row.id)
      ?.entries.push({ kind: row.deleted ? 'deleted' : 'put', version: row.version });
    this.changes += 1;
  }

  #of(feed: FeedName): Map<number, Row> {
    const rows = this.#rows.get(feed);
    if (rows === undefined) throw new Error(`there is no feed ${feed}`);
    return rows;
  }
}
