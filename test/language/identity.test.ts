import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashId, hashNumber } from '../../src/language/identity.ts';

test('an id is 22 characters of base64url and stays the same for ever', () => {
  const id = hashId('shop/orders', 1767323045000, '42', 1, 'UPDATED');

  const expected = createHash('sha256').update('["shop/orders",1767323045000,"42",1,"UPDATED"]').digest('base64url');
  assert.equal(id, expected.slice(0, 22));
  assert.match(id, /^[\w-]{22}$/);
});

const different: readonly (readonly [name: string, a: (string | number)[], b: (string | number)[]])[] = [
  ['where a text is parted', ['ab', 'c'], ['a', 'bc']],
  ['a number and its text', [1], ['1']],
  ['an empty part and none', ['a', ''], ['a']],
  ['order', ['a', 'b'], ['b', 'a']],
  ['quotes and commas inside a part', ['a","b'], ['a', 'b']],
  ['lone surrogates', ['\ud800'], ['\ud801']],
];

for (const [name, a, b] of different) {
  test(`ids tell apart: ${name}`, () => {
    assert.notEqual(hashId(...a), hashId(...b));
  });
}

test('different parts never read the same', () => {
  const part = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: -3, max: 3 }));
  const parts = fc.array(part, { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const same = a.length === b.length && a.every((part, i) => part === b[i]);

      assert.equal(hashId(...a) === hashId(...b), same);
    }),
  );
});

test('a number is stable, whole, below its bound, and spread over all of the range', () => {
  const numbers = Array.from({ length: 2_000 }, (_, i) => hashNumber(`feed-${i}`, 10));

  const counts = Array.from({ length: 10 }, (_, n) => numbers.filter((number) => number === n).length);
  assert.equal(hashNumber('feed-1', 10), hashNumber('feed-1', 10));
  assert.equal(hashNumber('anything', 1), 0);
  assert.ok(
    counts.every((count) => count > 140 && count < 260),
    counts.join(),
  );
});
