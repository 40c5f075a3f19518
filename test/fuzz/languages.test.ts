import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileDatePattern } from '../../src/language/date-pattern.ts';
import { compileTemplate } from '../../src/language/template.ts';
import { parseWhere } from '../../src/language/where.ts';
import { within } from '../support/within.ts';
import { LIMIT, LONG_LIMIT, cases, mutationsOf, repetitionsOf } from './mutations.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** What is wrong with a text, and where: `offset` where the language tells a place. */
interface Refused {
  readonly says: string;
  readonly offset?: number;
}

/** Holds that a refusal says something, about a place inside the text. */
function isTold({ says, offset }: Refused, source: string): void {
  assert.notEqual(says, '');
  assert.ok(says.length < 200 + source.length);
  if (offset !== undefined) assert.ok(offset >= 0 && offset <= source.length, `${offset} of ${source.length}`);
}

const patterns = [
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  "yyyy-MM-dd'T'HH:mm:ss'Z'",
  'EEE, dd MMM yyyy HH:mm:ss Z',
  'MM/dd/yyyy hh:mm:ss a',
  'EEE MMM dd HH:mm:ss zzz yyyy',
  'yyyyMMddHHmmssSSSZ',
  "YYYY-'W'ww-u",
  "h 'o''clock' a, zzzz",
  'yyyy-DDD kk:mm G',
  'milliseconds',
  'seconds',
];
const patternPieces = [..."GyYMLwWDdFEuaHkKhmsSzZX' -/:.,TbT", 'yyyy', 'MMMM', "'T'", "''", 'SSSSSS', 'XXXX', 'é'];
const texts = [
  '2026-01-02T03:04:05.678+01:00',
  '2026-01-02 03:04Z',
  'Fri, 02 Jan 2026 03:04:05 +0000',
  'Fri Jan 02 03:04:05 PST 2026',
  '01/02/2026 03:04:05 AM',
  '20260102030405678+0000',
  '2026-W01-5',
  '1767323045678',
  '3 o’clock PM, Central European Standard Time',
];
const textPieces = [
  ..."0123456789TZtz+-:., /'",
  'AD',
  'PM',
  'Jan',
  'Friday',
  'GMT',
  'UTC+',
  '24:00',
  '99999999999999999999',
];
// Seldom one with rules: each year of such a zone is looked up once, which takes longer than all the rest.
const zones = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('GMT', 'EST', '+05:45') },
  { weight: 1, arbitrary: fc.constant('PST') },
);

function useDates(source: string, zone: string, text: string): void {
  const compiled = compileDatePattern(source, zone);
  if (!compiled.ok) return isTold(compiled, source);
  const { pattern } = compiled;
  const read = pattern.parse(text);
  const printed = pattern.format(AT);
  const again = pattern.parse(printed);
  assert.ok(pattern.floor(AT) <= AT);
  for (const instant of [read, again])
    if (!Number.isNaN(instant)) assert.equal(typeof pattern.format(instant), 'string');
}

test('whatever is given as a date pattern is refused at a place, or prints and reads whatever it is given', () => {
  useDates('yyyy z', 'PST', '2026 PST');
  fc.assert(
    fc.property(mutationsOf(patterns, patternPieces), zones, mutationsOf(texts, textPieces), (source, zone, text) => {
      within(LIMIT, () => useDates(source, zone, text));
    }),
    cases,
  );
});

test('a date of 100 kB, and a pattern of 100 kB, cost no more than they are long', () => {
  for (const text of repetitionsOf(textPieces))
    within(LONG_LIMIT, () => patterns.map((source) => useDates(source, 'PST', text)));
  for (const source of repetitionsOf(patternPieces)) within(LONG_LIMIT, () => useDates(source, 'PST', '2026'));
});

const templates = [
  "/hubs/crm/contacts?where=updated>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}' and a='${configuration.region}'",
  "/x?since=${dateTimeZone:America/New_York:yyyy-MM-dd HH:mm}&until=${now:yyyy-MM-dd'T'HH:mm}",
  '/x/${configuration.oauth.api.key}?t=${epoch:ms}&d=${date}&m=${milliseconds}&z=${nowTimeZone:-8:00:HH}',
  '{"query": "updated > ${epoch:s}", "token": "${token.access.id}"}',
  "Bearer ${env:TOKEN} ${file:/run/key} ${cred:key} $${x} #{'$'}{date:yyyy}",
];
const templatePieces = [..."${}:'.$#\"\\ ", '${', '$${', '}', 'gmtDate:', 'date', 'dateTimeZone:', 'now:', 'Europe/Berlin:', 'GMT+2:', 'configuration.', 'token.', 'env:', 'file:', 'cred:', 'epoch:us', "'T'", 'yyyy-MM-dd', "#{'$'}{"]; // prettier-ignore

function useTemplate(source: string): void {
  const compiled = compileTemplate(source);
  if (!compiled.ok) return isTold(compiled, source);
  const { source: right } = compiled.template;
  assert.equal(compiled.repaired, right === source ? undefined : right);
  if (right === source) return;
  // What is read as if it were written right is right.
  const again = compileTemplate(right);
  assert.ok(again.ok && again.repaired === undefined, right);
}

test('whatever is given as a template is compiled, or refused at a place', () => {
  fc.assert(
    fc.property(mutationsOf(templates, templatePieces), (source) => {
      within(LIMIT, () => useTemplate(source));
    }),
    cases,
  );
});

test('a template of 100 kB costs no more than it is long', () => {
  for (const source of repetitionsOf(templatePieces)) within(LONG_LIMIT, () => useTemplate(source));
});

const clauses = [
  "updated>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}' and status='open'",
  "lastmodifieddate = '${date}' AND `the name` != 'it''s' and n < 5",
  "a>='1' and b<='2' or c in ('x', 'y') and not (d like '%z%')",
  'LastModifiedDate > ${dateTimeZone:GMT:yyyy-MM-dd} and deleted is null',
];
const clausePieces = [..."='<>!()`, %\n", 'and', ' AND ', ' or ', 'not', ' in ', ' like ', ' is null', ' between ', "'x'", "''", '${date}', "'${gmtDate:yyyy}'", '${env:X}', 'a.b.c', '>=', '<>', '5']; // prettier-ignore

/** Where a clause is taken apart: the only place here that knows how. */
const takeApart = (source: string): { readonly ok: true } | ({ readonly ok: false } & Refused) => {
  const compiled = compileTemplate(source);
  return compiled.ok ? parseWhere(compiled.template.parts) : compiled;
};

function useClause(source: string): void {
  const taken = takeApart(source);
  if (!taken.ok) isTold(taken, source);
}

test('whatever is given as a where clause is taken apart, or refused', () => {
  fc.assert(
    fc.property(mutationsOf(clauses, clausePieces), (source) => {
      within(LIMIT, () => useClause(source));
    }),
    cases,
  );
});

test('a where clause of 100 kB costs no more than it is long', () => {
  for (const source of repetitionsOf(clausePieces)) within(LONG_LIMIT, () => useClause(source));
});
