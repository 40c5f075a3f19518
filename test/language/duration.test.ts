import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, printDuration } from '../../src/language/duration.ts';

const read: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['015m', 900_000],
  ['', undefined],
  ['15', undefined],
  ['m', undefined],
  ['1.5h', undefined],
  ['-1s', undefined],
  ['1 s', undefined],
  ['1h30m', undefined],
  ['15M', undefined],
  ['15min', undefined],
  ['1s\n', undefined],
  ['9'.repeat(400) + 'd', undefined],
];

for (const [text, ms] of read) {
  test(`the duration ${JSON.stringify(text.slice(0, 20))} is read as ${ms ?? 'none'}`, () => {
    assert.equal(parseDuration(text), ms);
  });
}

const printed: readonly (readonly [ms: number, text: string])[] = [
  [0, '0s'],
  [1, '1ms'],
  [1_500, '1500ms'],
  [90_000, '90s'],
  [900_000, '15m'],
  [86_400_000, '1d'],
  [129_600_000, '36h'],
  [0.4, '0s'],
  [999.6, '1s'],
];

for (const [ms, text] of printed) {
  test(`${ms} ms is printed as ${text}`, () => {
    assert.equal(printDuration(ms), text);
  });
}

test('what is printed is read as the same duration', () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 45 }), (ms) => parseDuration(printDuration(ms)) === ms));
});
