import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseExact, writeExact } from '../../src/language/exact-json.ts';
import type { Json } from '../../src/model/record.ts';
import { within } from '../support/within.ts';

function parsed(text: string): Json {
  const result = parseExact(text);
  assert.ok(result.ok, result.ok ? '' : result.says);
  return result.value;
}

const numbers: readonly (readonly [text: string, value: number | bigint])[] = [
  ['0', 0],
  ['123456789012345', 123456789012345],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['12345678901234567890', 12345678901234567890n],
  ['9007199254740993.0', 9007199254740993n],
  ['-12345678901234567890.000', -12345678901234567890n],
  ['1234567890123456.5', 1234567890123456.5],
  ['0.1234567890123456789', 0.12345678901234568],
  ['12345678901234567890e2', Number('12345678901234567890e2')],
  ['1.5', 1.5],
];

for (const [text, value] of numbers) {
  test(`the number ${text} is read as ${typeof value} ${value}, wherever it stands`, () => {
    assert.equal(parsed(text), value);
    assert.deepEqual(parsed(`[${text},${text}]`), [value, value]);
    assert.deepEqual(parsed(`{"a":${text},\n"b": ${text} }`), { a: value, b: value });
  });
}

test('long digits inside strings stay strings', () => {
  const value = { '12345678901234567890': '12345678901234567890', a: ', 12345678901234567890' };

  assert.deepEqual(parsed(JSON.stringify(value)), value);
});

const flaws: readonly (readonly [text: string, says: string | RegExp])[] = [
  ['', 'it is empty'],
  [' \n\t', 'it is empty'],
  ['<!DOCTYPE html><html></html>', 'it is HTML'],
  ['\n <html lang="en">', 'it is HTML'],
  ['<?xml version="1.0"?><a/>', 'it is XML or HTML'],
  ['{"a":', 'it ends in the middle'],
  ['{"a":1', 'it ends in the middle'],
  ['{"a"', 'it ends in the middle'],
  ['{', 'it ends in the middle'],
  ['[1,', 'it ends in the middle'],
  ['[1, 2 \n', 'it ends in the middle'],
  ['["abc', 'it ends in the middle'],
  ['["abc\\', 'it ends in the middle'],
  ['["abc\\u12', 'it ends in the middle'],
  ['[tru', 'it ends in the middle'],
  ['[-', 'it ends in the middle'],
  ['[1.', 'it ends in the middle'],
  ['[1e+', 'it ends in the middle'],
  ['[12345678901234567890', 'it ends in the middle'],
  ['{"a":1}\n{"a":2}', 'it goes on behind its end, with "{" at line 2, column 1'],
  ['{"a":1,}', 'it is not JSON from "}" at line 1, column 8 on'],
  ['{a:1}', 'it is not JSON from "a" at line 1, column 2 on'],
  ['[1,]', 'it is not JSON from "]" at line 1, column 4 on'],
  ['[1 2]', 'it is not JSON from "2" at line 1, column 4 on'],
  ['[01]', 'it is not JSON from "1" at line 1, column 3 on'],
  ['{"a" 1}', 'it is not JSON from "1" at line 1, column 6 on'],
  ['[\n  "a\nb"]', 'it is not JSON from "\\n" at line 2, column 5 on'],
  ['["\\x"]', 'it is not JSON from "\\\\" at line 1, column 3 on'],
  ['[1}', 'it is not JSON from "}" at line 1, column 3 on'],
  ['Service Unavailable', 'it is not JSON from "S" at line 1, column 1 on'],
  ['[12345678901234567890,,]', 'it is not JSON from "," at line 1, column 23 on'],
  ['😀', 'it is not JSON from "😀" at line 1, column 1 on'],
];

for (const [text, says] of flaws) {
  test(`of the text ${JSON.stringify(text)} it is said that ${says}`, () => {
    assert.deepEqual(parseExact(text), { ok: false, says });
  });
}

for (const [name, text] of [
  ['arrays', '['.repeat(100_000)],
  ['closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ['arrays round a long integer', '['.repeat(100_000) + '12345678901234567890' + ']'.repeat(100_000)],
] as const) {
  test(`100,000 nested ${name} are refused and break nothing`, () => {
    const result = parseExact(text);

    assert.equal(result.ok, false);
    assert.match(result.ok ? '' : result.says, /nested|ends in the middle/);
  });
}

test('nesting is accepted to 500 levels and refused beyond', () => {
  const nested = (levels: number): string => '['.repeat(levels) + '"'.padEnd(1_000, 'x') + '"' + ']'.repeat(levels);

  assert.equal(parseExact(nested(500)).ok, true);
  assert.deepEqual(parseExact(nested(501)), { ok: false, says: 'it is nested more than 500 levels deep' });
});

for (const long of ['1', '12345678901234567890']) {
  test(`keys named __proto__ change no prototype beside the number ${long}`, () => {
    const value = parsed(`{"n":${long},"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}`);

    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal((value as Record<string, Json>)['admin'], undefined);
    assert.equal(({} as Record<string, unknown>)['admin'], undefined);
    assert.ok(Object.hasOwn(value as object, '__proto__'));
    assert.ok(writeExact(value).includes('"__proto__":{"admin":true}'));
  });

  test(`of a key that stands twice the last one counts beside the number ${long}`, () => {
    assert.deepEqual(parsed(`[{"a":1,"b":0,"a":"2"},${long}]`), [{ a: '2', b: 0 }, parsed(long)]);
  });
}

const json = fc.jsonValue({ maxDepth: 4 });
const withBig: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 100n }).chain((big) => fc.constantFrom(big, -big)),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('every value comes back with its big integers as it was written', () => {
  fc.assert(
    fc.property(withBig, (value) => {
      assert.deepEqual(parsed(writeExact(value)), value);
    }),
    { numRuns: 300 },
  );
});

test('texts without long integers are read and written as JSON does', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/(?<![\d.])\d{16}/.test(text));

      assert.deepEqual(parsed(text), JSON.parse(text));
      assert.equal(writeExact(value as Json), text);
    }),
  );
});

test('a text cut anywhere inside its brackets ends in the middle', () => {
  fc.assert(
    fc.property(
      fc.array(withBig, { minLength: 1, maxLength: 3 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (value, share) => {
        const text = writeExact(value);
        const cut = text.slice(0, 1 + Math.floor(share * (text.length - 2)));

        assert.deepEqual(parseExact(cut), { ok: false, says: 'it ends in the middle' });
      },
    ),
    { numRuns: 300 },
  );
});

test('whatever the text is, it is accepted when JSON accepts it, and otherwise said to break before its end or at it', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '1',
    '-',
    '.',
    'e',
    'true',
    'nul',
    '\\',
    ' ',
    '\n',
    '1234567890123456789',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (words) => {
      const text = words.join('');
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }

      const result = parseExact(text);

      assert.equal(result.ok, accepted, text);
    }),
    { numRuns: 1_000 },
  );
});

test('hostile repetition costs no more than their length', () => {
  const texts = [
    '1,'.repeat(200_000),
    '[' + '"\\u0041'.repeat(100_000),
    ' '.repeat(500_000) + 'x',
    '-'.repeat(500_000),
  ];

  const results = within(1_000, () => texts.map((text) => parseExact(text).ok));

  assert.deepEqual(results, [false, false, false, false]);
});
