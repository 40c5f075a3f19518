import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileDigest, digest, dropNulls } from '../../src/language/digest.ts';
import type { Json, JsonObject } from '../../src/model/record.ts';

const plain = compileDigest([]);

test('a digest is 22 characters of base64url and never changes between versions', () => {
  const made = plain({ id: 7, name: 'Ada', tags: ['x', null], open: true });

  const canonical = '{2:id7,4:name"3:Ada,4:opentrue,4:tags["1:x,null,],}';
  assert.equal(made, createHash('sha256').update(canonical).digest('base64url').slice(0, 22));
  assert.match(made, /^[\w-]{22}$/);
});

test('values of different kinds have different digests', () => {
  const values: readonly Json[] = [
    1,
    '1',
    null,
    'null',
    true,
    'true',
    [],
    {},
    '',
    '[]',
    '{}',
    [null],
    [[]],
    [1],
    { a: 1 },
    { a: null },
    1n << 60n,
  ];
  const digests = [plain({}), ...values.map((v) => plain({ v }))];

  assert.equal(new Set(digests).size, digests.length);
});

const neighbours: readonly (readonly [name: string, a: JsonObject, b: JsonObject])[] = [
  ['integers that a double cannot tell apart', { n: 9007199254740993n }, { n: 9007199254740992n }],
  ['where a text ends and the next key begins', { a: 'x,1:b"1:y' }, { a: 'x', b: 'y' }],
  ['members and nested members', { a: [1, [2]] }, { a: [[1], 2] }],
  ['order of members', { a: [1, 2] }, { a: [2, 1] }],
  ['lone surrogates', { a: '\ud800' }, { a: '\ud801' }],
];

for (const [name, a, b] of neighbours) {
  test(`digests tell apart: ${name}`, () => {
    assert.notEqual(plain(a), plain(b));
  });
}

const record: JsonObject = {
  id: 1,
  seen: 5,
  meta: { etag: 'x', size: 3 },
  lines: [
    { sku: 'a', stock: 4 },
    { sku: 'b', stock: 5 },
  ],
  pair: ['left', 'right'],
  'stats.views': 9,
};

const ignoring: readonly (readonly [paths: readonly string[], change: JsonObject, same: boolean])[] = [
  [['seen'], { ...record, seen: 6 }, true],
  [['seen'], { id: 1, ...{ ...record, seen: 5 } }, true],
  [['seen'], { ...record, id: 2 }, false],
  [['meta'], { ...record, meta: 'gone' }, true],
  [['meta.etag'], { ...record, meta: { etag: 'y', size: 3 } }, true],
  [['meta.etag'], { ...record, meta: { size: 3 } }, true],
  [['meta.etag'], { ...record, meta: { etag: 'x', size: 4 } }, false],
  [['lines.stock'], { ...record, lines: [{ sku: 'a', stock: 9 }, { sku: 'b' }] }, true],
  [
    ['lines.stock'],
    {
      ...record,
      lines: [
        { sku: 'c', stock: 4 },
        { sku: 'b', stock: 5 },
      ],
    },
    false,
  ],
  [
    ['lines.0.stock'],
    {
      ...record,
      lines: [
        { sku: 'a', stock: 9 },
        { sku: 'b', stock: 5 },
      ],
    },
    true,
  ],
  [
    ['lines.0.stock'],
    {
      ...record,
      lines: [
        { sku: 'a', stock: 4 },
        { sku: 'b', stock: 9 },
      ],
    },
    false,
  ],
  [['pair.1'], { ...record, pair: ['left', 'changed'] }, true],
  [['pair.1'], { ...record, pair: ['changed', 'right'] }, false],
  [['stats.views'], { ...record, 'stats.views': 10 }, true],
  [['meta', 'meta.etag'], { ...record, meta: { etag: 'x', size: 4 } }, true],
  [['meta', 'meta.etag.deep.er'], { ...record, meta: { etag: 'x', size: 4 } }, true],
  [['meta.etag', 'meta'], { ...record, meta: { etag: 'x', size: 4 } }, true],
  [['meta.etag', 'meta.size'], { ...record, meta: { etag: 'y', size: 4 } }, true],
  [[''], { ...record, id: 2 }, false],
  [['nothing.here'], { ...record, id: 2 }, false],
];

for (const [paths, change, same] of ignoring) {
  test(`ignoring ${JSON.stringify(paths)}, ${JSON.stringify(change)} counts as ${same ? 'the same' : 'a change'}`, () => {
    const made = compileDigest(paths);

    assert.equal(made(change) === made(record), same);
  });
}

test('a digest made once is the same as one compiled', () => {
  assert.equal(digest(record, { ignore: [['meta', 'etag']] }), compileDigest(['meta.etag'])(record));
});

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

test('the order of keys never counts, at any depth', () => {
  const reversed = (value: Json): Json => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(reversed);
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, reversed(member)]),
    );
  };
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (value) => {
      assert.equal(plain(reversed(value) as JsonObject), plain(value));
    }),
  );
});

test('records that differ in their canonical JSON differ in their digest', () => {
  const key = fc.constantFrom('a', 'b', '');
  const small = fc.dictionary(key, fc.constantFrom<Json>(1, '1', null, [], {}, [1], { a: 1 }), {
    noNullPrototype: true,
  });
  const canonical = (value: JsonObject): string =>
    JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  fc.assert(
    fc.property(small, small, (a, b) => {
      assert.equal(plain(a) === plain(b), canonical(a) === canonical(b));
    }),
  );
});

test('null fields are dropped at every depth and null members stay', () => {
  const given = { a: null, b: { c: null, d: [null, { e: null, f: 1 }] }, g: 0, h: '', i: false };

  const kept = dropNulls(given);

  assert.deepEqual(kept, { b: { d: [null, { f: 1 }] }, g: 0, h: '', i: false });
  assert.deepEqual(given.b.c, null);
});

test('a record without null fields stays the same object, and untouched parts are shared', () => {
  const untouched = { a: [null, 1], b: { c: 2 } };
  const touched = { a: untouched, n: null };

  assert.equal(dropNulls(untouched), untouched);
  assert.equal(dropNulls(touched)['a'], untouched);
});

test('dropping nulls changes no prototype', () => {
  const given = JSON.parse('{"a":null,"__proto__":{"admin":true,"n":null}}') as JsonObject;

  const kept = dropNulls(given);

  assert.equal(Object.getPrototypeOf(kept), Object.prototype);
  assert.equal(JSON.stringify(kept), '{"__proto__":{"admin":true}}');
});

test('dropping nulls twice is dropping them once, and leaves none', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (value) => {
      const once = dropNulls(value);

      assert.equal(dropNulls(once), once);
      assert.equal(/(?<!\\)":null/.test(JSON.stringify(once).replace(/"(?:[^"\\]|\\.)*"(?!:)/g, '""')), false);
    }),
  );
});
