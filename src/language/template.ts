import type { DatePattern } from '../model/instant.ts';
import type { Secret } from '../model/secret.ts';
import { compileDatePattern, epochPattern, knownZone } from './date-pattern.ts';
import { nearest } from './nearest.ts';
import { parsePath } from './path.ts';
import { readReference } from './text.ts';
import type { TextProblem } from './text.ts';

/** A piece of a template. `watermark` stands for the feed's watermark less its delay, `now` for the poll's start. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `offset` is where the word begins in the source. */
  | { readonly kind: 'time'; readonly of: 'watermark' | 'now'; readonly pattern: DatePattern; readonly offset: number }
  | { readonly kind: 'configuration'; readonly key: string }
  | { readonly kind: 'token'; readonly path: readonly string[] }
  | { readonly kind: 'secret'; readonly secret: Secret };

/** A compiled url, header or body: texts are never empty and never stand side by side. */
export interface Template {
  readonly source: string;
  readonly parts: readonly Part[];
}

/** The template, or the first thing in the source that is wrong. */
export type CompiledTemplate =
  { readonly ok: true; readonly template: Template } | ({ readonly ok: false } & TextProblem);

type Word = { readonly part: Part; readonly end: number } | { readonly problem: TextProblem };

/** The words and how each is written. */
const forms: Readonly<Record<string, string>> = {
  gmtDate: '${gmtDate:FORMAT}',
  date: '${date:FORMAT} or ${date}',
  dateTimeZone: '${dateTimeZone:ZONE:FORMAT}',
  DateTimeZone: '${dateTimeZone:ZONE:FORMAT}',
  now: '${now:FORMAT}',
  nowTimeZone: '${nowTimeZone:ZONE:FORMAT}',
  epoch: '${epoch:ms}, ${epoch:s} or ${epoch:us}',
  milliseconds: '${milliseconds}',
  configuration: '${configuration.KEY}',
  token: '${token.FIELD}',
  env: '${env:NAME}',
  file: '${file:PATH}',
  cred: '${cred:NAME}',
};

/** The words once each, without the second spelling of one. */
const words = Object.keys(forms).filter((word) => word !== 'DateTimeZone');

const zoned = new Set(['dateTimeZone', 'DateTimeZone', 'nowTimeZone']);
const formatted = new Set(['gmtDate', 'date', 'now', ...zoned]);

const epochWords: ReadonlyMap<string, 'ms' | 's' | 'us'> = new Map([
  ['date', 'ms'],
  ['milliseconds', 'ms'],
  ['epoch', 'ms'],
  ['epoch:ms', 'ms'],
  ['epoch:s', 's'],
  ['epoch:us', 'us'],
]);

const dottedName = /^[^\s.:'"{}]+(?:\.[^\s.:'"{}]+)*$/;

const zoneHint = 'give an IANA name such as Europe/Berlin, an offset such as -08:00, or GMT';

/** Some files of Cloud Elements write `#{'$'}{word}` for `${word}`. */
const springDollar = "#{'$'}{";

/** Compiles the words of a url, header or body. `$${` is a literal `${`; every other `$` is itself. Never throws. */
export function compileTemplate(source: string): CompiledTemplate {
  const parts: Part[] = [];
  let text = '';
  let from = 0;

  for (let at = source.indexOf('$'); at >= 0; at = source.indexOf('$', from)) {
    const spring = at - 3 >= from && source.startsWith(springDollar, at - 3);
    text += source.slice(from, spring ? at - 3 : at);
    if (source.startsWith('$${', at)) {
      text += '${';
      from = at + 3;
      continue;
    }
    if (!spring && source[at + 1] !== '{') {
      text += '$';
      from = at + 1;
      continue;
    }
    const word = readWord(source, at, spring ? at + 4 : at + 2);
    if ('problem' in word) return { ok: false, ...word.problem };
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(word.part);
    from = word.end;
  }
  text += source.slice(from);
  if (text !== '') parts.push({ kind: 'text', text });
  return { ok: true, template: { source, parts } };
}

/** Whether a time word is among the parts; with `of`, one of that kind. */
export function hasTime(parts: readonly Part[], of?: 'watermark' | 'now'): boolean {
  return parts.some((part) => part.kind === 'time' && (of === undefined || part.of === of));
}

function readWord(source: string, at: number, body: number): Word {
  const reference = readReference(source, at);
  if (reference?.kind === 'problem') return { problem: reference.problem };
  if (reference !== undefined) return { part: { kind: 'secret', secret: reference.secret }, end: reference.end };

  const name = /^\w*/.exec(source.slice(body, body + 40))?.[0] ?? '';
  const mark = source[body + name.length];
  if (mark === ':' && formatted.has(name)) return readDate(source, at, name, body + name.length + 1);

  const end = source.indexOf('}', body);
  const inside = end < 0 ? source.slice(body) : source.slice(body, end);
  if (end < 0 || inside.includes('${'))
    return fail(at, `the word ${cut('${' + inside)} has no closing }`, 'a literal ${ is written $${');

  const unit = epochWords.get(inside);
  if (unit !== undefined)
    return { part: { kind: 'time', of: 'watermark', pattern: epochPattern(unit), offset: at }, end: end + 1 };
  if (mark === '.' && name === 'configuration') {
    const key = inside.slice(name.length + 1);
    if (dottedName.test(key)) return { part: { kind: 'configuration', key }, end: end + 1 };
    return fail(at, `the word ${cut(`\${${inside}}`)} names no key`, `write it as ${forms.configuration}`);
  }
  if (mark === '.' && name === 'token') {
    const field = inside.slice(name.length + 1);
    if (dottedName.test(field)) return { part: { kind: 'token', path: parsePath(field) }, end: end + 1 };
    return fail(at, `the word ${cut(`\${${inside}}`)} names no field`, `write it as ${forms.token}`);
  }
  return unknownWord(at, inside, name);
}

function readDate(source: string, at: number, name: string, from: number): Word {
  const { end, apostrophe } = endOfFormat(source, from);
  if (end < 0) return fail(at, `the word ${cut(source.slice(at))} has no closing }`, `write it as ${forms[name]}`);
  if (apostrophe !== undefined)
    return fail(
      apostrophe,
      `the format ${cut(source.slice(from, end))} has an apostrophe without its partner`,
      "literal letters stand between two apostrophes, such as 'T'; an apostrophe itself is written twice",
    );

  const inside = source.slice(from, end);
  const zone = zoned.has(name) ? leadingZone(inside) : '';
  if (zone === undefined) {
    const written = /^\{[^}]*\}/.exec(inside)?.[0];
    if (written !== undefined) return fail(from, `the time zone is still the placeholder ${cut(written)}`, zoneHint);
    return fail(from, `${JSON.stringify(cut(inside.split(':', 1)[0] ?? ''))} is no known time zone`, zoneHint);
  }
  const formatFrom = zoned.has(name) ? from + zone.length + 1 : from;
  const format = source.slice(formatFrom, end);
  if (format === '') return fail(at, `the word \${${name}:} has no format`, `write it as ${forms[name]}`);

  const compiled = compileDatePattern(format, zone);
  if (!compiled.ok) return fail(formatFrom + (compiled.offset ?? 0), compiled.says, compiled.hint);
  const of = name === 'now' || name === 'nowTimeZone' ? 'now' : 'watermark';
  return { part: { kind: 'time', of, pattern: compiled.pattern, offset: at }, end: end + 1 };
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

function unknownWord(at: number, inside: string, name: string): Word {
  const says = `\${${cut(inside)}} is no known word`;
  const near = Object.hasOwn(forms, name) ? name : nearest(name, words);
  if (near !== undefined) return fail(at, says, `${near === name ? 'write it as' : 'did you mean'} ${forms[near]}`);
  if (/[yMdHms]{2}/.test(inside))
    return fail(at, says, `a format needs a word before it, such as \${gmtDate:${cut(inside)}}`);
  return fail(at, says, `the words are ${words.join(', ')}; a literal \${ is written $\${`);
}

function fail(offset: number, says: string, hint?: string): Word {
  return { problem: { says, offset, ...(hint === undefined ? {} : { hint }) } };
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
