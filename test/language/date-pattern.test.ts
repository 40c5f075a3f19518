import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDatePattern, epochPattern } from '../../src/language/date-pattern.ts';
import type { DatePattern } from '../../src/model/instant.ts';

function compiled(source: string, zone = 'GMT'): DatePattern {
  const result = compileDatePattern(source, zone);
  assert.ok(result.ok, JSON.stringify(result));
  return result.pattern;
}

test('a pattern keeps its source as it was written', () => {
  const source = "yyyy-MM-dd'T'HH:mm:ss'Z'";

  assert.equal(compiled(source).source, source);
});

for (const [source, offset, hint] of [
  ["yyyy-MM-dd'T'HH:mm:ss'", 21, /remove the quote/],
  ["yyyy-MM-dd'THH:mm", 10, /close it/],
  ['yyyy-MM-ddTHH:mm', 10, /put text in quotes/],
  ['yyyy-MM-dd b', 11, /put text in quotes/],
  ['yyyy-MM-ddXXXX', 10, /XXX/],
  ['', undefined, /yyyy-MM-dd/],
  ["'at noon'", undefined, /milliseconds/],
  ['XXX', undefined, /seconds/],
  ["milliseconds'", 1, /^write milliseconds$/],
  ['Seconds', 1, /^write seconds$/],
  [`${'y'.repeat(65)}`, 0, /as often as/],
] as const) {
  test(`the pattern ${JSON.stringify(source).slice(0, 40)} is refused with its place and a hint`, () => {
    const result = compileDatePattern(source, 'GMT');

    assert.ok(!result.ok);
    assert.equal(result.offset, offset);
    assert.match(result.hint ?? '', hint);
  });
}

test('an unknown zone is refused by its name', () => {
  const result = compileDatePattern('yyyy-MM-dd', '{TimeZone}');

  assert.ok(!result.ok);
  assert.match(result.says, /"\{TimeZone\}" is not known/);
});

for (const [source, unit] of [
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 1],
  ['yyyy-MM-dd HH:mm:ss.S', 1],
  ['yyyy-MM-dd HH:mm:ss', 1000],
  ["yyyy-MM-dd'T'HH:mmz", 60_000],
  ['yyyy-MM-dd HH', 3_600_000],
  ['yyyy-MM-dd kk', 3_600_000],
  ['yyyy-MM-dd hh a', 3_600_000],
  ['yyyy-MM-dd a', 43_200_000],
  ['dd/MM/yyyy', 86_400_000],
  ['yyyy-DDD', 86_400_000],
  ["YYYY-'W'ww-u", 86_400_000],
  ["YYYY-'W'ww", 604_800_000],
  ['yyyy-MM', 28 * 86_400_000],
  ['yyyy', 365 * 86_400_000],
  ['milliseconds', 1],
  ['seconds', 1000],
  ['microseconds', 1],
] as const) {
  test(`the smallest unit of ${source} is ${unit} ms`, () => {
    assert.equal(compiled(source).unit, unit);
  });
}

for (const [word, unit, text] of [
  ['milliseconds', 'ms', '1700000000123'],
  ['seconds', 's', '1700000000'],
  ['microseconds', 'us', '1700000000123000'],
] as const) {
  test(`the word ${word} prints digits since 1970, whatever the zone`, () => {
    const pattern = compiled(word, 'nowhere');

    assert.equal(pattern.format(1_700_000_000_123), text);
    assert.equal(epochPattern(unit).format(1_700_000_000_123), text);
    assert.equal(epochPattern(unit).source, word);
  });
}

for (const [word, value, instant] of [
  ['milliseconds', 1_700_000_000_123, 1_700_000_000_123],
  ['milliseconds', '1700000000123', 1_700_000_000_123],
  ['milliseconds', ' 1700000000123 ', 1_700_000_000_123],
  ['milliseconds', '1700000000123.9', 1_700_000_000_123],
  ['milliseconds', 1_700_000_000_123n, 1_700_000_000_123],
  ['milliseconds', '0', 0],
  ['milliseconds', '-1', -1],
  ['milliseconds', '-1.5', -2],
  ['milliseconds', '/Date(1700000000123)/', 1_700_000_000_123],
  ['milliseconds', '/Date(1700000000123+0060)/', 1_700_000_000_123],
  ['milliseconds', '/Date(-5-0800)/', -5],
  ['milliseconds', '/Date()/', NaN],
  ['seconds', 1_700_000_000, 1_700_000_000_000],
  ['seconds', 1_700_000_000.123, 1_700_000_000_123],
  ['seconds', '1700000000', 1_700_000_000_000],
  ['seconds', '1700000000.123', 1_700_000_000_123],
  ['seconds', '1700000000.1239999999', 1_700_000_000_123],
  ['seconds', '1700000000.5', 1_700_000_000_500],
  ['seconds', '-0.0001', -1],
  ['microseconds', '1700000000123456', 1_700_000_000_123],
  ['microseconds', 1_700_000_000_123_456n, 1_700_000_000_123],
  ['microseconds', '-1', -1],
  ['milliseconds', '', NaN],
  ['milliseconds', '-', NaN],
  ['milliseconds', '1e9', NaN],
  ['milliseconds', '0x10', NaN],
  ['seconds', '1700000000.', NaN],
  ['seconds', '.5', NaN],
  ['seconds', '1.2.3', NaN],
  ['seconds', '2026-01-02', NaN],
  ['milliseconds', 1e17, NaN],
  ['milliseconds', '99999999999999999', NaN],
  ['milliseconds', NaN, NaN],
] as const) {
  test(`${typeof value} ${JSON.stringify(String(value))} read as ${word} is ${instant}`, () => {
    assert.equal(compiled(word).parse(value), instant);
  });
}

test('seconds are floored to a whole second, also before 1970', () => {
  const pattern = epochPattern('s');

  assert.equal(pattern.floor(1_700_000_000_999), 1_700_000_000_000);
  assert.equal(pattern.floor(-1), -1000);
  assert.equal(pattern.format(-1), '-1');
  assert.equal(epochPattern('us').format(0), '0');
});
