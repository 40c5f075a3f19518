import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { revealLiteral } from '../../src/language/secret.ts';
import { printText, secretsIn } from '../../src/language/text.ts';
import type { Text } from '../../src/model/secret.ts';
import { fileWith, lines, read, readFixture, readInstanceText } from './reading.ts';

/** A value with its secrets shown: `label=value` for literal ones, the label alone for references. */
function reveal(value: Text | number | boolean | undefined): unknown {
  if (typeof value !== 'object') return value;
  const shown = value.map((part) => {
    if (typeof part === 'string') return part;
    const literal = revealLiteral(part);
    return literal === undefined ? part.label : `${part.label}=${literal}`;
  });
  return shown.join('+');
}

const everything = readFixture('instances', 'everything.good.yaml').instances.get('everything');

for (const [key, value] of [
  ['event.notification.enabled', 'true'],
  ['event.notification.callback.url', 'https://example.com/events?token=+[cred:callback-token]'],
  ['event.notification.signature.key', '[event.notification.signature.key]=00123'],
  ['event.notification.basic.username', 'caller'],
  ['event.notification.basic.password', '[file:/run/secrets/callback]'],
  ['event.poller.refresh_interval', '30s'],
  ['oauth.api.key', '[oauth.api.key]=literal-key'],
  ['oauth.api.secret', '[oauth.api.secret]=price is ${5} for +[env:SECRET]'],
  ['oauth.token.url', 'https://example.com/token'],
  ['oauth.user.refresh_token', '[oauth.user.refresh_token]=abc'],
  ['username', 42],
  ['password', '[password]=0123'],
  ['event.poller.configuration', undefined],
] as const) {
  test(`the configuration keeps ${key} with its secrets apart`, () => {
    assert.equal(reveal(everything?.configuration.get(key)), value);
  });
}

test('everything in providerData is a secret, numbers as they are written', () => {
  assert.deepEqual(
    [...(everything?.providerData ?? [])].map(([key, value]) => [key, reveal(value)]),
    [
      ['code', '[env:CODE]'],
      ['state', '[providerData.state]=12'],
    ],
  );
});

test('names, tags and the numeric id are kept as they are', () => {
  assert.equal(everything?.name, 'Everything at once');
  assert.deepEqual(everything?.tags, ['production', 'second']);
  assert.equal(everything?.numericId, 4711);
});

test('polled resources stay raw: their templates are read by others', () => {
  const text = 'element: {key: http}\nconfiguration: {event.poller.configuration: {a: {url: "/a?x=${env:KEY}$${"}}}\n';

  const catalog = readInstanceText(text);

  assert.equal(catalog.instances.get('one')?.polled?.get('a')?.url, '/a?x=${env:KEY}$${');
});

test('an instance without polled resources is told apart from one with none', () => {
  const left = readInstanceText('element: {key: http}\n');
  const none = readInstanceText('element: {key: http}\nconfiguration: {event.poller.configuration: {}}\n');

  assert.equal(left.instances.get('one')?.polled, undefined);
  assert.equal(none.instances.get('one')?.polled?.size, 0);
});

for (const [kind, configuration] of [
  ['a map', '{"a": {"url": "/a", "idField": "id"}}'],
  ['a string', JSON.stringify('{"a": {"url": "/a", "idField": "id"}}')],
  ['a string with tabs and line ends', JSON.stringify('{\n\t"a": {\r\n\t"url": "/a", "idField": "id"}\n}\n')],
  ['a string escaped once more', JSON.stringify('{\\n\\t\\"a\\": {\\"url\\": \\"/a\\", \\"idField\\": \\"id\\"}}')],
] as const) {
  test(`polled resources may be given as ${kind}`, () => {
    const text = `{"element": {"key": "http"}, "configuration": {"event.poller.configuration": ${configuration}}}`;

    const catalog = readInstanceText(text, 'instances/one.json');

    assert.deepEqual(lines(catalog), []);
    assert.deepEqual(catalog.instances.get('one')?.polled, new Map([['a', { url: '/a', idField: 'id' }]]));
  });
}

test('the keys that an element names for its authentication hold secrets', () => {
  const element = fileWith('elements/own.yaml', 'key: own\nauth: {type: apiKey, header: X-Key, value: shop.pass}\n');
  const text = 'element: {key: own}\nconfiguration: {shop.pass: hunter2, api.key: 7}\n';

  const { instances, problems } = readInstanceText(text, 'instances/one.yaml', { elements: [element] });

  assert.deepEqual(problems, []);
  assert.equal(reveal(instances.get('one')?.configuration.get('shop.pass')), '[shop.pass]=hunter2');
});

test('no way of printing a catalogue shows a secret', () => {
  const words = ['s3cr3t-one', 's3cr3t-two', 's3cr3t-three'];
  const text = `element: {key: sample}\nproviderData: {code: ${words[0]}}\nconfiguration: {oauth.api.secret: ${words[1]}, my.token: ${words[2]}}\n`;

  const { instances, problems } = readInstanceText(text);
  const instance = instances.get('one');

  const printed = [
    inspect(instance, { depth: 9, showHidden: true }),
    JSON.stringify([...(instance?.configuration ?? []), ...(instance?.providerData ?? [])]),
    JSON.stringify(problems),
    printText(instance?.providerData.get('code') ?? ''),
  ].join();
  assert.ok(instance !== undefined);
  assert.deepEqual(
    words.filter((word) => printed.includes(word)),
    [],
  );
});

test('defaults stand under every instance, which wins', () => {
  const config = fileWith(
    'config.yaml',
    'defaults:\n  event.poller.refresh_interval: 5\n  oauth.api.secret: ${env:SHARED}\n' +
      '  event.poller.configuration: \'{"a": {"url": "/a"}}\'\n',
  );
  const instances = [
    fileWith('instances/bare.yaml', 'element: {key: http}\n'),
    fileWith(
      'instances/own.yaml',
      'element: {key: http}\nconfiguration: {event.poller.refresh_interval: 1, event.poller.configuration: {b: {url: /b}}}\n',
    ),
  ];

  const catalog = read({ config, instances });

  const [bare, own] = [catalog.instances.get('bare'), catalog.instances.get('own')];
  assert.deepEqual(lines(catalog), []);
  assert.equal(bare?.configuration.get('event.poller.refresh_interval'), 5);
  assert.deepEqual(secretsIn(bare?.configuration.get('oauth.api.secret') as Text).map(String), ['[env:SHARED]']);
  assert.deepEqual([...(bare?.polled?.keys() ?? [])], ['a']);
  assert.equal(own?.configuration.get('event.poller.refresh_interval'), 1);
  assert.deepEqual([...(own?.polled?.keys() ?? [])], ['b']);
});
