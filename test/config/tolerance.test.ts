import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolledResource } from '../../src/model/files.ts';
import { lines, readInstanceText } from './reading.ts';

const URL = "/hubs/crm/contacts?where=u>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'";
const ENTRIES = {
  contacts: { url: URL, idField: 'id', filterByUpdatedDate: 'false', pageSize: '20', pollDelay: '30' },
};
const plain = JSON.stringify(ENTRIES);
const indented = JSON.stringify(ENTRIES, undefined, '\t');
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The body of an instance of the built-in element as JSON text. */
function body(configuration: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ element: { key: 'http' }, configuration }, undefined, 1);
}

function polledOf(text: string): ReadonlyMap<string, PolledResource> | undefined {
  return readInstanceText(text, 'instances/one.json').instances.get('one')?.polled;
}

const forms: readonly (readonly [name: string, value: unknown])[] = [
  ['a map', ENTRIES],
  ['a text', plain],
  ['a text with line ends and tabs', indented],
  ['a text that is escaped', escaped(plain)],
  ['a text with line ends and tabs that is escaped', escaped(indented)],
  ['a text in quotes', JSON.stringify(plain)],
  ['a text in quotes with line ends', ` ${JSON.stringify(indented)}\n`],
  ['a text that is escaped twice', escaped(escaped(plain))],
  ['a text in quotes twice', JSON.stringify(JSON.stringify(plain))],
];

for (const [name, value] of forms) {
  test(`an event.poller.configuration as ${name} is read`, () => {
    const catalog = readInstanceText(body({ 'event.poller.configuration': value }), 'instances/one.json');

    assert.deepEqual(lines(catalog), []);
    assert.deepEqual(Object.fromEntries(catalog.instances.get('one')?.polled ?? []), ENTRIES);
  });

  test(`what is wrong in an event.poller.configuration as ${name} is told at its place`, () => {
    const wrong = JSON.stringify(value).replace('pageSize', 'pageSzie');
    const text = body({ 'event.poller.configuration': JSON.parse(wrong) as unknown });

    const [problem, ...others] = readInstanceText(text, 'instances/one.json').problems;

    const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? '';
    assert.deepEqual(others, []);
    assert.match(problem?.hint ?? '', /did you mean "pageSize"/);
    assert.match(line.slice((problem?.column ?? 0) - 1), /^\\*"pageSzie/);
  });
}

test('a body that was taken out of a curl command is read, with its right writing where that is no secret', () => {
  const shell = body({ 'event.poller.configuration': ENTRIES, username: "it's", password: "pass'word" });

  const catalog = readInstanceText(shell.replaceAll("'", "'\\''"), 'instances/one.json');

  assert.deepEqual(polledOf(shell), catalog.instances.get('one')?.polled);
  assert.equal(catalog.instances.get('one')?.configuration.get('username'), "it's");
  assert.deepEqual(
    catalog.problems.map(
      ({ severity, where, says }) => `${severity} ${where.replace(/^configuration\./, '')}: ${says}`,
    ),
    [
      `warning event.poller.configuration.contacts.url: is read as if it were written right: ${URL}`,
      "warning username: holds '\\'' as a shell needs it: each is read as '",
      "warning password: holds '\\'' as a shell needs it: each is read as '",
    ],
  );
});

test('a JSON string in a body that was taken out of a curl command keeps its places', () => {
  const shell = body({ 'event.poller.configuration': plain.replace('pollDelay', 'pollDely') }).replaceAll("'", "'\\''");

  const catalog = readInstanceText(shell, 'instances/one.json');

  const problem = catalog.problems.find(({ where }) => where.endsWith('pollDely'));
  assert.equal(catalog.instances.get('one')?.polled?.get('contacts')?.url, URL);
  assert.match(shell.split('\n')[(problem?.line ?? 0) - 1]?.slice((problem?.column ?? 0) - 1) ?? '', /^\\"pollDely/);
});

test('a backslash before any other quote is still no JSON', () => {
  const catalog = readInstanceText('{"element": {"key": "http"}, "name": "it\\\'s"}', 'instances/one.json');

  assert.match(lines(catalog).join('\n'), /is not valid JSON/);
});

test('keys without a value count as left out, with a warning, where no empty text can be meant', () => {
  const catalog = readInstanceText(
    body({
      'event.poller.refresh_interval': '',
      'event.notification.callback.url': ' ',
      'filter.response.nulls': null,
      'event.poller.configuration': '',
      username: 'me',
      password: '',
    }),
    'instances/one.json',
  );

  const instance = catalog.instances.get('one');
  assert.deepEqual([...(instance?.configuration.keys() ?? [])], ['username', 'password']);
  assert.equal(instance?.polled, undefined);
  assert.deepEqual(
    catalog.problems.map(
      ({ severity, where, says }) => `${severity} ${where.replace(/^configuration\./, '')}: ${says}`,
    ),
    ['refresh_interval', 'notification.callback.url', 'filter.response.nulls', 'configuration'].map((key) => {
      const whole = key.startsWith('f') ? key : `event.${key.startsWith('n') ? '' : 'poller.'}${key}`;
      return `warning ${whole}: has no value and counts as left out`;
    }),
  );
});

test('in polled entries nothing is said of keys without a value, and they are left out', () => {
  const entry = { url: '/x', idField: 'id', pageSize: '', pollDelay: null, filterByUpdatedDate: '' };
  const dates = { updatedDateField: '', updatedDateFormat: '', createdCheckTolerance: '', createdDateField: null };

  const text = body({ 'event.poller.configuration': { a: { ...entry, datesConfiguration: dates }, b: { url: null } } });
  const catalog = readInstanceText(text, 'instances/one.json');

  assert.match(
    lines(catalog).join('\n'),
    /^\S+ configuration\.event\.poller\.configuration\.b\.url: is missing [^\n]*$/,
  );
  assert.deepEqual(polledOf(text.replace('"url": null', '"url": "/b"'))?.get('a'), {
    url: '/x',
    idField: 'id',
    datesConfiguration: { updatedDateField: '', updatedDateFormat: '' },
  });
});

test('a configuration without entries is warned of', () => {
  const catalog = readInstanceText(body({ 'event.poller.configuration': '{}' }), 'instances/one.json');

  assert.match(lines(catalog).join('\n'), /event\.poller\.configuration: warning: is empty: nothing is polled/);
});

const inside = { url: '/leads', idField: 'id' };

const misplaced: readonly (readonly [name: string, accounts: object])[] = [
  ['an entry', { url: '/accounts', idField: 'id', datesConfiguration: { updatedDateField: 'u' }, leads: inside }],
  [
    'the dates of an entry',
    { url: '/accounts', idField: 'id', datesConfiguration: { updatedDateField: 'u', leads: inside } },
  ],
];

for (const [name, accounts] of misplaced) {
  for (const written of [{ accounts }, JSON.stringify({ accounts })]) {
    test(`an entry inside ${name} of a ${typeof written} stands beside it, with a warning at its place`, () => {
      const text = body({ 'event.poller.configuration': written });

      const catalog = readInstanceText(text, 'instances/one.json');

      const [problem, ...others] = catalog.problems;
      const polled = catalog.instances.get('one')?.polled;
      assert.deepEqual(
        [...(polled ?? [])],
        [
          ['accounts', { url: '/accounts', idField: 'id', datesConfiguration: { updatedDateField: 'u' } }],
          ['leads', inside],
        ],
      );
      assert.deepEqual(others, []);
      assert.equal(problem?.where, 'configuration.event.poller.configuration.leads');
      assert.equal(problem.says, 'stands inside "accounts": is read as if it were written right: beside it');
      assert.equal(problem.severity, 'warning');
      assert.match(text.split('\n')[problem.line - 1]?.slice(problem.column - 1) ?? '', /^\\?"leads/);
    });
  }
}

test('an entry inside another one, of which another stands beside it, is not read', () => {
  const accounts = {
    url: '/a',
    idField: 'id',
    leads: { url: '/old', idField: 'id', tasks: { url: '/t', idField: 'id' } },
  };

  const catalog = readInstanceText(
    body({ 'event.poller.configuration': { accounts, leads: inside } }),
    'instances/one.json',
  );

  const polled = catalog.instances.get('one')?.polled;
  assert.deepEqual([...(polled?.keys() ?? [])], ['accounts', 'leads', 'tasks']);
  assert.equal(polled?.get('leads')?.url, '/leads');
  assert.match(
    lines(catalog).join('\n'),
    /leads: warning: stands inside "accounts", and beside it, too: only that one is read/,
  );
});

test('settings that hold a url are no entries', () => {
  const deletes = { by: 'none', url: '/deleted' };

  const catalog = readInstanceText(
    body({ 'event.poller.configuration': { a: { url: '/a', idField: 'id', deletes, extra: 'x' } } }),
    'instances/one.json',
  );

  assert.doesNotMatch(lines(catalog).join('\n'), /stands inside/);
});
