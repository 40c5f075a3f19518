import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameOfPair, setPair } from '../../src/language/query-string.ts';

const set: readonly (readonly [query: string, written: string])[] = [
  ['', 'p=2'],
  ['p=1', 'p=2'],
  ['%70=1&P=3&pp=4', 'P=3&pp=4&p=2'],
  ['p=1&p=5&a=b', 'a=b&p=2'],
  ['a=%2B+%zz&p', 'a=%2B+%zz&p=2'],
  ['%zz=1', '%zz=1&p=2'],
  ['a=b?c', 'a=b?c&p=2'],
];

for (const [query, written] of set) {
  test(`one pair of "${query}" is set, and the rest stays to the letter`, () => {
    assert.equal(setPair(query, 'p', '2'), written);
  });
}

test('of the other pairs only those stay that are kept', () => {
  const kept = (name: string): boolean => name === 'limit' || name === 'a b';

  assert.equal(setPair('limit=5&since=1&a+b=2&c=3', 'cursor', 'x/y', kept), 'limit=5&a+b=2&cursor=x%2Fy');
});

test('a name is decoded where it can be', () => {
  assert.deepEqual(['a+b=1', '%61=', 'x', '%zz=2', ''].map(nameOfPair), ['a b', 'a', 'x', '%zz', '']);
});

test('a pair that was set is read back, whatever its name and value are', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(text, text, text, (name, value, other) => {
      const query = setPair(setPair('z=1', name, other), name, value);

      assert.deepEqual(new URLSearchParams(query).getAll(name), [value]);
    }),
  );
});
