import type { FeedHead, ReadingTime, Standing } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { DatePattern, Duration, Instant } from '../model/instant.ts';

/** An instant that no reading says anything beyond. */
export interface UpperBound {
  readonly at: Instant;
  readonly by: 'upper-bound' | 'beginning';
}

/** What a complete reading allows to be said about time. */
export interface ReadingFacts {
  readonly time: ReadingTime;
  /** The newest updated date read that is not in the future. */
  readonly newest: Instant | undefined;
  /** The reading took several pages by page or offset, between which rows may have shifted. */
  readonly shifting: boolean;
  /** The upper bound that the request printed, or that the feed's beginning is. */
  readonly upperBound: UpperBound | undefined;
  /** An answer was entirely empty: it proves nothing. */
  readonly silent: boolean;
}

/** Providers leave milliseconds out, whatever the pattern says. */
const SECOND: Duration = 1_000;

/** Where a reading leaves a feed. */
export interface NextWatermark {
  readonly watermark: Instant;
  readonly shiftingStart: Instant | undefined;
  /** Which bound held the watermark, and whether it held it below where it stood. */
  readonly held: Pick<Standing, 'by' | 'kept'>;
}

/**
 * The instant through which nothing is missing after a complete reading, why it is no later one, and what the next reading must know of
 * this one (contract, promise 1). Never before the watermark that stood.
 */
export function nextWatermark(feed: Feed, head: FeedHead, facts: ReadingFacts): NextWatermark {
  const { time, newest, upperBound } = facts;
  if (facts.silent)
    return { watermark: head.watermark, shiftingStart: head.shiftingStart, held: { by: 'empty-answer' } };
  const unread = newest === undefined ? Number.NEGATIVE_INFINITY : newest;
  const start = time.dated
    ? time.start
    : // What changed on the first page while the others were read is no older than the newest record less that time.
      Math.min(time.start, unread - time.spent);
  let bound = start;
  let by: Standing['by'] =
    start === time.start
      ? time.theirs === true
        ? 'provider-clock'
        : 'our-clock'
      : newest === undefined
        ? 'no-record'
        : 'newest-record';
  if (facts.shifting) {
    const former = head.shiftingStart ?? Number.NEGATIVE_INFINITY;
    if (former < bound) by = head.shiftingStart === undefined ? 'first-shifting' : 'shifting';
    bound = Math.min(bound, former);
  }
  if (upperBound !== undefined && upperBound.at < bound) ({ at: bound, by } = upperBound);
  if (Number.isFinite(bound)) {
    const askable = askableFrom(feed, bound, newest);
    if (bound - askable >= SECOND) by = 'precision';
    bound = askable;
  }
  const shiftingStart = facts.shifting && Number.isFinite(start) ? start : head.shiftingStart;
  const kept = bound < head.watermark;
  return { watermark: Math.max(head.watermark, bound), shiftingStart, held: kept ? { by, kept } : { by } };
}

/**
 * The latest instant, not after the given one, from which on a filter shows every row: a row may be dated with the beginning of the unit in
 * which it changed, and be asked for by a finer one. Milliseconds are kept where the newest date shows that the provider gives them.
 */
export function askableFrom(feed: Feed, instant: Instant, newest: Instant | undefined): Instant {
  // What is asked for begins `pollDelay` before the watermark: that is the instant that has to lie where a unit begins.
  const asked = instant - feed.pollDelay;
  const own = askable(feed.request.watermarkUnit, feed.reading.updated?.pattern, asked, newest);
  if (feed.deletes.by !== 'feed') return own + feed.pollDelay;
  const { request, date } = feed.deletes.listing;
  return Math.min(own, askable(request.watermarkUnit, date.pattern, asked, undefined)) + feed.pollDelay;
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
