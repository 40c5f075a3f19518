import { ZONE_NAMES } from './zone-names.ts';
import { DAY } from './date-calendar.ts';
import type { Zone } from './zone.ts';
import type { Duration, Instant } from '../model/instant.ts';

/** Where a zone in a text ends and what it says: an offset in ms, or a name in capitals that has to be looked up. */
export interface ZoneReading {
  at: number;
  offset: Duration;
  name: string;
}

const ABBREVIATIONS = new Map(ZONE_NAMES.map(([name, abbreviation]) => [name, abbreviation] as const));

/** Abbreviations and names in capitals -> offset in ms. Earlier rows win. */
const OFFSETS = new Map<string, Duration>();
for (const [name, abbreviation, minutes] of ZONE_NAMES) {
  for (const key of [name.toUpperCase(), abbreviation.toUpperCase()]) {
    if (!OFFSETS.has(key)) OFFSETS.set(key, minutes * 60_000);
  }
}

const MINUTE = 60_000;
const PLUS = 43;
const MINUS = 45;
const ZERO = 48;
const COLON = 58;

/** The abbreviation of a zone at an instant, such as `MDT`; `GMT+03:00` where it has none. */
export function shortName(zone: Zone, instant: Instant): string {
  const name = zone.longName(instant);
  return ABBREVIATIONS.get(name) ?? name;
}

/** Prints an offset with its sign, in hours and minutes, `colon` between them; `minutes: false` leaves the minutes out. */
export function printOffset(offset: Duration, colon: string, minutes = true): string {
  // Java cuts the seconds of historic offsets.
  const size = Math.floor(Math.abs(offset) / MINUTE);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return minutes ? `${sign}${hours}${colon}${String(size % 60).padStart(2, '0')}` : `${sign}${hours}`;
}

/**
 * Reads a zone at `into.at`, blanks before it skipped: `Z`, `UTC`, `GMT+2`, `+00:00`, `-0800`, `+00`, or a name that the table or
 * the pattern's own zone knows. With `exact`, an offset must have minutes after a colon. False where there is none.
 */
export function readZone(text: string, into: ZoneReading, own: Zone, exact: boolean): boolean {
  let at = into.at;
  while (text.charCodeAt(at) === 32) at++;
  const code = text.charCodeAt(at);
  into.name = '';
  if (code === PLUS || code === MINUS) return readOffset(text, at, into, exact);
  if (!isLetter(code)) return false;
  const isZ = (code | 32) === 122;
  const alone = isZ && !isLetter(text.charCodeAt(at + 1));
  if (!alone && readName(text, at, into, own, exact)) return true;
  if (!isZ) return false;
  into.offset = 0;
  into.at = at + 1;
  return true;
}

/** The instant of a wall time with a zone name that `readZone` found: the pattern's own zone is asked first, as Java does. */
export function instantOfNamed(wall: number, name: string, own: Zone): Instant {
  const likely = own.toInstant(wall);
  // In a gap that is not `likely` itself: the name says on which side of it the wall time is meant.
  if (isNameAt(own, likely, name)) return wall - own.offsetAt(likely);
  const earlier = wall - own.offsetAt(likely - DAY);
  if (isNameAt(own, earlier, name)) return earlier;
  const offset = ownOffset(own, likely, name) ?? OFFSETS.get(name);
  return offset === undefined ? NaN : wall - offset;
}

function readOffset(text: string, from: number, into: ZoneReading, exact: boolean): boolean {
  let at = from + 1;
  let value = 0;
  while (isDigit(text.charCodeAt(at)) && at - from <= 4) value = value * 10 + text.charCodeAt(at++) - ZERO;
  const digits = at - from - 1;
  let minutes = 0;
  let colon = false;
  if (digits === 4) {
    minutes = value % 100;
    value = (value - minutes) / 100;
  } else if (digits !== 1 && digits !== 2) {
    return false;
  } else if (text.charCodeAt(at) === COLON && isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at + 2))) {
    minutes = (text.charCodeAt(at + 1) - ZERO) * 10 + text.charCodeAt(at + 2) - ZERO;
    colon = true;
    at += 3;
  }
  if (value > 23 || minutes > 59 || (exact && !colon)) return false;
  const size = (value * 60 + minutes) * MINUTE;
  into.offset = text.charCodeAt(from) === MINUS ? -size : size;
  into.at = at;
  return true;
}

function readName(text: string, from: number, into: ZoneReading, own: Zone, exact: boolean): boolean {
  let end = from;
  while (end < text.length && isNamePart(text.charCodeAt(end))) end++;
  let name = text.slice(from, end).trimEnd().toUpperCase();
  // The longest known run of words counts; what follows it belongs to the pattern.
  while (name !== '') {
    if (name === 'UTC' || name === 'GMT' || name === 'UT') {
      const after = from + name.length;
      const sign = text.charCodeAt(after);
      if (sign === PLUS || sign === MINUS) return readOffset(text, after, into, exact);
      into.offset = 0;
      into.at = after;
      return true;
    }
    if (OFFSETS.has(name) || isOwnName(own, name)) {
      into.name = name;
      into.at = from + name.length;
      return true;
    }
    name = name.slice(0, Math.max(name.lastIndexOf(' '), name.lastIndexOf('-'), 0)).trimEnd();
  }
  return false;
}

/** Two instants of one year, on either side of daylight saving time. */
const SAMPLES = [1_768_478_400_000, 1_784_116_800_000] as const;

function isOwnName(own: Zone, name: string): boolean {
  return SAMPLES.some((instant) => isNameAt(own, instant, name));
}

/** The offset that the zone has in the half year before or after an instant, when it goes by that name. */
function ownOffset(own: Zone, near: Instant, name: string): Duration | undefined {
  for (const days of [-182, 182]) {
    const instant = near + days * DAY;
    if (isNameAt(own, instant, name)) return own.offsetAt(instant);
  }
  return undefined;
}

function isNameAt(zone: Zone, instant: Instant, name: string): boolean {
  const long = zone.longName(instant);
  return long.toUpperCase() === name || (ABBREVIATIONS.get(long) ?? long).toUpperCase() === name;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}

function isLetter(code: number): boolean {
  return ((code | 32) >= 97 && (code | 32) <= 122) || code > 127;
}

/** Letters, and what stands between the words of names: blank & ' - and full stop. */
function isNamePart(code: number): boolean {
  return isLetter(code) || code === 32 || code === 38 || code === 39 || code === 45 || code === 46;
}
