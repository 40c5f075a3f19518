import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Scalar } from 'yaml';
import { parseText } from '../../src/config/parse-text.ts';
import { scalarOffsets, unescapeOnce } from '../../src/config/scalar-offsets.ts';

const types = [
  'QUOTE_DOUBLE',
  'QUOTE_SINGLE',
  'BLOCK_LITERAL',
  'BLOCK_FOLDED',
  'PLAIN',
] as const satisfies Scalar.Type[];
const letters = fc.constantFrom(
  'a',
  'é',
  '😀',
  '{',
  '"',
  "'",
  '\\',
  ' ',
  '  ',
  '\n',
  '\n\n',
  '\t',
  ':',
  ', ',
  '#',
  '\u0001',
);
const texts = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''));

for (const type of types) {
  test(`each visible character of a scalar written as ${type} is found in the file`, () => {
    fc.assert(
      fc.property(texts, (value) => {
        const file = stringify({ k: value }, { defaultStringType: type, lineWidth: 30 });
        const node = parseText(file, false).root?.members?.get('k');
        if (node?.value !== value) return;

        // Blanks round a line end of a folded text are kept by rules of their own; then the scalar's beginning is the place.
        if (type === 'BLOCK_FOLDED' && /[ \t]\n|\n[ \t]/.test(value)) return;

        const offsets = scalarOffsets(file, node);

        assert.equal(offsets?.length, value.length + 1);
        for (let at = 0; at < value.length; at++) {
          const character = value.charAt(at);
          const found = file.charAt(offsets?.[at] ?? -1);
          const escaped = type === 'QUOTE_DOUBLE' || node.scalar?.style === 'double';
          if (character.trim() !== '')
            assert.ok(found === character || (escaped && found === '\\'), `${at} of ${file}`);
        }
      }),
      { numRuns: 300 },
    );
  });
}

for (const [what, file, value, offsets] of [
  ['blanks that indent it', 'k: "a,\\\n  b"', 'a,b', [4, 5, 10, 11]],
  ['a blank that is escaped', 'k: "a,\\\n  \\ \\nb"', 'a, \nb', [4, 5, 10, 12, 14, 15]],
  ['blanks, in a file of Windows', 'k: "a,\\\r\n \\nb"', 'a,\nb', [4, 5, 10, 12, 13]],
] as const) {
  test(`an escaped end of line stands for nothing, and after it come ${what}`, () => {
    const node = parseText(file, false).root?.members?.get('k');
    assert.ok(node !== undefined);

    const found = scalarOffsets(file, node);

    assert.equal(node.value, value);
    assert.deepEqual(found, offsets);
  });
}

test('places in a scalar never go backwards', () => {
  fc.assert(
    fc.property(texts, (value) => {
      const file = JSON.stringify({ k: value });
      const node = parseText(file, true).root?.members?.get('k');
      assert.ok(node !== undefined);

      const offsets = scalarOffsets(file, node) ?? [];

      assert.ok(offsets.every((offset, index) => index === 0 || offset >= (offsets[index - 1] ?? 0)));
    }),
    { numRuns: 300 },
  );
});

test('a text escaped once more than its place asks for is read, with the places of its escapes', () => {
  const { text, offsets } = unescapeOnce('{\\"a\\u0041\\n}');

  assert.equal(text, '{"aA\n}');
  assert.deepEqual(offsets, [0, 1, 3, 4, 10, 12, 13]);
});
