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

for (const [what, source, zone, instant, text] of [
  ['the watermark of a seed', "yyyy-MM-dd'T'HH:mm:ss'Z'", '', '2026-01-02T03:04:04.999Z', '2026-01-02T03:04:04Z'],
  ['the wall time of an offset', 'yyyy-MM-dd HH:mm', '-8:00', '2026-01-02T03:04:00Z', '2026-01-01 19:04'],
  ['milliseconds padded, not microseconds', 'ss.SSSSSS', 'GMT', '2026-01-02T03:04:05.678Z', '05.000678'],
  ['noon and midnight', 'h a k K', 'GMT', '2026-01-02T00:00:00Z', '12 AM 24 0'],
  ['doubled quotes', "''yy 'o''clock'", 'GMT', '2026-01-02T00:00:00Z', "'26 o'clock"],
  ['a year before Christ', 'yyyy G', 'GMT', '0000-06-01T00:00:00Z', '0001 BC'],
  ['a name that Intl has not', 'HH z', 'Africa/Casablanca', '2026-07-14T12:00:00Z', '13 GMT+01:00'],
  ['an offset zone', 'HH z zzzz XXX', 'GMT+2', '2026-07-14T12:00:00Z', '14 GMT+02:00 GMT+02:00 +02:00'],
] as const) {
  test(`${source} in ${zone || 'no zone'} prints ${what}`, () => {
    assert.equal(compiled(source, zone).format(Date.parse(instant)), text);
  });
}

const zones = [
  'GMT',
  'UTC',
  'PST',
  'EST',
  '+05:45',
  'GMT-3',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/Johannesburg',
  'Africa/Lagos',
  'America/Anchorage',
  'America/Argentina/Buenos_Aires',
  'America/Chicago',
  'America/Denver',
  'America/Havana',
  'America/Los_Angeles',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Antarctica/Troll',
  'Asia/Dubai',
  'Asia/Gaza',
  'Asia/Jerusalem',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Pyongyang',
  'Asia/Shanghai',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/Istanbul',
  'Europe/London',
  'Europe/Moscow',
  'Pacific/Apia',
  'Pacific/Auckland',
  'Pacific/Chatham',
];
// From 1971 to 2099.
const instants = fc.integer({ min: 3.2e10, max: 4.1e12 });

test('with date, time and offset, what is printed is read as the floor of the instant', () => {
  const sources = [
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "yyyy-MM-dd'T'HH:mm:ssZ",
    'EEE, dd MMM yyyy HH:mm:ss Z',
    'yyyy-DDD hh:mm:ss.SSSSSS a XX',
    "YYYY-'W'ww-u kk:mm:ssXXX",
    'yyyyMMddHHmmssSSSZ',
    'EEEE d MMMM yyyy G K:m:s.S a Z',
  ];
  const patterns = sources.flatMap((source) => zones.map((zone) => compiled(source, zone)));

  fc.assert(
    fc.property(fc.constantFrom(...patterns), instants, (pattern, instant) => {
      assert.equal(pattern.parse(pattern.format(instant)), pattern.floor(instant));
    }),
    { numRuns: 1500 },
  );
});

test('without a zone, what is printed is printed again after it was read', () => {
  const sources = [
    'yyyy-MM-dd HH:mm:ss',
    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    'MM/dd/yyyy hh:mm:ss a',
    'dd/MM/yyyy',
    'yyyyMMddHHmm',
    'yyyy-MM',
    'yyyy MMM W E HH',
    'yyyy MM F u HH',
  ];
  const patterns = sources.flatMap((source) => zones.map((zone) => compiled(source, zone)));

  fc.assert(
    fc.property(fc.constantFrom(...patterns), instants, (pattern, instant) => {
      const text = pattern.format(instant);

      assert.equal(pattern.format(pattern.parse(text)), text);
    }),
    { numRuns: 1500 },
  );
});

test('every day from 1600 to 2400 is printed as the calendar of JavaScript has it', () => {
  const pattern = compiled('yyyy-MM-dd u', 'GMT');
  const days = Array.from({ length: 800 * 73 }, (_, place) => Date.UTC(1600, 0, 1) + place * 5 * 86_400_000);

  const wrong = days.filter((day) => {
    const date = new Date(day);
    return pattern.format(day) !== `${date.toISOString().slice(0, 10)} ${date.getUTCDay() || 7}`;
  });

  assert.deepEqual(wrong, []);
});
