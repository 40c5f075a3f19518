import type { FeedHead, ReadingTime } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { DatePattern, Duration, Instant } from '../model/instant.ts';

/** What a complete reading allows to be said about time. */
export interface ReadingFacts {
  readonly time: ReadingTime;
  /** The newest updated date read that is not in the future. */
  readonly newest: Instant | undefined;
  /** The reading took several pages by page or offset, between which rows may have shifted. */
  readonly shifting: boolean;
  /** The upper bound that the request printed. */
  readonly upperBound: Instant | undefined;
  /** An answer was entirely empty: it proves nothing. */
  readonly silent: boolean;
}

/** Providers leave milliseconds out, whatever the pattern says. */
const SECOND: Duration = 1_000;

/**
 * The instant through which nothing is missing after a complete reading, and what the next reading must know of this one
 * (contract, promise 1). Never before the watermark that stood.
 */
export function nextWatermark(
  feed: Feed,
  head: FeedHead,
  facts: ReadingFacts,
): { watermark: Instant; shiftingStart: Instant | undefined } {
  if (facts.silent) return { watermark: head.watermark, shiftingStart: head.shiftingStart };
  const start = facts.time.dated
    ? facts.time.start
    : // What changed on the first page while the others were read is no older than the newest record less that time.
      Math.min(facts.time.start, (facts.newest ?? Number.NEGATIVE_INFINITY) - facts.time.spent);
  let bound = start;
  if (facts.shifting) bound = Math.min(bound, head.shiftingStart ?? Number.NEGATIVE_INFINITY);
  if (facts.upperBound !== undefined) bound = Math.min(bound, facts.upperBound);
  if (Number.isFinite(bound)) bound = askableFrom(feed, bound, facts.newest);
  const shiftingStart = facts.shifting && Number.isFinite(start) ? start : head.shiftingStart;
  return { watermark: Math.max(head.watermark, bound), shiftingStart };
}

/**
 * The latest instant, not after the given one, from which on a filter shows every row: a row may be dated with the beginning of the unit in
 * which it changed, and be asked for by a finer one. Milliseconds are kept where the newest date shows that the provider gives them.
 */
export function askableFrom(feed: Feed, instant: Instant, newest: Instant | undefined): Instant {
  const own = askable(feed.request.watermarkUnit, feed.reading.updated?.pattern, instant, newest);
  if (feed.deletes.by !== 'feed') return own;
  const { request, date } = feed.deletes.listing;
  return Math.min(own, askable(request.watermarkUnit, date.pattern, instant, undefined));
}

function askable(
  watermarkUnit: Duration | undefined,
  pattern: DatePattern | undefined,
  instant: Instant,
  newest: Instant | undefined,
): Instant {
  if (watermarkUnit === undefined) return instant;
  if (pattern !== undefined && pattern.unit > SECOND && watermarkUnit < pattern.unit) return pattern.floor(instant);
  if (watermarkUnit >= SECOND) return instant;
  return newest !== undefined && newest % SECOND !== 0 ? instant : Math.floor(instant / SECOND) * SECOND;
}
