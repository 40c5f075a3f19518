import { weekOfYear, weekday, daysFromCivil } from './date-calendar.ts';
import { partsOf } from './date-fields.ts';
import { MONTHS, SHORT, WEEKDAYS } from './date-names.ts';
import { printOffset, shortName } from './zone-text.ts';
import type { FieldToken, Token } from './date-letters.ts';
import type { Zone } from './zone.ts';
import type { Duration, Instant } from '../model/instant.ts';

/** A wall time taken apart, with the instant and the offset it came from. */
interface Said extends ReturnType<typeof partsOf> {
  readonly instant: Instant;
  readonly offset: Duration;
}

type Printer = (said: Said) => string;

/** Compiles the formatter of a pattern in a zone; it prints what java.text.SimpleDateFormat prints in the locale en_US. */
export function dateFormatter(tokens: readonly Token[], zone: Zone): (instant: Instant) => string {
  const printers = tokens.map((token) => (token.kind === 'text' ? () => token.text : printer(token, zone)));
  return (instant) => {
    const offset = zone.offsetAt(instant);
    const said = { ...partsOf(instant + offset), instant, offset };
    return printers.map((print) => print(said)).join('');
  };
}

function printer({ letter, count }: FieldToken, zone: Zone): Printer {
  const number = (take: (said: Said) => number): Printer => {
    return (said) => String(take(said)).padStart(count, '0');
  };
  switch (letter) {
    case 'G':
      return (said) => (said.year > 0 ? 'AD' : 'BC');
    case 'y':
      return year(count, (said) => said.year);
    case 'Y':
      return year(count, (said) => weekOfYear(said.days).weekYear);
    case 'M':
    case 'L':
      return count < 3 ? number((said) => said.month) : named(MONTHS, count, (said) => said.month - 1);
    case 'w':
      return number((said) => weekOfYear(said.days).week);
    case 'W':
      return number((said) => Math.floor((said.day - 1 + weekday(said.days - said.day + 1)) / 7) + 1);
    case 'D':
      return number((said) => said.days - daysFromCivil(said.year, 1, 1) + 1);
    case 'd':
      return number((said) => said.day);
    case 'F':
      return number((said) => Math.floor((said.day - 1) / 7) + 1);
    case 'E':
      return named(WEEKDAYS, count, (said) => weekday(said.days));
    case 'u':
      return number((said) => weekday(said.days) || 7);
    case 'a':
      return (said) => (said.hour < 12 ? 'AM' : 'PM');
    case 'H':
      return number((said) => said.hour);
    case 'k':
      return number((said) => said.hour || 24);
    case 'K':
      return number((said) => said.hour % 12);
    case 'h':
      return number((said) => said.hour % 12 || 12);
    case 'm':
      return number((said) => said.minute);
    case 's':
      return number((said) => said.second);
    case 'S':
      return number((said) => said.millisecond);
    case 'X':
      return (said) =>
        Math.abs(said.offset) < 60_000 ? 'Z' : printOffset(said.offset, count === 3 ? ':' : '', count > 1);
    case 'Z':
      return (said) => printOffset(said.offset, '');
    default:
      return (said) => (count < 4 ? shortName(zone, said.instant) : zone.longName(said.instant));
  }
}

/** Two letters print two digits; years before year 1 are counted backwards from it. */
function year(count: number, take: (said: Said) => number): Printer {
  return (said) => {
    const astronomical = take(said);
    const counted = astronomical > 0 ? astronomical : 1 - astronomical;
    return count === 2 ? String(counted % 100).padStart(2, '0') : String(counted).padStart(count, '0');
  };
}

function named(names: readonly string[], count: number, take: (said: Said) => number): Printer {
  return (said) => (names[take(said)] ?? '').slice(0, count < 4 ? SHORT : undefined);
}
