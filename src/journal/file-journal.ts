import type { FeedHead, FeedState } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import type {
  Attempt,
  Backlog,
  Commit,
  Delivery,
  DeliveryHead,
  EventQuery,
  Journal,
  Keepsake,
  PendingQuery,
  Replay,
  Settlement,
  ToldEvent,
} from '../model/journal.ts';
import type { NoticeLevel, NoticeName } from '../model/notice.ts';
import { Amendments } from './amendments.ts';
import { applyCommit } from './apply-commit.ts';
import { compact, liveBytesOf, liveLimit, removeExpired } from './compaction.ts';
import { readDeadLetter } from './dead-letters.ts';
import { commitEntry, encodeEntry } from './entry.ts';
import { readable } from './feed-memory.ts';
import type { History } from './history.ts';
import { openHistory } from './history.ts';
import { checkpointThrough, memoryOf, rosterOf } from './known-feeds.ts';
import type { FileJournalOptions } from './journal-options.ts';
import { LogWriter } from './log-writer.ts';
import { inOrderOfDeath, isOpen } from './outbox.ts';
import { readPending, readPendingBody } from './read-waiting.ts';
import type { Ledger } from './recovery.ts';
import { recover } from './recovery.ts';
import { foreignHead, says, staleGeneration, stepUnderWay } from './refusals.ts';
import type { Reserve } from './reserve.ts';
import { openReserve } from './reserve.ts';
import { replayAll } from './replaying.ts';
import { finishAmendments, finishWherePossible, rememberAttempt, settleDelivery } from './settling.ts';
import { StoredReader } from './stored-reader.ts';
import { Turns } from './turns.ts';

interface Parts {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  readonly reserve: Reserve;
  readonly reader: StoredReader;
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
  const reader = new StoredReader(disk);
  await finishWherePossible({ disk, ledger, writer, reserve, reader }, (_id, act) => act());
  return new FileJournal({ disk, ledger, writer, reserve, reader, options: settings, say });
}

/** The journal in a state directory. One for each directory at a time. */
export class FileJournal implements Journal {
  readonly #parts: Parts;
  readonly #history: History;
  /** Feeds whose step is being written. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #amendments: Amendments;
  /** What is asked about one delivery goes one after the other. */
  readonly #turns = new Turns();
  #compacting: Promise<void> | undefined;
  /** Below this size of the live log nothing is compacted: after a failure, and so that no more is copied than was written since. */
  #patience = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#history = openHistory(parts, (says) => parts.say('journal:note', 'warn', says));
    this.#amendments = new Amendments({
      ...parts,
      underWay: this.#underWay,
      inTurn: (id, act) => this.#inTurn(id, act),
      compacted: async () => this.#compacting,
      delivery: async (id) => (await this.delivery(id)) ?? this.#history.delivery(id, this.#since()),
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
      (place) => applyCommit(ledger, entry, place, bodiesAt),
    );
    this.#underWay.set(feed, written);
    try {
      await written;
    } finally {
      this.#underWay.delete(feed);
    }
    this.#compactWhereDue();
  }

  settle(settlement: Settlement): Promise<boolean> {
    return this.#inTurn(settlement.id, () => settleDelivery(this.#parts, settlement));
  }

  attempt(attempt: Attempt): Promise<void> {
    return this.#inTurn(attempt.id, () => rememberAttempt(this.#parts, attempt));
  }

  async replay(replays: readonly Replay[]): Promise<readonly string[]> {
    const done = await replayAll(this.#parts, replays, {
      inTurn: (id, act) => this.#inTurn(id, act),
      find: (ids) => this.#history.find(ids, this.#since()),
    });
    this.#compactWhereDue();
    return done;
  }

  *pending(query?: PendingQuery): Iterable<DeliveryHead> {
    const { waiting } = this.#parts.ledger.outbox;
    for (const row of waiting.rows(query)) yield waiting.head(row);
  }

  backlog(): ReadonlyMap<string, Backlog> {
    return this.#parts.ledger.outbox.waiting.backlog;
  }

  dead(): Iterable<Delivery> {
    return inOrderOfDeath(this.#parts.ledger.outbox.dead.values());
  }

  async delivery(id: string): Promise<Delivery | undefined> {
    return this.#parts.ledger.outbox.dead.get(id)?.delivery ?? readPending(this.#parts, id);
  }

  async body(id: string): Promise<string | undefined> {
    const { disk, ledger } = this.#parts;
    const waiting = await readPendingBody(this.#parts, id);
    if (waiting !== undefined) return waiting.toString();
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

  lastDelivered(): Promise<ReadonlyMap<string, Instant>> {
    return this.#history.lastDelivered(this.#since());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { disk, ledger, writer, say } = this.#parts;
    await writer.stop();
    await this.#amendments.idle();
    await this.#turns.over();
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

  #inTurn<Came>(id: string, act: () => Promise<Came>): Promise<Came> {
    const { writer } = this.#parts;
    return this.#turns.take(id, async () => {
      if (writer.refusal !== undefined) throw writer.refusal;
      return act();
    });
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
      const copied = await compact({ disk, ledger, writer, liveBytes: options.liveBytes, stopped });
      this.#patience = liveBytesOf(ledger) + copied;
      await removeExpired(disk, ledger, this.#since());
    } catch (error) {
      if (stopped()) return;
      this.#patience = live + options.segmentBytes;
      if (error instanceof Fault && /^(disk-failed|state-unwritable)$/.test(error.code)) writer.fail(error);
      say('journal:note', 'warn', `The journal keeps old segments that it should retire. ${says(error)}`);
    }
  }
}
