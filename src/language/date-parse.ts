import { DAY } from './date-calendar.ts';
import { UNSAID, dayOf, timeOf } from './date-fields.ts';
import { SLOT, SLOTS } from './date-letters.ts';
import { OP, parseSteps } from './date-steps.ts';
import { instantOfNamed, readZone } from './zone-text.ts';
import type { FieldRules } from './date-fields.ts';
import type { Token } from './date-letters.ts';
import type { Step } from './date-steps.ts';
import type { Zone } from './zone.ts';
import type { Instant } from '../model/instant.ts';

/**
 * Two digits of a year mean one of the hundred years from this one on. Java takes the 80 years before and the 20 after the current
 * day; here the middle stands still, at 2030, so that a text means the same for ever (and the same as in RFC 5280, section 4.1.2.5.1).
 */
export const CENTURY_START = 1950;

/** The farthest instant from 1970 that JavaScript knows, in ms. */
const FARTHEST = 8.64e15;

const SPACE = 32;
const ZERO = 48;
const COLON = 58;
const COMMA = 44;
const FULL_STOP = 46;
const TAB = 9;
const SMALL_T = 116;
const NO_BREAK_SPACE = 0xa0;
const NARROW_SPACE = 0x202f;

const YEARS = [SLOT.year, SLOT.weekYear] as const;
const DAYS = [SLOT.day, SLOT.dayOfYear, SLOT.weekday, SLOT.weekdayInMonth] as const;
const FINER = [SLOT.half, SLOT.hour12, SLOT.hour24, SLOT.minute, SLOT.second, SLOT.millisecond, SLOT.zone] as const;

/** What a reading has come to: where in the text it stands, and the zone found there. */
interface Cursor {
  at: number;
  offset: number;
  name: string;
  zoned: boolean;
}

/**
 * Compiles the parser of a pattern in a zone; it answers NaN where a text is no date of it. Beyond what Java reads it takes missing
 * seconds, missing or longer fractions (cut to ms), blanks around, T or a blank between date and time, and a zone of any form,
 * which wins over the pattern's. It is stricter than Java in that a 13th month is not a date and that nothing may follow a date but a
 * time of day, where the pattern says a day.
 */
export function dateParser(
  tokens: readonly Token[],
  rules: FieldRules,
  zone: Zone,
): (value: string | number | bigint) => Instant {
  const steps = parseSteps(tokens, zone);
  const hasZone = rules.says.has(SLOT.zone);
  const dateOnly = rules.hour === 'none';
  const dayOnly = saysDay(rules);
  const digitsOnly = tokens.every((token) => token.kind === 'field' && token.numeric);
  const values = new Int32Array(SLOTS);
  const cursor: Cursor = { at: 0, offset: 0, name: '', zoned: false };

  return (value) => {
    if (typeof value !== 'string' && !digitsOnly) return NaN;
    const text = String(value).trim();
    for (let slot = 0; slot < SLOTS; slot++) values[slot] = UNSAID[slot] as number;
    cursor.at = 0;
    cursor.zoned = false;
    if (!readSteps(steps, text, values, cursor, zone)) return NaN;
    if (dayOnly && !cursor.zoned && isTimeAt(text, cursor.at)) cursor.at = text.length;
    if (cursor.at < text.length && !cursor.zoned && !hasZone) {
      if (!readZone(text, cursor, zone, dateOnly)) return NaN;
      cursor.zoned = true;
    }
    if (cursor.at !== text.length) return NaN;
    const wall = dayOf(values, rules.day) * DAY + timeOf(values, rules.hour);
    if (!(wall >= -FARTHEST && wall <= FARTHEST)) return NaN;
    if (!cursor.zoned) return zone.toInstant(wall);
    return cursor.name === '' ? wall - cursor.offset : instantOfNamed(wall, cursor.name, zone);
  };
}

function readSteps(steps: readonly Step[], text: string, values: Int32Array, cursor: Cursor, zone: Zone): boolean {
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as Step;
    switch (step.op) {
      case OP.character:
        if (isLike(codeAt(text, cursor.at), step.code)) cursor.at++;
        else if (step.skip > 0 && isMark(codeAt(text, cursor.at)) && isMark(step.code)) cursor.at++;
        else if (step.skip > 0) index += step.skip - 1;
        else return false;
        break;
      case OP.gap:
        if (!readGap(text, cursor)) return false;
        break;
      case OP.text:
        if (!readText(text, step.text, cursor)) return false;
        break;
      case OP.fraction:
        if (!readFraction(text, step.count, step.width, values, cursor)) return false;
        break;
      case OP.zone:
        if (!readZone(text, cursor, zone, false)) return false;
        cursor.zoned = true;
        break;
      case OP.zoneText:
        if (cursor.at + step.text.length === text.length && text.endsWith(step.text)) cursor.at = text.length;
        else if (!readZone(text, cursor, zone, false)) return false;
        else cursor.zoned = true;
        break;
      case OP.name:
        if (!readName(text, step, values, cursor)) return false;
        break;
      default:
        if (!readNumber(text, step, values, cursor)) return false;
        if (step.more) readMore(text, step, values, cursor);
    }
  }
  return true;
}

function readNumber(text: string, step: Step, values: Int32Array, cursor: Cursor): boolean {
  let at = cursor.at;
  while (codeAt(text, at) === SPACE) at++;
  const from = at;
  const end = Math.min(from + step.width, text.length);
  let number = 0;
  while (at < end) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
    at++;
  }
  if (at === from) return false;
  if (number === step.zeroAt) number = 0;
  else if (step.op === OP.year && step.count <= 2 && at - from === 2) number = withCentury(number);
  else if (number < step.low || number > step.high) return false;
  values[step.slot] = number;
  cursor.at = at;
  return true;
}

function withCentury(number: number): number {
  const year = CENTURY_START - (CENTURY_START % 100) + number;
  return year < CENTURY_START ? year + 100 : year;
}

/** Reads what is more precise than the pattern: `:05` after minutes, `.975` after seconds. Nothing there is fine. */
function readMore(text: string, step: Step, values: Int32Array, cursor: Cursor): void {
  if (step.op === OP.minute) {
    const at = cursor.at;
    if (codeAt(text, at) !== COLON || !isDigit(codeAt(text, at + 1)) || !isDigit(codeAt(text, at + 2))) return;
    const second = (text.charCodeAt(at + 1) - ZERO) * 10 + text.charCodeAt(at + 2) - ZERO;
    if (second > 60) return;
    values[SLOT.second] = second;
    cursor.at = at + 3;
  }
  if (!isMark(codeAt(text, cursor.at)) || !isDigit(codeAt(text, cursor.at + 1))) return;
  cursor.at++;
  readFraction(text, 3, 0, values, cursor);
}

/**
 * Milliseconds, of a pattern with `count` letters. As many digits as letters, or after one or two letters at most three digits, are a number of milliseconds, as Java
 * prints and reads them; other digits, and a number above 999, are a decimal fraction of the second.
 */
function readFraction(text: string, count: number, width: number, values: Int32Array, cursor: Cursor): boolean {
  const from = cursor.at;
  const end = width === 0 ? text.length : Math.min(from + width, text.length);
  let at = from;
  let number = 0;
  let thousandths = 0;
  let weight = 100;
  while (at < end) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    if (number <= 999) number = number * 10 + digit;
    thousandths += digit * weight;
    weight = weight > 1 ? weight / 10 : 0;
    at++;
  }
  const length = at - from;
  if (length === 0) return false;
  const plain = length === count || (count < 3 && length > count && length <= 3);
  values[SLOT.millisecond] = plain && number <= 999 ? number : thousandths;
  cursor.at = at;
  return true;
}

function readName(text: string, step: Step, values: Int32Array, cursor: Cursor): boolean {
  while (codeAt(text, cursor.at) === SPACE) cursor.at++;
  const read = step.names(text, cursor.at);
  if (read < 0) return false;
  values[step.slot] = (read >> 4) + step.low;
  cursor.at += read & 15;
  return true;
}

/** Whether a pattern says a year and a day of it, and nothing finer or behind it. */
function saysDay({ says }: FieldRules): boolean {
  return (
    FINER.every((slot) => !says.has(slot)) &&
    YEARS.some((slot) => says.has(slot)) &&
    DAYS.some((slot) => says.has(slot))
  );
}

/** Whether a time of day begins here: T or a blank, and a digit. */
function isTimeAt(text: string, at: number): boolean {
  const code = codeAt(text, at);
  return ((code | 32) === SMALL_T || isLike(code, SPACE)) && isDigit(codeAt(text, at + 1));
}

/** Between date and time: T in either case, or blanks. */
function readGap(text: string, cursor: Cursor): boolean {
  let at = cursor.at;
  if ((codeAt(text, at) | 32) === SMALL_T) at++;
  else while (isLike(codeAt(text, at), SPACE)) at++;
  if (at === cursor.at) return false;
  cursor.at = at;
  return true;
}

function readText(text: string, wanted: string, cursor: Cursor): boolean {
  for (let place = 0; place < wanted.length; place++) {
    if (!isLike(codeAt(text, cursor.at + place), wanted.charCodeAt(place))) return false;
  }
  cursor.at += wanted.length;
  return true;
}

/** The same character, or another kind of blank. */
function isLike(code: number, wanted: number): boolean {
  return code === wanted || (wanted === SPACE && (code === TAB || code === NO_BREAK_SPACE || code === NARROW_SPACE));
}

function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : -1;
}

/** The decimal marks of ISO 8601. */
function isMark(code: number): boolean {
  return code === FULL_STOP || code === COMMA;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}
