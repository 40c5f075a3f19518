import { parse, stringify } from 'lossless-json';
import type { Json } from '../model/record.ts';

/** A parsed text, or why it is none: `it …`, for people, holding nothing of the text but single characters. */
export type ParsedJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly says: string };

/** Deeper values are refused, so that everybody may walk the accepted ones by recursion. */
const deepest = 500;

/** A number of 16 digits or more outside a string; inside one it may look the same, which costs time only. */
const longInteger = /(?:^|[:,[ \t\r\n])-?\d{16}/;

/**
 * Parses JSON without losing a digit of an integer: one that a double cannot hold becomes a bigint, every other number a number. Of
 * a key that stands twice the last one counts; `__proto__` is a key like any other. Throws nothing, whatever the text is.
 */
export function parseExact(text: string): ParsedJson {
  try {
    const value = longInteger.test(text) ? parseLossless(text) : (JSON.parse(text) as Json);
    if (text.length > 2 * deepest && deeperThan(value, deepest)) return tooDeep;
    return { ok: true, value };
  } catch (error) {
    return error instanceof RangeError ? tooDeep : { ok: false, says: sayFlaw(text) };
  }
}

/** Writes JSON without white space; a bigint as the integer it is. */
export function writeExact(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return stringify(value) as string;
  }
}

const tooDeep: ParsedJson = { ok: false, says: `it is nested more than ${deepest} levels deep` };

function parseLossless(text: string): Json {
  return parse(text, null, {
    parseNumber: readNumber,
    onDuplicateKey: (twice: { newValue: unknown }) => twice.newValue,
  }) as Json;
}

function readNumber(digits: string): number | bigint {
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value;
  const whole = /^(-?\d+)(?:\.0+)?$/.exec(digits)?.[1];
  return whole === undefined ? value : BigInt(whole);
}

function deeperThan(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === 'object' && deeperThan(member, levels - 1)) return true;
    return false;
  }
  const object = value as { readonly [key: string]: Json };
  for (const key in object) {
    const member = object[key] as Json;
    if (typeof member === 'object' && deeperThan(member, levels - 1)) return true;
  }
  return false;
}

function sayFlaw(text: string): string {
  const start = text.slice(0, 200).trimStart().toLowerCase();
  if (text.trim() === '') return 'it is empty';
  if (start.startsWith('<'))
    return /^<(!doctype\s+html|html|head|body)/.test(start) ? 'it is HTML' : 'it is XML or HTML';

  const { offset, complete } = findFlaw(text);
  if (offset >= text.trimEnd().length) return 'it ends in the middle';
  const before = text.slice(0, offset);
  const place = `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
  const char = JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
  return complete
    ? `it goes on behind its end, with ${char} at ${place}`
    : `it is not JSON from ${char} at ${place} on`;
}

const blank = /[ \t\r\n]*/y;
const plainText = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Where a text stops being JSON (its length where only the rest is missing), and whether a whole value stands before that. */
function findFlaw(text: string): { readonly offset: number; readonly complete: boolean } {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const takeString = (): boolean => {
    if (text[at] !== '"') return false;
    at++;
    do take(plainText);
    while (take(escaped));
    if (text[at] !== '"') return false;
    at++;
    return true;
  };
  const takeKey = (): boolean => takeString() && take(blank) && text[at] === ':' && ++at > 0;

  const open: string[] = [];
  let fresh = false;
  for (;;) {
    take(blank);
    // A bracket that was just opened may close at once; everything else begins with a value.
    if (!(fresh && text[at] === open.at(-1))) {
      if (open.at(-1) === '}' && !(takeKey() && take(blank))) return { offset: furthest(text, at), complete: false };
      if (text[at] === '{' || text[at] === '[') {
        open.push(text[at] === '{' ? '}' : ']');
        at++;
        fresh = true;
        continue;
      }
      if (!(text[at] === '"' ? takeString() : take(scalar))) return { offset: furthest(text, at), complete: false };
    }
    fresh = false;
    for (;;) {
      take(blank);
      if (open.length === 0) return { offset: furthest(text, at), complete: true };
      if (text[at] !== open.at(-1)) break;
      open.pop();
      at++;
    }
    if (text[at] !== ',') return { offset: furthest(text, at), complete: false };
    at++;
  }
}

/** The end of the text where all that is left could be the beginning of a literal, a number or an escape; else the same offset. */
function furthest(text: string, at: number): number {
  const rest = text.slice(at, at + 8);
  const cut = /^(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\.|[eE][+-]?|\\|\\u[0-9a-fA-F]{0,3})$/.test(rest);
  return cut ? text.length : at;
}
