import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonMembers } from '../../src/journal/json-members.ts';

/** What a text says, each object in it read member by member. */
function walk(text: string): unknown {
  const json = new JsonMembers(Buffer.from(text));
  const valueOf = (): unknown => {
    if (!json.enter()) return json.value();
    const members: [string, unknown][] = [];
    for (let key = json.next(); key !== undefined; key = json.next()) members.push([key, valueOf()]);
    return Object.fromEntries(members);
  };
  const value = valueOf();
  json.end();
  return value;
}

/** What comes of reading, a refusal too. */
function outcome(read: (text: string) => unknown, text: string): unknown {
  try {
    return { value: read(text) };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return 'no JSON';
  }
}

const indents = fc.constantFrom(undefined, 2, '\t', '\r\n ');

test('says of every text what JSON.parse says of the whole', () => {
  const written = fc
    .tuple(fc.jsonValue({ maxDepth: 4 }), indents)
    .map(([value, by]) => JSON.stringify(value, null, by));

  fc.assert(fc.property(written, (text) => assert.deepEqual(walk(text), JSON.parse(text))));
});

test('refuses what JSON.parse refuses', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    ' ',
    '\n',
    '0',
    '-',
    '"a"',
    'true',
    'nul',
    'é',
  );
  const scrambled = fc
    .record({
      value: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
      by: indents,
      at: fc.nat(),
      drop: fc.nat(3),
      put: fc.array(pieces, { maxLength: 3 }),
    })
    .map(({ value, by, at, drop, put }) => {
      const text = JSON.stringify(value, null, by);
      const from = at % (text.length + 1);
      return text.slice(0, from) + put.join('') + text.slice(from + drop);
    });

  const texts = fc.oneof(
    scrambled,
    fc.array(pieces).map((list) => list.join('')),
  );

  fc.assert(
    fc.property(texts, (text) => assert.deepEqual(outcome(walk, text), outcome(JSON.parse, text))),
    { numRuns: 2_000 },
  );
});
