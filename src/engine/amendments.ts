import type { FeedHead } from '../model/change.ts';
import type { Plan } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Keepsake } from '../model/journal.ts';
import { didYouMean } from '../language/nearest.ts';
import { askableFrom } from '../detect/watermark.ts';
import { differenceOf, judgeMove, type Move } from './judge-move.ts';
import type { EnginePorts } from './ports.ts';

/** Why nothing was done. */
export interface Refusal {
  readonly ok: false;
  readonly says: string;
  readonly hint?: string;
}

/** What waits to be delivered of a feed. */
export interface Waiting {
  readonly events: number;
  readonly dead: number;
}

/** Where a watermark was, and where it is now. */
export interface Moved {
  readonly ok: true;
  readonly from: Instant;
  readonly to: Instant;
  readonly since: FeedHead['since'];
  /** The request holds no word for the watermark: every poll reads everything. */
  readonly unread: boolean;
}

/** What forgetting a feed came to. */
export interface Forgotten {
  readonly ok: true;
  readonly waiting: Waiting;
  readonly planned: boolean;
}

/** What a move came to. */
export interface MovedFeed extends Move {
  readonly waiting: Waiting;
}

/** What amendments touch of a running engine. */
export interface Surroundings {
  readonly plan: () => Plan;
  /** Acts while none of these feeds is polled and no plan is applied. */
  readonly still: <T>(feeds: readonly string[], act: () => Promise<T>) => Promise<T>;
  /** What is remembered of a feed was changed as a whole; where nothing is left of it, a planned one is born with that birth. */
  readonly begin: (feed: string, birth: Instant | undefined) => Promise<void>;
  readonly renamed: (from: string, to: string) => void;
  /** The journal holds deliveries that nobody was told of. */
  readonly taken: () => void;
}

/** Changes what is remembered on a person's word. Everything that can be refused is found before anything is touched. */
export class Amendments {
  readonly #ports: EnginePorts;
  readonly #around: Surroundings;

  constructor(ports: EnginePorts, around: Surroundings) {
    this.#ports = ports;
    this.#around = around;
  }

  /** Moves a feed's watermark, and nothing else: what was told is not told again. */
  async setWatermark(feed: string, wanted: Instant, skip: boolean): Promise<Moved | Refusal> {
    const { clock, journal } = this.#ports;
    if (journal.head(feed) === undefined) return this.#unknown(feed);
    if (wanted > clock.now())
      return { ok: false, says: `${iso(wanted)} lies in the future`, hint: 'a watermark says what was read already' };
    return this.#around.still([feed], async () => {
      const state = await journal.load(feed);
      if (state === undefined) return this.#unknown(feed);
      const { validator: _asked, shiftingStart: _read, ...head } = state.head;
      const planned = this.#around.plan().feeds.get(feed);
      if (planned !== undefined && planned.identity !== head.identity) {
        const says = `${feed} is another feed by its files (${differenceOf(head, planned)}) and starts anew with its next poll`;
        return { ok: false, says, hint: 'from when on it tells is said by start: in its entry' };
      }
      const to = planned === undefined ? wanted : Math.min(wanted, askableFrom(planned, wanted, undefined));
      const from = head.watermark;
      if (to > from && !skip) {
        const says = `the watermark of ${feed} stands at ${iso(from)}; moved forwards to ${iso(to)}, what changed in between and was not read yet is given up`;
        return { ok: false, says, hint: '--skip gives it up' };
      }
      const next: FeedHead = { ...head, watermark: to };
      const { generation } = state;
      if (to !== from) await journal.commit({ feed, generation, head: next, told: [], deliveries: [] });
      return { ok: true, from, to, since: head.since, unread: planned?.request.hasWatermark === false };
    });
  }

  /** Drops what is remembered of a feed; one that is planned is born anew at once. */
  async forget(feed: string): Promise<Forgotten | Refusal> {
    const { clock, journal } = this.#ports;
    return this.#around.still([feed], async () => {
      const former = journal.head(feed);
      if (former === undefined) return this.#unknown(feed);
      const now = clock.now();
      await journal.forget(feed, now);
      // Another life needs another birth, or its events would have the ids of the former one.
      await this.#around.begin(feed, now === former.birth ? now + 1 : now);
      return { ok: true, waiting: this.waiting(feed), planned: this.#around.plan().feeds.has(feed) };
    });
  }

  /**
   * Makes what is remembered of a feed another's, or of all feeds of an instance those of another one. `first` is done when nothing can be
   * refused any more and nothing has been moved yet.
   */
  async move(
    from: string,
    to: string,
    replace: boolean,
    first: () => Promise<void> = async () => undefined,
  ): Promise<{ readonly ok: true; readonly moved: readonly MovedFeed[] } | Refusal> {
    const { clock, journal } = this.#ports;
    const pairs = this.#pairs(from, to);
    if ('ok' in pairs) return pairs;
    return this.#around.still(pairs.flat(), async () => {
      const moves: Move[] = [];
      for (const [former, feed] of pairs) {
        const judged = await judgeMove(former, feed, replace, journal, this.#around.plan());
        if (!judged.ok) return judged;
        moves.push(judged.move);
      }
      await first();
      const moved: MovedFeed[] = [];
      for (const move of moves) {
        const waiting = this.waiting(move.from);
        await journal.move(move.from, move.head, clock.now());
        this.#around.renamed(move.from, move.head.feed);
        await this.#around.begin(move.head.feed, undefined);
        moved.push({ ...move, waiting });
      }
      return { ok: true, moved };
    });
  }

  /** Remembers what another state directory gave out. Gives the feeds; rejects as the pieces do, and then nothing has happened. */
  async takeIn(pieces: AsyncIterable<Keepsake>): Promise<readonly string[]> {
    const { clock, journal } = this.#ports;
    const feeds: string[] = [];
    const noting = async function* (): AsyncIterable<Keepsake> {
      for await (const piece of pieces) {
        if (piece.kind === 'feed') feeds.push(piece.head.feed);
        yield piece;
      }
    };
    await journal.takeIn(noting(), clock.now());
    await this.#around.still(feeds, async () => {
      for (const feed of feeds) await this.#around.begin(feed, undefined);
    });
    this.#around.taken();
    return feeds;
  }

  /** How planned feeds that were taken in differ from what their files say: such a feed would start anew. */
  strangers(feeds: readonly string[]): readonly string[] {
    return feeds.flatMap((name) => {
      const planned = this.#around.plan().feeds.get(name);
      const head = this.#ports.journal.head(name);
      if (planned === undefined || head === undefined || planned.identity === head.identity) return [];
      return [`${name} is another feed by its files here and starts anew: ${differenceOf(head, planned)}`];
    });
  }

  #pairs(from: string, to: string): readonly (readonly [string, string])[] | Refusal {
    const { journal } = this.#ports;
    if (from.includes('/') !== to.includes('/'))
      return { ok: false, says: `${from} and ${to} are not of one kind`, hint: 'give two feeds, or two instances' };
    if (from === to) return { ok: false, says: `${from} has that name already` };
    if (from.includes('/')) return journal.head(from) === undefined ? this.#unknown(from) : [[from, to]];
    const feeds = journal.feeds().filter((feed) => feed.startsWith(`${from}/`));
    if (feeds.length > 0) return feeds.map((feed) => [feed, `${to}${feed.slice(from.length)}`]);
    const hint = didYouMean(from, new Set(journal.feeds().map((feed) => feed.slice(0, feed.indexOf('/')))));
    return { ok: false, says: `nothing is remembered of instance ${from}`, ...(hint === undefined ? {} : { hint }) };
  }

  #unknown(feed: string): Refusal {
    const hint = didYouMean(feed, this.#ports.journal.feeds());
    return { ok: false, says: `nothing is remembered of feed ${feed}`, ...(hint === undefined ? {} : { hint }) };
  }

  /** What waits to be delivered of a feed. */
  waiting(feed: string): Waiting {
    const { journal } = this.#ports;
    let dead = 0;
    for (const letter of journal.dead()) if (letter.feed === feed) dead += letter.events.length;
    return { events: journal.backlog().get(feed)?.events ?? 0, dead };
  }
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
