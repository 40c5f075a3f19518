import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSize, printSize } from '../../src/language/size.ts';

const read: readonly (readonly [text: string, bytes: number | undefined])[] = [
  ['0B', 0],
  ['512B', 512],
  ['64kB', 64_000],
  ['50MB', 50_000_000],
  ['1GB', 1_000_000_000],
  ['2TB', 2_000_000_000_000],
  ['', undefined],
  ['64', undefined],
  ['64KiB', undefined],
  ['1.5GB', undefined],
  ['-1B', undefined],
  ['50 MB', undefined],
  ['50mb', undefined],
  ['99999TB', undefined],
];

for (const [text, bytes] of read) {
  test(`the size ${JSON.stringify(text)} is read as ${bytes ?? 'none'}`, () => {
    assert.equal(parseSize(text), bytes);
  });
}

test('a size is printed in the largest unit that says it exactly', () => {
  assert.equal(printSize(50_000_000), '50MB');
  assert.equal(printSize(1_500_000), '1500kB');
  assert.equal(printSize(1_234_567), '1234567B');
  assert.equal(printSize(0), '0B');
});

test('what is printed is read as the same size', () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 52 }), (bytes) => parseSize(printSize(bytes)) === bytes));
});
