import type { Instant } from '../model/instant.ts';

/**
 * The instant before which a receiver does not want to be asked again, or undefined where it does not say (RFC 9110, sections 5.6.7
 * and 10.2.3). A date is kept by both clocks: the later of what ours shows then, and what the receiver's own `Date` header says is
 * left until then.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: Instant): Instant | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return now + Math.ceil(Number(value) * 1_000);

  const until = httpDate(value, now);
  if (until === undefined) return undefined;
  const theirs = httpDate(headers['date'] ?? '', now);
  return Math.max(now, until, theirs === undefined ? until : now + until - theirs);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const fixed = /^[A-Za-z]{3}, (?<day>\d{2}) (?<month>[A-Za-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/;
const rfc850 = /^[A-Za-z]{6,9}, (?<day>\d{2})-(?<month>[A-Za-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/;
const asctime = /^[A-Za-z]{3} (?<month>[A-Za-z]{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/;

function httpDate(text: string, now: Instant): Instant | undefined {
  const { day, month, year, time } = (fixed.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups ?? {};
  if (day === undefined || month === undefined || year === undefined || time === undefined) return undefined;
  const monthNumber = months.indexOf(month);
  if (monthNumber === -1) return undefined;
  const [hour, minute, second] = time.split(':').map(Number);
  const instant = Date.UTC(fullYear(year, now), monthNumber, Number(day), hour, minute, second);
  return Number.isNaN(instant) ? undefined : instant;
}

/** A year of two digits that seems more than 50 years ahead is the latest past one with the same digits. */
function fullYear(digits: string, now: Instant): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
