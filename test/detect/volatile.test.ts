import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VolatileFields } from '../../src/detect/volatile.ts';
import type { SourceRecord } from '../../src/model/record.ts';

/** What each of several readings comes to; a reading is made from its number. */
function observe(
  readings: number,
  records: (n: number) => readonly SourceRecord[],
): readonly (readonly string[] | undefined)[] {
  const fields = new VolatileFields();
  return Array.from({ length: readings }, (_, n) =>
    fields.observe(new Map(records(n).map((record) => [String(record['id']), record]))),
  );
}

test('fields in which most records differ in every reading are named at the third, and once', () => {
  const seen = observe(5, (n) =>
    [1, 2, 3].map((id) => ({ id, seen: n, meta: { views: n * id, stable: 1 }, name: 'x' })),
  );

  assert.deepEqual(seen, [undefined, undefined, ['meta.views', 'seen'], undefined, undefined]);
});

test('changes of a few records name nothing', () => {
  const seen = observe(5, (n) => [1, 2, 3, 4].map((id) => ({ id, v: id === 1 ? n : 0 })));

  assert.deepEqual(seen, [undefined, undefined, undefined, undefined, undefined]);
});

test('a quiet reading in between begins the count anew', () => {
  const seen = observe(6, (n) => [1, 2].map((id) => ({ id, v: [0, 1, 1, 2, 3, 4][n] ?? 0 })));

  assert.deepEqual(seen, [undefined, undefined, undefined, undefined, ['v'], undefined]);
});

test('fields that differ now here and now there are not named', () => {
  const seen = observe(5, (n) => [1, 2].map((id) => ({ id, first: n >= 1, next: n >= 2, then: n >= 3, last: n >= 4 })));

  assert.deepEqual(seen, [undefined, undefined, undefined, undefined, undefined]);
});

test('values that are written in another order are the same', () => {
  const seen = observe(4, (n) => [1, 2].map((id) => ({ id, tags: n % 2 === 0 ? [{ a: 1, b: 2 }] : [{ b: 2, a: 1 }] })));

  assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
});
