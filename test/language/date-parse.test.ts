import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDatePattern } from '../../src/language/date-pattern.ts';

function parse(source: string, zone: string, value: string | number | bigint): string {
  const result = compileDatePattern(source, zone);
  assert.ok(result.ok, JSON.stringify(result));
  const instant = result.pattern.parse(value);
  return Number.isNaN(instant) ? 'unreadable' : new Date(instant).toISOString();
}

const SECONDS = "yyyy-MM-dd'T'HH:mm:ss";
const QUOTED = "yyyy-MM-dd'T'HH:mm:ss'Z'";
const MILLIS = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
const OFFSET = "yyyy-MM-dd'T'HH:mm:ssXXX";

const plain = '2026-01-02T03:04:05.000Z';
const fine = '2026-01-02T03:04:05.975Z';

for (const [what, source, zone, text, instant] of [
  ['a fraction that the pattern does not say', QUOTED, 'GMT', '2026-01-02T03:04:05.975Z', fine],
  ['a fraction after a comma', QUOTED, 'GMT', '2026-01-02T03:04:05,975Z', fine],
  ['microseconds, cut', QUOTED, 'GMT', '2026-01-02T03:04:05.975999Z', fine],
  ['microseconds where the pattern says milliseconds, cut', MILLIS, 'GMT', '2026-01-02T03:04:05.975123Z', fine],
  ['nanoseconds', MILLIS, 'GMT', '2026-01-02T03:04:05.975123456Z', fine],
  ['a shorter fraction', MILLIS, 'GMT', '2026-01-02T03:04:05.9Z', '2026-01-02T03:04:05.900Z'],
  ['no fraction where the pattern says one', MILLIS, 'GMT', '2026-01-02T03:04:05Z', plain],
  ['a decimal comma where the pattern has a point', MILLIS, 'GMT', '2026-01-02T03:04:05,975Z', fine],
  ['padded milliseconds', `${SECONDS}.SSSSSSXXX`, 'GMT', '2026-01-02T03:04:05.000975Z', fine],
  ['microseconds where the pattern pads', `${SECONDS}.SSSSSSXXX`, 'GMT', '2026-01-02T03:04:05.975123Z', fine],
  ['one letter S as a number', `${SECONDS}.S`, 'GMT', '2026-01-02T03:04:05.5', '2026-01-02T03:04:05.005Z'],
  ['one letter S before microseconds', `${SECONDS}.S`, 'GMT', '2026-01-02T03:04:05.975123', fine],
  ['missing seconds', QUOTED, 'GMT', '2026-01-02T03:04Z', '2026-01-02T03:04:00.000Z'],
  ['missing seconds and fraction', MILLIS, 'GMT', '2026-01-02T03:04Z', '2026-01-02T03:04:00.000Z'],
  ['missing seconds before an offset', OFFSET, 'GMT', '2026-01-02T05:04+02:00', '2026-01-02T03:04:00.000Z'],
  ['seconds that the pattern does not say', "yyyy-MM-dd'T'HH:mmz", 'GMT', '2026-01-02T03:04:05.975Z', fine],
  ['a blank for T', SECONDS, 'GMT', '2026-01-02 03:04:05', plain],
  ['T for a blank', 'yyyy-MM-dd HH:mm:ss', 'GMT', '2026-01-02T03:04:05', plain],
  ['T for a quoted blank', "yyyy-MM-dd' 'HH:mm:ss", 'GMT', '2026-01-02T03:04:05', plain],
  ['small letters', QUOTED, 'GMT', '2026-01-02t03:04:05z', plain],
  ['white space around', QUOTED, 'GMT', ' \t2026-01-02T03:04:05Z\n', plain],
  ['a narrow blank before AM', 'MM/dd/yyyy hh:mm:ss a', 'GMT', '01/02/2026 03:04:05\u202fAM', plain],
  ['a year of two digits from 1950 on', 'yy-MM-dd', 'GMT', '50-01-02', '1950-01-02T00:00:00.000Z'],
  ['a year of two digits up to 2049', 'yy-MM-dd', 'GMT', '49-01-02', '2049-01-02T00:00:00.000Z'],
  ['midnight as 24 o’clock', SECONDS, 'GMT', '2026-01-01T24:00:00', '2026-01-02T00:00:00.000Z'],
  [
    'hours of 12 that go on after noon',
    'yyyy-MM-dd hh:mm:ss',
    'GMT',
    '2026-01-01 22:11:12',
    '2026-01-01T22:11:12.000Z',
  ],
  ['hours of 12 in one letter', 'yyyy-MM-dd h:mm', 'GMT', '2026-01-01 13:00', '2026-01-01T13:00:00.000Z'],
  ['12 o’clock without a half as midnight', 'yyyy-MM-dd hh:mm', 'GMT', '2026-01-01 12:30', '2026-01-01T00:30:00.000Z'],
  ['24 o’clock without a half', 'yyyy-MM-dd hh:mm', 'GMT', '2026-01-01 24:00', '2026-01-02T00:00:00.000Z'],
  ['hours from 0 to 11 that go on', 'yyyy-MM-dd KK:mm', 'GMT', '2026-01-01 23:30', '2026-01-01T23:30:00.000Z'],
  ['noon in hours from 0 to 11', 'yyyy-MM-dd K:mm', 'GMT', '2026-01-01 12:30', '2026-01-01T12:30:00.000Z'],
  ['a time after a day', 'yyyy-MM-dd', 'Europe/Berlin', '2026-01-02 10:11:12', '2026-01-01T23:00:00.000Z'],
  [
    'T and a time with a zone after a day',
    'yyyy-MM-dd',
    'GMT',
    '2026-01-02T23:11:12-08:00',
    '2026-01-02T00:00:00.000Z',
  ],
  ['a time after a day at the end', 'MM/dd/yyyy', 'GMT', '01/02/2026 3:04 PM', '2026-01-02T00:00:00.000Z'],
  ['a time after a day in digits', 'yyyyMMdd', 'GMT', '20260102T030405Z', '2026-01-02T00:00:00.000Z'],
  ['a leap second', QUOTED, 'GMT', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
] as const) {
  test(`a text is read with ${what}`, () => {
    assert.equal(parse(source, zone, text), instant);
  });
}

for (const source of [
  QUOTED,
  `${SECONDS}Z`,
  `${SECONDS}X`,
  `${SECONDS}XX`,
  OFFSET,
  `${SECONDS}z`,
  SECONDS,
  `${SECONDS} Z`,
]) {
  test(`zones of any form are read where the pattern is ${source}`, () => {
    const zones = ['Z', '+00:00', '-00:00', '+0000', '+00', ' UTC', ' GMT', 'UTC', ' +00:00', ' Z', ' GMT+00:00'];

    const read = zones.map((zone) => parse(source, 'GMT', `2026-01-02T03:04:05${zone}`));
    const ahead = ['+02:00', '+0200', '+02', ' GMT+2', ' UTC+02:00', ' EET'];
    const readAhead = ahead.map((zone) => parse(source, 'GMT', `2026-01-02T05:04:05.975${zone}`));

    assert.deepEqual(
      read,
      zones.map(() => plain),
    );
    assert.deepEqual(
      readAhead,
      ahead.map(() => fine),
    );
  });
}

for (const [what, source, zone, text, instant] of [
  ['an offset', SECONDS, 'America/Denver', '2026-01-02T03:04:05+00:00', plain],
  ['Z without quotes in the pattern', SECONDS, 'America/Denver', '2026-01-02T03:04:05Z', plain],
  ['an offset where the pattern quotes Z', QUOTED, 'Europe/Berlin', '2026-01-02T04:04:05+01:00', plain],
  ['UTC where the pattern quotes Z', QUOTED, 'Europe/Berlin', '2026-01-02T03:04:05 UTC', plain],
  ['another offset than the quoted one', 'yyyy-MM-dd HH:mm:ss -0800', 'PST', '2026-01-02 03:04:05 +0000', plain],
  ['an offset after a date alone', 'yyyy-MM-dd', 'GMT', '2026-01-02+02:00', '2026-01-01T22:00:00.000Z'],
  [
    'a zone in the middle',
    'EEE MMM dd HH:mm:ss zzz yyyy',
    'GMT',
    'Thu Jan 01 19:04:05 PST 2026',
    '2026-01-02T03:04:05.000Z',
  ],
] as const) {
  test(`the text's zone wins: ${what}`, () => {
    assert.equal(parse(source, zone, text), instant);
  });
}

test('a quoted Z is a letter, and the time is read in the zone of the pattern', () => {
  assert.equal(parse(QUOTED, 'Europe/Berlin', '2026-01-02T04:04:05Z'), plain);
  assert.equal(parse(QUOTED, 'UTC', '2026-01-02T03:04:05Z'), plain);
});

test('a quoted offset is text, and the time is read in the zone of the pattern', () => {
  assert.equal(parse('yyyy-MM-dd HH:mm:ss -0800', 'PST', '2026-07-14 05:00:00 -0800'), '2026-07-14T12:00:00.000Z');
});

for (const [what, source, value] of [
  ['trailing text', QUOTED, '2026-01-02T03:04:05Z and more'],
  ['trailing digits', SECONDS, '2026-01-02T03:04:051'],
  ['a time after a month pattern', 'yyyy-MM', '2026-01T03:04:05Z'],
  ['a time after a pattern without a year', 'dd MMM', '02 Jan 03:04:05'],
  ['a time after a zone', 'yyyy-MM-ddXXX', '2026-01-02Z 03:04:05'],
  ['a word after a date pattern', 'yyyy-MM-dd', '2026-01-02 about noon'],
  ['a T alone after a date pattern', 'yyyy-MM-dd', '2026-01-02T'],
  ['a digit after a date pattern', 'yyyy-MM-dd', '2026-01-021'],
  ['hour 25 of hours of 12 without a half', 'yyyy-MM-dd hh:mm', '2026-01-02 25:00'],
  ['a time after 24 o’clock in hours of 12', 'yyyy-MM-dd hh:mm', '2026-01-02 24:01'],
  ['a day after a month pattern, which is no offset', 'yyyy-MM', '2026-01-02'],
  ['a second zone', OFFSET, '2026-01-02T03:04:05ZZ'],
  ['month 13', SECONDS, '2026-13-02T03:04:05'],
  ['month 0', SECONDS, '0000-00-00T00:00:00'],
  ['day 31 of a month of 30', SECONDS, '2026-04-31T03:04:05'],
  ['29 February outside a leap year', SECONDS, '2026-02-29T03:04:05'],
  ['29 February of 1900', 'yyyy-MM-dd', '1900-02-29'],
  ['day 366 outside a leap year', 'yyyy-DDD', '2026-366'],
  ['hour 25', SECONDS, '2026-01-02T25:04:05'],
  ['a time after 24 o’clock', SECONDS, '2026-01-02T24:04:05'],
  ['hour 13 of 12', 'yyyy-MM-dd hh:mm a', '2026-01-02 13:00 PM'],
  ['minute 60', SECONDS, '2026-01-02T03:60:05'],
  ['second 60 inside an hour', SECONDS, '2026-01-02T03:04:60'],
  ['an offset of 24 hours', OFFSET, '2026-01-02T03:04:05+24:00'],
  ['an unknown zone', `${SECONDS}z`, '2026-01-02T03:04:05 XYZ'],
  ['no zone where the pattern wants one', OFFSET, '2026-01-02T03:04:05'],
  ['no quoted Z where the pattern wants one', QUOTED, '2026-01-02T03:04:05'],
  ['an unknown month', 'dd MMM yyyy', '02 Foo 2026'],
  ['a point without digits', MILLIS, '2026-01-02T03:04:05.Z'],
  ['nothing', SECONDS, ''],
  ['half a date', SECONDS, '2026-01'],
  ['a number where text is expected', SECONDS, 1_767_323_045_000],
  ['a number as text', SECONDS, '1767323045000'],
] as const) {
  test(`${what} is unreadable`, () => {
    assert.equal(parse(source, 'GMT', value), 'unreadable');
  });
}

test('a number is read by a pattern of digits only', () => {
  assert.equal(parse('yyyyMMdd', 'GMT', 20260102), '2026-01-02T00:00:00.000Z');
  assert.equal(parse('yyyyMMddHHmmss', 'GMT', 20260102030405n), plain);
});

test('one reading leaves nothing behind for the next', () => {
  const result = compileDatePattern(MILLIS, 'America/Denver');
  assert.ok(result.ok);

  const read = ['2026-01-02T03:04:05.975+00:00', 'nonsense', '2026-01-02T03:04Z'].map((text) =>
    result.pattern.parse(text),
  );

  assert.deepEqual(read, [Date.parse(fine), NaN, Date.parse('2026-01-02T10:04:00Z')]);
});
