import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printText } from '../../src/language/text.ts';
import { compileEntry, feedWith } from './compiling.ts';

const URL_KEY = 'event.notification.callback.url';
const HEADERS_KEY = 'event.notification.callback.headers';

const headers: readonly (readonly [text: string, headers: readonly (readonly [string, string])[]])[] = [
  ['X-A: 1', [['X-A', '1']]],
  [
    'X-A:1,X-B: two words ',
    [
      ['X-A', '1'],
      ['X-B', 'two words'],
    ],
  ],
  [
    'X-A: 1\r\nX-B: 2\n\n',
    [
      ['X-A', '1'],
      ['X-B', '2'],
    ],
  ],
  ['Accept: text/json, text/xml', [['Accept', 'text/json, text/xml']]],
  ['X-A: 1,https://h.example/x', [['X-A', '1,https://h.example/x']]],
  ['X-Time: 10:30', [['X-Time', '10:30']]],
  ['X-A:', [['X-A', '']]],
  ['Authorization: Bearer ${env:T}', [['Authorization', 'Bearer [env:T]']]],
  [
    'Authorization: Bearer ${env:T}, X-B: ${env:B}-end',
    [
      ['Authorization', 'Bearer [env:T]'],
      ['X-B', '[env:B]-end'],
    ],
  ],
  [
    'X-A: ${env:T}\nX-B: a: b${env:C}, c',
    [
      ['X-A', '[env:T]'],
      ['X-B', 'a: b[env:C], c'],
    ],
  ],
  [
    '{"X-A": "1", "X-B": "a, b: ${env:T}", "X-C": 5}',
    [
      ['X-A', '1'],
      ['X-B', 'a, b: [env:T]'],
      ['X-C', '5'],
    ],
  ],
];

for (const [text, expected] of headers) {
  test(`the callback headers ${JSON.stringify(text)} are read`, () => {
    const { callback } = feedWith({ url: '/orders' }, { [URL_KEY]: 'https://me.example', [HEADERS_KEY]: text });

    assert.deepEqual(
      callback?.headers.map(([name, value]) => [name, printText(value)]),
      expected,
    );
  });
}

const refused: readonly (readonly [key: string, value: string, says: RegExp])[] = [
  [HEADERS_KEY, 'no header', /holds a header without a name/],
  [HEADERS_KEY, 'X A: 1', /holds a header without a name/],
  [HEADERS_KEY, '${env:H}: 1', /holds a header without a name/],
  [HEADERS_KEY, '{"X-A": ', /is no JSON object of texts/],
  [HEADERS_KEY, '{"X-A": {}}', /is no JSON object of texts/],
  [HEADERS_KEY, '{"X-A": "a\\nb: c"}', /holds a value of more than one line, in X-A/],
  [URL_KEY, 'http://', /"http:\/\/" is no http or https URL/],
  [URL_KEY, 'https://a b', /is no http or https URL/],
];

for (const [key, value, says] of refused) {
  test(`${key} ${JSON.stringify(value)} is a problem`, () => {
    const { said, plan } = compileEntry({ url: '/orders' }, { [URL_KEY]: 'https://me.example', [key]: value });

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
  });
}

test('a callback has its url, credentials and key, and is named by what may be printed', () => {
  const { callback } = feedWith(
    { url: '/orders' },
    {
      [URL_KEY]: 'https://me.example/${env:PATH_KEY}',
      'event.notification.basic.username': 'u',
      'event.notification.basic.password': 'p',
      'event.notification.signature.key': 12345,
    },
  );

  assert.equal(callback?.key, 'https://me.example/[env:PATH_KEY]');
  assert.equal(printText(callback?.basic?.username ?? ''), 'u');
  assert.equal(printText(callback?.basic?.password ?? ''), '[event.notification.basic.password]');
  assert.deepEqual(callback?.signatureKeys.map(printText), ['[event.notification.signature.key]']);
});

test('a callback has both keys of a list, in their order', () => {
  const keys = { 'event.notification.signature.key': ['${env:FIRST}', 'literal'] };

  const { callback } = feedWith({ url: '/orders' }, { [URL_KEY]: 'https://me.example', ...keys });

  assert.deepEqual(callback?.signatureKeys.map(printText), ['[env:FIRST]', '[event.notification.signature.key]']);
});

test('without a url there is no callback, and without a key nothing is signed', () => {
  assert.equal(feedWith({ url: '/orders' }).callback, undefined);
  assert.deepEqual(feedWith({ url: '/orders' }, { [URL_KEY]: 'http://me.example' }).callback?.signatureKeys, []);
});
