import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLegacyUrls, splitNames } from '../../src/plan/legacy-urls.ts';
import { AT, askedOf, compile, firstOf, SHOP, type Values } from './compiling.ts';

const TWO = `${SHOP}  refunds:\n    path: /store/refunds\n    poll: {url: /refunds, idField: number}\n`;
const HTTP = 'key: h\nbaseUrl: https://h.example\n';
const ISO = "yyyy-MM-dd'T'HH:mm:ssZ";
const ACCOUNTS = `accounts|/hubs/crm/accounts?where=Modified>=\${date}||Modified|${ISO}||Created|${ISO}|PST`;

function polled(configuration: Values, element = TWO) {
  return compile({ configuration: { client: 'web', ...configuration } }, element);
}

const lines: readonly (readonly [line: string, name: string, entry: Values])[] = [
  [
    ACCOUNTS,
    'accounts',
    {
      url: '/hubs/crm/accounts?where=Modified>=${date}',
      datesConfiguration: {
        updatedDateField: 'Modified',
        updatedDateFormat: ISO,
        createdDateField: 'Created',
        createdDateFormat: ISO,
        createdDateTimezone: 'PST',
      },
    },
  ],
  ['a|/x', 'a', { url: '/x', datesConfiguration: {} }],
  [' a | /x | | u ', 'a', { url: '/x', datesConfiguration: { updatedDateField: 'u' } }],
  ["a|/x?where=b='1|2'||u", 'a', { url: "/x?where=b='1|2'", datesConfiguration: { updatedDateField: 'u' } }],
  ["a|/x?where=b='1||u", 'a', { url: "/x?where=b='1", datesConfiguration: { updatedDateField: 'u' } }],
];

for (const [line, name, entry] of lines) {
  test(`the line ${line} is an entry`, () => {
    const { entries, names } = readLegacyUrls(line);

    assert.deepEqual(names, []);
    assert.deepEqual(
      entries.map((read) => [read.name, read.entry]),
      [[name, entry]],
    );
  });
}

for (const text of [
  'contacts|leads',
  'contacts\nleads',
  'contacts\\nleads',
  ' contacts, leads ,',
  'contacts;leads\r\n',
]) {
  test(`${JSON.stringify(text)} is two names`, () => {
    assert.deepEqual(readLegacyUrls(text), { entries: [], names: ['contacts', 'leads'] });
    assert.deepEqual(splitNames(text), ['contacts', 'leads']);
  });
}

test('lines of event.poller.urls are polled like entries, with what the element says of their resources', () => {
  const { plan, problems } = polled({
    'event.poller.urls': `orders|/hubs/commerce/orders?where=since='\${epoch:s}'\nx|/y`,
  });

  const [orders, plain] = [...plan.feeds.values()];
  assert.deepEqual([...plan.feeds.keys()], ['one/orders', 'one/x']);
  assert.ok(orders !== undefined && plain !== undefined);
  assert.equal(askedOf(firstOf(orders, AT)), '/store/orders?since=1767323044&limit=50&client=web');
  assert.deepEqual(orders.reading.idPaths, [['id']]);
  assert.deepEqual(
    problems.map(({ severity, where, says }) => `${severity} ${where}: ${says}`),
    ['warning configuration.event.poller.urls.x.idField: is not given: "id" is taken'],
  );
});

test('a literal backslash n parts lines too, and an XPath filter is warned of', () => {
  const { plan, said } = polled({ 'event.poller.urls': `${ACCOUNTS.replace('/hubs/crm', '')}\\nx|/y|//row` }, HTTP);

  assert.deepEqual([...plan.feeds.keys()], ['one/accounts', 'one/x']);
  assert.match(said.join('\n'), /event\.poller\.urls\.x: warning: the XPath filter \/\/row is not applied/);
});

test('a line given twice is a problem', () => {
  const { plan, said } = polled({ 'event.poller.urls': 'x|/y\nx|/z' }, HTTP);

  assert.equal(plan.feeds.size, 0);
  assert.match(said.join('\n'), /event\.poller\.urls\.x: is given twice/);
});

const chosen: readonly (readonly [configuration: Values, feeds: readonly string[]])[] = [
  [{ 'event.objects': ' refunds , orders' }, ['one/orders', 'one/refunds']],
  [{ 'event.objects': ['refunds'] }, ['one/refunds']],
  [{ 'event.objects': '' }, ['one/orders', 'one/refunds']],
  [{ 'event.poller.urls': 'refunds' }, ['one/refunds']],
  [{ 'event.poller.urls': 'refunds|orders' }, ['one/orders', 'one/refunds']],
  [{ 'event.poller.urls': ['refunds', 'orders'] }, ['one/orders', 'one/refunds']],
  [{ 'event.poller.urls': 'refunds', 'event.objects': 'orders' }, ['one/orders', 'one/refunds']],
  [{ 'event.poller.urls': 'orders|/y', 'event.objects': 'orders,refunds' }, ['one/orders', 'one/refunds']],
];

for (const [configuration, feeds] of chosen) {
  test(`${JSON.stringify(configuration)} polls ${feeds.join(' and ')}`, () => {
    const { plan, problems } = polled(configuration);

    assert.deepEqual([...plan.feeds.keys()].sort(), feeds);
    assert.ok(problems.every(({ severity }) => severity === 'warning'));
  });
}

test('event.poller.configuration wins over the other two, with a warning for each', () => {
  const own = { things: { url: '/t', idField: 'id' } };

  const { plan, said } = polled({
    'event.poller.configuration': own,
    'event.poller.urls': 'orders',
    'event.objects': 'refunds',
  });

  assert.deepEqual([...plan.feeds.keys()], ['one/things']);
  for (const key of ['event.poller.urls', 'event.objects'])
    assert.ok(said.some((line) => line.includes(`configuration.${key}: warning: is not read, since event.poller`)));
});

const refused: readonly (readonly [configuration: Values, element: string, says: RegExp])[] = [
  [
    { 'event.objects': 'refund' },
    TWO,
    /event\.objects: .*no resource "refund" \(did you mean "refunds"\? its default set/,
  ],
  [{ 'event.objects': ['orders', 'xyz'] }, TWO, /no resource "xyz" \(its default set has orders, refunds\)/],
  [
    { 'event.poller.urls': 'xyz' },
    TWO,
    /event\.poller\.urls: .*no resource "xyz" \(its default set has orders, refunds\)/,
  ],
  [{ 'event.objects': 'customers' }, TWO, /"customers" has no default configuration \(write an entry/],
  [{ 'event.objects': ', ,' }, TWO, /event\.objects: names no resource \(remove it for all: orders, refunds\)/],
  [{ 'event.objects': 'x' }, HTTP, /no resource "x" \(its default set is empty: say in event\.poller\.configuration/],
  [{ 'event.objects': '${env:OBJECTS}' }, TWO, /event\.objects: holds a reference where none can be resolved/],
];

for (const [configuration, element, says] of refused) {
  test(`${JSON.stringify(configuration)} of ${/key: (\w+)/.exec(element)?.[1] ?? ''} is a problem`, () => {
    const { plan, said } = polled(configuration, element);

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
  });
}

test('the built-in element has nothing to choose from, which is told once for each key', () => {
  const choices = { 'base.url': 'https://h.example', 'event.objects': 'contacts', 'event.poller.urls': 'a|b' };

  const { said } = compile({ element: { key: 'http' }, configuration: choices }, TWO);

  assert.equal(said.length, 2);
  for (const line of said)
    assert.match(line, /has nothing to choose from: element http has no default set \(say in event/);
});
