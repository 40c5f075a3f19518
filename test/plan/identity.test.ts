import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feed, Plan } from '../../src/model/feed.ts';
import { diffPlans } from '../../src/plan/diff.ts';
import { compile, feedOf, feedWith, SHOP, type Values } from './compiling.ts';

const ENTRY: Values = {
  url: "/orders?where=a='${epoch}'",
  pageSize: 5,
  headers: { 'X-A': '1' },
  datesConfiguration: { updatedDateField: 'u' },
};
const CONFIGURATION: Values = { 'event.notification.callback.url': 'https://me.example' };

function planOf(...feeds: readonly Feed[]): Plan {
  return { feeds: new Map(feeds.map((feed) => [feed.id, feed])) };
}

/** The aspects that an edit of the entry, of the configuration and of the element moves. */
function moved(
  entry: Values,
  configuration: Values = {},
  element: (text: string) => string = (text) => text,
): readonly string[] {
  const before = feedWith(ENTRY, CONFIGURATION, SHOP);
  const after = feedWith({ ...ENTRY, ...entry }, { ...CONFIGURATION, ...configuration }, element(SHOP));
  return diffPlans(planOf(before), planOf(after)).changed.flatMap(({ aspects }) => aspects);
}

const edits: readonly (readonly [what: string, aspects: string, ...edit: Parameters<typeof moved>])[] = [
  ['nothing', '', {}],
  ['white space around the url', '', { url: ` ${ENTRY['url'] as string} ` }],
  ['the path', 'identity request reading', { url: "/customers?where=a='${epoch}'" }],
  ['the id field', 'identity reading', { idField: 'number' }],
  ['a composite id field', 'identity reading', { idField: ['id', 'shop'] }],
  ['the base URL', 'identity', {}, { 'base.url': 'https://other.example' }],
  ['the base URL to what the element says', '', {}, { 'base.url': 'https://api.shop.example/v2/' }],
  [
    'the path of the resource in the element',
    'identity',
    {},
    {},
    (text) => text.replace('path: /store/orders', 'path: /orders'),
  ],
  ['the way to the same resource', 'request', { url: "/hubs/commerce/orders?where=a='${epoch}'" }],
  ['the where clause', 'request', { url: "/orders?where=b='${epoch}'" }],
  ['a query parameter', 'request', { url: "/orders?where=a='${epoch}'&z=1" }],
  ['the method', 'request', { method: 'POST' }],
  ['the body', 'request', { method: 'GET', body: '{}' }],
  ['a header', 'request', { headers: { 'X-A': '2' } }],
  ['a header of the element', 'request', {}, {}, (text) => text.replace('X-Team: sales', 'X-Team: other')],
  ['a parameter that the element sends always', 'request', {}, { client: 'app' }],
  ['the page size', 'reading', { pageSize: 6 }],
  ['the schedule', 'schedule', { schedule: '1h' }],
  ['the interval', 'schedule', {}, { 'event.poller.refresh_interval': '30s' }],
  ['the interval to what it is', '', {}, { 'event.poller.refresh_interval': '15' }],
  ['the callback', 'routing', {}, { 'event.notification.callback.url': 'https://you.example' }],
  ['a callback header', 'routing', {}, { 'event.notification.callback.headers': 'X-A: ${env:A}' }],
  ['the signature key', 'routing', {}, { 'event.notification.signature.key': 'new' }],
  ['a second signature key', 'routing', {}, { 'event.notification.signature.key': ['old', 'new'] }],
  ['the format of events', 'routing', {}, { 'event.notification.format': 'standard' }],
  ['the format of events to what it is', '', {}, { 'event.notification.format': 'cloud-elements' }],
  ['the basic user', 'routing', {}, { 'event.notification.basic.username': 'new' }],
  ['the dates', 'reading', { datesConfiguration: { updatedDateField: 'v' } }],
  ['the tolerance', 'reading', { createdCheckTolerance: 1 }],
  ['the delay', 'reading', { pollDelay: 1 }],
  ['the deletes', 'reading', { deletes: { by: 'sweep' } }],
  ['the comparing', 'reading', { compare: 'date' }],
  ['the records', 'reading', { records: 'items' }],
  ['nulls', 'reading', {}, { 'filter.response.nulls': false }],
  ['the paging of the element', 'reading', {}, {}, (text) => text.replace('{by: nextUrl, at: next}', '{by: link}')],
  [
    'the default entry in the element',
    '',
    {},
    {},
    (text) => text.replace('createdDateField: created', 'createdDateField: born'),
  ],
];

for (const [what, aspects, ...edit] of edits) {
  test(`an edit of ${what} moves ${aspects === '' ? 'nothing' : aspects}`, () => {
    assert.equal(moved(...edit).join(' '), aspects);
  });
}

test('credentials change neither identity nor request, wherever they lie', () => {
  const element = 'key: bare\nbaseUrl: https://h.example\nrequest: {query: {k: "${configuration.api.key}"}}\n';
  const prints = ['literal', 'another', '${env:KEY}', '${file:/run/key}'].map((key) => {
    const feed = feedWith({ url: '/x', headers: { 'X-Key': '${configuration.api.key}' } }, { 'api.key': key }, element);
    return `${feed.identity} ${feed.aspects.request}`;
  });

  assert.equal(new Set(prints).size, 1);
});

test('the name, tags and number of an instance are told, so they are routing', () => {
  const base = { configuration: { client: 'w', 'event.objects': 'orders' } };
  const aspects = [{ name: 'A' }, { tags: ['a'] }, { id: 7 }].map((edit) =>
    diffPlans(planOf(feedOf(compile(base))), planOf(feedOf(compile({ ...base, ...edit })))).changed.map(
      (changed) => changed.aspects,
    ),
  );

  assert.deepEqual(aspects, [[['routing']], [['routing']], [['routing']]]);
});

test('which of two signature keys comes first is routing', () => {
  const [before, after] = [
    ['old', 'new'],
    ['new', 'old'],
  ].map((keys) => feedWith(ENTRY, { ...CONFIGURATION, 'event.notification.signature.key': keys }));

  assert.notEqual(before?.aspects.routing, after?.aspects.routing);
});

for (const format of ['cloud-elements', 'cloudevents', 'standard']) {
  test(`the format ${format} is told in, said by the instance or by the defaults`, () => {
    const configuration = { client: 'w', 'event.objects': 'orders' };
    const own = compile({ configuration: { ...configuration, 'event.notification.format': format } });
    const inherited = compile({ configuration }, SHOP, `defaults: {event.notification.format: ${format}}`);

    assert.deepEqual([feedOf(own).teller.format, feedOf(inherited).teller.format], [format, format]);
  });
}

test('from the empty plan everything is added, and to it everything is removed', () => {
  const feed = feedWith(ENTRY);
  const empty: Plan = { feeds: new Map() };

  assert.deepEqual(diffPlans(empty, planOf(feed)), { added: [feed], changed: [], removed: [] });
  assert.deepEqual(diffPlans(planOf(feed), empty), { added: [], changed: [], removed: [feed] });
});

test('what tells of a feed is taken from its instance, with a stable number where the file gives none', () => {
  const named = feedOf(
    compile({ configuration: { client: 'w', 'event.objects': 'orders' }, name: 'My shop', tags: ['x'], id: 12 }),
  );
  const plain = feedOf(compile({ configuration: { client: 'w', 'event.objects': 'orders' } }));

  assert.deepEqual(named.teller, {
    format: 'cloud-elements',
    feed: 'one/orders',
    objectType: 'orders',
    elementKey: 'shop',
    hub: 'commerce',
    instance: 'one',
    instanceName: 'My shop',
    tags: ['x'],
    numericId: 12,
  });
  assert.equal(plain.teller.instanceName, 'one');
  assert.equal(
    plain.teller.numericId,
    feedOf(compile({ configuration: { client: 'x', 'event.objects': 'orders' } })).teller.numericId,
  );
  assert.ok(plain.teller.numericId > 0 && plain.teller.numericId < 10_000_000);
});
