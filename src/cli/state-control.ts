import { isDeepStrictEqual } from 'node:util';
import type { FeedHead, Told } from '../model/change.ts';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import type { Keepsake } from '../model/journal.ts';
import { countKnown } from '../detect/absence.ts';
import { didYouMean } from '../language/nearest.ts';
import type { Forgotten, Moved, MovedFeed, Refusal, Waiting } from '../engine/amendments.ts';
import { letIn } from '../io/token-store.ts';
import { packageVersion } from './package-root.ts';
import { readStateFile, writeStateFile, type StateCounts, type StatePiece } from './state-file.ts';
import type { Daemon } from './compose.ts';

/** What is remembered of one feed, in figures. */
export interface StateRow {
  readonly feed: string;
  readonly head: FeedHead;
  readonly planned: boolean;
  /** Absent where what was told cannot be read; `fault` says why. */
  readonly generation?: number;
  readonly known?: number;
  readonly tombstones?: number;
  readonly fault?: string;
}

/** The first line that `show` gives; the versions of its records follow, many on a line. */
export type ShownFeed = (StateRow & { readonly ok: true; readonly waiting: Waiting }) | Refusal;

/** Some records of a feed and what was told of them. */
export type ShownRecords = readonly (readonly [recordId: string, told: Told])[];

/** What became of the tokens of an instance that was moved. */
export type TokenMove = 'none' | 'moved' | 'kept';

export interface ImportAnswer {
  readonly feeds: readonly string[];
  readonly counts: StateCounts;
  readonly tokens: readonly string[];
  readonly unplanned: readonly string[];
  /** Feeds that would start anew, and why. */
  readonly strangers: readonly string[];
}

/** What the `state` commands ask of a daemon. */
export interface StateControl {
  stateList(): Promise<readonly StateRow[]>;
  /** Lines of JSON: a `ShownFeed`, then `ShownRecords`. */
  stateShow(feed: string): AsyncIterable<string>;
  stateSet(feed: string, watermark: Instant, skip: boolean): Promise<Moved | Refusal>;
  stateForget(feed: string): Promise<Forgotten | Refusal>;
  stateMove(
    from: string,
    to: string,
    replace: boolean,
  ): Promise<{ readonly ok: true; readonly moved: readonly MovedFeed[]; readonly tokens: TokenMove } | Refusal>;
  /** Instances that were authorized: their tokens are exported only where that is asked for. */
  stateAccounts(): Promise<readonly string[]>;
  /** The lines of a file of state. */
  stateExport(withTokens: boolean): AsyncIterable<string>;
  /** One line of JSON: an `ImportAnswer`. */
  stateImport(replace: boolean, bytes: AsyncIterable<Uint8Array>): AsyncIterable<string>;
}

/** Records on one line of `show`. */
const SLICE = 1_000;

/** Answers the `state` commands from a daemon in this process. `reload` makes the plan what the files say now. */
export function stateControlOf(daemon: Daemon, reload: () => Promise<unknown>): StateControl {
  const { engine, journal, accounts, clock } = daemon;
  const { amendments } = engine;

  const rowOf = async (feed: string, head: FeedHead): Promise<StateRow> => {
    const planned = engine.plan.feeds.has(feed);
    try {
      const state = await journal.load(feed);
      if (state === undefined) return { feed, head, planned };
      const known = countKnown(state.snapshot);
      const { generation, snapshot } = state;
      return { feed, head: state.head, planned, generation, known, tombstones: snapshot.size - known };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { feed, head, planned, fault: error.message };
    }
  };

  return {
    async stateList() {
      const rows: StateRow[] = [];
      for (const feed of journal.feeds()) {
        const head = journal.head(feed);
        if (head !== undefined) rows.push(await rowOf(feed, head));
      }
      return rows;
    },

    async *stateShow(feed) {
      const head = journal.head(feed);
      if (head === undefined) {
        const hint = didYouMean(feed, journal.feeds());
        const refusal: Refusal = {
          ok: false,
          says: `nothing is remembered of feed ${feed}`,
          ...(hint === undefined ? {} : { hint }),
        };
        yield JSON.stringify(refusal);
        return;
      }
      const shown: ShownFeed = { ok: true, ...(await rowOf(feed, head)), waiting: amendments.waiting(feed) };
      yield JSON.stringify(shown);
      if (shown.fault !== undefined) return;
      let part: [string, Told][] = [];
      for (const [id, told] of (await journal.load(feed))?.snapshot ?? []) {
        part.push([id, told]);
        if (part.length < SLICE) continue;
        yield JSON.stringify(part);
        part = [];
      }
      if (part.length > 0) yield JSON.stringify(part);
    },

    stateSet: (feed, watermark, skip) => amendments.setWatermark(feed, watermark, skip),
    stateForget: (feed) => amendments.forget(feed),

    async stateMove(from, to, replace) {
      // Files that were renamed a moment ago count as renamed.
      await reload();
      const became: { tokens: TokenMove } = { tokens: 'none' };
      const whole = !from.includes('/');
      const answer = await amendments.move(from, to, replace, async () => {
        if (whole) became.tokens = await copyTokens(accounts, from, to, replace);
      });
      if (!answer.ok) return answer;
      // Only now: whatever cuts this off leaves them where at least one of the two names finds them.
      if (became.tokens === 'moved') await accounts.tokens.remove(from);
      if (whole) await accounts.reread(from);
      return { ...answer, ...became };
    },

    stateAccounts: async () => {
      const found: string[] = [];
      for (const instance of await accounts.tokens.list()) {
        const loaded = await accounts.tokens.load(instance);
        if (loaded.ok && letIn(loaded.tokens)) found.push(instance);
      }
      return found;
    },

    stateExport: (withTokens) => {
      const pieces = async function* (): AsyncIterable<StatePiece> {
        yield* journal.giveOut();
        for (const instance of withTokens ? await accounts.tokens.list() : []) {
          const loaded = await accounts.tokens.load(instance);
          if (loaded.ok && loaded.tokens !== undefined) yield { kind: 'tokens', instance, tokens: loaded.tokens };
        }
      };
      return writeStateFile(pieces(), () => ({
        version: packageVersion(),
        at: clock.now(),
        counts: {
          feeds: journal.feeds().length,
          deliveries: count(journal.pending()),
          deadLetters: count(journal.dead()),
        },
      }));
    },

    async *stateImport(replace, bytes) {
      const counts: StateCounts = { feeds: 0, records: 0, deliveries: 0, deadLetters: 0, tokens: 0 };
      const tokens = new Map<string, Extract<StatePiece, { kind: 'tokens' }>>();
      const pieces = async function* (): AsyncIterable<Keepsake> {
        for await (const piece of readStateFile(bytes)) {
          if (piece.kind === 'tokens') {
            counts.tokens++;
            tokens.set(piece.instance, piece);
            continue;
          }
          if (piece.kind === 'feed') {
            counts.feeds++;
            if (!replace && journal.head(piece.head.feed) !== undefined) throw exists(`feed ${piece.head.feed}`);
          } else if (piece.kind === 'told') counts.records += piece.told.length;
          else if (piece.diedAt === undefined) counts.deliveries++;
          else counts.deadLetters++;
          yield piece;
        }
        // The file is proved now, and none of it is true yet. Tokens go first: to do this part twice does no harm.
        for (const { instance, tokens: given } of tokens.values()) {
          const found = await accounts.tokens.load(instance);
          const others = found.ok && letIn(found.tokens) && !isDeepStrictEqual(found.tokens, given);
          if (others && !replace) throw exists(`account ${instance}`);
        }
        for (const { instance, tokens: given } of tokens.values()) {
          await accounts.tokens.save(instance, given);
          await accounts.reread(instance);
        }
      };
      const feeds = await amendments.takeIn(pieces());
      const answer: ImportAnswer = {
        feeds,
        counts,
        tokens: [...tokens.keys()],
        unplanned: feeds.filter((feed) => !engine.plan.feeds.has(feed)),
        strangers: amendments.strangers(feeds),
      };
      yield JSON.stringify(answer);
    },
  };
}

/** Gives the tokens of one instance to another, unless that one was authorized itself. */
async function copyTokens(
  accounts: Daemon['accounts'],
  from: string,
  to: string,
  replace: boolean,
): Promise<TokenMove> {
  const [given, there] = [await accounts.tokens.load(from), await accounts.tokens.load(to)];
  if (!given.ok) throw new Fault('journal-damaged', given.says, { hint: given.hint });
  if (given.tokens === undefined) return 'none';
  if (there.ok && letIn(there.tokens) && !replace) {
    if (!isDeepStrictEqual(there.tokens, given.tokens)) return 'kept';
  }
  await accounts.tokens.save(to, given.tokens);
  await accounts.reread(to);
  return 'moved';
}

function exists(what: string): Fault {
  return new Fault('internal', `${what} is remembered here already; nothing was imported`, {
    hint: '--replace puts what the file says in the place of what is remembered',
  });
}

function count(things: Iterable<unknown>): number {
  let number = 0;
  for (const _thing of things) number += 1;
  return number;
}
