import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskingVault } from '../../src/io/vault.ts';
import { feedSecrets } from '../../src/plan/feed-secrets.ts';
import { AT, feedWith, firstOf, NO_GRANT, OAUTH, OAUTH_KEYS } from './compiling.ts';

const ELEMENT = `
key: vaulted
baseUrl: "https://h.example/\${configuration.tenant}"
auth: {type: basic}
request: {query: {k: "\${configuration.oauth.api.key}"}, headers: {X-Key: "k \${configuration.api.key}"}}
resources: {things: {path: "/\${env:FOLDER}", idField: id, get: "/t/{id}/\${cred:ITEM}", body: '{"a":"\${file:/run/b}"}'}}
`;

const CONFIGURATION = {
  tenant: '${env:TENANT}',
  username: 'me',
  password: '${env:PASSWORD}',
  'oauth.api.key': 'literal-key',
  'api.key': '${cred:API}',
  'event.notification.callback.url': 'https://${env:HOOK}/x',
  'event.notification.callback.headers': 'Authorization: Bearer ${env:BEARER}',
  'event.notification.basic.password': 'basic-secret',
  'event.notification.signature.key': ['sign-secret', '${cred:OLD_KEY}'],
};

const ENTRY = { url: "/things?where=a='${env:WHERE}'&b=${env:QUERY}", headers: { 'X-Own': '${env:OWN}' } };

test('a masking vault prints every secret by its label, and never escaped', () => {
  const feed = feedWith(ENTRY, CONFIGURATION, ELEMENT);

  const request = firstOf(feed, AT, NO_GRANT, maskingVault());

  assert.deepEqual(request, {
    method: 'GET',
    url: 'https://h.example/[env:TENANT]/[env:FOLDER]?a=[env:WHERE]&b=[env:QUERY]&k=[oauth.api.key]',
    headers: {
      'X-Key': 'k [cred:API]',
      'X-Own': '[env:OWN]',
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    body: '{"a":"[file:/run/b]"}',
  });
  assert.equal(
    feed.request.item?.('1', NO_GRANT, maskingVault()).url,
    'https://h.example/[env:TENANT]/t/1/[cred:ITEM]?k=[oauth.api.key]',
  );
});

test('the masked name of a token field is not escaped either', () => {
  const feed = feedWith(
    { url: '/x?a=${token.account}' },
    OAUTH_KEYS,
    `key: bare\nbaseUrl: https://h.example\n${OAUTH}`,
  );

  const request = firstOf(feed, AT, { ...NO_GRANT, token: { account: '[token.account]' } }, maskingVault());

  assert.equal(request.url, 'https://h.example/x?a=[token.account]');
});

test('every secret that a feed may need is known', () => {
  const labels = feedSecrets(feedWith(ENTRY, CONFIGURATION, ELEMENT)).map(({ label }) => label);

  assert.deepEqual(
    [...new Set(labels)].sort(),
    [
      '[api.key]',
      '[cred:API]',
      '[cred:ITEM]',
      '[cred:OLD_KEY]',
      '[env:BEARER]',
      '[env:FOLDER]',
      '[env:HOOK]',
      '[env:OWN]',
      '[env:PASSWORD]',
      '[env:QUERY]',
      '[env:TENANT]',
      '[env:WHERE]',
      '[event.notification.basic.password]',
      '[event.notification.signature.key]',
      '[file:/run/b]',
      '[oauth.api.key]',
    ].filter((label) => label !== '[api.key]'),
  );
});

test('no literal secret stands in anything that a plan prints', () => {
  const feed = feedWith(ENTRY, CONFIGURATION, ELEMENT);

  const printed = JSON.stringify([feed, feed.request.configured({ watermark: AT, now: AT })]);

  for (const secret of ['literal-key', 'basic-secret', 'sign-secret']) assert.ok(!printed.includes(secret), secret);
});
