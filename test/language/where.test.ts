import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileTemplate } from '../../src/language/template.ts';
import type { Part } from '../../src/language/template.ts';
import { splitWhere } from '../../src/language/where.ts';
import { within } from '../support/within.ts';

function partsOf(source: string): readonly Part[] {
  const result = compileTemplate(source);
  assert.ok(result.ok, result.ok ? '' : result.says);
  return result.template.parts;
}

function show(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : `<${part.kind}>`)).join('');
}

/** The predicates as `field op [value]`. */
function split(source: string): readonly string[] {
  const result = splitWhere(partsOf(source));
  assert.ok(result.ok, result.ok ? '' : result.says);
  return result.predicates.map(({ field, op, value }) => `${field} ${op} [${show(value)}]`);
}

const date = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";

const clauses: readonly (readonly [source: string, ...predicates: string[]])[] = [
  [''],
  [' \t'],
  [`modified_since='${date}'`, 'modified_since = [<time>]'],
  [`TimeModified >= '${date}'`, 'TimeModified >= [<time>]'],
  ['lastModifiedDate>${epoch}', 'lastModifiedDate > [<time>]'],
  ['min=${date:yyyy-MM-dd HH:mm:ss} and b=1', 'min = [<time>]', 'b = [1]'],
  ['mdate>=2017-02-28T16:11:29-06:00', 'mdate >= [2017-02-28T16:11:29-06:00]'],
  [` from = '${date}' and to='\${nowTimeZone:GMT:HH:mm}' `, 'from = [<time>]', 'to = [<time>]'],
  ["a='1' AND b!='2' And c<'3' aNd d<=4", 'a = [1]', 'b != [2]', 'c < [3]', 'd <= [4]'],
  ["a='1'and b='2'", 'a = [1]', 'b = [2]'],
  ["q='<EXAMPLE_SCREEN_NAME>'", 'q = [<EXAMPLE_SCREEN_NAME>]'],
  ["name='O''Brien and (sons) or = %'", "name = [O'Brien and (sons) or = %]"],
  ["a='' and b='''' and c=''''''", 'a = []', "b = [']", "c = ['']"],
  ["`select.and or`='x' and `in`=1", 'select.and or = [x]', 'in = [1]'],
  [`'Modified Time'>'${date}'`, 'Modified Time > [<time>]'],
  ["or='x' and in=and", 'or = [x]', 'in = [and]'],
  ["attributes.modifiedon>'x'", 'attributes.modifiedon > [x]'],
  [
    `id='pre-\${configuration.a}-\${env:B}' and k=x\${token.a}y`,
    'id = [pre-<configuration>-<secret>]',
    'k = [x<token>y]',
  ],
  ["attributes='created_at,updated_at'", 'attributes = [created_at,updated_at]'],
];

for (const [source, ...predicates] of clauses) {
  test(`the clause ${JSON.stringify(source)} has ${predicates.length} predicates`, () => {
    assert.deepEqual(split(source), predicates);
  });
}

test('a word inside a literal keeps its part as it is', () => {
  const parts = partsOf(`a='${date}'`);

  const result = splitWhere(parts);

  assert.ok(result.ok);
  assert.equal(result.predicates[0]?.value[0], parts[1]);
  assert.equal(result.repaired, undefined);
});

const repaired: readonly (readonly [source: string, says: RegExp, predicate: string])[] = [
  [`ChangedOn>='${date}`, /lacks its closing quote/, 'ChangedOn >= [<time>]'],
  [`lastActivityDate>='${date}''`, /a quote too many/, 'lastActivityDate >= [<time>]'],
];

for (const [source, says, predicate] of repaired) {
  test(`the slip at the end of ${JSON.stringify(source)} is repaired and told`, () => {
    const result = splitWhere(partsOf(source));

    assert.ok(result.ok);
    assert.match(result.repaired ?? '', says);
    assert.deepEqual(split(source), [predicate]);
  });
}

const refused: readonly (readonly [source: string, says: RegExp])[] = [
  [`a>='${date}' or b>='${date}'`, /^OR cannot be said in query parameters$/],
  ["name like 'x%'", /^LIKE cannot be said in query parameters$/],
  ["id IN ('a','b')", /^IN cannot be said in query parameters$/],
  ['a is null', /^IS cannot be said in query parameters$/],
  ["not a='x'", /^NOT cannot be said in query parameters$/],
  ["a not like 'x'", /^NOT cannot be said in query parameters$/],
  ["(a='x')", /^parentheses cannot be said in query parameters$/],
  ["a='x' and (b='y')", /^parentheses cannot be said in query parameters$/],
  ["a='x')", /^parentheses cannot be said in query parameters$/],
  ['a=f(x)', /^parentheses cannot be said in query parameters$/],
  ["a='x", /the value 'x has no closing quote/],
  [`b='${date}' and a='x`, /the value 'x has no closing quote/],
  [`a='${date} and b=1`, /has no closing quote/],
  ["a='x''", /has no closing quote/],
  ["a=5'", /has no closing quote/],
  ['`a=1', /no closing backtick/],
  ['``=1', /between backticks/],
  ['`${token.a}`=1', /between backticks/],
  ['a', /needs an operator behind a, not the end/],
  ["receivedDate gte 'x'", /needs an operator behind receivedDate, not gte/],
  ['a=', /needs a value behind a=, not the end/],
  ['a==1', /== behind a is no operator/],
  ['a=>1', /=> behind a is no operator/],
  ['orderBy=!date', /=! behind orderBy is no operator/],
  ["='x'", /needs the name of a field, not =/],
  ["${configuration.f}='x'", /needs the name of a field, not \$\{\.\.\.\}/],
  ["a='x' b='y'", /needs AND behind the value of a, not b/],
  ['a=two words', /needs AND behind the value of a, not words/],
  ["a='x' and", /needs a field behind the last AND, not the end/],
  ["and a='x'", /needs an operator behind and, not a/],
  ["a='x' and and b='y'", /needs an operator behind and, not b/],
];

for (const [source, says] of refused) {
  test(`the clause ${JSON.stringify(source)} is refused`, () => {
    const result = splitWhere(partsOf(source));

    assert.equal(result.ok, false);
    assert.match(result.says, says);
  });
}

test('a secret is never shown in what is said', () => {
  const result = splitWhere(partsOf("a='x' ${env:KEY}"));

  assert.equal(result.ok, false);
  assert.doesNotMatch(result.says, /KEY/);
});

test('what is written by the rules is read as it was meant', () => {
  const op = fc.constantFrom('=', '!=', '<', '>', '<=', '>=');
  const name = fc.stringMatching(/^[^`${}]{1,8}$/);
  const value = fc.string().map((text) => text.replaceAll('$', ''));
  const clause = fc.array(fc.tuple(name, op, value), { maxLength: 4 });
  fc.assert(
    fc.property(clause, (predicates) => {
      const source = predicates
        .map(([name, op, value]) => `\`${name}\`${op}'${value.replaceAll("'", "''")}'`)
        .join(' and ');

      assert.deepEqual(
        split(source),
        predicates.map(([name, op, value]) => `${name} ${op} [${value}]`),
      );
    }),
    { numRuns: 300 },
  );
});

test('whatever is put together from the pieces of the grammar, splitting says ok or what is wrong, at once', () => {
  const piece = fc.constantFrom(
    'a',
    'b.c',
    ' ',
    '=',
    '!',
    '<',
    '>',
    "'",
    "''",
    '`',
    '(',
    ')',
    ' and ',
    ' or ',
    ' like ',
    '${date}',
    '${env:A}',
    ',',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const parts = partsOf(pieces.join(''));

      const result = within(50, () => splitWhere(parts));

      assert.ok(result.ok ? result.predicates.every(({ field }) => field !== '') : result.says !== '');
    }),
    { numRuns: 1_000 },
  );
});
