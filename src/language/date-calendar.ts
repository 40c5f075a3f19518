/** Milliseconds in a day. */
export const DAY = 86_400_000;

/** A day of the proleptic Gregorian calendar; `month` and `day` count from 1, `year` is astronomical (0 is 1 BC). */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const DAYS_PER_ERA = 146_097;

/** Whether a year has a 29th of February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days in a month; the month counts from 1. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (LENGTHS[month - 1] ?? 0);
}

/** Days from 1970-01-01 to a day; the month counts from 1 and must be one, the day may lie outside its month. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const leapDay = month > 2 && isLeapYear(year) ? 1 : 0;
  return before * 365 + leapDays - 719_162 + (DAYS_BEFORE[month - 1] ?? 0) + leapDay + day - 1;
}

/** The day that lies so many days after 1970-01-01. */
export function civilFromDays(days: number): CivilDay {
  // Years are counted from a first of March, so that the leap day is a year's last.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

/** Weekday of a day counted from 1970-01-01: 0 is Sunday. */
export function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** The last day not after the given one that falls on a weekday (0 is Sunday); days count from 1970-01-01. */
export function weekdayOnOrBefore(days: number, wanted: number): number {
  return days - ((weekday(days) - wanted + 7) % 7);
}

/** Week year and week of a day, as the calendar of the United States counts: weeks begin on Sunday, 1 January is in week 1. */
export function weekOfYear(days: number): { readonly weekYear: number; readonly week: number } {
  // The Saturday that ends a week lies in the year that the week belongs to.
  const weekYear = civilFromDays(weekdayOnOrBefore(days, 0) + 6).year;
  const first = weekdayOnOrBefore(daysFromCivil(weekYear, 1, 1), 0);
  return { weekYear, week: Math.floor((days - first) / 7) + 1 };
}
