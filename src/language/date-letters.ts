/** What a field is about; indexes of the list that parsed values are kept in. */
export const SLOT = {
  era: 0,
  year: 1,
  weekYear: 2,
  month: 3,
  day: 4,
  dayOfYear: 5,
  weekOfYear: 6,
  weekOfMonth: 7,
  weekdayInMonth: 8,
  weekday: 9,
  half: 10,
  hour12: 11,
  hour24: 12,
  minute: 13,
  second: 14,
  millisecond: 15,
  zone: 16,
} as const;

/** How many slots there are. */
export const SLOTS = 17;

export type Slot = (typeof SLOT)[keyof typeof SLOT];

/** A run of one letter. */
export interface FieldToken {
  readonly kind: 'field';
  readonly letter: string;
  readonly count: number;
  readonly slot: Slot;
  /** Read and printed in digits. */
  readonly numeric: boolean;
}

/** Text that stands for itself, quotes resolved. */
export interface TextToken {
  readonly kind: 'text';
  readonly text: string;
}

export type Token = FieldToken | TextToken;

/** Why a pattern was refused; `offset` counts UTF-16 units from the pattern's start. */
export interface Refusal {
  readonly ok: false;
  readonly says: string;
  readonly hint?: string;
  readonly offset?: number;
}

/** Letters of java.text.SimpleDateFormat (Java 17), see its class documentation, "Date and Time Patterns". */
const LETTERS: ReadonlyMap<string, Slot> = new Map<string, Slot>([
  ['G', SLOT.era],
  ['y', SLOT.year],
  ['Y', SLOT.weekYear],
  ['M', SLOT.month],
  ['L', SLOT.month],
  ['w', SLOT.weekOfYear],
  ['W', SLOT.weekOfMonth],
  ['D', SLOT.dayOfYear],
  ['d', SLOT.day],
  ['F', SLOT.weekdayInMonth],
  ['E', SLOT.weekday],
  ['u', SLOT.weekday],
  ['a', SLOT.half],
  ['H', SLOT.hour24],
  ['k', SLOT.hour24],
  ['K', SLOT.hour12],
  ['h', SLOT.hour12],
  ['m', SLOT.minute],
  ['s', SLOT.second],
  ['S', SLOT.millisecond],
  ['z', SLOT.zone],
  ['Z', SLOT.zone],
  ['X', SLOT.zone],
]);

/** The longest run that any known provider needs is six; a longer one than this is a slip of the keyboard. */
const LONGEST_RUN = 64;

/** Splits a SimpleDateFormat pattern into fields and text; refuses what Java refuses, and patterns that say no part of a date. */
export function readTokens(source: string): { readonly ok: true; readonly tokens: readonly Token[] } | Refusal {
  const tokens: Token[] = [];
  let text = '';
  const endText = () => {
    if (text !== '') tokens.push({ kind: 'text', text });
    text = '';
  };
  let at = 0;
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === "'") {
      const quoted = readQuoted(source, at);
      if (quoted === undefined) return unterminated(source, at);
      text += quoted.text;
      at = quoted.end;
    } else if (isLetter(character)) {
      const end = endOfRun(source, at);
      const slot = LETTERS.get(character);
      if (slot === undefined) return unknownLetter(source, character, at);
      if (character === 'X' && end - at > 3) return tooManyX(end - at, at);
      if (end - at > LONGEST_RUN) return tooLong(character, at);
      endText();
      tokens.push(field(character, end - at, slot));
      at = end;
    } else {
      text += character;
      at++;
    }
  }
  endText();
  if (tokens.some((token) => token.kind === 'field' && token.slot !== SLOT.zone)) return { ok: true, tokens };
  return {
    ok: false,
    says: source.trim() === '' ? 'the date format is empty' : `the date format "${source}" holds no part of a date`,
    hint: `write a pattern such as yyyy-MM-dd'T'HH:mm:ssXXX, or milliseconds, or seconds`,
  };
}

function field(letter: string, count: number, slot: Slot): FieldToken {
  const named = letter === 'E' || letter === 'G' || letter === 'a' || slot === SLOT.zone;
  const monthName = slot === SLOT.month && count >= 3;
  return { kind: 'field', letter, count, slot, numeric: !named && !monthName };
}

/** The text of a quotation beginning at `from`; two quotes in a row are one quote. Undefined where it does not end. */
function readQuoted(source: string, from: number): { readonly text: string; readonly end: number } | undefined {
  if (source.charAt(from + 1) === "'") return { text: "'", end: from + 2 };
  let text = '';
  let at = from + 1;
  while (at < source.length) {
    const next = source.indexOf("'", at);
    if (next < 0) return undefined;
    text += source.slice(at, next);
    if (source.charAt(next + 1) !== "'") return { text, end: next + 1 };
    text += "'";
    at = next + 2;
  }
  return undefined;
}

function isLetter(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

function endOfRun(source: string, from: number): number {
  let end = from + 1;
  while (source.charAt(end) === source.charAt(from)) end++;
  return end;
}

function unterminated(source: string, offset: number): Refusal {
  return {
    ok: false,
    says: `the date format "${source}" has a quote that is not closed`,
    hint:
      offset === source.length - 1 ? 'remove the quote at the end' : "close it with another ', or write '' for a quote",
    offset,
  };
}

function unknownLetter(source: string, letter: string, offset: number): Refusal {
  return {
    ok: false,
    says: `the date format "${source}" holds the letter ${letter}, which stands for nothing`,
    hint: `put text in quotes: 'T' instead of T; the letters are those of Java's SimpleDateFormat`,
    offset,
  };
}

function tooManyX(count: number, offset: number): Refusal {
  return {
    ok: false,
    says: `the date format holds ${'X'.repeat(Math.min(count, 8))}, but an offset has at most three letters`,
    hint: 'write X for +01, XX for +0100 or XXX for +01:00',
    offset,
  };
}

function tooLong(letter: string, offset: number): Refusal {
  return {
    ok: false,
    says: `the date format repeats the letter ${letter} more than ${LONGEST_RUN} times`,
    hint: 'write the letter as often as the date has digits',
    offset,
  };
}
