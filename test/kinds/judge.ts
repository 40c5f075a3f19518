import { parseExact } from '../../src/language/exact-json.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Json, JsonObject } from '../../src/model/record.ts';
import type { Received } from '../support/receiver.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';

/** An event as a receiver got it. */
export interface ToldEvent {
  readonly kind: string;
  readonly eventId: string;
  readonly recordId: string;
  /** The record that came with it. */
  readonly record: JsonObject | undefined;
}

/** What is promised of a feed. */
export interface Promised {
  /** From when on changes are told. */
  readonly since: Instant;
  /** Deletions are told too. */
  readonly deletions: boolean;
}

/** The events of all POSTs, in order. */
export function toldIn(posts: readonly Received[]): readonly ToldEvent[] {
  return posts.flatMap(({ body }) => {
    const parsed = parseExact(body);
    const message = parsed.ok ? ((parsed.value as JsonObject)['message'] as JsonObject) : {};
    const raw = message['raw'] as JsonObject;
    const records = raw[String(raw['objectType'])] as readonly JsonObject[];
    return (message['events'] as readonly JsonObject[]).map((event) => {
      // Of a composite id the last part is the one in the ledger.
      const recordId = String(event['objectId']).replace(/^.*\|/, '');
      return {
        kind: String(event['eventType']),
        eventId: String(event['eventId']),
        recordId,
        record: records.find((record) => String(record['name']).startsWith(`${recordId}, `)),
      };
    });
  });
}

/** Compares what was told with what happened. Gives what is lost, told twice, told too early or told as something else. */
export function flawsOf(ledger: Ledger, told: readonly ToldEvent[], promised: Promised): readonly string[] {
  const flaws: string[] = [];
  const histories = groupBy(ledger.entries, (entry) => String(entry.id));
  const byRecord = groupBy(told, (event) => event.recordId);
  for (const id of byRecord.keys()) if (!histories.has(id)) flaws.push(`${id} was told and never was`);
  if (new Set(told.map((event) => event.eventId)).size !== told.length) flaws.push('an event came twice');
  for (const [id, history] of histories) {
    const events = byRecord.get(id) ?? [];
    const says = `told as ${events.map(({ kind, record }) => `${kind} ${show(record?.['version'])}`).join(', ') || 'nothing'}`;
    const add = (flaw: string): number => flaws.push(`${id} ${flaw}: ${says}, but was ${showHistory(history)}`);
    checkOrder(history, events, promised, add);
    checkEnd(id, history, events, { ...promised, settled: ledger.settled.has(id) }, add);
  }
  return flaws;
}

/** Each version is told once, in order, as what it is. */
function checkOrder(
  history: readonly LedgerEntry[],
  events: readonly ToldEvent[],
  { since }: Promised,
  add: (flaw: string) => void,
): void {
  const born = history[0]?.at ?? 0;
  let version = 0;
  let state: 'unknown' | 'there' | 'gone' = 'unknown';
  for (const { kind, record } of events) {
    if (kind === 'DELETED') {
      if (!history.some((entry) => entry.kind === 'deleted' && entry.version >= version)) add('was not deleted');
      if (state === 'gone') add('was told twice as deleted');
      state = 'gone';
      continue;
    }
    const given = Number(record?.['version']);
    const entry = history.find((each) => each.version === given && each.kind !== 'deleted');
    if (entry === undefined || record?.['name'] !== `${entry.id}, version ${given}`) add('was told as it never was');
    else if (toTheSecond(entry.at) < since) add('is older than the feed');
    if (given <= version) add('was told twice or backwards');
    version = given;
    const created = state === 'gone' || (state === 'unknown' && toTheSecond(born) >= since);
    if (kind !== (created ? 'CREATED' : 'UPDATED')) add(`is not ${kind}`);
    state = 'there';
  }
}

/** The latest version is told, or the deletion of what had been seen. */
function checkEnd(
  id: string,
  history: readonly LedgerEntry[],
  events: readonly ToldEvent[],
  promised: Promised & { readonly settled: boolean },
  add: (flaw: string) => void,
): void {
  const latest = history.at(-1);
  const last = events.at(-1);
  if (latest === undefined) return;
  if (latest.kind !== 'deleted') {
    if (toTheSecond(latest.at) < promised.since) return;
    if (last === undefined || last.kind === 'DELETED' || last.record?.['version'] !== latest.version) add('is lost');
  } else if (promised.deletions && last?.kind !== 'DELETED' && (promised.settled || last !== undefined)) {
    add('is gone');
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function toTheSecond(at: Instant): Instant {
  return Math.floor(at / 1_000) * 1_000;
}

function show(value: Json | undefined): string {
  return value === undefined ? '' : String(value);
}

function showHistory(history: readonly LedgerEntry[]): string {
  return history.map(({ kind, version }) => `${kind} ${version}`).join(', ');
}
