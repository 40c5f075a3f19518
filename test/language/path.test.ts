import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, parsePath, printPath } from '../../src/language/path.ts';
import type { Json } from '../../src/model/record.ts';

const record: Json = {
  id: 7,
  owner: { id: 'o1', name: null, tags: ['x', { deep: true }] },
  'meta.next': 'literal',
  both: { in: 'nested' },
  'both.in': 'literal',
  '': 'empty key',
  'odd[name': 1,
  'odd[]': 2,
};

const found: readonly (readonly [path: string, value: Json | undefined])[] = [
  ['id', 7],
  ['owner.id', 'o1'],
  ['owner.name', null],
  ['owner.name.first', undefined],
  ['owner.tags.0', 'x'],
  ['owner.tags.1.deep', true],
  ['owner.tags.2', undefined],
  ['owner.tags.-1', undefined],
  ['owner.tags.01', undefined],
  ['owner.tags.length', undefined],
  ['id.length', undefined],
  ['owner.id.0', undefined],
  ["['owner'].id", 'o1'],
  ["owner['id']", 'o1'],
  ['owner["tags"][1].deep', true],
  ["['meta.next']", 'literal'],
  ['odd[name', 1],
  ['odd[]', 2],
  ['meta.next', 'literal'],
  ['both.in', 'nested'],
  ['constructor', undefined],
  ['toString', undefined],
  ['__proto__', undefined],
  ['owner.__proto__.toString', undefined],
];

for (const [path, value] of found) {
  test(`the path ${path} leads to ${value === undefined ? 'nothing' : JSON.stringify(value)}`, () => {
    assert.equal(at(record, parsePath(path)), value);
  });
}

test('the empty path leads to the value itself', () => {
  assert.deepEqual(parsePath(''), []);
  assert.equal(at(record, parsePath('')), record);
  assert.equal(at('text', []), 'text');
});

test('a key that holds dots counts at the top only, and not in an array', () => {
  assert.equal(at({ a: { 'b.c': 1 } }, parsePath('a.b.c')), undefined);
  assert.equal(at(['x'], parsePath('a.b')), undefined);
  assert.equal(at(null, parsePath('a.b')), undefined);
});

test('a key of its own named __proto__ is found', () => {
  const parsed = JSON.parse('{"__proto__":{"a":1}}') as Json;

  assert.equal(at(parsed, parsePath('__proto__.a')), 1);
});

test('a path is printed as it was read', () => {
  assert.equal(printPath(parsePath('a.b.0')), 'a.b.0');
});
