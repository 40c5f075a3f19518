import type { Change } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';

/** The last instant with a year of four digits; what claims to be later is no date that a receiver could read. */
const lastReadable: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const firstReadable: Instant = -62_167_219_200_000;

/** The record's date where a receiver can read it, else the poll's start. */
export function dateOf({ date }: Change, pollDate: Instant): Instant {
  return date !== undefined && date >= firstReadable && date <= lastReadable ? date : pollDate;
}
