import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileTemplate } from '../../src/language/template.ts';
import type { Part } from '../../src/language/template.ts';
import { isJoint, operatorOf, withoutTimes, type Expression, type Literal } from '../../src/language/where-tree.ts';
import { parseWhere } from '../../src/language/where.ts';
import { within } from '../support/within.ts';

function partsOf(source: string): readonly Part[] {
  const result = compileTemplate(source);
  assert.ok(result.ok, result.ok ? '' : result.says);
  return result.template.parts;
}

/** A literal in brackets, in braces where it stood in quotes. */
function showLiteral({ parts, quoted }: Literal): string {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : `<${part.kind}>`)).join('');
  return quoted ? `{${text}}` : `[${text}]`;
}

/** A tree as it was read: every joint in parentheses. */
function show(where: Expression | undefined): string {
  if (where === undefined) return '';
  if (isJoint(where)) return `(${where.terms.map(show).join(` ${where.kind} `)})`;
  const said = `${where.field} ${operatorOf(where)}`;
  if (where.kind === 'null') return said;
  return `${said} ${(where.kind === 'in' ? where.values : [where.value]).map(showLiteral).join('')}`;
}

function treeOf(source: string): Expression | undefined {
  const result = parseWhere(partsOf(source));
  assert.ok(result.ok, result.ok ? '' : result.says);
  return result.where;
}

const date = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";

const clauses: readonly (readonly [source: string, tree: string])[] = [
  ['', ''],
  [' \t', ''],
  [`modified_since='${date}'`, 'modified_since = {<time>}'],
  [`TimeModified >= '${date}'`, 'TimeModified >= {<time>}'],
  ['lastModifiedDate>${epoch}', 'lastModifiedDate > [<time>]'],
  ['min=${date:yyyy-MM-dd HH:mm:ss} and b=1', '(min = [<time>] and b = [1])'],
  ['mdate>=2017-02-28T16:11:29-06:00', 'mdate >= [2017-02-28T16:11:29-06:00]'],
  [` from = '${date}' and to='\${nowTimeZone:GMT:HH:mm}' `, '(from = {<time>} and to = {<time>})'],
  ["a='1' AND b!='2' And c<'3' aNd d<=4", '(a = {1} and b != {2} and c < {3} and d <= [4])'],
  ["a='1'and b='2'", '(a = {1} and b = {2})'],
  ["q='<EXAMPLE_SCREEN_NAME>'", 'q = {<EXAMPLE_SCREEN_NAME>}'],
  ["name='O''Brien AND (sons) or = %'", "name = {O'Brien AND (sons) or = %}"],
  ["a='' and b='''' and c=''''''", "(a = {} and b = {'} and c = {''})"],
  ["`select.and or`='x' and `in`=1", '(select.and or = {x} and in = [1])'],
  ['`or` like x and `not` is null and `is` in (1)', '(or LIKE [x] and not IS NULL and is IN [1])'],
  [`'Modified Time'>'${date}'`, 'Modified Time > {<time>}'],
  [`"Modified ""Time"" and (more)">='${date}'`, 'Modified "Time" and (more) >= {<time>}'],
  ['name="it\'s"', "name = {it's}"],
  ['size=5"', 'size = [5"]'],
  ["or='x' and in=and", '(or = {x} and in = [and])'],
  ["attributes.modifiedon>'x'", 'attributes.modifiedon > {x}'],
  [
    `id='pre-\${configuration.a}-\${env:B}' and k=x\${token.a}y`,
    '(id = {pre-<configuration>-<secret>} and k = [x<token>y])',
  ],
  ["attributes='created_at,updated_at' and b=1,2", '(attributes = {created_at,updated_at} and b = [1,2])'],
  ["a='1' or b='2' and c='3' or d='4'", '(a = {1} or (b = {2} and c = {3}) or d = {4})'],
  ["(a='1' or b='2') and c='3'", '((a = {1} or b = {2}) and c = {3})'],
  ["((a='1'))", 'a = {1}'],
  ["a='1' and (b='2' and (c='3'))", '(a = {1} and b = {2} and c = {3})'],
  ['(a=1)and(b=2)or(c=3)', '((a = [1] and b = [2]) or c = [3])'],
  ["name LIKE 'x%' or name not like '%y'", '(name LIKE {x%} or name NOT LIKE {%y})'],
  ["id IN ('a,b', 'c)',d,${configuration.x},5 )", 'id IN {a,b}{c)}[d][<configuration>][5]'],
  ["id not in('a')", 'id NOT IN {a}'],
  [`a in (1) and b=2,3 and c>'${date}'`, '(a IN [1] and b = [2,3] and c > {<time>})'],
  ['a is null and b IS NOT NULL', '(a IS NULL and b IS NOT NULL)'],
];

for (const [source, tree] of clauses) {
  test(`the clause ${JSON.stringify(source)} is read as ${tree}`, () => {
    assert.equal(show(treeOf(source)), tree);
  });
}

test('a word inside a literal keeps its part as it is', () => {
  const parts = partsOf(`a='${date}'`);

  const result = parseWhere(parts);

  assert.ok(result.ok && result.where?.kind === 'compare');
  assert.equal(result.where.value.parts[0], parts[1]);
  assert.equal(result.repaired, undefined);
});

const repaired: readonly (readonly [source: string, repaired: string, tree: string])[] = [
  [`ChangedOn>='${date}`, `ChangedOn>='${date}'`, 'ChangedOn >= {<time>}'],
  [`lastActivityDate>='${date}''`, `lastActivityDate>='${date}'`, 'lastActivityDate >= {<time>}'],
  [
    "a='$${x}' and b='${configuration.c}-${env:KEY}",
    "a='$${x}' and b='${configuration.c}-${env:KEY}'",
    '(a = {${x}} and b = {<configuration>-<secret>})',
  ],
];

for (const [source, written, tree] of repaired) {
  test(`the slip at the end of ${JSON.stringify(source)} is mended, and the clause told as it should be written`, () => {
    const result = parseWhere(partsOf(source));

    assert.ok(result.ok);
    assert.equal(result.repaired, written);
    assert.equal(show(result.where), tree);
    assert.equal(show(treeOf(written)), tree);
  });
}

const refused: readonly (readonly [source: string, says: RegExp, hint?: RegExp])[] = [
  ["a='x", /the value 'x has no closing quote/],
  [`b='${date}' and a='x`, /the value 'x has no closing quote/],
  [`a='${date} and b=1`, /has no closing quote/],
  [`(a='${date})`, /has no closing quote/],
  ["a='x''", /has no closing quote/],
  ["a=5'", /has no closing quote/],
  ['"a b=1', /the name "a b=1 has no closing double quote/],
  ['a="${date}', /has no closing double quote/],
  ['`a=1', /no closing backtick/],
  ['``=1', /between backticks/],
  ['`${token.a}`=1', /between backticks/],
  ['a=`b`', /needs a value behind a=, not `b`/],
  ['""=1', /needs the name of a field, not ""/],
  ['a', /needs an operator behind a, not the end/, /LIKE, IN, IS NULL/],
  ["receivedDate gte 'x'", /needs an operator behind receivedDate, not gte/, /the operators are = != < > <= >=/],
  ['a between 1 and 2', /needs an operator behind a, not between/, /write a>=… AND a<=…/],
  ['a=', /needs a value behind a=, not the end/],
  ['a==1', /== behind a is no operator/, /did you mean/],
  ['a=>1', /=> behind a is no operator/, /did you mean >=\?/],
  ['a<>1', /<> behind a is no operator/, /did you mean !=\?/],
  ['orderBy=!date', /=! behind orderBy is no operator/],
  ["='x'", /needs the name of a field, not =/],
  ["${configuration.f}='x'", /needs the name of a field, not \$\{\.\.\.\}/],
  ["a='x' b='y'", /needs AND or OR, not b/, /stands in single quotes/],
  ['a=two words', /needs AND or OR, not words/, /stands in single quotes/],
  ['a=f(x)', /needs AND or OR, not \(/, /stands in single quotes/],
  ["a='x' and", /needs a field behind the last AND, not the end/],
  ["(a='x' or", /needs a field behind the last OR, not the end/],
  ["and a='x'", /needs the name of a field, not and/],
  ["a='x' and or b='y'", /needs the name of a field, not or/],
  ["like 'x'", /needs the name of a field, not like/],
  ["not a='x'", /^NOT stands before no field/, /write FIELD!='VALUE'/],
  ["not (a='x')", /^NOT stands before no field/],
  ["a not 'x'", /needs LIKE or IN behind a NOT, not 'x'/],
  ['a not', /needs LIKE or IN behind a NOT, not the end/],
  ['a like', /needs a value behind a LIKE, not the end/],
  ['a is', /needs NULL behind a IS, not the end/],
  ['a is not x', /needs NULL behind a IS, not x/],
  ["a in 'x'", /needs a list in parentheses behind a IN, not 'x'/, /such as IN \('a', 'b'\)/],
  ['a in ()', /needs a value behind a IN \(, not \)/],
  ['a in (1,)', /needs a value behind a IN \(, not \)/],
  ['a in (1 2)', /needs a comma or \) in the list of a, not 2/],
  ['a in (1', /needs a comma or \) in the list of a, not the end/],
  ["(a='x'", /needs AND, OR or a closing parenthesis, not the end/],
  ["a='x')", /a parenthesis is closed that was never opened/],
  ['()', /needs the name of a field, not \)/],
  [`${'('.repeat(51)}a=1${')'.repeat(51)}`, /parentheses stand deeper than 50 in each other/],
];

for (const [source, says, hint] of refused) {
  test(`the clause ${JSON.stringify(source)} is refused`, () => {
    const result = parseWhere(partsOf(source));

    assert.equal(result.ok, false);
    assert.match(result.says, says);
    if (hint !== undefined) assert.match(result.hint ?? '', hint);
  });
}

test('fifty parentheses in each other are not too deep, however many stand side by side', () => {
  const deep = `${'('.repeat(50)}a=1${')'.repeat(50)}`;

  assert.equal(show(treeOf(`${deep} and ${deep}`)), '(a = [1] and a = [1])');
});

test('a secret is never shown in what is said', () => {
  const result = parseWhere(partsOf("a='x' ${env:KEY}"));

  assert.equal(result.ok, false);
  assert.doesNotMatch(result.says, /KEY/);
});

const untimed: readonly (readonly [source: string, left: string])[] = [
  ["a>'${epoch}'", ''],
  ["a>'${epoch}' and b=1", 'b = [1]'],
  ["a>'${epoch}' and b=1 and c<'${now:yyyy}' and d=2", '(b = [1] and d = [2])'],
  ["a>'${epoch}' or b=1", ''],
  ["(a>'${epoch}' or b=1) and c=2", 'c = [2]'],
  ["(a>'${epoch}' and (b=1 or c=2)) or d=3", '(b = [1] or c = [2] or d = [3])'],
  ["a in (1,'${epoch}') and b is null", 'b IS NULL'],
  ["a like 'x${epoch}%' and b like 'x%'", 'b LIKE {x%}'],
];

for (const [source, left] of untimed) {
  test(`of ${JSON.stringify(source)} without its times ${left === '' ? 'nothing' : left} is left`, () => {
    const where = treeOf(source);
    assert.ok(where !== undefined);

    assert.equal(show(withoutTimes(where)), left);
  });
}

test('what is written by the rules is read as it was meant', () => {
  const literal = fc.string().map((text): Literal => {
    const kept = text.replaceAll('$', '');
    return { parts: kept === '' ? [] : [{ kind: 'text', text: kept }], quoted: true };
  });
  const field = fc.stringMatching(/^[^`${}]{1,8}$/);
  const negated = fc.boolean();
  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('null' as const), field, negated }),
      fc.record({ kind: fc.constant('like' as const), field, negated, value: literal }),
      fc.record({
        kind: fc.constant('in' as const),
        field,
        negated,
        values: fc.array(literal, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('compare' as const),
        field,
        op: fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const, '<=' as const, '>=' as const),
        value: literal,
      }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        terms: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  const quote = ({ parts }: Literal): string =>
    `'${parts.map((part) => (part.kind === 'text' ? part.text.replaceAll("'", "''") : '')).join('')}'`;
  const write = (where: Expression): string => {
    if (isJoint(where)) return `(${where.terms.map(write).join(` ${where.kind} `)})`;
    const said = `\`${where.field}\` ${operatorOf(where)}`;
    if (where.kind === 'null') return said;
    return where.kind === 'in' ? `${said} (${where.values.map(quote).join(',')})` : `${said} ${quote(where.value)}`;
  };
  const flat = (where: Expression): string => {
    if (!isJoint(where)) return show(where);
    const terms = where.terms.flatMap((term) => (term.kind === where.kind ? [flat(term).slice(1, -1)] : [flat(term)]));
    return `(${terms.join(` ${where.kind} `)})`;
  };
  fc.assert(
    fc.property(tree, (where) => {
      assert.equal(show(treeOf(write(where))), flat(where));
    }),
    { numRuns: 300 },
  );
});

test('whatever is put together from the pieces of the grammar, reading says ok or what is wrong, at once', () => {
  const words = ['a', 'b.c', 'x', 'and', 'or', 'not', 'like', 'in', 'is', 'null', '${date}', '${env:A}', '5', "'x'"];
  const signs = [' ', '=', '!', '<', '>', "'", "''", '"', '`', '(', ')', '((', 'in (', ',', ' and ', ' or ', ' = '];
  const piece = fc.constantFrom(...words, ...signs);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const parts = partsOf(pieces.join(' '.repeat(pieces.length % 2)));

      const result = within(50, () => parseWhere(parts));

      assert.ok(result.ok || result.says !== '');
    }),
    { numRuns: 10_000 },
  );
});

test('hostile repetition costs no more than its length', () => {
  const pieces = [
    '(',
    ')',
    "'",
    '"',
    '`',
    '`a`',
    "''",
    'a=1 and ',
    'a=1 or (',
    'in (',
    ',',
    '=',
    'a in (1,',
    '${date}',
  ];
  const clauses = pieces.map((piece) => partsOf(`a=1 and ${piece.repeat(20_000)}`));
  clauses.push(partsOf(`a in (${"'x',".repeat(50_000)}1)`));

  for (const clause of clauses) within(500, () => parseWhere(clause));
});
