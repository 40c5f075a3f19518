import type { DatePattern } from '../model/instant.ts';
import type { Secret } from '../model/secret.ts';
import { unquoteShell } from './date-mend.ts';
import { epochPattern } from './date-pattern.ts';
import { nearest } from './nearest.ts';
import { parsePath, printPath } from './path.ts';
import { cut, readDateFormat } from './template-date.ts';
import { readReference } from './text.ts';
import type { TextProblem } from './text.ts';

/** A piece of a template. `watermark` stands for the feed's watermark less its delay, `now` for the poll's start. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `offset` is where the word begins in the source; `written` is the word as it stands there. */
  | {
      readonly kind: 'time';
      readonly of: 'watermark' | 'now';
      readonly pattern: DatePattern;
      readonly offset: number;
      readonly written: string;
    }
  | { readonly kind: 'configuration'; readonly key: string }
  /** The value that the url's where-clause gives for a field. */
  | { readonly kind: 'where'; readonly field: string }
  | { readonly kind: 'token'; readonly path: readonly string[] }
  | { readonly kind: 'secret'; readonly secret: Secret };

/** A compiled url, header or body: texts are never empty and never stand side by side. `source` is its right writing. */
export interface Template {
  readonly source: string;
  readonly parts: readonly Part[];
}

/** The template, or the first thing in the source that is wrong. `repaired` is the right writing where slips were read over. */
export type CompiledTemplate =
  | { readonly ok: true; readonly template: Template; readonly repaired?: string }
  | ({ readonly ok: false } & TextProblem);

/** `right` is how the word is written. */
type Word = { readonly part: Part; readonly end: number; readonly right: string } | { readonly problem: TextProblem };

/** The words and how each is written. */
const forms: Readonly<Record<string, string>> = {
  gmtDate: '${gmtDate:FORMAT}',
  date: '${date:FORMAT} or ${date}',
  dateTimeZone: '${dateTimeZone:ZONE:FORMAT}',
  now: '${now:FORMAT}',
  nowTimeZone: '${nowTimeZone:ZONE:FORMAT}',
  epoch: '${epoch:ms}, ${epoch:s} or ${epoch:us}',
  milliseconds: '${milliseconds}',
  configuration: '${configuration.KEY}',
  token: '${token.FIELD}',
  where: '${where.FIELD}',
  env: '${env:NAME}',
  file: '${file:PATH}',
  cred: '${cred:NAME}',
};

const words = Object.keys(forms);
const wordsByLetters: ReadonlyMap<string, string> = new Map(words.map((word) => [word.toLowerCase(), word]));

const zoned = new Set(['dateTimeZone', 'nowTimeZone']);
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

/** Some files of Cloud Elements write `#{'$'}{word}` for `${word}`. */
const springDollar = "#{'$'}{";

/** A format that lacks the word before it. */
const bareFormat = /^(?:yy|MM|dd|EE|HH|hh)/;

/** A format that lacks the brace before it, too. */
const braceless = /\$(?:yy|MM|dd|EE|HH|hh)[^${}]*\}/y;

/** Where a word may begin. */
const opening = /\$|\{(?=\{? ?[A-Za-z]{1,40}:)/g;

/** A word with a dollar or a brace missing, doubled, or with a blank beside it. */
const slip = /(\$\{\{|\$\{ |\$ \{|\$|\{\{|(?<!\{)\{) ?([A-Za-z]{1,40}:[^{}$"&=?#<>\n]{1,100})(\}\}?)/y;

/**
 * Compiles the words of a url, header or body. `$${` is a literal `${`; every other `$` is itself. Slips that leave one meaning only are
 * read over: quotes written for a shell, words in another case, dates that lack a dollar or a brace, formats without their word, stray quotes in formats. Never throws.
 */
export function compileTemplate(written: string): CompiledTemplate {
  const source = unquoteShell(written);
  const parts: Part[] = [];
  let text = '';
  let from = 0;
  let right = '';

  for (let at = nextOpening(source, 0); at >= 0; at = nextOpening(source, from)) {
    const spring = at - 3 >= from && source.startsWith(springDollar, at - 3);
    const before = source.slice(from, spring ? at - 3 : at);
    text += before;
    right += before;
    if (source.startsWith('$${', at)) {
      text += '${';
      right += '$${';
      from = at + 3;
      continue;
    }
    const opened = spring || source.startsWith('${', at);
    const word =
      readSlip(source, at) ?? (opened ? readWord(source, at, spring ? at + 4 : at + 2) : readBraceless(source, at));
    if (word === undefined) {
      text += source.charAt(at);
      right += source.charAt(at);
      from = at + 1;
      continue;
    }
    if ('problem' in word) return { ok: false, ...word.problem };
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(word.part.kind === 'time' ? { ...word.part, offset: right.length } : word.part);
    right += word.right;
    from = word.end;
  }
  text += source.slice(from);
  right += source.slice(from);
  if (text !== '') parts.push({ kind: 'text', text });
  return { ok: true, template: { source: right, parts }, ...(right === written ? {} : { repaired: right }) };
}

/** Whether a time word is among the parts; with `of`, one of that kind. */
export function hasTime(parts: readonly Part[], of?: 'watermark' | 'now'): boolean {
  return parts.some((part) => part.kind === 'time' && (of === undefined || part.of === of));
}

/** Parts as they are written in a file. */
export function printParts(parts: readonly Part[]): string {
  return parts.map(printPart).join('');
}

function printPart(part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.text.replaceAll('${', () => '$${');
    case 'time':
      return part.written;
    case 'configuration':
      return `\${configuration.${part.key}}`;
    case 'where':
      return `\${where.${part.field}}`;
    case 'token':
      return `\${token.${printPath(part.path)}}`;
    case 'secret': {
      const { reference, label } = part.secret;
      return reference === undefined ? label : `\${${reference.kind}:${reference.name}}`;
    }
  }
}

function nextOpening(source: string, from: number): number {
  opening.lastIndex = from;
  return opening.exec(source)?.index ?? -1;
}

/** A time word that is written with a slip, or undefined where what stands there is none. */
function readSlip(source: string, at: number): Word | undefined {
  slip.lastIndex = at;
  const [written, open = '', inside = '', close = ''] = slip.exec(source) ?? [];
  if (written === undefined || !/[yMdHhms]{2}|^epoch:/i.test(inside)) return undefined;
  const doubled = open.endsWith('{{');
  if (doubled && close === '}') return undefined;
  const word = readWord(`\${${inside.trimEnd()}}`, 0, 2);
  if ('problem' in word || word.part.kind !== 'time') return undefined;
  return { ...word, end: at + written.length - (doubled ? 0 : close.length - 1) };
}

function readWord(source: string, at: number, body: number): Word {
  const reference = readReference(source, at);
  if (reference?.kind === 'problem') return { problem: reference.problem };
  if (reference !== undefined)
    return {
      part: { kind: 'secret', secret: reference.secret },
      end: reference.end,
      right: source.slice(at, reference.end),
    };

  const written = /^\w*/.exec(source.slice(body, body + 40))?.[0] ?? '';
  const name = wordsByLetters.get(written.toLowerCase()) ?? written;
  const behind = body + written.length;
  const mark = source[behind];
  if (mark === ':' && formatted.has(name)) return readDate(source, at, name, behind + 1);
  if (bareFormat.test(written) && name === written) {
    const word = readDate(source, at, 'gmtDate', body);
    if (!('problem' in word)) return word;
  }

  const end = source.indexOf('}', body);
  const inside = end < 0 ? source.slice(body) : source.slice(body, end);
  if (end < 0 || inside.includes('${'))
    return fail(at, `the word ${cut('${' + inside)} has no closing }`, 'a literal ${ is written $${');

  const epoch = inside.toLowerCase().replace(/'$/, '');
  const unit = epochWords.get(epoch);
  if (unit !== undefined) {
    const right = `\${${epoch}}`;
    const part: Part = { kind: 'time', of: 'watermark', pattern: epochPattern(unit), offset: at, written: right };
    return { part, end: end + 1, right };
  }
  const key = inside.slice(written.length + 1);
  const right = `\${${name}.${key}}`;
  if (mark === '.' && name === 'configuration') {
    if (dottedName.test(key)) return { part: { kind: 'configuration', key }, end: end + 1, right };
    return fail(at, `the word ${cut(`\${${inside}}`)} names no key`, `write it as ${forms.configuration}`);
  }
  if (mark === '.' && name === 'token') {
    if (dottedName.test(key)) return { part: { kind: 'token', path: parsePath(key) }, end: end + 1, right };
    return fail(at, `the word ${cut(`\${${inside}}`)} names no field`, `write it as ${forms.token}`);
  }
  if (mark === '.' && name === 'where') {
    if (dottedName.test(key)) return { part: { kind: 'where', field: key }, end: end + 1, right };
    return fail(at, `the word ${cut(`\${${inside}}`)} names no field`, `write it as ${forms.where}`);
  }
  return unknownWord(at, inside, name);
}

/** A format behind a bare `$`, or undefined where the `$` is itself. */
function readBraceless(source: string, at: number): Word | undefined {
  braceless.lastIndex = at;
  if (!braceless.test(source)) return undefined;
  const word = readDate(source, at, 'gmtDate', at + 1);
  return 'problem' in word ? undefined : word;
}

function readDate(source: string, at: number, name: string, from: number): Word {
  const read = readDateFormat(source, { at, from, zoned: zoned.has(name), form: forms[name] ?? name });
  if (!read.ok) return { problem: read.problem };
  const of = name === 'now' || name === 'nowTimeZone' ? 'now' : 'watermark';
  const right = `\${${name}:${read.right}}`;
  const part: Part = { kind: 'time', of, pattern: read.pattern, offset: at, written: right };
  return { part, end: read.end, right };
}

function unknownWord(at: number, inside: string, name: string): Word {
  const says = `\${${cut(inside)}} is no known word`;
  const near = Object.hasOwn(forms, name) ? name : nearest(name, words);
  if (near !== undefined) return fail(at, says, `${near === name ? 'write it as' : 'did you mean'} ${forms[near]}`);
  const meant = /^[A-Za-z]{3,}:/.test(inside) ? meantBy(name.toLowerCase()) : undefined;
  if (meant !== undefined) return fail(at, says, `did you mean ${forms[meant]}?`);
  if (/[yMdHms]{2}/.test(inside))
    return fail(at, says, `a format needs a word before it, such as \${gmtDate:${cut(inside)}}`);
  if (/^\d+$/.test(inside))
    return fail(
      at,
      says,
      'it is an example of a number: ${epoch:s} prints seconds since 1970, ${epoch:ms} milliseconds',
    );
  return fail(at, says, `the words are ${words.join(', ')}; a literal \${ is written $\${`);
}

/** The word whose name holds the same as a name that is no word. */
function meantBy(name: string): string | undefined {
  if (/epoch|unix|stamp/.test(name)) return 'epoch';
  if (name.includes('zone')) return name.includes('now') ? 'nowTimeZone' : 'dateTimeZone';
  if (/now|current|today/.test(name)) return 'now';
  return /date|time|gmt|utc/.test(name) ? 'gmtDate' : undefined;
}

function fail(offset: number, says: string, hint?: string): Word {
  return { problem: { says, offset, ...(hint === undefined ? {} : { hint }) } };
}
