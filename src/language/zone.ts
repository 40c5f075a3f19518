import { DAY } from './date-calendar.ts';
import { regionOffsets } from './zone-region.ts';
import type { Duration, Instant } from '../model/instant.ts';

/** A time zone. A wall time is what its clocks show, counted in ms as if it were UTC. */
export interface Zone {
  /** Its name in Java's spelling: an IANA name, an id such as `PST`, or `GMT+02:00`. */
  readonly id: string;
  /** What is to be added to an instant to get the wall time, in ms. */
  readonly offsetAt: (instant: Instant) => Duration;
  /**
   * The instant of a wall time. One that was skipped is read with the offset before the gap, one that came twice is the later:
   * java.util.GregorianCalendar, lenient.
   */
  toInstant(wall: number): Instant;
  /** The English name in force at an instant, such as `Mountain Daylight Time`, or `GMT+03:00` where there is none. */
  longName(instant: Instant): string;
}

/** Ids that Java keeps beside IANA's, from the documentation of java.time.ZoneId.SHORT_IDS; the fixed ones are below. */
const SHORT_IDS: ReadonlyMap<string, string> = new Map([
  ['ACT', 'Australia/Darwin'],
  ['AET', 'Australia/Sydney'],
  ['AGT', 'America/Argentina/Buenos_Aires'],
  ['ART', 'Africa/Cairo'],
  ['AST', 'America/Anchorage'],
  ['BET', 'America/Sao_Paulo'],
  ['BST', 'Asia/Dhaka'],
  ['CAT', 'Africa/Harare'],
  ['CNT', 'America/St_Johns'],
  ['CST', 'America/Chicago'],
  ['CTT', 'Asia/Shanghai'],
  ['EAT', 'Africa/Addis_Ababa'],
  ['ECT', 'Europe/Paris'],
  ['IET', 'America/Indiana/Indianapolis'],
  ['IST', 'Asia/Kolkata'],
  ['JST', 'Asia/Tokyo'],
  ['MIT', 'Pacific/Apia'],
  ['NET', 'Asia/Yerevan'],
  ['NST', 'Pacific/Auckland'],
  ['PLT', 'Asia/Karachi'],
  ['PNT', 'America/Phoenix'],
  ['PRT', 'America/Puerto_Rico'],
  ['PST', 'America/Los_Angeles'],
  ['SST', 'Pacific/Guadalcanal'],
  ['VST', 'Asia/Ho_Chi_Minh'],
]);

const HOUR = 3_600_000;
const GMT = fixedZone('GMT', 0, 'Greenwich Mean Time');
const UTC = fixedZone('UTC', 0, 'Coordinated Universal Time');

/** Zones without daylight saving time whatever the region does: java.util.TimeZone.getTimeZone of Java 17. */
const FIXED: ReadonlyMap<string, Zone> = new Map([
  ['', GMT],
  ['Z', GMT],
  ['GMT', GMT],
  ['UT', GMT],
  ['UTC', UTC],
  ['EST', fixedZone('EST', -5 * HOUR, 'Eastern Standard Time')],
  ['MST', fixedZone('MST', -7 * HOUR, 'Mountain Standard Time')],
  ['HST', fixedZone('HST', -10 * HOUR, 'Hawaii Standard Time')],
]);

const OFFSET = /^(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/;

const regions = new Map<string, Zone>();

/** Whether a zone is one: an IANA name, GMT, UTC, Z, nothing (GMT), an offset such as `-8:00` or `GMT+2`, or Java's short ids. */
export function knownZone(zone: string): boolean {
  return findZone(zone) !== undefined;
}

/** The zone of a name, in any case of letters, or undefined where there is none. Regions are kept, so that each is examined once. */
export function findZone(zone: string): Zone | undefined {
  const name = zone.trim();
  const upper = name.toUpperCase();
  return FIXED.get(upper) ?? offsetZone(upper) ?? regionZone(SHORT_IDS.get(upper) ?? name);
}

function offsetZone(name: string): Zone | undefined {
  const [, sign, hours, minutes = '00'] = OFFSET.exec(name) ?? [];
  if (sign === undefined || hours === undefined || Number(hours) > 23) return undefined;
  const size = Number(hours) * HOUR + Number(minutes) * 60_000;
  const id = `GMT${sign}${hours.padStart(2, '0')}:${minutes}`;
  return size === 0 ? GMT : fixedZone(id, sign === '-' ? -size : size, id);
}

function fixedZone(id: string, offset: Duration, longName: string): Zone {
  return {
    id,
    offsetAt: () => offset,
    toInstant: (wall) => wall - offset,
    longName: () => longName,
  };
}

function regionZone(name: string): Zone | undefined {
  const kept = regions.get(name);
  if (kept !== undefined) return kept;
  try {
    const zone = makeRegion(name);
    regions.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function makeRegion(name: string): Zone {
  const offsetAt = regionOffsets(name);
  const longNameAt = longNames(name, offsetAt);
  return {
    id: name,
    offsetAt,
    toInstant(wall) {
      // No offset is a day long, so what is in force a day earlier and a day later are the two that can be meant.
      const before = offsetAt(wall - DAY);
      const after = offsetAt(wall + DAY);
      if (before === after || offsetAt(wall - after) !== after) return wall - before;
      return wall - after;
    },
    longName: longNameAt,
  };
}

/** About 50 days: no zone takes up an offset again under another name within that time. */
const NAME_STRETCH = 2 ** 32;

function longNames(zone: string, offsetAt: (instant: Instant) => Duration): (instant: Instant) => string {
  const namer = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'long' });
  const names = new Map<number, string>();
  return (instant) => {
    const key = Math.floor(instant / NAME_STRETCH) * DAY + offsetAt(instant) / 1000;
    let name = names.get(key);
    if (name === undefined) {
      name = namer.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
      names.set(key, name);
    }
    return name;
  };
}
