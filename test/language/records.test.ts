import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmpty, isObject, recordsIn } from '../../src/language/records.ts';
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
    assert.deepEqual(recordsIn(body, { path, map, record: [], key: undefined }), found);
  });
}

const empties: readonly (readonly [value: Json | undefined, empty: boolean])[] = [
  [undefined, true],
  [null, true],
  [false, true],
  [0, true],
  ['', true],
  [[], true],
  [{}, true],
  [true, false],
  ['0', false],
  ['false', false],
  [-1, false],
  [0n, false],
  [[null], false],
  [{ a: null }, false],
];

for (const [value, empty] of empties) {
  test(`${typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)} says ${empty ? 'nothing' : 'something'}`, () => {
    assert.equal(isEmpty(value), empty);
  });
}
