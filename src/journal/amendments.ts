import type { FeedHead, Told } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import type { Delivery, Keepsake } from '../model/journal.ts';
import type { AmendEntry, StageEntry } from './entry.ts';
import { bodyPlace, encodeEntry } from './entry.ts';
import { removeIfPossible } from './full-disk.ts';
import { memoryOf } from './known-feeds.ts';
import type { LogWriter } from './log-writer.ts';
import type { Ledger } from './recovery.ts';
import { stepUnderWay, unknownFeed } from './refusals.ts';
import type { Reserve } from './reserve.ts';
import { checkpointPath } from './safe-name.ts';
import { finishWherePossible } from './settling.ts';
import { amend, stage, stagedFeeds } from './staged.ts';
import type { StoredReader } from './stored-reader.ts';

interface Ground {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly writer: LogWriter;
  readonly reserve: Reserve;
  readonly reader: StoredReader;
  /** Feeds of which a step is being written, and when it is. */
  readonly underWay: Map<string, Promise<void>>;
  readonly inTurn: (id: string, act: () => Promise<void>) => Promise<void>;
  /** Resolves once no checkpoint is being written. */
  readonly compacted: () => Promise<void>;
  /** A delivery, open or settled. */
  readonly delivery: (id: string) => Promise<Delivery | undefined>;
  readonly body: (id: string) => Promise<string | undefined>;
  /** Called after each amendment, also after one that came to nothing. */
  readonly amended: () => void;
}

/** Records in one entry of the log, or one piece that is given out. */
const slice = 2_000;
/** Writes that share their syncs, and the bytes they may hold together. */
const together = 500;
const togetherBytes = 4_000_000;

/**
 * What happens to whole feeds beside their polls. One at a time. What is to become true is staged in the log first, in as many entries as it
 * takes, and one small entry makes all of it true.
 */
export class Amendments {
  readonly #ground: Ground;
  readonly #held = new Map<string, Gate>();
  #turn: Promise<void> = Promise.resolve();
  #acting: Promise<void> | undefined;
  /** Something is staged: no segment may be retired. */
  staging = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Resolves when commits of a feed may go on; undefined where they may. */
  held(feed: string): Promise<void> | undefined {
    return this.#held.get(feed)?.passed;
  }

  /** Resolves when nothing is being amended. */
  async idle(): Promise<void> {
    await this.#acting;
  }

  forget(feed: string, at: Instant): Promise<void> {
    return this.#alone([feed], async () => {
      if (!this.#ground.ledger.feeds.has(feed)) return;
      await this.#write({ kind: 'amend', at, dropped: [feed], feeds: [] });
      await this.#removeCheckpoints([feed]);
    });
  }

  move(from: string, head: FeedHead, at: Instant): Promise<void> {
    const to = head.feed;
    return this.#alone([from, to], async () => {
      const { disk, ledger } = this.#ground;
      const known = ledger.feeds.get(from);
      if (known === undefined || from === to) throw unknownFeed(from);
      const memory = await memoryOf(disk, known);
      await this.#staged(async (batch, put) => {
        let generation = await this.#begin(head, put);
        for (const told of slices(memory.snapshot)) await put({ step: stepOf(head, generation++, told) });
        await put();
        const feeds = stagedFeeds(ledger, batch);
        await this.#write({ kind: 'amend', at, dropped: [from], feeds, batch, moved: { from, to } }, () => {
          const moved = ledger.feeds.get(to);
          if (moved === undefined) return;
          moved.memory = Object.assign(memory, { head, generation });
          moved.commits = [];
        });
      });
      await this.#removeCheckpoints([from]);
      await finishWherePossible(this.#ground, this.#ground.inTurn);
    });
  }

  takeIn(pieces: AsyncIterable<Keepsake>, at: Instant): Promise<void> {
    const { ledger, underWay } = this.#ground;
    const claimed = new Set<string>();
    return this.#alone([], async () => {
      const ended = gate();
      try {
        await this.#staged(async (batch, put) => {
          let head: FeedHead | undefined;
          let generation = 0;
          let order = 0;
          for await (const piece of pieces) {
            if (piece.kind === 'feed') {
              head = piece.head;
              if (underWay.has(head.feed)) throw stepUnderWay(head.feed);
              underWay.set(head.feed, ended.passed);
              claimed.add(head.feed);
              generation = await this.#begin(head, put);
            } else if (piece.kind === 'told') {
              if (head === undefined) throw new Fault('internal', 'Records came without a feed');
              await put({ step: stepOf(head, generation++, piece.told) });
            } else {
              const body = Buffer.from(piece.body);
              const delivery = { ...piece.delivery, bytes: body.length, sequence: 0 };
              const died = piece.diedAt === undefined ? {} : { diedAt: piece.diedAt };
              await put({ copy: { delivery, order: order++, ...bodyPlace(body, 0), ...died } }, body);
            }
          }
          await put();
          await this.#write({ kind: 'amend', at, dropped: [], feeds: stagedFeeds(ledger, batch), batch });
        });
        await finishWherePossible(this.#ground, this.#ground.inTurn);
      } finally {
        for (const feed of claimed) underWay.delete(feed);
        ended.open();
      }
    });
  }

  async *giveOut(): AsyncIterable<Keepsake> {
    const { disk, ledger, underWay } = this.#ground;
    const before = this.#turn;
    const ended = gate();
    this.#turn = ended.passed;
    await before;
    const feeds = [...ledger.feeds.values()];
    for (const { name } of feeds) this.#held.set(name, gate());
    try {
      await Promise.allSettled(underWay.values());
      const { waiting, dead } = ledger.outbox;
      const pending: string[] = [];
      for (const row of waiting.rows()) pending.push(waiting.head(row).id);
      const letters = [...dead].map(([id, { diedAt }]) => [id, diedAt] as const);
      for (const feed of feeds) {
        const memory = await memoryOf(disk, feed);
        yield { kind: 'feed', head: memory.head };
        for (const told of slices(memory.snapshot)) yield { kind: 'told', told };
        this.#release(feed.name);
      }
      for (const id of pending) yield* this.#keepsake(id);
      for (const [id, diedAt] of letters) yield* this.#keepsake(id, diedAt);
    } finally {
      for (const { name } of feeds) this.#release(name);
      ended.open();
    }
  }

  /** A delivery as it is to be given out; nothing where it was settled since then, and is older than what is kept of such. */
  async *#keepsake(id: string, diedAt?: Instant): AsyncIterable<Keepsake> {
    const delivery = await this.#ground.delivery(id);
    const body = await this.#ground.body(id);
    if (delivery === undefined || body === undefined) return;
    const { sequence: _sequence, bytes: _bytes, ...kept } = delivery;
    yield { kind: 'delivery', delivery: kept, body, ...(diedAt === undefined ? {} : { diedAt }) };
  }

  #release(feed: string): void {
    this.#held.get(feed)?.open();
    this.#held.delete(feed);
  }

  /** Acts after whatever was asked for before, while no step of these feeds can be written. */
  #alone(feeds: readonly string[], act: () => Promise<void>): Promise<void> {
    const { amended, underWay, writer } = this.#ground;
    const run = async (): Promise<void> => {
      if (writer.refusal !== undefined) throw writer.refusal;
      for (const feed of feeds) if (underWay.has(feed)) throw stepUnderWay(feed);
      const done = act();
      const settled = done.catch(() => undefined);
      this.#acting = settled;
      for (const feed of feeds) underWay.set(feed, settled);
      try {
        await done;
      } finally {
        for (const feed of feeds) underWay.delete(feed);
        amended();
      }
    };
    const mine = this.#turn.then(run);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Hands out a way to stage; awaiting it waits only where enough is under way, and without an argument for all of it. */
  async #staged(act: (batch: number, put: Put) => Promise<void>): Promise<void> {
    const { ledger, writer } = this.#ground;
    const batch = (ledger.staged.latest += 1);
    const writes: Promise<void>[] = [];
    let bytes = 0;
    const put: Put = async (what, body) => {
      if (what !== undefined) {
        const entry: StageEntry = { kind: 'stage', batch, ...what };
        const payload = encodeEntry(entry, body === undefined ? [] : [body]);
        bytes += payload.bytes.length;
        const write = writer.write(
          'commit',
          () => payload.bytes,
          (written) => stage(ledger, entry, { ...written, bodiesAt: written.payloadAt + payload.bodiesAt }),
        );
        write.catch(() => undefined);
        writes.push(write);
      }
      if (what !== undefined && writes.length < together && bytes < togetherBytes) return;
      const ends = await Promise.allSettled(writes.splice(0));
      bytes = 0;
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    };
    this.staging = true;
    try {
      await act(batch, put);
    } finally {
      await Promise.allSettled(writes);
      ledger.staged.batches.delete(batch);
      this.staging = false;
    }
  }

  /** Stages the beginning of a feed; gives the generation that follows. A step computed from what is remembered now is refused then. */
  async #begin(head: FeedHead, put: Put): Promise<number> {
    const generation = this.#ground.ledger.feeds.get(head.feed)?.generation ?? 0;
    await put({ step: { ...stepOf(head, generation, []), reborn: true } });
    return generation + 1;
  }

  async #write(entry: AmendEntry, then: () => void = () => undefined): Promise<void> {
    const { ledger, writer } = this.#ground;
    const { bytes } = encodeEntry(entry);
    await writer.write(
      'commit',
      () => bytes,
      (written) => {
        amend(ledger, entry, written);
        then();
      },
    );
  }

  /** Of feeds that the log dropped. One that is cut off here leaves a file that nobody believes, and the next opening removes. */
  async #removeCheckpoints(feeds: readonly string[]): Promise<void> {
    const { compacted, disk, ledger } = this.#ground;
    await compacted();
    for (const feed of feeds) {
      await removeIfPossible(disk, checkpointPath(feed));
      ledger.staged.dropped.delete(feed);
    }
  }
}

interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** Writes one staged entry. */
type Put = (what?: Pick<StageEntry, 'step' | 'copy'>, body?: Uint8Array) => Promise<void>;

function stepOf(head: FeedHead, generation: number, told: readonly (readonly [string, Told])[]) {
  return { head, generation, told };
}

/** Everything remembered of records, a part at a time. */
function* slices(snapshot: Iterable<readonly [string, Told]>): Iterable<readonly (readonly [string, Told])[]> {
  let part: (readonly [string, Told])[] = [];
  for (const one of snapshot) {
    part.push(one);
    if (part.length < slice) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
