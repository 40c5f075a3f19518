import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFile } from '../../src/config/decode-file.ts';
import { tooDeepAt } from '../../src/config/nesting.ts';

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const bytesNearBorders = fc.constantFrom(
  ...[0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff],
);

test('a file is read where it is UTF-8, and only there', () => {
  fc.assert(
    fc.property(fc.array(bytesNearBorders, { maxLength: 5 }), (list) => {
      const bytes = Uint8Array.from([0x41, ...list]);

      assert.equal(decodeFile(bytes).ok, isUtf8(bytes));
    }),
    { numRuns: 3_000 },
  );
});

for (const [kind, list] of [
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['an overlong form of two bytes', [0xc0, 0xaf]],
  ['an overlong form of three bytes', [0xe0, 0x80, 0xaf]],
  ['an overlong form of four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['a character beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ['half a character', [0xc3]],
] as const) {
  test(`${kind} is found at its byte`, () => {
    const decoded = decodeFile(Uint8Array.from([0x61, 0x62, ...list]));

    assert.deepEqual(decoded.ok ? decoded.text : decoded.offset, 2);
  });
}

for (const [kind, encoding, bytes] of [
  ['with its mark', 'utf16le', [0xff, 0xfe]],
  ['without its mark', 'utf16le', []],
] as const) {
  test(`UTF-16 ${kind} is named as such`, () => {
    const decoded = decodeFile(Buffer.concat([Buffer.from(bytes), Buffer.from('key: x', encoding)]));

    assert.equal(decoded.ok ? '' : decoded.says, 'is written in UTF-16');
  });
}

test('a text that nests too deep is refused at the first value that lies too deep', () => {
  const before = 'a: {b: "[["}\n# [[\nc: ';

  const at = tooDeepAt(`${before}${'['.repeat(100)}`);

  // The columns of the key and of its colon count as one level each, so 62 brackets are left.
  assert.equal(at, before.length + 62);
});
