import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feed } from '../../src/model/feed.ts';
import { compileEntry, feedOf, feedWith, type Values } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';

function feed(entry: Values, configuration: Values = {}, element = BARE): Feed {
  return feedWith({ url: '/x?t=${epoch}', ...entry }, configuration, element);
}

test('dates with slips of the pen are read as if they were written right, and the feed is the same', () => {
  const dates = (updated: string, created: string): Values => ({
    updatedDateField: "['Changed On']",
    updatedDateFormat: updated,
    createdDateField: 'c',
    createdDateFormat: created,
  });
  const written = { url: '/x', idField: 'id', datesConfiguration: dates("yyyy-MM-dd'T'HH:mm:ss'", "milliseconds'") };
  const right = { ...written, datesConfiguration: dates("yyyy-MM-dd'T'HH:mm:ss", 'milliseconds') };

  const compiled = compileEntry(written, {}, BARE);

  const { updated, created } = feedOf(compiled).reading;
  const meant = feedWith(right, {}, BARE).reading;
  assert.deepEqual(updated?.path, ['Changed On']);
  assert.equal(updated.pattern.source, meant.updated?.pattern.source);
  assert.equal(updated.pattern.parse('2026-01-02T03:04:05'), Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.equal(created?.pattern.source, 'milliseconds');
  assert.deepEqual(
    compiled.problems.map(({ severity, where, says }) => [severity, where.split('.').at(-1), says]),
    [
      ['warning', 'updatedDateFormat', "is read as if it were written right: yyyy-MM-dd'T'HH:mm:ss"],
      ['warning', 'createdDateFormat', 'is read as if it were written right: milliseconds'],
    ],
  );
});

test('what is wrong with a date is told once, where it stands', () => {
  const dates = { updatedDateField: 'u', createdDateField: 'c', updatedDateFormat: 'yyyy-bb' };
  const where = (entry: Values): readonly string[] =>
    compileEntry({ url: '/x', idField: 'id', ...entry }, {}, BARE).problems.map((problem) =>
      [problem.where.replace(/.*things\./, ''), problem.says].join(': '),
    );

  assert.match(where({ datesConfiguration: dates }).join('\n'), /^datesConfiguration\.updatedDateFormat: [^\n]*$/);
  assert.deepEqual(
    where({ datesConfiguration: { ...dates, updatedDateFormat: 'yyyy', updatedDateTimezone: '{TimeZone}' } }),
    ['datesConfiguration.updatedDateTimezone: is still the placeholder {TimeZone}'],
  );
  assert.deepEqual(
    where({ datesConfiguration: { ...dates, updatedDateFormat: 'yyyy-bb', updatedDateTimezone: '{TimeZone}' } }).length,
    2,
  );
  assert.deepEqual(where({ updatedDateTimezone: '{Zone}', datesConfiguration: { createdDateField: 'c' } }), [
    'updatedDateTimezone: is still the placeholder {Zone}',
  ]);
});

test('dates are read by their own format and zone, then by those of the updated date, then as ISO in GMT', () => {
  const text = '2026-01-02 03:04:05';
  const parse = (dates: Values, entry: Values = {}): readonly (number | undefined)[] => {
    const { updated, created } = feed({
      ...entry,
      datesConfiguration: { updatedDateField: 'u', createdDateField: 'c', ...dates },
    }).reading;
    return [updated?.pattern.parse(text), created?.pattern.parse(text)];
  };
  const format = 'yyyy-MM-dd HH:mm:ss';
  const gmt = Date.UTC(2026, 0, 2, 3, 4, 5);
  const berlin = gmt - 3_600_000;

  assert.deepEqual(parse({ updatedDateFormat: format }), [gmt, gmt]);
  assert.deepEqual(parse({ updatedDateFormat: format, updatedDateTimezone: 'Europe/Berlin' }), [berlin, berlin]);
  assert.deepEqual(parse({ updatedDateFormat: format, createdDateTimezone: 'Europe/Berlin' }), [gmt, berlin]);
  assert.deepEqual(
    parse({ updatedDateFormat: format, updatedDateTimezone: '' }, { updatedDateTimezone: 'Europe/Berlin' }),
    [berlin, berlin],
  );
  assert.deepEqual(parse({ updatedDateFormat: 'milliseconds', createdDateFormat: format }), [NaN, gmt]);
  const iso = feed({ datesConfiguration: { updatedDateField: 'a.u', updatedDateFormat: '' } }).reading;
  assert.equal(iso.updated?.pattern.parse('2026-01-02T03:04:05Z'), gmt);
  assert.equal(iso.updated?.pattern.parse('2026-01-02T04:04:05.000+01:00'), gmt);
  assert.deepEqual(iso.updated?.path, ['a', 'u']);
  assert.equal(iso.created, undefined);
});
