import type { FeedHead, FeedState } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type {
  Attempt,
  Commit,
  Delivery,
  EventQuery,
  Journal,
  Keepsake,
  Settlement,
  ToldEvent,
} from '../model/journal.ts';
import type { NoticeLevel, NoticeName } from '../model/notice.ts';
import type { Clock, Tell } from '../model/ports.ts';
import { Amendments } from './amendments.ts';
import { compact, liveBytesOf, liveLimit, removeExpired } from './compaction.ts';
import { readDeadLetter } from './dead-letters.ts';
import type { CommitEntry } from './entry.ts';
import { commitEntry, encodeEntry } from './entry.ts';
import { readable } from './feed-memory.ts';
import type { History } from './history.ts';
import { openHistory } from './history.ts';
import { checkpointThrough, memoryOf, rosterOf, takeCommit } from './known-feeds.ts';
import type { Written } from './log-writer.ts';
import { LogWriter } from './log-writer.ts';
import { deadOf, enter, indexed, isOpen, pendingOf } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { isSaid, recover } from './recovery.ts';
import { foreignHead, says, staleGeneration, stepUnderWay } from './refusals.ts';
import type { Reserve } from './reserve.ts';
import { openReserve } from './reserve.ts';
import { placeOf, readBody } from './segment.ts';
import { finishAmendments, finishWherePossible, rememberAttempt, settleDelivery } from './settling.ts';

export interface FileJournalOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** For how long settled deliveries can be listed and read. */
  readonly retention: Duration;
  /** A segment that has grown to this is followed by the next one. Default 8 MB. */
  readonly segmentBytes?: number;
  /** The live log may grow to this, or to twice what is pending, before its oldest segments are retired. Default 32 MB. */
  readonly liveBytes?: number;
  /** Room set aside for settlements on a full disk. Default 1 MB. */
  readonly reserveBytes?: number;
  readonly tell?: Tell;
}

interface Parts {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  readonly reserve: Reserve;
  readonly options: Required<Omit<FileJournalOptions, 'tell'>>;
  readonly say: (name: NoticeName, level: NoticeLevel, says: string) => void;
}

/**
 * Opens the journal of a state directory, whose lock the caller holds. Rejects with a Fault: `journal-damaged`, `state-newer`, or one of the
 * disk's.
 */
export async function openFileJournal(disk: Disk, options: FileJournalOptions): Promise<FileJournal> {
  const { tell, ...given } = options;
  const settings = { segmentBytes: 8_000_000, liveBytes: 32_000_000, reserveBytes: 1_000_000, ...given };
  const say: Parts['say'] = (name, level, says) => tell?.({ name, level, at: options.clock.now(), says });

  const { ledger, file, next, notes } = await recover(disk);
  for (const note of notes) say('journal:note', 'warn', note);
  const reserve = await openReserve(disk, settings.reserveBytes, (full) => {
    if (full) say('journal:full', 'error', 'The disk that holds the state directory is full; polling waits for room');
    else say('journal:room', 'info', 'There is room for the state directory again');
  });
  const writer = new LogWriter({
    disk,
    live: ledger.live,
    file,
    next,
    segmentBytes: settings.segmentBytes,
    reserve,
    roster: () => encodeEntry({ kind: 'roster', feeds: rosterOf(ledger.feeds) }).bytes,
  });
  await removeExpired(disk, ledger, options.clock.now() - options.retention);
  await finishWherePossible({ disk, ledger, writer, reserve }, (_id, act) => act());
  return new FileJournal({ disk, ledger, writer, reserve, options: settings, say });
}

/** The journal in a state directory. One for each directory at a time. */
export class FileJournal implements Journal {
  readonly #parts: Parts;
  readonly #history: History;
  /** Feeds whose step is being written. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #amendments: Amendments;
  /** The last thing asked about a delivery, while it goes on: the next one waits for it. */
  readonly #turns = new Map<string, Promise<void>>();
  #compacting: Promise<void> | undefined;
  /** After a compaction that failed: the live log's size to try again at. */
  #patience = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#history = openHistory(parts.disk, parts.ledger, (says) => parts.say('journal:note', 'warn', says));
    this.#amendments = new Amendments({
      ...parts,
      underWay: this.#underWay,
      inTurn: (id, act) => this.#inTurn(id, act),
      compacted: async () => this.#compacting,
      body: (id) => this.body(id),
      amended: () => this.#compactWhereDue(),
    });
  }

  feeds(): readonly string[] {
    return [...this.#parts.ledger.feeds.keys()].sort();
  }

  head(feed: string): FeedHead | undefined {
    return this.#parts.ledger.feeds.get(feed)?.head;
  }

  async load(feed: string): Promise<FeedState | undefined> {
    const known = this.#parts.ledger.feeds.get(feed);
    if (known === undefined) return undefined;
    try {
      return readable(await memoryOf(this.#parts.disk, known));
    } catch (error) {
      // It may have been dropped, and its checkpoint removed, while it was being read.
      if (this.#parts.ledger.feeds.get(feed) === known) throw error;
      return this.load(feed);
    }
  }

  async commit(commit: Commit): Promise<void> {
    const { ledger, writer } = this.#parts;
    const { feed } = commit;
    for (let held = this.#amendments.held(feed); held !== undefined; held = this.#amendments.held(feed)) await held;
    const generation = ledger.feeds.get(feed)?.generation ?? 0;
    if (writer.refusal !== undefined) throw writer.refusal;
    if (commit.head.feed !== feed) throw foreignHead(feed, commit.head.feed);
    if (this.#underWay.has(feed)) throw stepUnderWay(feed);
    if (commit.generation !== generation) throw staleGeneration(feed, commit.generation, generation);
    // A POST that is pending or dead must not come into the log again: without its settlement, which may be long gone, it would be pending.
    const deliveries = commit.deliveries.filter((fresh) => !isOpen(ledger.outbox, fresh.id));
    const { entry, bodies } = commitEntry({ ...commit, deliveries });
    const { bytes, bodiesAt } = encodeEntry(entry, bodies);
    const written = writer.write(
      'commit',
      () => bytes,
      (place) => apply(ledger, entry, place, bodiesAt),
    );
    this.#underWay.set(feed, written);
    try {
      await written;
    } finally {
      this.#underWay.delete(feed);
    }
    this.#compactWhereDue();
  }

  settle(settlement: Settlement): Promise<void> {
    return this.#inTurn(settlement.id, () => settleDelivery(this.#parts, settlement));
  }

  attempt(attempt: Attempt): Promise<void> {
    return this.#inTurn(attempt.id, () => rememberAttempt(this.#parts, attempt));
  }

  pending(): Iterable<Delivery> {
    return pendingOf(this.#parts.ledger.outbox);
  }

  dead(): Iterable<Delivery> {
    return deadOf(this.#parts.ledger.outbox);
  }

  async body(id: string): Promise<string | undefined> {
    const { disk, ledger } = this.#parts;
    for (let place = ledger.outbox.pending.get(id)?.place; place !== undefined;) {
      try {
        return (await readBody(disk, place)).toString();
      } catch (error) {
        // It may have been copied, and its first segment retired and removed, while it was being read.
        const now = ledger.outbox.pending.get(id)?.place;
        if (now === place) throw error;
        place = now;
      }
    }
    if (ledger.outbox.dead.has(id)) return (await readDeadLetter(disk, id))?.body;
    return (await this.#history.body(id, this.#since()))?.toString();
  }

  events(query: EventQuery): Promise<readonly ToldEvent[]> {
    return this.#history.events(query, this.#since());
  }

  forget(feed: string, at: Instant): Promise<void> {
    return this.#amendments.forget(feed, at);
  }

  move(from: string, head: FeedHead, at: Instant): Promise<void> {
    return this.#amendments.move(from, head, at);
  }

  takeIn(pieces: AsyncIterable<Keepsake>, at: Instant): Promise<void> {
    return this.#amendments.takeIn(pieces, at);
  }

  giveOut(): AsyncIterable<Keepsake> {
    return this.#amendments.giveOut();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { disk, ledger, writer, say } = this.#parts;
    await writer.stop();
    await this.#amendments.idle();
    await Promise.allSettled([...this.#turns.values()]);
    await this.#compacting;
    for (const feed of ledger.feeds.values()) {
      if (writer.refusal?.code === 'disk-failed') return;
      if (feed.memory === undefined) continue;
      try {
        await checkpointThrough(disk, feed, feed.last);
      } catch (error) {
        say(
          'journal:note',
          'warn',
          `The checkpoint of ${feed.name} was not written; the log holds it all. ${says(error)}`,
        );
      }
    }
  }

  #since(): Instant {
    return this.#parts.options.clock.now() - this.#parts.options.retention;
  }

  async #inTurn(id: string, act: () => Promise<void>): Promise<void> {
    const { writer } = this.#parts;
    const before = this.#turns.get(id);
    const run = async (): Promise<void> => {
      if (writer.refusal !== undefined) throw writer.refusal;
      await act();
    };
    const mine = before === undefined ? run() : before.then(run, run);
    this.#turns.set(id, mine);
    try {
      await mine;
    } finally {
      if (this.#turns.get(id) === mine) this.#turns.delete(id);
    }
  }

  #compactWhereDue(): void {
    const { ledger, options, writer } = this.#parts;
    if (this.#compacting !== undefined || writer.refusal !== undefined || this.#amendments.staging) return;
    const live = liveBytesOf(ledger);
    if (live <= Math.max(liveLimit(ledger, options.liveBytes), this.#patience)) return;
    this.#compacting = this.#compact(live).finally(() => {
      this.#compacting = undefined;
    });
  }

  async #compact(live: number): Promise<void> {
    const { disk, ledger, options, say, writer } = this.#parts;
    const stopped = (): boolean => writer.refusal !== undefined;
    try {
      await finishAmendments(this.#parts, (id, act) => this.#inTurn(id, act));
      await compact({ disk, ledger, writer, liveBytes: options.liveBytes, stopped });
      await removeExpired(disk, ledger, this.#since());
      this.#patience = 0;
    } catch (error) {
      if (stopped()) return;
      this.#patience = live + options.segmentBytes;
      const code = error instanceof Fault ? error.code : 'internal';
      if (code === 'disk-failed' || code === 'state-unwritable') writer.fail(error);
      say('journal:note', 'warn', `The journal keeps old segments that it should retire. ${says(error)}`);
    }
  }
}

function apply(ledger: Ledger, entry: CommitEntry, written: Written, bodiesAt: number): void {
  const { segment, sequence, payloadAt } = written;
  takeCommit(ledger.feeds, entry, written);
  entry.deliveries.forEach((fresh, order) => {
    const place = placeOf(segment, payloadAt + bodiesAt, fresh);
    enter(ledger.outbox, { delivery: indexed(fresh, sequence, fresh.length), order, place });
    isSaid(segment, fresh.committedAt);
  });
}
