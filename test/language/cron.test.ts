import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { compileCron } from '../../src/language/cron.ts';
import { findZone } from '../../src/language/zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = Date.parse;

function nextOf(expression: string, zone = 'UTC'): (after: number) => number {
  const compiled = compileCron(expression, zone);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.says);
  return compiled.next;
}

function offsetOf(zone: string): (instant: number) => number {
  const found = findZone(zone);
  assert.ok(found !== undefined);
  return found.offsetAt;
}

/** All slots in a stretch of time, each the next of the former. */
function slots(expression: string, zone: string, from: number, to: number): readonly number[] {
  const next = nextOf(expression, zone);
  const found: number[] = [];
  for (let slot = next(from); slot < to; slot = next(slot)) {
    assert.ok(slot > (found.at(-1) ?? from), 'slots come one after the other');
    found.push(slot);
  }
  return found;
}

const iso = (instants: readonly number[]): readonly string[] =>
  instants.map((instant) => new Date(instant).toISOString().slice(0, 16));

/** Zones and the instants around which their clocks change; Casablanca's are those of Ramadan. */
const changes: readonly (readonly [zone: string, around: readonly string[]])[] = [
  ['UTC', ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']],
  ['Asia/Kathmandu', ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']],
  ['Europe/Berlin', ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']],
  ['America/New_York', ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z']],
  ['Australia/Lord_Howe', ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z']],
  ['Africa/Casablanca', ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z']],
];

for (const [zone, around] of changes) {
  const offset = offsetOf(zone);
  const stretches = around.map((change) => [at(change) - 2 * DAY, at(change) + 2 * DAY] as const);
  const shifting = zone !== 'UTC' && zone !== 'Asia/Kathmandu';

  test(`${zone} changes its clocks where these tests look`, () => {
    for (const [from, to] of stretches) assert.equal(offset(from) !== offset(to), shifting);
  });

  test(`*/15 in ${zone} leaves no hole and never doubles up, whatever the clocks do`, () => {
    for (const [from, to] of stretches) {
      const found = slots('*/15 * * * *', zone, from, to);
      const steps = new Set(found.map((slot, index) => slot - (found[index - 1] ?? slot - 15 * MINUTE)));

      assert.deepEqual([...steps], [15 * MINUTE]);
      for (const slot of found) assert.equal((slot + offset(slot)) % (15 * MINUTE), 0);
    }
  });

  test(`a job of every day in ${zone} runs once on each day of the year, at each hour that it may be set to`, () => {
    for (const expression of ['0 0 * * *', '15 1 * * *', '30 2 * * *', '10 2 * * *', '59 23 * * *']) {
      const found = slots(expression, zone, at('2026-01-01T12:00:00Z'), at('2027-01-01T12:00:00Z'));
      const days = found.map((slot) => Math.floor((slot + offset(slot)) / DAY));

      assert.equal(found.length, 365);
      assert.equal(new Set(days).size, 365);
    }
  });

  test(`slots in ${zone} show what the expression says, but for times that were left out`, () => {
    const expressions: readonly (readonly [
      expression: string,
      hours: readonly number[],
      minutes: readonly number[],
    ])[] = [
      ['5,35 * * * *', [...Array(24).keys()], [5, 35]],
      ['30 0-4 * * *', [0, 1, 2, 3, 4], [30]],
      ['0,20,40 1-3 * * *', [1, 2, 3], [0, 20, 40]],
      ['45 2 * * *', [2], [45]],
    ];
    for (const [expression, hours, minutes] of expressions) {
      for (const [from, to] of stretches) {
        for (const slot of slots(expression, zone, from, to)) {
          const wall = new Date(slot + offset(slot));
          const before = new Date(slot + offset(slot - 2 * HOUR));
          const shows = (time: Date): boolean =>
            hours.includes(time.getUTCHours()) && minutes.includes(time.getUTCMinutes());

          assert.ok(
            shows(wall) || (offset(slot) > offset(slot - 2 * HOUR) && shows(before)),
            `${expression} at ${wall.toISOString()}`,
          );
        }
      }
    }
  });

  test(`the next slot in ${zone} is the same from wherever before it one asks`, () => {
    const expressions = ['*/15 * * * *', '30 2 * * *', '0,30 1-3 * * *', '7 */2 * * *'];
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...stretches),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (expression, [from, to], part) => {
          const instant = Math.floor(from + part * (to - from));

          const next = nextOf(expression, zone)(instant);

          assert.equal(
            next,
            slots(expression, zone, from - DAY, to + 2 * DAY).find((slot) => slot > instant),
          );
        },
      ),
      { numRuns: 25 },
    );
  });
}

test('away from changes slots are those of cron-parser', () => {
  const expressions = [
    '*/15 * * * *',
    '0 9 * * 1-5',
    '30 2 1,15 * *',
    '0 0 29 2 *',
    '*/20 * * * * *',
    '5 4 * * sun',
    '@daily',
    '0 12 L * *',
  ];
  const instant = fc.integer({ min: at('2026-05-01T00:00:00Z'), max: at('2026-09-01T00:00:00Z') });
  fc.assert(
    fc.property(
      fc.constantFrom(...expressions),
      fc.constantFrom('UTC', 'Asia/Kathmandu', 'Europe/Berlin', 'America/New_York'),
      instant,
      (expression, zone, after) => {
        const theirs = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(after) })
          .next()
          .getTime();

        assert.equal(nextOf(expression, zone)(after), theirs);
      },
    ),
  );
});

test('a time that is left out runs as much later, also for who asks within the hour behind the change', () => {
  const next = nextOf('30 2 * * *', 'Europe/Berlin');

  assert.equal(next(at('2026-03-29T00:50:00Z')), at('2026-03-29T01:30:00Z'));
  assert.equal(next(at('2026-03-29T01:10:00Z')), at('2026-03-29T01:30:00Z'));
  assert.equal(next(at('2026-03-29T01:30:00Z')), at('2026-03-30T00:30:00Z'));
});

test('a time that comes twice runs the first time only, where the expression does not run in every hour', () => {
  const daily = slots('30 2 * * *', 'Europe/Berlin', at('2026-10-24T12:00:00Z'), at('2026-10-26T12:00:00Z'));
  const hourly = slots('30 * * * *', 'Europe/Berlin', at('2026-10-24T23:00:00Z'), at('2026-10-25T03:00:00Z'));

  assert.deepEqual(iso(daily), ['2026-10-25T00:30', '2026-10-26T01:30']);
  assert.deepEqual(iso(hourly), ['2026-10-24T23:30', '2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30']);
});

test('where clocks change by half an hour the times left out run half an hour later', () => {
  const found = slots('15 2 * * *', 'Australia/Lord_Howe', at('2026-10-02T12:00:00Z'), at('2026-10-05T12:00:00Z'));

  assert.deepEqual(iso(found), ['2026-10-02T15:45', '2026-10-03T15:45', '2026-10-04T15:15']);
});

test('every second of the hour behind a change is found without walking in vain for long', () => {
  const next = nextOf('* * * * * *', 'Europe/Berlin');
  const change = at('2026-10-25T01:00:00Z');

  for (const after of [change - HOUR, change - 1_000, change, change + 1_500]) {
    assert.equal(next(after), Math.floor(after / 1_000) * 1_000 + 1_000);
  }
});

test('the same expression with H says the same at every time', () => {
  const found = slots('H H * * *', 'UTC', at('2026-01-01T00:00:00Z'), at('2026-01-09T00:00:00Z'));

  assert.equal(new Set(found.map((slot) => slot % DAY)).size, 1);
  assert.equal(found.length, 8);
});

const refused: readonly (readonly [expression: string, zone: string, says: RegExp])[] = [
  ['', 'UTC', /^the cron expression is empty$/],
  ['  ', 'UTC', /^the cron expression is empty$/],
  ['*/5', 'UTC', /has 1 field$/],
  ['*/5 * * *', 'UTC', /has 4 fields$/],
  ['* * * * * * *', 'UTC', /has 7 fields$/],
  ['61 * * * *', 'UTC', /cannot be read: /],
  ['a b c d e', 'UTC', /cannot be read: /],
  ['0 0 31 2 *', 'UTC', /cannot be read: /],
  ['0 0 30 2 *', 'UTC', /cannot be read: /],
  ['@sometimes', 'UTC', /cannot be read: /],
  ['* * * * *', 'Mars/Olympus', /^"Mars\/Olympus" is no time zone$/],
];

for (const [expression, zone, says] of refused) {
  test(`the expression "${expression}" in ${zone} is refused with a hint`, () => {
    const compiled = compileCron(expression, zone);

    assert.ok(!compiled.ok);
    assert.match(compiled.says, says);
    assert.notEqual(compiled.hint, '');
  });
}
