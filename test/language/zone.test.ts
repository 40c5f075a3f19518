import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findZone, knownZone } from '../../src/language/zone.ts';
import type { Zone } from '../../src/language/zone.ts';

const HOUR = 3_600_000;
const winter = Date.parse('2026-01-15T12:00:00Z');
const summer = Date.parse('2026-07-15T12:00:00Z');

function zone(name: string): Zone {
  const found = findZone(name);
  assert.ok(found, name);
  return found;
}

for (const [name, inWinter, inSummer] of [
  ['', 0, 0],
  ['Z', 0, 0],
  ['GMT', 0, 0],
  ['UTC', 0, 0],
  [' gmt ', 0, 0],
  ['+6:00', 6, 6],
  ['-06:00', -6, -6],
  ['+0600', 6, 6],
  ['-8:00', -8, -8],
  ['+05:30', 5.5, 5.5],
  ['GMT+2', 2, 2],
  ['GMT-08:00', -8, -8],
  ['UTC+1', 1, 1],
  ['EST', -5, -5],
  ['MST', -7, -7],
  ['HST', -10, -10],
  ['PST', -8, -7],
  ['CST', -6, -5],
  ['BST', 6, 6],
  ['IST', 5.5, 5.5],
  ['EST5EDT', -5, -4],
  ['Europe/Berlin', 1, 2],
  ['america/denver', -7, -6],
  ['Australia/Lord_Howe', 11, 10.5],
  ['Etc/GMT+5', -5, -5],
] as const) {
  test(`the zone "${name}" is ${inWinter} hours from UTC in January and ${inSummer} in July`, () => {
    assert.ok(knownZone(name));
    assert.equal(zone(name).offsetAt(winter), inWinter * HOUR);
    assert.equal(zone(name).offsetAt(summer), inSummer * HOUR);
  });
}

for (const name of ['Mars/Olympus', 'PDT', '+25:00', '-8:60', '8:00', '{TimeZone}', 'GMT+', '+', 'local']) {
  test(`"${name}" is no zone`, () => {
    assert.equal(knownZone(name), false);
    assert.equal(findZone(name), undefined);
  });
}

for (const [name, wall, instant] of [
  ['America/New_York', '2026-03-08T02:30:00Z', '2026-03-08T07:30:00Z'],
  ['America/New_York', '2026-11-01T01:30:00Z', '2026-11-01T06:30:00Z'],
  ['America/New_York', '2026-11-01T00:59:59Z', '2026-11-01T04:59:59Z'],
  ['Europe/Berlin', '2026-03-29T02:30:00Z', '2026-03-29T01:30:00Z'],
  ['Europe/Berlin', '2026-10-25T02:30:00Z', '2026-10-25T01:30:00Z'],
  ['Australia/Lord_Howe', '2026-10-04T02:15:00Z', '2026-10-03T15:45:00Z'],
  ['Australia/Lord_Howe', '2026-04-05T01:45:00Z', '2026-04-04T15:15:00Z'],
  ['Pacific/Apia', '2011-12-30T12:00:00Z', '2011-12-30T22:00:00Z'],
] as const) {
  test(`the wall time ${wall.slice(0, 19)}, skipped or twice in ${name}, is the instant that Java takes`, () => {
    assert.equal(new Date(zone(name).toInstant(Date.parse(wall))).toISOString(), new Date(instant).toISOString());
  });
}

test('an offset changes at the millisecond of its transition', () => {
  const berlin = zone('Europe/Berlin');
  const change = Date.parse('2026-03-29T01:00:00Z');

  assert.deepEqual([berlin.offsetAt(change - 1), berlin.offsetAt(change)], [HOUR, 2 * HOUR]);
});

test('offsets do not depend on the order in which instants are asked for', () => {
  const names = ['Europe/Berlin', 'America/Recife', 'Africa/Casablanca'];
  const instants = Array.from({ length: 400 }, (_, place) => Date.UTC(1968, 0, 1) + place * 73 * 86_400_000);
  const intl = (name: string, instant: number) => {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    return Date.parse(`${format.format(instant)} UTC`) - instant;
  };

  for (const name of names) {
    const expected = instants.map((instant) => intl(name, instant));
    const backwards = instants.toReversed().map((instant) => zone(name).offsetAt(instant));

    assert.deepEqual(backwards.toReversed(), expected);
  }
});

test('far instants have an offset too', () => {
  const berlin = zone('Europe/Berlin');

  assert.equal(berlin.offsetAt(Date.parse('9999-07-01T00:00:00Z')), 2 * HOUR);
  assert.equal(berlin.offsetAt(Date.parse('9999-12-31T00:00:00Z')), HOUR);
  assert.equal(berlin.offsetAt(8.64e15), 2 * HOUR);
  assert.equal(berlin.offsetAt(-8.64e15), HOUR);
});

test('a zone has the name that is in force', () => {
  assert.equal(zone('America/Denver').longName(summer), 'Mountain Daylight Time');
  assert.equal(zone('America/Denver').longName(winter), 'Mountain Standard Time');
  assert.equal(zone('-3').longName(summer), 'GMT-03:00');
});
