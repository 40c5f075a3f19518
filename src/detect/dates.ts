import type { DateField } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { at } from '../language/path.ts';

const MINUTE = 60_000;
const SECOND = 1_000;

/** What a configured date field says in one record: an instant, or NaN for a value that cannot be read; undefined where there is none. */
export function dateIn(record: SourceRecord, field: DateField | undefined): Instant | undefined {
  if (field === undefined) return undefined;
  const value = at(record, field.path);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return field.pattern.parse(value);
  return Number.NaN;
}

/**
 * The precision with which a date was given: the pattern's unit, but finer where the date itself shows it, and never finer
 * than a second where its milliseconds are zero, since providers leave them out.
 */
export function precisionOf(date: Instant, patternUnit: Duration): Duration {
  if (date % SECOND !== 0) return 1;
  if (patternUnit <= SECOND) return SECOND;
  if (date % MINUTE !== 0) return SECOND;
  return patternUnit;
}

/** Whether all that a date may mean lies before the bound: `2026-01-02` is not before noon of that day. */
export function isBefore(date: Instant, bound: Instant | 'all', patternUnit: Duration): boolean {
  return bound !== 'all' && date + precisionOf(date, patternUnit) <= bound;
}
