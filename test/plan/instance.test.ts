import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, compileEntry, feedOf, firstOf, SHOP } from './compiling.ts';

const TWO = `${SHOP}  refunds:\n    path: /store/refunds\n    poll: {url: /refunds, idField: id}\n`;

test('without a configuration of its own an instance polls the default set of its element', () => {
  const { plan, said } = compile({ configuration: { client: 'web' } }, TWO);

  assert.deepEqual(said, []);
  assert.deepEqual([...plan.feeds.keys()], ['one/orders', 'one/refunds']);
});

test('event.objects chooses from the default set', () => {
  const { plan } = compile({ configuration: { client: 'web', 'event.objects': ' refunds, ' } }, TWO);

  assert.deepEqual([...plan.feeds.keys()], ['one/refunds']);
});

const objects: readonly (readonly [objects: string, says: RegExp])[] = [
  ['refund', /element shop has no resource "refund" \(did you mean "refunds"\?/],
  ['orders,xyz', /element shop has no resource "xyz" \(its default set has orders, refunds\)/],
  ['customers', /"customers" has no default configuration \(write an entry for it into event\.poller\.configuration\)/],
];

for (const [chosen, says] of objects) {
  test(`event.objects ${chosen} is a problem where it stands`, () => {
    const { plan, problems, said } = compile({ configuration: { client: 'web', 'event.objects': chosen } }, TWO);

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
    assert.equal(problems[0]?.where, 'configuration.event.objects');
    assert.equal(problems[0]?.file, 'instances/one.yaml');
  });
}

test('an element without a default set asks for a configuration', () => {
  const { said } = compile({}, 'key: bare\nbaseUrl: https://h.example\n');

  assert.match(said.join('\n'), /"event\.poller\.configuration" is missing \(element bare has no default set/);
});

test('a configuration as a JSON string is one like any other, and its problems are found inside the string', () => {
  const text = (url: string): string => JSON.stringify({ things: { url, idField: 'id' } }, undefined, 1);
  const good = compile({ configuration: { client: 'web', 'event.poller.configuration': text('/orders') } });
  const bad = compile({ configuration: { client: 'web', 'event.poller.configuration': text('/hubs/crm/orders') } });

  assert.equal(firstOf(feedOf(good)).url, 'https://api.shop.example/v2/store/orders?limit=50&client=web');
  assert.match(bad.problems[0]?.where ?? '', /things\.url$/);
  assert.ok((bad.problems[0]?.column ?? 0) > 60);
});

for (const enabled of [false, 'false']) {
  test(`event.notification.enabled ${JSON.stringify(enabled)} polls nothing and only warns`, () => {
    const { plan, said, broken } = compile({ configuration: { 'event.notification.enabled': enabled } });

    assert.equal(plan.feeds.size, 0);
    assert.equal(broken.size, 0);
    assert.match(said.join('\n'), /warning.*is false: nothing of this instance is polled/);
  });
}

test('a vendor type beside polling is a problem', () => {
  for (const type of ['webhook', 'webhooks']) {
    const { plan, broken, said } = compile({ configuration: { client: 'w', 'event.vendor.type': type } });

    assert.equal(plan.feeds.size, 0);
    assert.ok(broken.has('one'));
    assert.match(said.join('\n'), /event\.vendor\.type: "webhooks?" is not what elementd does.*\(write polling, or/);
  }
  for (const type of ['polling', ' Polling ', '']) {
    assert.equal(compile({ configuration: { client: 'w', 'event.vendor.type': type } }).plan.feeds.size, 1);
  }
});

test('one wrong entry keeps back the whole instance, and every problem is told', () => {
  const polled = {
    a: { url: '/orders', idField: 'id' },
    b: { url: '/hubs/crm/x', idField: 'id' },
    c: { url: '/x?a=${b}', idField: 'id' },
  };

  const { plan, said } = compile({ configuration: { client: 'web', 'event.poller.configuration': polled } });

  assert.equal(plan.feeds.size, 0);
  assert.equal(said.length, 2);
});

test('a word that the element asks for and the instance does not give is told with the name of the instance, once', () => {
  const { said } = compile({ configuration: {} });

  assert.equal(said.length, 1);
  assert.match(
    said[0] ?? '',
    /"client" is missing in the configuration of instance one \(the word \$\{configuration\.client\}/,
  );
});

test('a key that an element signs in with and asks with is missed once, and so is any other key for all of its resources', () => {
  const resource = (path: string): string =>
    `{path: ${path}, poll: {url: ${path}, idField: id, datesConfiguration: {updatedDateField: u}}}`;
  const element = (auth: string): string =>
    `key: two\nbaseUrl: https://h.example\n${auth}request: {query: {k: "\${configuration.api.key}"}}\n` +
    `resources: {a: ${resource('/a')}, b: ${resource('/b')}}\n`;

  for (const auth of ['auth: {type: apiKey, header: X-Key}\n', '']) {
    const { plan, problems } = compile({ configuration: {} }, element(auth));

    assert.equal(plan.feeds.size, 0);
    assert.deepEqual(
      problems.map(({ file, where }) => [file, where]),
      [['instances/one.yaml', 'configuration']],
    );
    assert.match(problems[0]?.says ?? '', /^"api\.key" is missing/);
  }
});

test('a key in another case is told once, where it stands', () => {
  const base = { 'base.url': 'https://h.example' };
  const url = compileEntry({ URL: '/x' }, base, 'key: http\n').said.join('\n');
  const id = compileEntry({ url: '/x', idField: undefined, idfield: 'id' }, base, 'key: http\n').said.join('\n');

  assert.match(url, /things\.url: is missing, but "URL" stands there \(did you mean "url"\?\)/);
  assert.doesNotMatch(url, /known key and does nothing.*"url"/);
  assert.match(id, /things\.idfield: warning: .*did you mean "idField"/);
  assert.doesNotMatch(id, /is not given/);
});

test('shorter names of keys and an unknown element are told with what is meant', () => {
  const keys = compile({ element: { key: 'http' }, config: {}, configuration: { 'event.poller.interval': 5 } }).said;
  const element = compile({ element: { key: 'zzz' }, configuration: {} }).said;

  assert.match(keys.join('\n'), /config: warning: .*did you mean "configuration"\?/);
  assert.match(keys.join('\n'), /did you mean "event\.poller\.refresh_interval"\?/);
  assert.match(element.join('\n'), /does not exist \(known elements: .*; http is for any JSON API/);
});

test('defaults of config.yaml stand under an instance', () => {
  const config = 'defaults: {client: app, event.poller.refresh_interval: 2}\n';

  const feed = feedOf(compile({}, SHOP, config));

  assert.deepEqual(feed.schedule, { every: 120_000 });
  assert.match(firstOf(feed).url, /client=app/);
});

test('feeds are named by instance and key, whatever resource they ask for', () => {
  const feed = feedOf(compileEntry({ url: '/orders' }));

  assert.equal(feed.id, 'one/things');
  assert.equal(feed.teller.objectType, 'things');
});

for (const wrong of [[1], 'not json', '"text"']) {
  test(`an event.poller.configuration that is ${JSON.stringify(wrong)} is wrong, but not missing`, () => {
    const element = 'key: bare\nbaseUrl: https://h.example\n';

    const { said } = compile({ configuration: { 'event.poller.configuration': wrong } }, element);

    assert.equal(said.length, 1, said.join('\n'));
    assert.doesNotMatch(said.join('\n'), /is missing/);
  });
}
