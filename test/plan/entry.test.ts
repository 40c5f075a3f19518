import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feed } from '../../src/model/feed.ts';
import { compile, compileEntry, feedOf, feedWith, type Values } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';

function feed(entry: Values, configuration: Values = {}, element = BARE): Feed {
  return feedWith({ url: '/x?t=${epoch}', ...entry }, configuration, element);
}

const TWO_DATES = { updatedDateField: 'u', updatedDateFormat: 'milliseconds', createdDateField: 'c' };

const baselines: readonly (readonly [entry: Values, everything: boolean])[] = [
  [{ datesConfiguration: TWO_DATES }, false],
  [{ datesConfiguration: TWO_DATES, baseline: 'auto' }, false],
  [{ datesConfiguration: TWO_DATES, baseline: 'scan' }, true],
  [{ datesConfiguration: TWO_DATES, url: '/x' }, true],
  [{ datesConfiguration: TWO_DATES, url: '/x?t=${now:yyyy}' }, true],
  [{ datesConfiguration: { ...TWO_DATES, createdDateField: 'u' } }, true],
  [{ datesConfiguration: { ...TWO_DATES, createdDateField: ' u ' } }, true],
  [{ datesConfiguration: { updatedDateField: 'u' } }, true],
  [{ datesConfiguration: { createdDateField: 'c' } }, true],
  [{}, true],
  [{ baseline: 'none' }, false],
  [{ baseline: 'none', deletes: { by: 'sweep' } }, true],
  [{ datesConfiguration: TWO_DATES, deletes: { by: 'flag', field: 'gone' } }, false],
];

for (const [entry, everything] of baselines) {
  test(`the first look of ${JSON.stringify(entry)} reads ${everything ? 'everything' : 'from the watermark on'}`, () => {
    assert.equal(feed(entry).baseline, everything);
  });
}

const schedules: readonly (readonly [entry: Values, configuration: Values, schedule: Values])[] = [
  [{}, {}, { every: 900_000 }],
  [{}, { 'event.poller.refresh_interval': 5 }, { every: 300_000 }],
  [{}, { 'event.poller.refresh_interval': ' 0.5 ' }, { every: 30_000 }],
  [{}, { 'event.poller.refresh_interval': '90s' }, { every: 90_000 }],
  [{ schedule: '2h' }, { 'event.poller.refresh_interval': '90s' }, { every: 7_200_000 }],
  [{ schedule: { cron: '0 9 * * *' } }, {}, { cron: '0 9 * * *', zone: 'UTC' }],
  [{ schedule: { cron: '0 9 * * *', timezone: 'Europe/Berlin' } }, {}, { cron: '0 9 * * *', zone: 'Europe/Berlin' }],
];

for (const [entry, configuration, schedule] of schedules) {
  test(`${JSON.stringify({ ...entry, ...configuration })} is polled by ${JSON.stringify(schedule)}`, () => {
    const found = feed(entry, configuration).schedule;

    const plain = 'every' in found ? found : { cron: found.cron, zone: found.zone };
    assert.deepEqual(plain, schedule);
  });
}

test('a cron schedule knows its next slot', () => {
  const { schedule } = feed({ schedule: { cron: '0 9 * * *', timezone: 'Europe/Berlin' } });

  assert.ok('next' in schedule);
  assert.equal(schedule.next(Date.parse('2026-07-01T07:00:00Z')), Date.parse('2026-07-02T07:00:00Z'));
});

const starts: readonly (readonly [start: string | undefined, planned: Feed['start']])[] = [
  [undefined, 'now'],
  ['now', 'now'],
  ['all', 'all'],
  ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04+02:00', Date.UTC(2026, 0, 2, 1, 4)],
];

for (const [start, planned] of starts) {
  test(`start ${start ?? 'left out'} is planned`, () => {
    assert.equal(feed(start === undefined ? {} : { start }).start, planned);
  });
}

test('deletes come from the entry, else from the resource', () => {
  const element = `${BARE}resources: {things: {path: /t, deletes: {by: flag, field: a.b, values: [1, true, x]}}}\n`;

  assert.deepEqual(feed({}).deletes, { by: 'none' });
  assert.deepEqual(feed({ url: '/things' }, {}, element).deletes, {
    by: 'flag',
    field: ['a', 'b'],
    values: ['1', 'true', 'x'],
  });
  assert.deepEqual(feed({ url: '/things', deletes: { by: 'none' } }, {}, element).deletes, { by: 'none' });
  assert.deepEqual(feed({ deletes: { by: 'sweep' } }).deletes, { by: 'sweep', every: 86_400_000, maxShare: 0.5 });
  assert.deepEqual(feed({ deletes: { by: 'sweep', every: '1h', maxShare: 0 } }).deletes, {
    by: 'sweep',
    every: 3_600_000,
    maxShare: 0,
  });
});

test('how records are compared comes from the entry, else from the resource', () => {
  const element = `${BARE}resources: {things: {path: /t, records: data.items, map: true}}\n`;

  assert.deepEqual(feed({ url: '/things' }, {}, element).rule, {
    compare: 'both',
    ignoreFields: [],
    records: 'data.items',
    map: true,
    dropNulls: true,
  });
  assert.deepEqual(
    feed(
      { records: '', map: false, compare: 'date', ignoreFields: ['a'] },
      { 'filter.response.nulls': 'false' },
      element,
    ).rule,
    {
      compare: 'date',
      ignoreFields: ['a'],
      records: '',
      map: false,
      dropNulls: false,
    },
  );
});

test('tolerance and delay are seconds, also as texts, also inside the dates', () => {
  assert.equal(feed({}).createdTolerance, 10_000);
  assert.equal(feed({ createdCheckTolerance: '60' }).createdTolerance, 60_000);
  assert.equal(feed({ createdCheckTolerance: 0 }).createdTolerance, 0);
  assert.equal(feed({ datesConfiguration: { createdCheckTolerance: 5 } }).createdTolerance, 5_000);
  assert.equal(feed({}).pollDelay, 0);
  assert.equal(feed({ pollDelay: '1.5' }).pollDelay, 1_500);
});

test('the id is read as text, from one path or several', () => {
  const one = feed({ idField: ' a.id ' }).reading;
  const many = feed({ idField: ['a.id', 'b'] }).reading;

  assert.equal(one.id({ a: { id: 5 } }), '5');
  assert.equal(one.id({ a: { id: 'x' } }), 'x');
  assert.equal(one.id({ a: { id: 9007199254740993n } }), '9007199254740993');
  for (const none of [null, '', true, {}, [1]]) assert.equal(one.id({ a: { id: none } }), undefined);
  assert.equal(one.id({}), undefined);
  assert.equal(many.id({ a: { id: 5 }, b: 'y' }), '5|y');
  assert.equal(many.id({ a: { id: 5 } }), undefined);
  assert.deepEqual(many.idPaths, [['a', 'id'], ['b']]);
});

test('the id field is left to the resource, then to its default entry', () => {
  const element = `${BARE}resources: {a: {path: /a, idField: key}, b: {path: /b, poll: {url: /b, idField: number}}}\n`;

  assert.deepEqual(feed({ url: '/a', idField: undefined }, {}, element).reading.idPaths, [['key']]);
  assert.deepEqual(feed({ url: '/b', idField: undefined }, {}, element).reading.idPaths, [['number']]);
});

test('an id field that nobody gives is "id", with a warning where it should stand', () => {
  for (const entry of [{ idField: undefined }, { idField: '' }, { idField: ' ' }]) {
    const compiled = compileEntry({ url: '/x', ...entry }, {}, BARE);

    assert.deepEqual(feedOf(compiled).reading.idPaths, [['id']]);
    assert.match(compiled.said.join('\n'), /things\.idField: warning: is not given: "id" is taken \(name the field/);
  }
});

test('an empty id field is left to the resource without a word', () => {
  const element = `${BARE}resources: {a: {path: /a, idField: key, get: '/a/{id}'}}\n`;

  const compiled = compileEntry({ url: '/a', idField: '' }, {}, element);

  assert.deepEqual(feedOf(compiled).reading.idPaths, [['key']]);
  assert.notEqual(feedOf(compiled).request.item, undefined);
  assert.doesNotMatch(compiled.said.join('\n'), /idField/);
});

test('keys of former and later systems change nothing; what they would have changed is warned of', () => {
  const idle = {
    objectName: 'x',
    batchSize: 100,
    useLastPollDate: true,
    useHydrationBeforePostHooks: 'false',
    xPath: '',
  };
  const said = (entry: Values): string =>
    compileEntry({ url: '/x', idField: 'id', ...entry }, {}, BARE).said.join('\n');

  assert.equal(said(idle), said({}));
  assert.equal(said({ postHooks: [], parameters: {} }), said({}));
  for (const [key, value] of Object.entries({
    xPath: 'a/b',
    postHooks: ['h'],
    postHookPipelines: [1],
    parameters: { a: 1 },
  }))
    assert.match(said({ [key]: value }), new RegExp(`things\\.${key}: warning: is not done`));
  assert.match(said({ postHook: 'h' }), /things\.postHook: warning: is not a known key.*did you mean "postHooks"/);
});

for (const name of ['/changed-messages', 'companies/1/updates', 'a b', 'ü', 'calendars/{calendarId}/changed-events']) {
  test(`a resource named ${name} is a feed like any other`, () => {
    const polled = { [name]: { url: '/x', idField: 'id' } };

    const { id, teller } = feedOf(
      compile({ configuration: { client: 'w', 'event.poller.configuration': polled } }, BARE),
    );

    assert.equal(id, `one/${name}`);
    assert.equal(teller.objectType, name);
  });
}

test('a name that is still to be filled in is a problem', () => {
  const polled = { '<INSERT_objectName>': { url: '/x', idField: 'id' } };

  const { plan, said } = compile({ configuration: { client: 'w', 'event.poller.configuration': polled } }, BARE);

  assert.equal(plan.feeds.size, 0);
  assert.match(said.join('\n'), /is still named <INSERT_objectName> \(the key names the feed/);
});

const refused: readonly (readonly [entry: Values, where: string, says: RegExp])[] = [
  [{ idField: ['id', ' '] }, 'idField', /holds an empty path/],
  [{ start: '2026-02-31T00:00:00Z' }, 'start', /"2026-02-31T00:00:00Z" is no instant/],
  [{ schedule: { cron: '* * *' } }, 'schedule', /has 3 fields/],
  [{ schedule: { cron: '* * * * *', timezone: 'Mars/Olympus' } }, 'schedule', /"Mars\/Olympus" is no time zone/],
  [
    { datesConfiguration: { updatedDateField: 'u', updatedDateFormat: 'yyyy-bb' } },
    'datesConfiguration.updatedDateFormat',
    /b/,
  ],
  [
    { datesConfiguration: { createdDateField: 'c', createdDateFormat: 'yyyy', createdDateTimezone: 'Nowhere' } },
    'datesConfiguration.createdDateTimezone',
    /the time zone "Nowhere" is not known/,
  ],
];

for (const [entry, where, says] of refused) {
  test(`${JSON.stringify(entry)} is a problem at ${where}`, () => {
    const { plan, problems, said } = compileEntry({ url: '/x', ...entry }, {}, BARE);

    assert.equal(plan.feeds.size, 0);
    assert.ok(
      problems.some((problem) => problem.where.endsWith(where)),
      said.join('\n'),
    );
    assert.match(said.join('\n'), says);
  });
}
