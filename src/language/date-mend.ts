import type { DatePattern } from '../model/instant.ts';
import { EPOCH_WORDS } from './date-epoch.ts';
import type { Refusal } from './date-letters.ts';
import { compileDatePattern } from './date-pattern.ts';

/** A compiled pattern; `repaired` is its right writing where a slip of the pen was read over. */
export type ReadPattern = { readonly ok: true; readonly pattern: DatePattern; readonly repaired?: string } | Refusal;

/** A quote as a shell needs it between quotes. */
const SHELL_QUOTE = "'\\''";

const inSeconds = 'for seconds since 1970 write seconds';
const inMilliseconds = 'for milliseconds since 1970 write milliseconds';
const inEither = 'for a number since 1970 write seconds or milliseconds';
const inIso =
  "write the pattern of what the provider says, such as yyyy-MM-dd'T'HH:mm:ss'Z' or yyyy-MM-dd'T'HH:mm:ssXXX";

/** What other tools call their formats, in small letters. Java would read `s` and `ms` as the seconds and minutes of any hour. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ...['s', 'sec', 'secs', 'second'].map((name) => [name, inSeconds] as const),
  ...['ms', 'millis', 'millisecond'].map((name) => [name, inMilliseconds] as const),
  ...['us', 'micros', 'microsecond'].map((name) => [name, 'for microseconds since 1970 write microseconds'] as const),
  ...['unix', 'epoch', 'timestamp', 'unixtime', 'number'].map((name) => [name, inEither] as const),
  ...['iso', 'iso8601', 'iso-8601', 'iso_8601', 'rfc3339', 'rfc-3339'].map((name) => [name, inIso] as const),
]);

/**
 * Compiles a date pattern as `compileDatePattern` does, and reads over slips that leave one meaning only: quotes written for a shell, a
 * quote too many at the end, a last quote that is not closed, a `T` without its quotes, the words `milliseconds` … in any case, and letters
 * that other languages use for the year, the month and the day.
 */
export function readDatePattern(source: string, zone: string): ReadPattern {
  const cure = otherNames.get(source.trim().toLowerCase());
  if (cure !== undefined) return { ok: false, says: `the date format "${source}" is none of Java's`, hint: cure };
  const plain = inJavasLetters(unquoteShell(source));
  const compiled = compileDatePattern(plain, zone);
  if (compiled.ok) return plain === source ? compiled : { ...compiled, repaired: plain };
  for (const meant of meantBy(plain)) {
    const mended = compileDatePattern(meant, zone);
    if (mended.ok) return { ...mended, repaired: meant };
  }
  return compileDatePattern(balanced(plain), zone);
}

/** The text as it was before it was written for a shell, which needs `'\''` for every quote. */
export function unquoteShell(text: string): string {
  return text.replaceAll(SHELL_QUOTE, "'");
}

/**
 * The pattern with the letters that Java has for them: `Y` is the year of a week, which says nothing without the week, `D` the day of
 * the year, which stands beside no month, and `m` the minute, which stands in no date.
 */
function inJavasLetters(source: string): string {
  const pieces = source.split("'");
  const isLetters = (_: string, index: number): boolean => index % 2 === 0;
  const letters = pieces.filter(isLetters).join('');
  const yearly = letters.includes('Y') && !/[yw]/.test(letters);
  const daily = /[ML]/.test(letters) && !letters.includes('d');
  const monthly = !/[MLDwW]/.test(letters);
  const right = (text: string): string => {
    const years = yearly ? text.replaceAll('Y', 'y') : text;
    const days = daily ? years.replace(/(?<!D)DD?(?!D)/, (run) => run.toLowerCase()) : years;
    const minutes = /(?<=y[-/. ]?)mm?(?=[-/. ]?d)|(?<=d[-/. ]?)mm?(?=[-/. ]?y)|(?<![m:.])mm?(?=[-/.]?dd?[-/.]?y)/;
    return monthly ? days.replace(minutes, (run) => run.toUpperCase()) : days;
  };
  return pieces.map((piece, index) => (isLetters(piece, index) ? right(piece) : piece)).join("'");
}

function meantBy(source: string): readonly string[] {
  const letters = source.toLowerCase().replaceAll(/['"\s]/g, '');
  if (EPOCH_WORDS.has(letters)) return [letters];
  const parted = source.replace(/'?T'?(?=[HhKk])/, "'T'");
  return [balanced(source), parted, balanced(parted)];
}

/** The pattern with as many quotes as it needs; what follows the last one may not look like a part of a date. */
function balanced(source: string): string {
  if (source.split("'").length % 2 === 1) return source;
  if (source.endsWith("'")) return source.slice(0, -1);
  return /'[^'yMdHhmsS]*$/.test(source) ? `${source}'` : source;
}
