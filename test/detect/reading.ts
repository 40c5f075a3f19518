import { openDetection, type Detection } from '../../src/detect/detect.ts';
import { adopt, newborn } from '../../src/detect/head.ts';
import type { FeedHead, Outcome, Page, ReadingTime, Told } from '../../src/model/change.ts';
import type { Feed } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Json, SourceRecord } from '../../src/model/record.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** When every feed here is born. */
export const birth: Instant = Date.UTC(2026, 0, 2, 3, 0, 0);

/** What is remembered of a feed between readings. */
export interface Memory {
  feed: Feed;
  head: FeedHead;
  readonly snapshot: Map<string, Told>;
}

export interface Reading {
  /** Whether it was of everything. */
  readonly everything?: boolean;
  /** When it took place. */
  readonly at?: Instant;
  /** The whole body; the records alone where absent. */
  readonly body?: Json;
}

/** A feed without any memory but its birth. */
export function begin(feed: Feed): Memory {
  return { feed, head: newborn(feed, birth), snapshot: new Map() };
}

/** Goes on with an edited feed. */
export function edit(memory: Memory, feed: Feed): void {
  const head = adopt(memory.head, feed);
  if (head === undefined) throw new Error('the edit makes another feed of it');
  memory.feed = feed;
  memory.head = head;
}

/** Reads one page of records, remembers what comes of it, and says it as `KIND id`. */
export function read(memory: Memory, records: readonly SourceRecord[], reading: Reading = {}): readonly string[] {
  return tellings(readWhole(memory, records, reading).outcomes ?? []);
}

/** Reads one page of records, and gives all that comes of it. */
export function readWhole(
  memory: Memory,
  records: readonly SourceRecord[],
  { everything = true, at = birth + hour, body = records }: Reading = {},
): { readonly outcomes: readonly Outcome[] | undefined; readonly detection: Detection } {
  const { feed, head, snapshot } = memory;
  const time: ReadingTime = { start: at, dated: true, horizon: at, spent: 0 };
  const page: Page = { records, body };
  const detection = openDetection(feed, head, snapshot, everything);
  const outcomes = detection.page(page, time);
  for (const { recordId, told } of outcomes ?? []) snapshot.set(recordId, told);
  memory.head = { ...head, looked: everything ? 'full' : head.looked === 'none' ? 'partial' : head.looked };
  return { outcomes, detection };
}

/** What is told by outcomes, as `KIND id`. */
export function tellings(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ change }) => (change === undefined ? [] : [`${change.kind} ${change.recordId}`]));
}

/** An instant as ISO 8601. */
export function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
