import { DAY, civilFromDays, daysFromCivil, daysInMonth, isLeapYear, weekdayOnOrBefore } from './date-calendar.ts';
import { SLOT } from './date-letters.ts';
import type { Slot, Token } from './date-letters.ts';

/** Which fields of a pattern say the day, where several could. */
export type DayRule = 'month-day' | 'year-day' | 'month-week' | 'month-weekday' | 'year-week' | 'week-date';

/** Which fields say the hour. `hour12` without a half counts from midnight. */
export type HourRule = 'hour24' | 'hour12' | 'half' | 'none';

/** How the fields of one pattern come to a date. */
export interface FieldRules {
  readonly day: DayRule;
  readonly hour: HourRule;
  /** Slots that the pattern names. */
  readonly says: ReadonlySet<Slot>;
}

/** What a slot holds where a pattern does not name it: the start of 1970, weekday Sunday. */
export const UNSAID: readonly number[] = [1, 1970, 1970, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];

const HOUR = 3_600_000;

/**
 * Chooses among fields that contradict each other: the group named last wins (java.util.Calendar, "Calendar Fields Resolution"),
 * a week year wins over a year before it (java.text.SimpleDateFormat).
 */
export function fieldRules(tokens: readonly Token[]): FieldRules {
  const places = new Map<Slot, number>();
  tokens.forEach((token, index) => {
    if (token.kind === 'field') places.set(token.slot, index + 1);
  });
  const place = (slot: Slot) => places.get(slot) ?? 0;
  const both = (a: Slot, b: Slot) => (place(a) > 0 && place(b) > 0 ? Math.max(place(a), place(b)) : 0);
  const hour12 = both(SLOT.hour12, SLOT.half) || (place(SLOT.hour24) > 0 ? 0 : place(SLOT.hour12));
  return { day: dayRule(place, both), hour: hourRule(place, hour12), says: new Set(places.keys()) };
}

function hourRule(place: (slot: Slot) => number, hour12: number): HourRule {
  if (hour12 > place(SLOT.hour24)) return 'hour12';
  if (place(SLOT.hour24) > 0) return 'hour24';
  return place(SLOT.half) > 0 ? 'half' : 'none';
}

function dayRule(place: (slot: Slot) => number, both: (a: Slot, b: Slot) => number): DayRule {
  if (place(SLOT.weekYear) > place(SLOT.year)) return 'week-date';
  const groups: readonly (readonly [DayRule, number])[] = [
    ['month-day', place(SLOT.day)],
    ['year-day', place(SLOT.dayOfYear)],
    ['month-week', both(SLOT.weekOfMonth, SLOT.weekday)],
    ['month-weekday', both(SLOT.weekdayInMonth, SLOT.weekday)],
    ['year-week', both(SLOT.weekOfYear, SLOT.weekday)],
  ];
  const incomplete: readonly (readonly [DayRule, number])[] = [
    ['month-week', place(SLOT.weekOfMonth)],
    ['month-weekday', Math.max(place(SLOT.weekdayInMonth), place(SLOT.weekday))],
    ['year-week', place(SLOT.weekOfYear)],
  ];
  return latest(groups, place) ?? latest(incomplete, place) ?? 'month-day';
}

/** Of groups that share the weekday as their last field, the one whose week field is named last. */
function latest(groups: readonly (readonly [DayRule, number])[], place: (slot: Slot) => number): DayRule | undefined {
  const best = Math.max(...groups.map(([, at]) => at));
  if (best === 0) return undefined;
  const week = { 'month-week': SLOT.weekOfMonth, 'month-weekday': SLOT.weekdayInMonth, 'year-week': SLOT.weekOfYear };
  const age = (rule: DayRule) => (rule in week ? place(week[rule as keyof typeof week]) : 0);
  return groups.filter(([, at]) => at === best).reduce((a, b) => (age(b[0]) > age(a[0]) ? b : a))[0];
}

/** Days from 1970-01-01 to the day that the slots say, NaN where there is no such day. */
export function dayOf(values: ArrayLike<number>, rule: DayRule): number {
  const era = values[SLOT.era] as number;
  const said = values[rule === 'week-date' ? SLOT.weekYear : SLOT.year] as number;
  const year = era === 1 ? said : 1 - said;
  const month = values[SLOT.month] as number;
  const weekday = values[SLOT.weekday] as number;
  switch (rule) {
    case 'month-day': {
      const day = values[SLOT.day] as number;
      return day > 28 && day > daysInMonth(year, month) ? NaN : daysFromCivil(year, month, day);
    }
    case 'year-day': {
      const day = values[SLOT.dayOfYear] as number;
      return day > 365 && !isLeapYear(year) ? NaN : daysFromCivil(year, 1, day);
    }
    case 'month-week':
      return inWeek(daysFromCivil(year, month, 1), values[SLOT.weekOfMonth] as number, weekday);
    case 'month-weekday': {
      const weeks = values[SLOT.weekdayInMonth] as number;
      return weekdayOnOrBefore(daysFromCivil(year, month, 1) + 7 * weeks - 1, weekday);
    }
    default:
      return inWeek(daysFromCivil(year, 1, 1), values[SLOT.weekOfYear] as number, weekday);
  }
}

/** Week 1 is the one that holds the first day; weeks begin on Sunday. */
function inWeek(first: number, week: number, weekday: number): number {
  return weekdayOnOrBefore(first, 0) + 7 * (week - 1) + weekday;
}

/** Milliseconds from midnight that the slots say, NaN where there is no such time; 24:00:00 and a leap second belong to what follows. */
export function timeOf(values: ArrayLike<number>, rule: HourRule): number {
  const minute = values[SLOT.minute] as number;
  const second = values[SLOT.second] as number;
  const rest = minute * 60_000 + second * 1000 + (values[SLOT.millisecond] as number);
  if (second === 60 && minute !== 59) return NaN;
  const half = (values[SLOT.half] as number) * 12 * HOUR;
  if (rule === 'half' || rule === 'none') return half + rest;
  const hour = values[rule === 'hour24' ? SLOT.hour24 : SLOT.hour12] as number;
  if (hour === 24 && rest > 0) return NaN;
  return hour * HOUR + (rule === 'hour12' ? half : 0) + rest;
}

/** The parts of a wall time (ms, as if it were UTC). */
export function partsOf(wall: number): {
  days: number;
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
} {
  const days = Math.floor(wall / DAY);
  const rest = wall - days * DAY;
  return {
    days,
    ...civilFromDays(days),
    hour: Math.floor(rest / HOUR),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: rest % 1000,
  };
}
