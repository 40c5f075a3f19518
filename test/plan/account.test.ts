import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printText } from '../../src/language/text.ts';
import type { AccountPlan } from '../../src/model/feed.ts';
import type { Text } from '../../src/model/secret.ts';
import { compileEntry, feedWith, type Values } from './compiling.ts';

function element(auth: string): string {
  return `key: signed\nbaseUrl: https://h.example\nauth: ${auth}\n`;
}

/** An account as it may be printed, without its fingerprint. */
function shown(account: AccountPlan): Values {
  const rest = Object.entries(account).filter(([key, value]) => key !== 'fingerprint' && value !== undefined);
  return Object.fromEntries(
    rest.map(([key, value]) => [
      key,
      Array.isArray(value) && key !== 'scopes' ? printText(value as Text) : (value as unknown),
    ]),
  );
}

type Case = readonly [auth: string, configuration: Values, account: Values];

const accounts: readonly Case[] = [
  ['{type: none}', {}, { instance: 'one', type: 'none' }],
  [
    '{type: basic}',
    { username: 'u', password: 'p' },
    { instance: 'one', type: 'basic', username: 'u', password: '[password]' },
  ],
  [
    '{type: basic, usernameKey: api.user, passwordKey: api.pass}',
    { 'api.user': 5, 'api.pass': '${env:P}' },
    { instance: 'one', type: 'basic', username: '5', password: '[env:P]' },
  ],
  [
    '{type: basic}',
    { username: '${env:KEY}', password: '' },
    { instance: 'one', type: 'basic', username: '[env:KEY]', password: '' },
  ],
  [
    '{type: bearer}',
    { token: 't' },
    { instance: 'one', type: 'header', name: 'Authorization', prefix: 'Bearer ', value: '[token]' },
  ],
  [
    '{type: apiKey, header: X-Key, prefix: "Key "}',
    { 'api.key': 'k' },
    { instance: 'one', type: 'header', name: 'X-Key', prefix: 'Key ', value: '[api.key]' },
  ],
  [
    '{type: apiKey, query: key, value: my.key}',
    { 'my.key': 'k' },
    { instance: 'one', type: 'query', name: 'key', value: '[my.key]' },
  ],
];

for (const [auth, configuration, account] of accounts) {
  test(`auth ${auth} with ${Object.keys(configuration).join(', ') || 'nothing'} is planned`, () => {
    const feed = feedWith({ url: '/x' }, configuration, element(auth));

    assert.deepEqual(shown(feed.account), account);
  });
}

test('an OAuth account is planned from the element, with what the instance says over it', () => {
  const auth =
    '{type: oauth2, tokenUrl: "https://${configuration.site}/token", authorizationUrl: "https://l.example/a", scopes: [read], pkce: true, clientAuth: body}';
  const keys = { 'oauth.api.key': 'id', 'oauth.api.secret': 's', site: 'eu.l.example' };
  const own = {
    'oauth.token.url': 'http://127.0.0.1:1/t',
    'oauth.scope': 'a, b c',
    'oauth.callback.url': 'https://me.example',
    'oauth.user.token': 'tok',
    'oauth.user.refresh_token': '${env:R}',
  };

  const given = shown(feedWith({ url: '/x' }, keys, element(auth)).account);
  const overridden = shown(feedWith({ url: '/x' }, { ...keys, ...own }, element(auth)).account);

  const base = { instance: 'one', type: 'oauth2', grant: 'authorizationCode', clientAuth: 'body', pkce: true };
  const client = {
    clientId: '[oauth.api.key]',
    clientSecret: '[oauth.api.secret]',
    authorizationUrl: 'https://l.example/a',
  };
  assert.deepEqual(given, { ...base, ...client, tokenUrl: 'https://eu.l.example/token', scopes: ['read'] });
  assert.deepEqual(overridden, {
    ...base,
    ...client,
    tokenUrl: 'http://127.0.0.1:1/t',
    scopes: ['a', 'b', 'c'],
    redirectUri: 'https://me.example',
    userToken: '[oauth.user.token]',
    refreshToken: '[env:R]',
  });
});

const missing: readonly (readonly [auth: string, configuration: Values, says: readonly RegExp[]])[] = [
  ['{type: basic}', {}, [/"username" is missing/, /"password" is missing/]],
  ['{type: bearer}', { token: '' }, [/"token" is missing/]],
  ['{type: apiKey, header: X}', {}, [/"api\.key" is missing/]],
  [
    '{type: oauth2, tokenUrl: "https://x.example"}',
    {},
    [/"oauth\.api\.key" is missing/, /"oauth\.api\.secret" is missing/],
  ],
  [
    '{type: oauth2, tokenUrl: "https://${configuration.site}/t"}',
    { 'oauth.api.key': 'a', 'oauth.api.secret': 'b' },
    [/"site" is missing \(the token URL of element signed holds it\)/],
  ],
  [
    '{type: oauth2, tokenUrl: "https://${configration.site}/t"}',
    { 'oauth.api.key': 'a', 'oauth.api.secret': 'b' },
    [/the token URL of element signed cannot be read/],
  ],
];

for (const [auth, configuration, says] of missing) {
  test(`auth ${auth} without what it needs is a problem`, () => {
    const { said, plan } = compileEntry({ url: '/x' }, configuration, element(auth));

    assert.equal(plan.feeds.size, 0);
    for (const pattern of says) assert.match(said.join('\n'), pattern);
  });
}

const http: readonly (readonly [configuration: Values, account: Values])[] = [
  [{}, { instance: 'one', type: 'none' }],
  [{ 'authentication.type': 'none' }, { instance: 'one', type: 'none' }],
  [
    { 'authentication.type': 'basic', username: 'u', password: 'p' },
    { instance: 'one', type: 'basic', username: 'u', password: '[password]' },
  ],
  [
    { 'authentication.type': 'bearer', token: 't' },
    { instance: 'one', type: 'header', name: 'Authorization', prefix: 'Bearer ', value: '[token]' },
  ],
  [
    { 'authentication.type': 'apiKey', 'api.key': 'k' },
    { instance: 'one', type: 'header', name: 'X-Api-Key', prefix: '', value: '[api.key]' },
  ],
  [
    { 'authentication.type': 'apiKey', 'api.key': 'k', 'apiKey.header': 'X-K' },
    { instance: 'one', type: 'header', name: 'X-K', prefix: '', value: '[api.key]' },
  ],
  [
    { 'authentication.type': 'apiKey', 'api.key': 'k', 'apiKey.query': 'key' },
    { instance: 'one', type: 'query', name: 'key', value: '[api.key]' },
  ],
];

for (const [configuration, account] of http) {
  test(`the built-in element signs in by ${JSON.stringify(configuration)}`, () => {
    const feed = feedWith({ url: '/x' }, { 'base.url': 'https://h.example', ...configuration }, 'key: http\n');

    assert.deepEqual(shown(feed.account), account);
  });
}

test('the fingerprint changes with the credentials, literal or by reference, and with nothing else', () => {
  const auth = element('{type: basic}');
  const print = (configuration: Values, entry: Values = {}): string =>
    feedWith({ url: '/x', ...entry }, { username: 'u', password: 'p', ...configuration }, auth).account.fingerprint;

  const same = [print({}), print({}, { url: '/y' }), print({ 'event.poller.refresh_interval': 1 })];
  const others = [
    print({}),
    print({ password: 'q' }),
    print({ password: '${env:P}' }),
    print({ password: '${env:Q}' }),
    print({ username: 'v' }),
  ];

  assert.equal(new Set(same).size, 1);
  assert.equal(new Set(others).size, others.length);
});

const unsent: readonly (readonly [configuration: Values, says: readonly string[]])[] = [
  [{ username: 'u', password: 'p' }, ['username basic', 'password basic']],
  [{ token: '${env:T}' }, ['token bearer']],
  [{ 'api.key': 'k' }, ['api.key apiKey']],
  [{ 'api.key': 'k', 'authentication.type': 'none' }, []],
  [{ 'api.key': 'k', 'authentication.type': 'apiKey' }, []],
  [{ site: 'k' }, []],
];

for (const [configuration, says] of unsent) {
  test(`what element http is given in ${JSON.stringify(configuration)} and does not send is warned of`, () => {
    const base = { 'base.url': 'https://h.example', client: 'c', site: 's' };
    const entry = { url: '/x?a=${configuration.client}&b=${configuration.site}' };

    const { plan, problems } = compileEntry(entry, { ...base, ...configuration }, 'key: http\n');

    assert.equal(plan.feeds.size, 1);
    assert.deepEqual(
      problems.map(({ where, hint, severity }) => [where, hint, severity]),
      says.map((say) => {
        const [key = '', type = ''] = say.split(' ');
        return [`configuration.${key}`, `write authentication.type: ${type}`, 'warning'];
      }),
    );
  });
}

test('a credential of element http that a word asks for is no matter', () => {
  const entry = { url: '/x', headers: { Authorization: 'Token ${configuration.token}' } };

  const { problems } = compileEntry(entry, { 'base.url': 'https://h.example', token: 't' }, 'key: http\n');

  assert.deepEqual(problems, []);
});
