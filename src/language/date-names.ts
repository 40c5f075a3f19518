/** English names as the JDK's locale en_US prints them; January and Sunday come first. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** Letters of a short name. */
export const SHORT = 3;

/** Reads a name at a place of a text. */
export type NameReader = (text: string, at: number) => number;

/**
 * Compiles a reader for full names and their first three letters, in any case. It answers position in the list * 16 + length read,
 * or -1 where no name stands.
 */
export function nameReader(names: readonly string[]): NameReader {
  const lower = names.map((name) => name.toLowerCase());
  const byStart = new Map(lower.map((name, index) => [packed(name, 0), index] as const));
  return (text, at) => {
    const index = byStart.get(packed(text, at));
    if (index === undefined) return -1;
    const name = lower[index] as string;
    for (let place = SHORT; place < name.length; place++) {
      if ((text.charCodeAt(at + place) | 32) !== name.charCodeAt(place)) return index * 16 + SHORT;
    }
    return index * 16 + name.length;
  };
}

/** Compiles a reader for one of two words of two letters, in any case; answers as `nameReader` does. */
export function pairReader(first: string, second: string): NameReader {
  return (text, at) => {
    const word = text.slice(at, at + 2).toLowerCase();
    if (word === first) return 2;
    return word === second ? 16 + 2 : -1;
  };
}

/** Three letters as one number, capitals made small. */
function packed(text: string, at: number): number {
  const first = text.charCodeAt(at) | 32;
  const second = text.charCodeAt(at + 1) | 32;
  return (first << 16) | (second << 8) | (text.charCodeAt(at + 2) | 32);
}
