import type { DatePattern, Instant } from '../model/instant.ts';

/** What an epoch counts since 1970: milliseconds, seconds or microseconds. */
export type EpochUnit = 'ms' | 's' | 'us';

/** The words for them in files. */
export const EPOCH_WORDS: ReadonlyMap<string, EpochUnit> = new Map([
  ['milliseconds', 'ms'],
  ['seconds', 's'],
  ['microseconds', 'us'],
]);

const FARTHEST = 8.64e15;
const ZERO = 48;
const MINUS = 45;
const FULL_STOP = 46;

/**
 * The pattern of a count since 1970: numbers, or digits in a text, with decimals or without; finer than a ms is cut off. Milliseconds
 * may be wrapped as JSON of OData before version 4 has them, `/Date(1700000000123)/`.
 */
export function epochPattern(unit: EpochUnit): DatePattern {
  const source = { ms: 'milliseconds', s: 'seconds', us: 'microseconds' }[unit];
  // Decimal places that the count is away from milliseconds.
  const shift = { ms: 0, s: 3, us: -3 }[unit];
  const parseText = epochReader(shift);
  return {
    source,
    unit: unit === 's' ? 1000 : 1,
    beginning: 0,
    format(instant) {
      if (unit === 'ms') return String(instant);
      if (unit === 's') return String(Math.floor(instant / 1000));
      return instant === 0 ? '0' : `${instant}000`;
    },
    parse(value) {
      if (typeof value === 'string') return parseText(unit === 'ms' ? unwrapped(value) : value);
      return inReach(typeof value === 'bigint' ? fromNumber(Number(value), unit) : fromNumber(value, unit));
    },
    floor: unit === 's' ? (instant) => Math.floor(instant / 1000) * 1000 : (instant) => Math.floor(instant),
  };
}

function fromNumber(value: number, unit: EpochUnit): Instant {
  if (unit === 'ms') return Math.floor(value);
  if (unit === 'us') return Math.floor(value / 1000);
  // Through whole microseconds: a double such as 1700000000.123 lies a little below what was written.
  return Number.isInteger(value) ? value * 1000 : Math.floor(Math.round(value * 1e6) / 1000);
}

/** Reads `-?digits(.digits)?` and moves the decimal mark; floored to whole milliseconds. */
function epochReader(shift: number): (value: string) => Instant {
  return (value) => {
    const text = value.trim();
    const negative = text.charCodeAt(0) === MINUS;
    const from = negative ? 1 : 0;
    let mark = -1;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === FULL_STOP && mark < 0 && at > from && at < text.length - 1) mark = at;
      else if (!(code >= ZERO && code <= 57)) return NaN;
    }
    if (text.length === from) return NaN;
    const whole = mark < 0 ? text.length : mark;
    let size = Number(text.slice(from, whole));
    let rest = mark >= 0 && Number(text.slice(mark)) > 0;
    for (let place = 1; place <= shift; place++) {
      size = size * 10 + (mark >= 0 && mark + place < text.length ? text.charCodeAt(mark + place) - ZERO : 0);
    }
    if (mark >= 0 && shift > 0) rest = Number(text.slice(mark + 1 + shift)) > 0;
    if (shift < 0) {
      rest ||= size % 1000 > 0;
      size = Math.floor(size / 1000);
    }
    if (size > FARTHEST) return NaN;
    return negative ? -size - (rest ? 1 : 0) : size;
  };
}

/** The count in `/Date(1700000000123+0060)/`, whose offset changes no instant; any other text as it is. */
function unwrapped(value: string): string {
  if (!value.startsWith('/Date(') || !value.endsWith(')/')) return value;
  const inside = value.slice('/Date('.length, -')/'.length);
  const offset = Math.max(inside.lastIndexOf('+'), inside.lastIndexOf('-'));
  return offset > 0 ? inside.slice(0, offset) : inside;
}

function inReach(instant: number): Instant {
  return instant >= -FARTHEST && instant <= FARTHEST ? instant : NaN;
}
