import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject, recordsIn } from '../../src/language/records.ts';
import type { Json } from '../../src/model/record.ts';

const values: readonly (readonly [value: Json | undefined, object: boolean])[] = [
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  [undefined, false],
  ['x', false],
  [1, false],
  [1n, false],
  [true, false],
];

for (const [value, object] of values) {
  test(`${typeof value === 'bigint' ? '1n' : JSON.stringify(value)} ${object ? 'is' : 'is not'} an object`, () => {
    assert.equal(isObject(value), object);
  });
}

const places: readonly (readonly [
  body: Json,
  path: readonly string[],
  map: boolean,
  found: readonly Json[] | undefined,
])[] = [
  [[1, 2], [], false, [1, 2]],
  [{ a: { b: [1] } }, ['a', 'b'], false, [1]],
  [{ 'a.b': [1] }, ['a', 'b'], false, [1]],
  [{ a: [[1], [2]] }, ['a', '1'], false, [2]],
  [{ a: 1 }, ['a'], false, undefined],
  [{ a: {} }, ['a'], false, undefined],
  [null, [], false, undefined],
  [{ x: 1, y: 2 }, [], true, [1, 2]],
  [{ a: { x: 1 } }, ['a'], true, [1]],
  [{ a: [1] }, ['a'], true, undefined],
  [{}, ['a'], true, undefined],
  [{ constructor: 1 }, ['toString'], false, undefined],
];

for (const [body, path, map, found] of places) {
  test(`in ${JSON.stringify(body)} at ${path.join('.') || 'the top'}${map ? ' as a map' : ''} is ${JSON.stringify(found) ?? 'no list'}`, () => {
    assert.deepEqual(recordsIn(body, { path, map }), found);
  });
}
