import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDatePattern } from '../../src/language/date-mend.ts';
import { compileDatePattern } from '../../src/language/date-pattern.ts';

/** 2026-01-02T03:04:05.678Z */
const instant = 1767323045678;

const repaired: readonly (readonly [source: string, right: string])[] = [
  ["yyyy-MM-dd'T'HH:mm:ss'", "yyyy-MM-dd'T'HH:mm:ss"],
  ["yyyy-MM-dd'T'HH:mm:ssXXX'", "yyyy-MM-dd'T'HH:mm:ssXXX"],
  ["yyyy-MM-dd'T'HH:mm:ss'Z''", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
  ["yyyy-MM-dd'T'HH:mm:ss'Z", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
  ["yyyy-MM-dd'\\''T'\\''HH:mm:ss'\\''Z'\\''", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
  ["yyyy-MM-dd'\\''T'\\''HH:mm:ss'\\''", "yyyy-MM-dd'T'HH:mm:ss"],
  ['yyyy-MM-ddTHH:mm:ss', "yyyy-MM-dd'T'HH:mm:ss"],
  ["yyyy-MM-dd'THH:mm:ssZ", "yyyy-MM-dd'T'HH:mm:ssZ"],
  ["yyyy-MM-ddT'HH:mm:ss'", "yyyy-MM-dd'T'HH:mm:ss"],
  ["milliseconds'", 'milliseconds'],
  ["'milliseconds'", 'milliseconds'],
  ['Milliseconds', 'milliseconds'],
  ['SECONDS', 'seconds'],
  ["YYYY-MM-dd'T'HH:mm:ss'Y'", "yyyy-MM-dd'T'HH:mm:ss'Y'"],
  ['YYYY-MM-DDTHH:mm:ssZ', "yyyy-MM-dd'T'HH:mm:ssZ"],
  ['DD/MM/YYYY HH:mm', 'dd/MM/yyyy HH:mm'],
  ['yyyy-MM-DD', 'yyyy-MM-dd'],
  ['yyyy-mm-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss'],
  ['dd.mm.yyyy', 'dd.MM.yyyy'],
  ['HH:mm mm/dd/yyyy', 'HH:mm MM/dd/yyyy'],
  ['YYYYmmdd', 'yyyyMMdd'],
];

for (const [source, right] of repaired) {
  test(`the pattern ${source} works exactly like ${right}`, () => {
    const read = readDatePattern(source, 'Europe/Berlin');
    const meant = compileDatePattern(right, 'Europe/Berlin');

    assert.ok(read.ok && meant.ok);
    assert.equal(read.repaired, right);
    assert.equal(read.pattern.source, right);
    assert.equal(read.pattern.unit, meant.pattern.unit);
    assert.equal(read.pattern.format(instant), meant.pattern.format(instant));
    assert.equal(read.pattern.parse(meant.pattern.format(instant)), meant.pattern.parse(meant.pattern.format(instant)));
  });
}

for (const source of [
  "yyyy-MM-dd' 'HH:mm:ss",
  "MM/dd/yyy'T'HH:mm:ssXXX",
  "h 'o''clock'",
  'milliseconds',
  'HH:mm',
  "YYYY-'W'ww-u",
  'yyyy-DDD',
  'HH:mm:ss dd',
]) {
  test(`nothing is read over in ${source}`, () => {
    const read = readDatePattern(source, 'GMT');

    assert.ok(read.ok);
    assert.equal(read.repaired, undefined);
  });
}

const refused: readonly (readonly [source: string, says: RegExp])[] = [
  ["518862600'", /"518862600" holds no part of a date/],
  ["yyyy-MM-dd'T HH:mm", /has a quote that is not closed/],
  ['yyyy-bb', /holds the letter b/],
  ["'", /is empty/],
];

for (const [source, says] of refused) {
  test(`the pattern ${source} leaves more than one meaning and is refused`, () => {
    const read = readDatePattern(source, 'GMT');

    assert.equal(read.ok, false);
    assert.match(read.says, says);
  });
}

test('an unknown zone is refused whatever the pattern is', () => {
  const read = readDatePattern("yyyy'", '{TimeZone}');

  assert.equal(read.ok, false);
  assert.match(read.says, /the time zone "\{TimeZone\}" is not known/);
});

test('what is read over compiles as it is shown, and is then right', () => {
  const piece = fc.constantFrom("'", "'\\''", 'T', 'Z', 'yyyy', 'MM', 'dd', 'HH', 'mm', ':', '-', ' ', 'seconds', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const read = readDatePattern(pieces.join(''), 'GMT');
      if (!read.ok || read.repaired === undefined) return;

      const again = readDatePattern(read.repaired, 'GMT');

      assert.ok(again.ok);
      assert.equal(again.repaired, undefined);
      assert.equal(again.pattern.format(instant), read.pattern.format(instant));
    }),
    { numRuns: 2_000 },
  );
});

const otherNames: readonly (readonly [name: string, hint: RegExp])[] = [
  ['s', /write seconds$/],
  ['second', /write seconds$/],
  ['ms', /write milliseconds$/],
  ['unix', /write seconds or milliseconds$/],
  ['epoch', /write seconds or milliseconds$/],
  ['Timestamp', /write seconds or milliseconds$/],
  ['ISO', /yyyy-MM-dd'T'HH:mm:ss'Z'/],
  ['ISO8601', /yyyy-MM-dd'T'HH:mm:ss'Z'/],
];

for (const [name, hint] of otherNames) {
  test(`the format ${name} is refused, with what is written for it`, () => {
    const read = readDatePattern(name, 'GMT');

    assert.ok(!read.ok);
    assert.match(read.hint ?? '', hint);
  });
}
