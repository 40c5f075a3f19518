import { DAY, civilFromDays, daysFromCivil, daysInMonth, weekOfYear, weekday } from './date-calendar.ts';
import { UNSAID, dayOf, partsOf } from './date-fields.ts';
import { SLOT } from './date-letters.ts';
import type { FieldRules } from './date-fields.ts';
import type { Slot } from './date-letters.ts';
import type { Zone } from './zone.ts';
import type { Duration, Instant } from '../model/instant.ts';

const HOUR = 3_600_000;

/** The unit of each slot in ms, finest first; the shortest month and the shortest year stand for all. */
const UNITS: readonly (readonly [unit: Duration, slots: readonly Slot[]])[] = [
  [1, [SLOT.millisecond]],
  [1000, [SLOT.second]],
  [60_000, [SLOT.minute]],
  [HOUR, [SLOT.hour12, SLOT.hour24]],
  [12 * HOUR, [SLOT.half]],
  [DAY, [SLOT.day, SLOT.dayOfYear, SLOT.weekday, SLOT.weekdayInMonth]],
  [7 * DAY, [SLOT.weekOfYear, SLOT.weekOfMonth]],
  [28 * DAY, [SLOT.month]],
];

/** The smallest unit that a pattern says, in ms: a month counts as 28 days, a year and an era as 365. */
export function unitOf(rules: FieldRules): Duration {
  return UNITS.find(([, slots]) => slots.some((slot) => rules.says.has(slot)))?.[0] ?? 365 * DAY;
}

/**
 * Compiles the floor of a pattern in a zone: the latest instant not after the given one that the pattern can say, ms. A pattern
 * without a year is taken to say the whole date.
 */
export function dateFloor(rules: FieldRules, zone: Zone): (instant: Instant) => Instant {
  const wallFloor = wallFloorOf(rules);
  const saysZone = rules.says.has(SLOT.zone);
  return (instant) => {
    const offset = zone.offsetAt(instant);
    let wall = wallFloor(instant + offset);
    let found = zone.toInstant(wall);
    if (saysZone) return found <= instant ? Math.max(found, wall - offset) : wall - offset;
    if (found <= instant) return found;
    // Clocks were set back: of a wall time that came twice only the later can be said. Going to before the first that did spares
    // trying every unit between.
    const change = firstChange(zone, instant, found);
    if (change !== undefined) {
      wall = wallFloor(Math.min(wall, change + zone.offsetAt(change)) - 1);
      found = zone.toInstant(wall);
    }
    while (found > instant) {
      wall = wallFloor(wall - 1);
      found = zone.toInstant(wall);
    }
    return found;
  };
}

/** When the offset changes between two instants, or undefined. */
function firstChange(zone: Zone, from: Instant, to: Instant): Instant | undefined {
  const before = zone.offsetAt(from);
  if (zone.offsetAt(to) === before) return undefined;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (zone.offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Floors a wall time to one that the fields can say: what they leave out is at its lowest. */
function wallFloorOf(rules: FieldRules): (wall: number) => number {
  const { says } = rules;
  const dayFloor = dayFloorOf(rules);
  const hourFloor = hourFloorOf(rules);
  const finer: readonly (readonly [Slot, size: Duration, count: number])[] = [
    [SLOT.minute, 60_000, 60],
    [SLOT.second, 1000, 60],
    [SLOT.millisecond, 1, 1000],
  ];
  return (wall) => {
    const days = Math.floor(wall / DAY);
    const floored = dayFloor(days);
    // Once a part is lower than in the given time, all finer parts may be at their highest.
    let lower = floored < days;
    const hour = Math.floor((wall - days * DAY) / HOUR);
    const flooredHour = hourFloor(lower ? 23 : hour);
    lower ||= flooredHour < hour;
    let said = floored * DAY + flooredHour * HOUR;
    for (const [slot, size, count] of finer) {
      const part = Math.floor((wall - days * DAY) / size) % count;
      if (says.has(slot)) said += (lower ? count - 1 : part) * size;
      else lower ||= part > 0;
    }
    return said;
  };
}

function hourFloorOf(rules: FieldRules): (hour: number) => number {
  switch (rules.hour) {
    case 'hour24':
      return (hour) => hour;
    case 'hour12':
      return rules.says.has(SLOT.half) ? (hour) => hour : (hour) => Math.min(hour, 11);
    case 'half':
      return (hour) => (hour < 12 ? 0 : 12);
    default:
      return () => 0;
  }
}

function dayFloorOf(rules: FieldRules): (days: number) => number {
  const { says } = rules;
  const saysYear = says.has(SLOT.year) || says.has(SLOT.weekYear);
  if (!saysYear || rules.day === 'year-day') return (days) => days;
  if (rules.day !== 'month-day') return weekFloorOf(rules);
  const saysMonth = says.has(SLOT.month);
  const saysDay = says.has(SLOT.day);
  if (saysMonth && saysDay) return (days) => days;
  return (days) => {
    const { year, month, day } = civilFromDays(days);
    const flooredMonth = saysMonth ? month : 1;
    if (!saysDay) return daysFromCivil(year, flooredMonth, 1);
    return daysFromCivil(year, flooredMonth, flooredMonth < month ? daysInMonth(year, flooredMonth) : day);
  };
}

/** No pattern with a year leaves out more days than these. */
const SEARCH = 400;

/** Days said by weeks: days are printed and read, going back, until no earlier one can say a later day. */
function weekFloorOf(rules: FieldRules): (days: number) => number {
  const values = [...UNSAID];
  const readBack = (days: number): number => {
    const { year, month, day } = partsOf(days * DAY);
    const { weekYear, week } = weekOfYear(days);
    const said: readonly (readonly [Slot, number])[] = [
      [SLOT.year, year],
      [SLOT.weekYear, weekYear],
      [SLOT.month, month],
      [SLOT.day, day],
      [SLOT.weekOfYear, week],
      [SLOT.weekOfMonth, Math.floor((day - 1 + weekday(days - day + 1)) / 7) + 1],
      [SLOT.weekdayInMonth, Math.floor((day - 1) / 7) + 1],
      [SLOT.weekday, weekday(days)],
    ];
    for (const [slot, value] of said) if (rules.says.has(slot)) values[slot] = value;
    return dayOf(values, rules.day);
  };
  return (days) => {
    let best = -Infinity;
    for (let day = days; day > best && day > days - SEARCH; day--) {
      const found = readBack(day);
      if (found <= days && found > best) best = found;
    }
    return Math.max(best, days - SEARCH);
  };
}
