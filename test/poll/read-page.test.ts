import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/model/record.ts';
import { readPage, type PageRule } from '../../src/poll/read-page.ts';

const ROOT: PageRule = { path: [], map: false, record: [], key: 'id', dropNulls: false };
const LIST: PageRule = { ...ROOT, path: ['items'] };
const MAP: PageRule = { ...ROOT, map: true };
const WRAPPED: PageRule = { ...LIST, record: ['data', 'person'] };

const read: readonly (readonly [
  body: Json,
  rule: PageRule,
  records: readonly Json[],
  unusable: number,
  listed: boolean,
])[] = [
  [{ items: [{ id: 1 }, { id: 2 }] }, LIST, [{ id: 1 }, { id: 2 }], 0, true],
  [{ items: [] }, LIST, [], 0, true],
  [{ items: [{ id: 1 }, 5, null, [1], 'x'] }, LIST, [{ id: 1 }], 4, true],
  [[{ id: 1 }], ROOT, [{ id: 1 }], 0, true],
  [{ a: { id: 1 }, b: 7 }, MAP, [{ id: 1 }], 1, true],
  [{}, MAP, [], 0, true],
  [
    { a: { id: 1 }, b: { name: 'x' }, c: { id: null } },
    MAP,
    [{ id: 1 }, { id: 'b', name: 'x' }, { id: null }],
    0,
    true,
  ],
  [{ b: { name: 'x' } }, { ...MAP, key: undefined }, [{ name: 'x' }], 0, true],
  [{ items: [{ data: { person: { id: 1 } } }, { data: {} }, { id: 2 }] }, WRAPPED, [{ id: 1 }], 2, true],
  [{ a: { n: { x: 1 } }, b: { n: 5 } }, { ...MAP, record: ['n'] }, [{ id: 'a', x: 1 }], 1, true],
  [{}, LIST, [], 0, false],
  [{}, ROOT, [], 0, false],
  [null, LIST, [], 0, false],
  [null, MAP, [], 0, false],
  [{ items: [{ id: 1, a: null, b: { c: null } }] }, { ...LIST, dropNulls: true }, [{ id: 1, b: {} }], 0, true],
  [{ items: [{ id: 1, a: null }] }, LIST, [{ id: 1, a: null }], 0, true],
];

for (const [body, rule, records, unusable, listed] of read) {
  test(`in ${JSON.stringify(body)} stand ${records.length} records${listed ? '' : ', and nothing is proved'}`, () => {
    assert.deepEqual(readPage(body, rule), { ok: true, page: { records, body }, unusable, listed });
  });
}

const refused: readonly (readonly [body: Json, rule: PageRule, says: string])[] = [
  [{ data: [] }, LIST, '"items" in the answer is not a list, which has "data"'],
  [{ items: null }, LIST, '"items" in the answer is not a list, which has "items"'],
  [{ items: {} }, LIST, '"items" in the answer is not a list, which has "items"'],
  [[], LIST, '"items" in the answer is not a list, which is a list itself'],
  [{ a: 1 }, ROOT, 'the answer is not a list, which has "a"'],
  ['text', ROOT, 'the answer is not a list'],
  [[], MAP, 'the answer is not an object of records, which is a list itself'],
];

for (const [body, rule, says] of refused) {
  test(`${JSON.stringify(body)} is not what was configured: ${says}`, () => {
    assert.deepEqual(readPage(body, rule), {
      ok: false,
      says,
      hint: 'say with `records` where the list of records is',
    });
  });
}

test('of a large answer only a few short names are said', () => {
  const body = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}-${'x'.repeat(100)}`, 1]));

  const reading = readPage(body, LIST);

  assert.ok(!reading.ok && reading.says.length < 450);
});
