import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf, compileEntry, feedWith, firstOf, NO_GRANT, PLAIN } from './compiling.ts';

const asked: readonly (readonly [url: string, request: string])[] = [
  ['/hubs/commerce/orders', '/store/orders?limit=50&client=web'],
  ['hubs/commerce/orders', '/store/orders?limit=50&client=web'],
  [' /hubs/commerce/orders ', '/store/orders?limit=50&client=web'],
  ['/orders', '/store/orders?limit=50&client=web'],
  ['orders?a=1', '/store/orders?a=1&limit=50&client=web'],
  ['/store/orders', '/store/orders?limit=50&client=web'],
  ['/other/things?a=1', '/other/things?a=1&client=web'],
  ['other/things', '/other/things?client=web'],
  ['/orders/12/lines', '/orders/12/lines?client=web'],
];

for (const [url, request] of asked) {
  test(`the url ${JSON.stringify(url)} asks for ${request}`, () => {
    const feed = feedWith({ url });

    assert.equal(askedOf(firstOf(feed)), request);
    assert.equal(firstOf(feed).method, 'GET');
  });
}

test('an absolute url is asked as it is written, and needs no base', () => {
  const element = 'key: bare\nname: Bare\n';

  const feed = feedWith({ url: 'https://elsewhere.example/a/b?where=x>1&c=%41' }, {}, element);

  assert.equal(firstOf(feed).url, 'https://elsewhere.example/a/b?where=x%3E1&c=%41');
});

for (const url of [
  'https://?where=a=1',
  'http://a b/c',
  'https://${configuration.base.url}/x',
  'https://api.${now:HH}.example/x',
  'https://api.example:${epoch}/x',
  'https://x:99999/y',
]) {
  test(`an absolute url without a host is refused at its place: ${url}`, () => {
    const compiled = compileEntry({ url }, { 'base.url': 'https://any.example' }, 'key: http\n');

    assert.equal(compiled.plan.feeds.size, 0);
    assert.match(compiled.said.join('\n'), /^instances\/one\.yaml:1:\d+: \S+\.things\.url: names no host behind http/m);
  });
}

test('words whose values are not known yet may stand for a host, a part of it, or its port', () => {
  for (const url of [
    'https://${env:HOST}/x',
    'https://${env:A}.example.com/x',
    'http://127.0.0.1:${env:PORT}/${date:yyyy}',
  ])
    assert.equal(compileEntry({ url }, {}, 'key: http\n').plan.feeds.size, 1);
});

test('the built-in element drops the hub, and every path lies under base.url', () => {
  const element = 'key: http\n';
  const polled = { 'event.poller.configuration': { a: { url: '/hubs/general/v1/things', idField: 'id' } } };
  const configuration = { 'base.url': 'https://any.example//', ...polled };

  const feed = feedWith({ url: '/x' }, { 'base.url': 'https://any.example/api/' }, element);
  const hub = feedWith({ url: '/hubs/general/v1/things' }, configuration, element);

  assert.equal(firstOf(feed).url, 'https://any.example/api/x');
  assert.equal(firstOf(hub).url, 'https://any.example/v1/things');
});

test('slashes at the end of a base URL count for nothing, whoever gives it', () => {
  const bases = ['https://a.example/v1', 'https://a.example/v1/', 'https://a.example/v1//'];

  const own = bases.map((base) => feedWith({ url: '/orders' }, { 'base.url': base }));
  const element = (base: string): string => `key: bare\nbaseUrl: "${base}"\nresources: {orders: {path: orders}}\n`;
  const given = bases.map((base) => feedWith({ url: '/orders' }, {}, element(base)));
  const worded = bases.map((base) => feedWith({ url: '/orders' }, { root: base }, element('${configuration.root}')));

  assert.deepEqual(
    [...new Set(own.map((feed) => firstOf(feed).url))],
    ['https://a.example/v1/store/orders?limit=50&client=web'],
  );
  assert.deepEqual(
    [...new Set([...given, ...worded].map((feed) => firstOf(feed).url))],
    ['https://a.example/v1/orders'],
  );
  assert.equal(new Set(own.map(({ identity }) => identity)).size, 1);
  assert.equal(new Set([...given, ...worded].map(({ identity }) => identity)).size, 1);
});

const refused: readonly (readonly [url: string, says: RegExp])[] = [
  ['/hubs/crm/orders', /element shop belongs to the hub "commerce", not "crm" \(write \/hubs\/commerce\/orders\)/],
  ['/hubs/commerce/order', /element shop has no resource "order" \(did you mean "orders"\? it has customers, orders\)/],
  ['/hubs/commerce/zzz', /element shop has no resource "zzz" \(it has customers, orders\)/],
  ['/hubs/commerce/constructor', /element shop has no resource "constructor"/],
  ['/orders?${gmtDate:yyyy}=1', /a template word stands in the name of a query parameter/],
  ["/orders?where=a='1' or b='2'", /OR cannot be said in query parameters/],
  ['/orders?where=a', /the where clause needs an operator behind a/],
  ['/orders?since=${gmtdat:yyyy}', /gmtdat:yyyy.*is no known word/],
  ['/orders?site=${configuration.site}', /"site" is missing in the configuration of instance one/],
];

for (const [url, says] of refused) {
  test(`the url ${JSON.stringify(url)} is a problem of its instance`, () => {
    const { plan, problems, broken, said } = compileEntry({ url });

    assert.equal(plan.feeds.size, 0);
    assert.ok(broken.has('one'));
    assert.match(said.join('\n'), says);
    assert.match(problems[0]?.where ?? '', /event\.poller\.configuration.*things/);
  });
}

test('an element without resources is said to have none', () => {
  const { said } = compileEntry(
    { url: '/hubs/commerce/order' },
    {},
    'key: bare\nhub: commerce\nbaseUrl: https://a.example\n',
  );

  assert.match(said.join('\n'), /it has none: write a path under the base URL/);
});

test('without a base URL a path is a problem', () => {
  const { said } = compileEntry({ url: '/x' }, {}, 'key: bare\n');

  assert.match(said.join('\n'), /"base\.url" is missing/);
});

test('a path that is nearly a resource, and a resource told under the name of another, are warned about', () => {
  const near = compileEntry({ url: '/order' });
  const other = compileEntry({ url: '/orders' });
  const swapped = compileEntry(
    { url: '/orders' },
    {},
    'key: bare\nbaseUrl: https://a.example\nresources: {things: {path: /t}, orders: {path: /o}}\n',
  );

  assert.match(near.said.join('\n'), /is no resource of the element.*did you mean "orders"\?/);
  assert.deepEqual(other.said, []);
  assert.match(swapped.said.join('\n'), /asks for "orders", but is told as "things"/);
  assert.equal(swapped.plan.feeds.size, 1);
});

test('what a where clause was mended into is warned about', () => {
  const { said, plan } = compileEntry({ url: "/orders?where=since='${epoch}" });

  assert.match(said.join('\n'), /warning.*is read as if it were written right/);
  assert.equal(plan.feeds.size, 1);
});

test('a record is asked for by its id, in the way of the element, without the body of the list', () => {
  const element = `
key: bare
baseUrl: https://a.example/v1
request: {query: {k: "1"}}
resources:
  things: {path: /list, method: POST, body: '{"a":1}', idField: id, get: "things/{id}"}
`;

  const item = feedWith({ url: '/things' }, {}, element).request.item;

  const grant = { ...NO_GRANT, headers: { Authorization: 'Bearer t' } };
  assert.deepEqual(item?.('a/b $& é', grant, PLAIN), {
    method: 'GET',
    url: 'https://a.example/v1/things/a%2Fb%20%24%26%20%C3%A9?k=1',
    headers: { Accept: 'application/json', Authorization: 'Bearer t' },
  });
  assert.equal(item?.('\ud800', grant, PLAIN).url, 'https://a.example/v1/things/%EF%BF%BD?k=1');
});

test('a record is not asked for where the ids are others than the element means', () => {
  assert.notEqual(feedWith({ url: '/orders' }).request.item, undefined);
  assert.equal(feedWith({ url: '/orders', idField: 'number' }).request.item, undefined);
  assert.equal(feedWith({ url: '/orders', idField: ['id', 'shop'] }).request.item, undefined);
  assert.equal(feedWith({ url: '/customers' }).request.item, undefined);
});
