import type { FeedState, Snapshot, Told } from '../../src/model/change.ts';
import type { Feed } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { JsonObject } from '../../src/model/record.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { Received } from './receiver.ts';

/** A stretch of true time. */
export interface Stretch {
  readonly from: Instant;
  to: Instant;
}

/** What is known of a feed when everything is quiet. */
export interface Case {
  readonly feed: Feed;
  readonly ledger: Ledger;
  /** Its events, by their first arrival. */
  readonly received: readonly Received[];
  /** Ids of events that were dead letters at some time: they are outside the order promise. */
  readonly dead: ReadonlySet<string>;
  /** Records that a dead letter told of. */
  readonly deadRecords: ReadonlySet<string>;
  readonly state: FeedState | undefined;
  /** When the first look had ended at the latest. */
  readonly lookedAt: Instant | undefined;
  /** How often it became another feed, to which everything is new. */
  readonly rebirths: number;
  /** How often an old state was put back: what was told since is told again. */
  readonly restores: number;
  /** After an edit of the request, changes of this time may be learned and forgotten (contract, promise 11). */
  readonly unsure: readonly Stretch[];
}

/** What a history came to that should not be. */
export interface Flaws {
  readonly lost: string[];
  readonly wrong: string[];
}

/** Compares what arrived with what happened. */
export function judge(one: Case, flaws: Flaws): void {
  const { ledger, received, feed, state } = one;
  if (state === undefined) {
    flaws.lost.push(`${feed.id}: nothing is remembered of it`);
    return;
  }
  const byRecord = new Map<string, Received[]>();
  for (const event of received) {
    const events = byRecord.get(event.recordId);
    if (events === undefined) byRecord.set(event.recordId, [event]);
    else events.push(event);
  }
  for (const id of byRecord.keys())
    if (!ledger.records.has(id)) flaws.wrong.push(`${feed.id} ${id}: was told and never was`);
  for (const [id, entries] of ledger.records) {
    const events = byRecord.get(id) ?? [];
    const tell = (list: string[], what: string): void =>
      void list.push(`${feed.id} ${id}: ${what}: ${show(entries)}; told ${showTold(events)}`);
    checkOrder(one, entries, events, (what) => tell(flaws.wrong, what));
    checkEnd(one, state, entries, events, (what) => tell(flaws.lost, what));
  }
}

/** What was told of a record are states that it had, in their order, each told once, and as what they are. */
function checkOrder(
  one: Case,
  entries: readonly Entry[],
  events: readonly Received[],
  wrong: (what: string) => void,
): void {
  let place = -1;
  let former: string | undefined;
  let lives = one.rebirths + one.restores;
  for (const event of events) {
    if (one.dead.has(event.id)) {
      former = undefined;
      continue;
    }
    const find = (from: number): number => entries.findIndex((entry, index) => index > from && isTold(entry, event));
    let found = find(place);
    if (found < 0 && lives > 0) {
      lives -= 1;
      found = find(-1);
    }
    if (found < 0) {
      const before = entries.some((entry) => isTold(entry, event));
      wrong(`${event.kind} ${nameOf(event.record)} ${before ? 'was told twice or too late' : 'never was'}`);
      return;
    }
    place = found;
    const mayBeAgain = one.rebirths + one.restores + one.unsure.length > 0 || one.deadRecords.has(event.recordId);
    if (former !== undefined && !mayBeAgain) {
      if (former !== 'DELETED' && event.kind === 'CREATED')
        wrong(`${nameOf(event.record)} was created although it was there`);
      if (former === 'DELETED' && event.kind === 'UPDATED')
        wrong(`${nameOf(event.record)} was updated after its deletion`);
      if (former === 'DELETED' && event.kind === 'DELETED') wrong('was told twice as deleted');
    } else if (former === undefined && !mayBeAgain && event.kind === 'UPDATED' && isNew(one, entries))
      wrong(`${nameOf(event.record)} was updated although it had just been created`);
    former = event.kind;
  }
}

/** A record that first came into being in the feed's own time, as its dates show. */
function isNew({ ledger, state }: Case, entries: readonly Entry[]): boolean {
  const since = state?.head.since ?? 'all';
  return ledger.setting.createdDate && since !== 'all' && (entries[0]?.created ?? 0) >= since;
}

/** The latest version was told, or that it is gone. */
function checkEnd(
  one: Case,
  state: FeedState,
  entries: readonly Entry[],
  events: readonly Received[],
  lost: (what: string) => void,
): void {
  const { unsure, ledger, deadRecords, lookedAt } = one;
  const { dated, deletes } = ledger.setting;
  const final = entries.at(-1);
  if (one.rebirths > 0 && (final?.at ?? 0) <= (lookedAt ?? 0)) return;
  if (final === undefined || unsure.some(({ from, to }) => final.visible >= from && final.at <= to)) return;
  const last = events.at(-1);
  const told = state.snapshot.get(final.id);
  if (deadRecords.has(final.id)) {
    // Its last word may be in a dead letter, which waits for a person; the memory says that it was told.
    if (!isRemembered(final, told, state.snapshot)) lost('the latest version is not even a dead letter');
    return;
  }
  const { since } = state.head;
  // Dated before the feed's beginning, on a clock that is behind and does not say so: it counts as old.
  const proven = final.gone && deletes === 'sweep';
  if (dated && !proven && since !== 'all' && final.updated < since) return;
  // A content that comes back is no change to a state from before it went.
  if (!dated && one.restores > 0) return;
  if (final.gone) {
    if (deletes === 'none' || (unsure.length > 0 && told?.gone === 'forgotten')) return;
    // The feed that it became never met it, nor did the state that was put back.
    if (one.rebirths + one.restores > 0 && (told === undefined || told.gone !== undefined)) return;
    if (last === undefined ? told !== undefined && told.gone === undefined : last.kind !== 'DELETED')
      lost('the deletion was not told');
    return;
  }
  // What shows no date is known by its content: the first look learned it as it was then.
  const wasThere = entries.some(
    (entry) => entry.at <= (lookedAt ?? 0) && nameOf(entry.record) === nameOf(final.record),
  );
  if (last !== undefined) {
    if (!isTold(final, last) && (dated || one.rebirths === 0 || !wasThere)) lost('the latest version was not told');
    return;
  }
  if (dated) {
    if (since === 'all' || final.updated >= since) lost('nothing was told');
    return;
  }
  if (since === 'all' || !wasThere) lost('nothing was told');
}

function isRemembered(final: Entry, told: Told | undefined, snapshot: Snapshot): boolean {
  if (snapshot.size === 0) return false;
  if (final.gone || told?.date === undefined) return true;
  return told.date >= final.updated;
}

/** Whether an event says of a record what an entry says. */
function isTold(entry: Entry, event: Received): boolean {
  if (event.kind === 'DELETED') return entry.gone;
  if (entry.gone) return false;
  const { name, updated } = entry.record;
  return event.record['name'] === name && event.record['updated'] === updated;
}

function nameOf(record: JsonObject): string {
  return String(record['name']);
}

function show(entries: readonly Entry[]): string {
  return entries
    .slice(-6)
    .map(({ gone, record, at }) => `${gone ? 'gone' : nameOf(record)} ${new Date(at).toISOString().slice(5, 23)}`)
    .join(', ');
}

function showTold(events: readonly Received[]): string {
  const told = events.slice(-6).map(({ kind, record, at }) => {
    return `${kind} ${kind === 'DELETED' ? '' : nameOf(record)} ${new Date(at).toISOString().slice(5, 23)}`;
  });
  return told.join(', ') || 'nothing';
}
