import { SLOT } from './date-letters.ts';
import { MONTHS, WEEKDAYS, nameReader, pairReader } from './date-names.ts';
import { readZone } from './zone-text.ts';
import type { FieldToken, Slot, TextToken, Token } from './date-letters.ts';
import type { NameReader } from './date-names.ts';
import type { Zone } from './zone.ts';

/** What a step of a parser does. */
export const OP = {
  number: 0,
  character: 1,
  text: 2,
  gap: 3,
  name: 4,
  year: 5,
  minute: 6,
  second: 7,
  fraction: 8,
  zone: 9,
  zoneText: 10,
} as const;

/** One step; all have the same shape, so that the loop over them stays fast. */
export interface Step {
  readonly op: (typeof OP)[keyof typeof OP];
  readonly slot: Slot;
  /** Digits to read at most; 0, of a fraction, for as many as there are. */
  readonly width: number;
  /** Letters in the pattern. */
  readonly count: number;
  /** Bounds of the number. */
  readonly low: number;
  readonly high: number;
  /** A number that stands for 0: hour 12 of 12, hour 24 of 24. */
  readonly zeroAt: number;
  /** Text to match. */
  readonly text: string;
  readonly code: number;
  /** Steps to leave out where the character is missing, 0 where it must not be. */
  readonly skip: number;
  /** More precise text than the pattern says may follow: a fraction after seconds, seconds after minutes. */
  readonly more: boolean;
  readonly names: NameReader;
}

const NO_NAMES: NameReader = () => -1;

/** Makes a step. The fields stand in one order for every step: objects of many shapes would slow the reading of each record. */
function step(op: Step['op'], slot: Slot, given: Partial<Step>): Step {
  return {
    op,
    slot,
    width: given.width ?? 0,
    count: given.count ?? 0,
    low: given.low ?? 0,
    high: given.high ?? 0,
    zeroAt: given.zeroAt ?? -1,
    text: given.text ?? '',
    code: given.code ?? 0,
    skip: given.skip ?? 0,
    more: given.more ?? false,
    names: given.names ?? NO_NAMES,
  };
}

/** Lowest and highest number of each numeric letter; years up to the end of JavaScript's time. */
const BOUNDS: Readonly<Record<string, readonly [low: number, high: number, zeroAt?: number]>> = {
  y: [1, 275_760],
  Y: [1, 275_760],
  M: [1, 12],
  L: [1, 12],
  w: [1, 53],
  W: [1, 6],
  D: [1, 366],
  d: [1, 31],
  F: [1, 5],
  u: [1, 6, 7],
  H: [0, 24],
  k: [0, 23, 24],
  K: [0, 11],
  h: [0, 11, 12],
  m: [0, 59],
  s: [0, 60],
};

/** Without a half of the day, hours of 12 go on counting from midnight, as in Java. */
const LAST_HOUR = 24;

const TIME: ReadonlySet<Slot> = new Set([SLOT.hour12, SLOT.hour24, SLOT.minute, SLOT.second, SLOT.half]);

/** Compiles the steps that read a text of this pattern. */
export function parseSteps(pattern: readonly Token[], zone: Zone): readonly Step[] {
  const tokens = withoutEdges(pattern);
  const hasZone = tokens.some((token) => token.kind === 'field' && token.slot === SLOT.zone);
  const hasSecond = tokens.some((token) => token.kind === 'field' && token.slot === SLOT.second);
  const hasHalf = tokens.some((token) => token.kind === 'field' && token.slot === SLOT.half);
  return tokens.map((token, index) => {
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    if (token.kind === 'field') return fieldStep(token, before, after, hasSecond, hasHalf);
    if (!hasZone && after === undefined && index > 0 && isZone(token.text, zone)) {
      return step(OP.zoneText, SLOT.zone, { text: token.text });
    }
    return textStep(token, before, after);
  });
}

/** The tokens without the blanks around them, which no text has when it is read. */
function withoutEdges(tokens: readonly Token[]): readonly Token[] {
  const trimmed = tokens.map((token, index): Token => {
    if (token.kind === 'field') return token;
    const text = index === 0 ? token.text.trimStart() : token.text;
    return { kind: 'text', text: index === tokens.length - 1 ? text.trimEnd() : text };
  });
  return trimmed.filter((token) => token.kind === 'field' || token.text !== '');
}

function fieldStep(
  token: FieldToken,
  before: Token | undefined,
  after: Token | undefined,
  hasSecond: boolean,
  hasHalf: boolean,
): Step {
  const { letter, slot, count } = token;
  // Digits that run into the next field's are told apart by the number of letters.
  const abuts = after?.kind === 'field' && after.numeric;
  const width = abuts ? count : 0;
  if (slot === SLOT.zone) return step(OP.zone, slot, {});
  if (slot === SLOT.era) return step(OP.name, slot, { names: pairReader('bc', 'ad') });
  if (slot === SLOT.half) return step(OP.name, slot, { names: pairReader('am', 'pm') });
  if (letter === 'E') return step(OP.name, slot, { names: nameReader(WEEKDAYS) });
  if (!token.numeric) return step(OP.name, slot, { names: nameReader(MONTHS), low: 1 });
  if (slot === SLOT.millisecond) return step(OP.fraction, slot, { width, count });
  const [low, highest, zeroAt = -1] = BOUNDS[letter] ?? [0, 0];
  const high = slot === SLOT.hour12 && !hasHalf ? LAST_HOUR : highest;
  const longest = Math.max(count, String(high).length);
  const number = { width: width || longest, count, low, high, zeroAt };
  if (slot === SLOT.year || slot === SLOT.weekYear) return step(OP.year, slot, number);
  if (slot === SLOT.minute) {
    const more = !hasSecond && !abuts && begins(before, ':') && !begins(after, ':');
    return step(OP.minute, slot, { ...number, more });
  }
  if (slot === SLOT.second) {
    const followed = begins(after, '.') || begins(after, ',') || (after?.kind === 'field' && after.numeric);
    return step(OP.second, slot, { ...number, more: !followed });
  }
  return step(OP.number, slot, number);
}

function textStep({ text }: TextToken, before: Token | undefined, after: Token | undefined): Step {
  const next = after?.kind === 'field' ? after.slot : undefined;
  const separates = before?.kind === 'field' && next !== undefined && TIME.has(next) && !TIME.has(before.slot);
  if (separates && (text === 'T' || text.trim() === '')) return step(OP.gap, SLOT.zone, {});
  if (text.length > 1) return step(OP.text, SLOT.zone, { text });
  // A blank before a zone is read with the zone.
  if (text === ' ' && next === SLOT.zone) return step(OP.character, SLOT.zone, { text, code: 32, skip: 1 });
  const optional =
    (text === ':' && next === SLOT.second) || ((text === '.' || text === ',') && next === SLOT.millisecond);
  return step(OP.character, SLOT.zone, { text, code: text.charCodeAt(0), skip: optional ? 2 : 0 });
}

/** Whether a text outside of fields reads as a zone, such as a quoted Z, or -0800. */
function isZone(text: string, zone: Zone): boolean {
  const reading = { at: 0, offset: 0, name: '' };
  return readZone(text, reading, zone, false) && text.slice(reading.at).trim() === '';
}

function begins(token: Token | undefined, character: string): boolean {
  return token?.kind === 'text' && token.text.startsWith(character);
}
