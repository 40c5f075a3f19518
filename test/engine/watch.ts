import assert from 'node:assert/strict';
import { pollFeed, giveBirth, type PollReport } from '../../src/engine/cycle.ts';
import type { EnginePorts, Outbox } from '../../src/engine/ports.ts';
import { Sightings } from '../../src/engine/sightings.ts';
import { whyOf, type Why } from '../../src/engine/why.ts';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { parseExact } from '../../src/language/exact-json.ts';
import { revealLiteral } from '../../src/language/secret.ts';
import type { Accounts } from '../../src/model/account.ts';
import type { ChangeKind, FeedState } from '../../src/model/change.ts';
import type { Feed } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Commit, Journal } from '../../src/model/journal.ts';
import type { Notice, NoticeName } from '../../src/model/notice.ts';
import type { Clock } from '../../src/model/ports.ts';
import type { SourceRecord } from '../../src/model/record.ts';
import { feedOf, type Around } from '../support/feeds.ts';
import { ScriptedProvider, type ProviderOptions } from '../support/scripted-provider.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** When every feed here is born: in the middle of a second. */
export const birth: Instant = Date.UTC(2026, 0, 2, 3, 0, 0, 250);

/** A filtered list with both dates in milliseconds, without a reading of everything first. */
export const filtered = `
  url: /contacts?since=\${gmtDate:yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}
  idField: id
  datesConfiguration: {updatedDateField: updated, createdDateField: created}
`;

/** The same, but its first look reads everything. */
export const scanned = `${filtered}  baseline: scan\n`;

/** A filtered list of one date, whose deletions are found by an hourly sweep. */
export const swept = `${filtered}  deletes: {by: sweep, every: 1h}\n`;

/** A list of everything, whose records have no dates. */
export const undatedSweep = `
  url: /contacts
  idField: id
  deletes: {by: sweep}
`;

/** One event as it was told. */
export interface ToldEvent {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly recordId: string;
  readonly record: SourceRecord;
}

export interface WatchOptions extends Around {
  readonly provider?: ProviderOptions;
  /** Called with the commits made so far before each further one; may throw. */
  readonly beforeCommit?: (made: number) => void;
  readonly maxPages?: number;
  readonly accounts?: Accounts;
}

/** One feed, its provider and its memory, polled by the test. */
export interface Watch {
  readonly clock: VirtualClock;
  readonly provider: ScriptedProvider;
  readonly notices: Notice[];
  readonly commits: Commit[];
  /** The callback takes no more from then on. */
  full: boolean;
  signal: AbortSignal;
  readonly feed: Feed;
  born(): Promise<void>;
  /** Polls, whatever it comes to. */
  tryPoll(options?: { believe?: boolean }): Promise<PollReport>;
  /** Polls, and must succeed. Gives what was told by it as `KIND id`. */
  poll(options?: { believe?: boolean }): Promise<readonly string[]>;
  /** Polls, and must fail. Gives why. */
  fail(): Promise<string>;
  /** Goes on with an edited entry. */
  edit(entry: string, around?: Around): void;
  /** Goes on with what was remembered after so many commits, as after a crash. */
  restart(commits: number): Promise<void>;
  state(): Promise<FeedState>;
  watermark(): Promise<Instant>;
  /** What can be said of a record by a daemon that runs since the birth; `asleep`: without one. */
  why(record: string, how?: 'asleep'): Promise<Why>;
  /** All that was told, in order; what a restart undid stays told. */
  events(): readonly ToldEvent[];
  heard(name: NoticeName): readonly Notice[];
  /** The query of the n-th request. */
  query(n: number): URLSearchParams;
}

/** An account that needs no grant. */
const open: Accounts = {
  grant: async () => ({ ok: true, grant: { headers: {}, query: [], token: {} } }),
  renew: async () => ({ ok: false, why: 'refused', says: 'nobody to renew' }),
};

/** Watches a provider through one entry. Nothing is born yet. */
export function watch(entry: string, options: WatchOptions = {}): Watch {
  const clock = virtualClock(birth);
  const provider = new ScriptedProvider(clock, options.provider);
  const notices: Notice[] = [];
  const commits: Commit[] = [];
  const told: ToldEvent[] = [];
  let journal = openMemoryJournal();
  let feed = feedOf(entry, options);

  // Who waits is not kept waiting: the time passes at once.
  const hurried: Clock = {
    now: () => clock.now(),
    sleepUntil: (instant) => clock.jumpTo(Math.max(instant, clock.now())),
  };
  const recording = (): Journal => ({
    ...journal,
    async commit(commit) {
      options.beforeCommit?.(commits.length);
      await journal.commit(commit);
      commits.push(commit);
      told.push(...eventsOf(commit));
    },
  });
  const ports = (): EnginePorts => ({
    clock: hurried,
    http: provider,
    accounts: options.accounts ?? open,
    vault: { write: (secret, escape) => escape(revealLiteral(secret) ?? '') },
    journal: recording(),
    tell: (notice) => notices.push(notice),
    polling: { concurrency: 1, timeout: minute, maxResponseBytes: 1e9, maxPages: options.maxPages ?? 100 },
  });
  const outbox: Outbox = {
    pollable: () => (self.full ? { ok: false, says: 'the outbox is full' } : { ok: true }),
    committed: () => undefined,
  };
  let appliedAt = clock.now();
  const sightings = new Sightings();

  const self: Watch = {
    clock,
    provider,
    notices,
    commits,
    full: false,
    signal: new AbortController().signal,
    get feed() {
      return feed;
    },
    async born() {
      appliedAt = clock.now();
      await giveBirth(feed, appliedAt, ports());
    },
    async tryPoll({ believe = false } = {}) {
      const witness = sightings.open(feed, clock.now());
      const report = await pollFeed(feed, ports(), outbox, { believe, appliedAt, witness }, self.signal);
      witness.ended(report.ok ? { ok: true } : { ok: false, says: report.failure.says });
      return report;
    },
    async poll(how) {
      const before = told.length;
      const report = await self.tryPoll(how);
      if (!report.ok) assert.fail(`the poll failed: ${report.failure.says}`);
      return told.slice(before).map(({ kind, recordId }) => `${kind} ${recordId}`);
    },
    async fail() {
      const report = await self.tryPoll();
      return report.ok ? assert.fail('the poll should have failed') : report.failure.says;
    },
    edit(edited, around) {
      feed = feedOf(edited, { ...options, ...around });
      appliedAt = clock.now();
    },
    async restart(kept) {
      journal = openMemoryJournal();
      commits.length = kept;
      for (const commit of commits) await journal.commit(commit);
    },
    async state() {
      const state = await journal.load(feed.id);
      assert.ok(state !== undefined);
      return state;
    },
    watermark: async () => (await self.state()).head.watermark,
    why: (record, how) =>
      whyOf(feed.id, record, {
        now: clock.now(),
        journal,
        planned: new Map([[feed.id, feed]]),
        seen: (how === 'asleep' ? new Sightings() : sightings).of(feed.id, record),
        watching: how === 'asleep' ? undefined : birth,
      }),
    events: () => told,
    heard: (name) => notices.filter((notice) => notice.name === name),
    query: (n) => new URL(provider.requests[n]?.url ?? assert.fail(`there was no request ${n}`)).searchParams,
  };
  return self;
}

/** A watch whose feed is born. */
export async function watched(entry: string, options: WatchOptions = {}): Promise<Watch> {
  const made = watch(entry, options);
  await made.born();
  return made;
}

function eventsOf(commit: Commit): readonly ToldEvent[] {
  return commit.deliveries.flatMap(({ events, body }) => {
    const records = recordsOf(body);
    return events.map(({ id, kind, recordId }, index) => ({ id, kind, recordId, record: records[index] ?? {} }));
  });
}

function recordsOf(body: string): readonly SourceRecord[] {
  const parsed = parseExact(body);
  assert.ok(parsed.ok);
  return (parsed.value as { message: { raw: { contacts: readonly SourceRecord[] } } }).message.raw.contacts;
}
