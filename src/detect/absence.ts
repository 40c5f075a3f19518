import type { Doubt, FeedHead, Outcome, Snapshot, Told } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { eventId } from './event-id.ts';

/** So many deletions are believed without a doubt, whatever share they are. */
const BELIEVED = 10;

/** Ids that are remembered as there and were not in a complete reading of everything. */
export function absentFrom(snapshot: Snapshot, seen: ReadonlySet<string>): readonly string[] {
  const absent: string[] = [];
  for (const recordId of snapshot.keys()) {
    if (!seen.has(recordId) && snapshot.get(recordId)?.gone === undefined) absent.push(recordId);
  }
  return absent;
}

/** Whether so many absent records, of those known before the sweep, are more than it may delete without a person's word. */
export function doubtOf(known: number, absent: number, maxShare: number, at: Instant): Doubt | undefined {
  return absent > BELIEVED && absent > known * maxShare ? { at, absent, known } : undefined;
}

/** How many records are remembered as there. */
export function countKnown(snapshot: Snapshot): number {
  let known = 0;
  for (const told of snapshot.values()) if (told.gone === undefined) known++;
  return known;
}

/** Deletions of records found absent; told with their id field alone. */
export function deletionsOf(
  feed: Feed,
  head: FeedHead,
  snapshot: Snapshot,
  absent: readonly string[],
  start: Instant,
): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (const recordId of absent) {
    const known = snapshot.get(recordId);
    if (known === undefined || known.gone !== undefined) continue;
    outcomes.push({
      recordId,
      told: { ...known, n: known.n + 1, at: start, gone: 'deleted' },
      change: {
        id: eventId(feed.id, head.birth, recordId, known.n, 'DELETED', known),
        kind: 'DELETED',
        recordId,
        record: recordOfId(recordId, known.numeric === true, feed.reading.idPaths),
      },
    });
  }
  return outcomes;
}

/** Lets absent records go without telling: the request was edited and does not ask for them any more. */
export function forget(snapshot: Snapshot, absent: readonly string[]): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (const recordId of absent) {
    const known: Told | undefined = snapshot.get(recordId);
    if (known !== undefined) outcomes.push({ recordId, told: { ...known, gone: 'forgotten' } });
  }
  return outcomes;
}

function recordOfId(recordId: string, numeric: boolean, idPaths: readonly (readonly string[])[]): SourceRecord {
  const values = idPaths.length === 1 ? [recordId] : splitId(recordId);
  const record: NestedRecord = {};
  idPaths.forEach((path, index) => {
    const text = values[index] ?? '';
    let level = record;
    for (const key of path.slice(0, -1)) {
      const below = level[key];
      level = level[key] = typeof below === 'object' ? below : {};
    }
    level[path.at(-1) ?? ''] = numeric ? exactNumber(text) : text;
  });
  return record as SourceRecord;
}

/** The parts of a composite id; a `|` inside a part was escaped. */
function splitId(recordId: string): readonly string[] {
  return recordId.split(/(?<!(?:^|[^\\])(?:\\\\)*\\)\|/).map((part) => part.replace(/\\([\\|])/g, '$1'));
}

interface NestedRecord {
  [key: string]: NestedRecord | string | number | bigint;
}

function exactNumber(text: string): number | bigint | string {
  const number = Number(text);
  if (String(number) === text) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}
