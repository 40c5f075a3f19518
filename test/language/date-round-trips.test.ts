import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileDatePattern } from '../../src/language/date-pattern.ts';
import { findZone } from '../../src/language/zone.ts';
import type { DatePattern, Instant } from '../../src/model/instant.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Zones and a year in which something happens in each. */
const years: Readonly<Record<string, number>> = {
  GMT: 2026,
  UTC: 2026,
  EST: 2026,
  HST: 2026,
  'GMT+05:45': 2026,
  '-8:00': 2026,
  'GMT+23:59': 2026,
  PST: 2026,
  CST: 2026,
  BST: 2026,
  IST: 2026,
  AET: 2026,
  CNT: 2026,
  'Africa/Cairo': 2023,
  'Africa/Casablanca': 2024,
  'Africa/Juba': 2021,
  'America/Caracas': 2016,
  'America/Havana': 2018,
  'America/Mexico_City': 2022,
  'America/New_York': 2026,
  'America/Nuuk': 2023,
  'America/Santiago': 2022,
  'America/Sao_Paulo': 2018,
  'America/St_Johns': 2011,
  'Antarctica/Casey': 2018,
  'Antarctica/Troll': 2026,
  'Asia/Amman': 2022,
  'Asia/Gaza': 2024,
  'Asia/Kathmandu': 2026,
  'Asia/Kolkata': 2026,
  'Asia/Pyongyang': 2015,
  'Asia/Tehran': 2022,
  'Australia/Eucla': 2026,
  'Australia/Lord_Howe': 2026,
  'Australia/Sydney': 2026,
  'Europe/Berlin': 2026,
  'Europe/Dublin': 2026,
  'Europe/Istanbul': 2016,
  'Europe/London': 2026,
  'Europe/Moscow': 2014,
  'Pacific/Apia': 2011,
  'Pacific/Chatham': 2026,
  'Pacific/Fiji': 2020,
  'Pacific/Kiritimati': 2026,
  'Pacific/Norfolk': 2015,
};

/** When the clocks of a zone change in its year. */
function changesOf(zone: string, from: Instant): readonly Instant[] {
  const offsetAt = findZone(zone)?.offsetAt ?? assert.fail(zone);
  const changes: Instant[] = [];
  for (let at = from; at < from + 365 * DAY; at += HOUR / 2)
    if (offsetAt(at) !== offsetAt(at - HOUR / 2)) changes.push(at);
  return changes;
}

const zones = Object.entries(years).map(([zone, year]) => {
  const from = Date.UTC(year, 0, 1);
  return { zone, from, changes: changesOf(zone, from) };
});

/** A zone, and an instant of its year: every other one near a change of its clocks. */
const moments = fc.constantFrom(...zones).chain(({ zone, from, changes }) => {
  const any = fc.integer({ min: from, max: from + 365 * DAY });
  if (changes.length === 0) return any.map((instant) => ({ zone, instant }));
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -DAY, max: DAY })))
    .map(([change, away]) => change + away);
  return fc.oneof(any, near).map((instant) => ({ zone, instant }));
});

const days = [
  'yyyy-MM-dd',
  'G y/M/d',
  'yyyyMMdd',
  'yy.MM.dd',
  'dd MMM yyyy',
  'EEEE, d MMMM yyyy',
  'LLL d, yyyy',
  'yyyy-DDD',
  "YYYY-'W'ww-u",
  'yyyy MM W E',
  'yyyy MM F EEEE',
  'YYYY ww EEE',
];
// No hours alone: clocks may change in the middle of one.
const times = [
  'HH:mm:ss.SSS',
  'HH:mm:ss',
  'HH:mm',
  'kk:mm:ss,SSS',
  'h:mm:ss a',
  'K:mm:ss.SSS a',
  "HH'h'mm''ss",
  'HH:mm:ss.SSSSSS',
  'HH.mm.ss.S',
  "h 'o''clock' mm a",
];
const between = ["'T'", ' ', ' - ', "' at '"];
const offsets = ['X', 'XX', 'XXX', 'Z', ' Z', " 'UTC'XXX", ' XXX'];

const compiled = new Map<string, DatePattern>();
function patternOf(source: string, zone: string): DatePattern {
  const key = `${zone} ${source}`;
  let pattern = compiled.get(key);
  if (pattern === undefined) {
    const result = compileDatePattern(source, zone);
    pattern = result.ok ? result.pattern : assert.fail(`${source}: ${result.says}`);
    compiled.set(key, pattern);
  }
  return pattern;
}

const locals = fc
  .tuple(fc.constantFrom(...days), fc.constantFrom(...between), fc.constantFrom(...times))
  .map((parts) => parts.join(''));
const withOffset = fc.tuple(locals, fc.constantFrom(...offsets)).map((parts) => parts.join(''));
const runs = { numRuns: 1_500 };

test('a text with an offset comes back to the unit of its pattern, also where clocks change', () => {
  fc.assert(
    fc.property(withOffset, moments, (source, { zone, instant }) => {
      // Hours are all that X says, and Java too reads no more than that.
      if (/[^X]X$/.test(source) && (findZone(zone)?.offsetAt(instant) ?? 0) % HOUR !== 0) return;
      const pattern = patternOf(source, zone);
      const text = pattern.format(instant);

      const back = pattern.parse(text);

      assert.ok(back <= instant && instant - back < pattern.unit, text);
      assert.equal(back, pattern.floor(instant));
      assert.equal(pattern.format(back), text);
    }),
    runs,
  );
});

test('a local text comes back as an instant that prints it: the later, of a time that came twice', () => {
  fc.assert(
    fc.property(locals, moments, (source, { zone, instant }) => {
      const pattern = patternOf(source, zone);
      const text = pattern.format(instant);

      const back = pattern.parse(text);

      assert.equal(pattern.format(back), text);
      assert.ok(instant - back < pattern.unit, text);
      const offsetAt = findZone(zone)?.offsetAt ?? assert.fail(zone);
      const isTwice = offsetAt(back + DAY) < offsetAt(back - DAY) && back - instant > 0;
      assert.ok(back <= instant || isTwice, text);
    }),
    runs,
  );
});

test('of a time that was skipped none is ever printed', () => {
  for (const { zone, changes } of zones) {
    const pattern = patternOf('yyyy-MM-dd HH:mm', zone);
    const utc = patternOf('yyyy-MM-dd HH:mm', 'GMT');
    const offsetAt = findZone(zone)?.offsetAt ?? assert.fail(zone);
    for (const change of changes) {
      const skippedTo = change + offsetAt(change);
      const skippedFrom = change + offsetAt(change - 1);
      for (let at = change - 2 * HOUR; at < change + 2 * HOUR; at += HOUR / 4) {
        const wall = utc.parse(pattern.format(at));
        assert.ok(wall < skippedFrom || wall >= skippedTo || skippedTo <= skippedFrom, `${zone} ${wall}`);
      }
    }
  }
});

test('a floor is not after the instant, is its own floor, and prints the same unless that is read as a later time', () => {
  fc.assert(
    fc.property(fc.oneof(locals, withOffset), moments, (source, { zone, instant }) => {
      const pattern = patternOf(source, zone);
      const text = pattern.format(instant);

      const floor = pattern.floor(instant);

      assert.ok(floor <= instant);
      assert.equal(pattern.floor(floor), floor);
      if (pattern.parse(text) <= instant) assert.equal(pattern.format(floor), text);
    }),
    runs,
  );
});

test('the beginning of a pattern prints 1970-01-01 in its zone', () => {
  for (const zone of Object.keys(years)) {
    const pattern = patternOf('yyyy-MM-dd HH:mm:ss.SSS', zone);

    assert.equal(pattern.format(pattern.beginning), '1970-01-01 00:00:00.000', zone);
  }
});

test('a text with the name of a zone comes back to the unit of its pattern, also where clocks change', () => {
  const named = new Set(['America/New_York', 'Europe/Berlin', 'Australia/Sydney', 'PST', 'CST', 'UTC', 'GMT', 'EST']);
  const seen = moments.filter(({ zone }) => named.has(zone));
  const names = fc.constantFrom(' z', ' zzzz');

  fc.assert(
    fc.property(locals, names, seen, (local, name, { zone, instant }) => {
      const pattern = patternOf(local + name, zone);

      assert.equal(pattern.parse(pattern.format(instant)), pattern.floor(instant));
    }),
    runs,
  );
});
