import dayjs from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';
import { DAY, daysFromCivil } from './date-calendar.ts';
import type { Duration, Instant } from '../model/instant.ts';

dayjs.extend(utc);
dayjs.extend(timezone);

const MINUTE: Duration = 60_000;
/** Offsets are looked up in stretches of this length (about 398 days), each examined once. */
const STRETCH = 2 ** 35;
/** Shorter than the shortest time between two changes of any zone since 1900 (167 hours, in Brazil and Gaza). */
const SAMPLE = 6 * DAY;
/** Before this Java knows no changes either: what is standard time today holds for all earlier instants. */
const FIRST = daysFromCivil(1900, 1, 1) * DAY;
/** From 400 years earlier on only repeating rules apply, and the calendar repeats itself after so long. */
const LAST = daysFromCivil(2500, 1, 1) * DAY;
const CYCLE = 146_097 * DAY;

/** `offsets[i]` is in force before `ends[i]`, and the last offset until the stretch ends. */
interface Stretch {
  readonly ends: readonly Instant[];
  readonly offsets: readonly Duration[];
}

/**
 * Answers what is to be added to an instant for the wall clock of an IANA zone, in ms; dayjs is asked once for each stretch.
 * Throws a RangeError for a name that Intl does not know.
 */
export function regionOffsets(name: string): (instant: Instant) => Duration {
  const ask = offsetAsker(name);
  let standard: Duration | undefined;
  const stretches = new Map<number, Stretch>();
  let from = 0;
  let to = 0;
  let current = 0;
  return (instant) => {
    if (instant >= from && instant < to) return current;
    if (instant < FIRST) return (standard ??= Math.min(ask(LAST), ask(LAST + 182 * DAY)));
    const inTable = intoTable(instant);
    const index = Math.floor(inTable / STRETCH);
    let stretch = stretches.get(index);
    if (stretch === undefined) {
      stretch = examine(ask, index * STRETCH);
      stretches.set(index, stretch);
    }
    let place = 0;
    while (place < stretch.ends.length && inTable >= (stretch.ends[place] as Instant)) place++;
    const offset = stretch.offsets[place] as Duration;
    // Only a range inside the table is remembered: outside of it instants are moved before they are looked up.
    if (inTable === instant) {
      from = Math.max(stretch.ends[place - 1] ?? FIRST, index * STRETCH);
      to = Math.min(stretch.ends[place] ?? LAST, (index + 1) * STRETCH);
      current = offset;
    }
    return offset;
  };
}

function intoTable(instant: Instant): Instant {
  return instant < LAST ? instant : instant - Math.ceil((instant - LAST + 1) / CYCLE) * CYCLE;
}

function examine(ask: (instant: Instant) => Duration, start: Instant): Stretch {
  const ends: Instant[] = [];
  const offsets = [ask(start)];
  for (let at = start; at < start + STRETCH; at += SAMPLE) {
    const next = Math.min(at + SAMPLE, start + STRETCH);
    const offset = ask(next);
    const before = offsets[offsets.length - 1] as Duration;
    if (offset === before) continue;
    ends.push(firstWith(ask, at, next, before));
    offsets.push(offset);
  }
  return { ends, offsets };
}

/** The first instant after `low` at which the offset is no longer `before`, to the millisecond. */
function firstWith(ask: (instant: Instant) => Duration, low: Instant, high: Instant, before: Duration): Instant {
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (ask(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAsker(name: string): (instant: Instant) => Duration {
  // Throws for a name that nobody knows, which dayjs would do at the first question only.
  new Intl.DateTimeFormat('en-US', { timeZone: name });
  // Whole seconds, since dayjs is a second off for milliseconds before 1970.
  return (instant) =>
    Math.round(
      dayjs
        .utc(Math.floor(instant / 1000) * 1000)
        .tz(name)
        .utcOffset() * MINUTE,
    );
}
