import { EPOCH_WORDS, epochPattern } from './date-epoch.ts';
import { fieldRules } from './date-fields.ts';
import { dateFloor, unitOf } from './date-floor.ts';
import { dateFormatter } from './date-format.ts';
import { readTokens } from './date-letters.ts';
import { dateParser } from './date-parse.ts';
import { findZone, knownZone } from './zone.ts';
import type { Refusal } from './date-letters.ts';
import type { DatePattern } from '../model/instant.ts';

export { epochPattern, knownZone };

/**
 * Compiles a java.text.SimpleDateFormat pattern (Java 17, locale en_US) in a zone, or one of the words `milliseconds`, `seconds`,
 * `microseconds`, for which the zone does not matter. Refused, with the place in the pattern: what Java refuses, unknown zones,
 * and patterns without any part of a date. The calendar is Gregorian before 1582 too, unlike Java's.
 */
export function compileDatePattern(
  source: string,
  zone: string,
): { readonly ok: true; readonly pattern: DatePattern } | Refusal {
  const unit = EPOCH_WORDS.get(source);
  if (unit !== undefined) return { ok: true, pattern: epochPattern(unit) };
  const read = readTokens(source);
  if (!read.ok) return withWordMeant(read, source);
  const found = findZone(zone);
  if (found === undefined) {
    return {
      ok: false,
      says: `the time zone "${zone}" is not known`,
      hint: 'write a name such as Europe/Berlin, or GMT, or an offset such as -08:00',
    };
  }
  const rules = fieldRules(read.tokens);
  return {
    ok: true,
    pattern: {
      source,
      unit: unitOf(rules),
      beginning: found.toInstant(0),
      format: dateFormatter(read.tokens, found),
      parse: dateParser(read.tokens, rules, found),
      floor: dateFloor(rules, found),
    },
  };
}

/** Someone who writes `Milliseconds` or `seconds'` means the word. */
function withWordMeant(refusal: Refusal, source: string): Refusal {
  const letters = source.toLowerCase().replaceAll(/[^a-z]/g, '');
  const meant = [...EPOCH_WORDS.keys()].find((word) => word === letters);
  return meant === undefined ? refusal : { ...refusal, hint: `write ${meant}` };
}
