import type { DatePattern } from '../model/instant.ts';
import { readDatePattern } from './date-mend.ts';
import { knownZone } from './date-pattern.ts';
import type { TextProblem } from './text.ts';

/** The format of a date word; `right` is how it is written, `end` the offset behind the word's closing brace. */
export type DateFormat =
  | { readonly ok: true; readonly pattern: DatePattern; readonly right: string; readonly end: number }
  | { readonly ok: false; readonly problem: TextProblem };

/** Where a date word stands. */
export interface DateWord {
  /** Where the word begins. */
  readonly at: number;
  /** Where its zone or format begins. */
  readonly from: number;
  readonly zoned: boolean;
  /** How the word is written, for hints. */
  readonly form: string;
}

const zoneHint = 'give an IANA name such as Europe/Berlin, an offset such as -08:00, or GMT';

/** Reads the format, and the zone before it where the word takes one, up to the brace that closes the word. */
export function readDateFormat(source: string, { at, from, zoned, form }: DateWord): DateFormat {
  const { end, apostrophe } = endOfFormat(source, from);
  if (end < 0) return fail(at, `the word ${cut(source.slice(at))} has no closing }`, `write it as ${form}`);

  const inside = source.slice(from, end);
  const zone = zoned ? leadingZone(inside) : '';
  if (zone === undefined) {
    const written = /^\{[^}]*\}/.exec(inside)?.[0];
    if (written !== undefined) return fail(from, `the time zone is still the placeholder ${cut(written)}`, zoneHint);
    return fail(from, `${JSON.stringify(cut(inside.split(':', 1)[0] ?? ''))} is no known time zone`, zoneHint);
  }
  const before = zoned ? `${zone}:` : '';
  const format = inside.slice(before.length);
  if (format === '') return fail(at, `the word ${source.slice(at, end + 1)} has no format`, `write it as ${form}`);

  const read = readDatePattern(format, zone);
  // A slip is read over where it is the only thing amiss: no format that is meant holds these signs.
  if (read.ok && (read.repaired === undefined || !/[{}$]/.test(format)))
    return { ok: true, pattern: read.pattern, right: before + (read.repaired ?? format), end: end + 1 };
  if (apostrophe === undefined && !read.ok)
    return fail(from + before.length + (read.offset ?? 0), read.says, read.hint);
  return fail(
    apostrophe ?? from + before.length,
    `the format ${cut(inside)} has an apostrophe without its partner`,
    "literal letters stand between two apostrophes, such as 'T'; an apostrophe itself is written twice",
  );
}

/** A text short enough to be shown. */
export function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function fail(offset: number, says: string, hint?: string): DateFormat {
  return { ok: false, problem: { says, offset, ...(hint === undefined ? {} : { hint }) } };
}

/**
 * Finds the } that ends a format: not one between apostrophes, and not one that closes a { of the format. Where only a stray
 * apostrophe hides the }, the answer is that } and the place of the apostrophe. `end` is -1 where there is no } at all.
 */
function endOfFormat(source: string, from: number): { readonly end: number; readonly apostrophe?: number } {
  let quote = -1;
  let depth = 0;
  let hidden = -1;
  let apostrophe = -1;

  for (let i = from; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === "'") quote = quote < 0 ? i : -1;
    else if (char === '}' && quote < 0) {
      if (depth === 0) return { end: i };
      depth--;
    } else if (char === '}' && hidden < 0) {
      hidden = i;
      apostrophe = quote;
    } else if (char === '{' && quote < 0) depth++;
    // No format holds these, so the quoted } was the end, and what follows is not the format's.
    if (hidden >= 0 && '$=&<>"?#\n'.includes(char)) break;
  }
  return hidden < 0 ? { end: -1 } : { end: hidden, apostrophe };
}

/** The zone before the first colon that leaves a known zone; the longest, for `-8:00` holds a colon too. */
function leadingZone(text: string): string | undefined {
  let longest: string | undefined;
  for (let i = text.indexOf(':'); i >= 0 && i <= 60; i = text.indexOf(':', i + 1)) {
    const zone = text.slice(0, i);
    if (knownZone(zone)) longest = zone;
  }
  return longest;
}
