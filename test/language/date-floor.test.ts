import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileDatePattern } from '../../src/language/date-pattern.ts';
import type { DatePattern } from '../../src/model/instant.ts';

function compiled(source: string, zone: string): DatePattern {
  const result = compileDatePattern(source, zone);
  assert.ok(result.ok, JSON.stringify(result));
  return result.pattern;
}

function floor(source: string, zone: string, instant: string): string {
  return new Date(compiled(source, zone).floor(Date.parse(instant))).toISOString();
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const [what, source, zone, instant, floored] of [
  ['milliseconds', 'HH:mm:ss.SSS dd.MM.yyyy', 'GMT', '2026-07-14T12:34:56.789Z', '2026-07-14T12:34:56.789Z'],
  ['seconds', "yyyy-MM-dd'T'HH:mm:ss'Z'", 'GMT', '2026-07-14T12:34:56.789Z', '2026-07-14T12:34:56.000Z'],
  ['seconds before 1970', 'yyyy-MM-dd HH:mm:ss', 'GMT', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.000Z'],
  ['minutes', "yyyy-MM-dd'T'HH:mmz", 'GMT', '2026-07-14T12:34:56.789Z', '2026-07-14T12:34:00.000Z'],
  ['the local hour', 'yyyy-MM-dd HH', 'Asia/Kolkata', '2026-07-14T12:34:56.789Z', '2026-07-14T12:30:00.000Z'],
  ['the local midnight', 'dd/MM/yyyy', 'America/Denver', '2026-07-14T03:00:00.000Z', '2026-07-13T06:00:00.000Z'],
  ['the local month', 'yyyy-MM', 'America/Denver', '2026-07-01T03:00:00.000Z', '2026-06-01T06:00:00.000Z'],
  ['the local year', 'yyyy', 'Europe/Berlin', '2026-07-14T12:00:00.000Z', '2025-12-31T23:00:00.000Z'],
  ['half a day', 'yyyy-MM-dd a', 'GMT', '2026-07-14T13:00:00.000Z', '2026-07-14T12:00:00.000Z'],
  ['the day of a year', 'yyyy-DDD', 'GMT', '2026-07-14T12:00:00.000Z', '2026-07-14T00:00:00.000Z'],
  ['the Sunday of a week', "YYYY-'W'ww", 'GMT', '2026-07-14T12:00:00.000Z', '2026-07-12T00:00:00.000Z'],
  ['an hour of 12 without AM or PM', 'yyyy-MM-dd hh:mm', 'GMT', '2026-07-14T13:45:00.000Z', '2026-07-14T11:59:00.000Z'],
  ['seconds without minutes', 'yyyy-MM-dd HH:ss', 'GMT', '2026-07-14T13:45:10.000Z', '2026-07-14T13:00:59.000Z'],
  ['days without months', 'yyyy dd', 'GMT', '2026-07-14T13:45:10.000Z', '2026-01-31T00:00:00.000Z'],
  ['a time without a date', 'HH:mm', 'GMT', '2026-07-14T13:45:10.000Z', '2026-07-14T13:45:00.000Z'],
  [
    'a midnight that was skipped',
    'yyyy-MM-dd',
    'America/Sao_Paulo',
    '2018-11-04T12:00:00.000Z',
    '2018-11-04T03:00:00.000Z',
  ],
  ['a day that was skipped', 'yyyy-MM-dd', 'Pacific/Apia', '2011-12-30T10:30:00.000Z', '2011-12-30T10:00:00.000Z'],
  [
    'the first of two midnights',
    'yyyy-MM-dd',
    'America/Havana',
    '2018-11-04T04:30:00.000Z',
    '2018-11-03T04:00:00.000Z',
  ],
  [
    'the first of two half hours',
    'yyyy-MM-dd HH:mm:ss',
    'America/New_York',
    '2026-11-01T05:30:00.500Z',
    '2026-11-01T04:59:59.000Z',
  ],
  [
    'the second of two half hours',
    'yyyy-MM-dd HH:mm:ss',
    'America/New_York',
    '2026-11-01T06:30:00.500Z',
    '2026-11-01T06:30:00.000Z',
  ],
  [
    'the first of two half hours, told by its offset',
    'yyyy-MM-dd HH:mm:ssZ',
    'America/New_York',
    '2026-11-01T05:30:00.500Z',
    '2026-11-01T05:30:00.000Z',
  ],
] as const) {
  test(`the floor of ${source} is ${what}`, () => {
    assert.equal(floor(source, zone, instant), floored);
  });
}

/** Instants that texts of a pattern say, from all walls a unit apart around an instant. */
function sayable(pattern: DatePattern, around: number): readonly number[] {
  const utc = compiled(pattern.source, 'GMT');
  const step = Math.max(pattern.unit, MINUTE);
  const from = Math.floor((around - 3 * DAY) / step) * step;
  const count = Math.ceil((5 * DAY) / step);
  return Array.from({ length: count }, (_, place) => pattern.parse(utc.format(from + place * step)));
}

for (const [source, zone, change] of [
  ['yyyy-MM-dd HH:mm', 'America/New_York', '2026-11-01T06:00:00Z'],
  ['yyyy-MM-dd HH:mm', 'America/New_York', '2026-03-08T07:00:00Z'],
  ['yyyy-MM-dd HH', 'Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['yyyy-MM-dd HH', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['yyyy-MM-dd HH:mm', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['yyyy-MM-dd HH', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['yyyy-MM-dd HH', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['yyyy-MM-dd', 'America/Havana', '2018-11-04T05:00:00Z'],
  ['yyyy-MM-dd', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['yyyy-MM-dd', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['yyyy-MM-dd hh', 'Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['yyyy-MM-dd HH', 'Antarctica/Troll', '2026-03-29T01:00:00Z'],
] as const) {
  test(`around ${change} in ${zone} the floor of ${source} is the latest instant that the pattern can say`, () => {
    const pattern = compiled(source, zone);
    const instants = Array.from({ length: 97 }, (_, place) => Date.parse(change) + (place - 48) * 5 * MINUTE - 1);
    const said = sayable(pattern, Date.parse(change));

    const floors = instants.map((instant) => pattern.floor(instant));

    assert.deepEqual(
      floors,
      instants.map((instant) => Math.max(...said.filter((found) => found <= instant))),
    );
  });
}

test('a floor is never after the instant, never far before it, its own floor, and can be said', () => {
  const sources = [
    'yyyy-MM-dd HH:mm:ss',
    'yyyy-MM-dd HH:mm',
    'yyyy-MM-dd HH',
    'yyyy-MM-dd',
    'yyyy-MM',
    "YYYY-'W'ww",
    'yyyy ww u',
  ];
  const zones = ['GMT', 'America/New_York', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Apia', 'Asia/Kathmandu'];
  const patterns = sources.flatMap((source) => zones.map((zone) => compiled(source, zone)));

  fc.assert(
    fc.property(fc.constantFrom(...patterns), fc.integer({ min: 0, max: 4e12 }), (pattern, instant) => {
      const floored = pattern.floor(instant);

      assert.ok(floored <= instant);
      assert.ok(instant - floored < pattern.unit * 1.2 + 8 * DAY);
      assert.equal(pattern.floor(floored), floored);
      assert.equal(pattern.parse(pattern.format(floored)), floored);
    }),
    { numRuns: 500 },
  );
});
