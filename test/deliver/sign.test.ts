import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { headersFor, keyBytes } from '../../src/deliver/sign.ts';
import { literalSecret, revealLiteral } from '../../src/language/secret.ts';
import type { Callback } from '../../src/model/feed.ts';
import type { Vault } from '../../src/model/secret.ts';
import { signatureFlaws } from '../support/receiver.ts';

const vault: Vault = { write: (secret, escape) => escape(revealLiteral(secret) ?? '') };
const facts = { at: Date.UTC(2026, 0, 2, 3, 4, 5, 999), version: '1.2.3' };
const post = { id: 'post-1', contentType: 'application/json', body: '{"a":"ä"}' };
const callback = (more: Partial<Callback> = {}): Callback => ({
  key: 'https://receiver.test',
  url: 'https://receiver.test',
  headers: [],
  signatureKeys: [],
  ...more,
});

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

test('the published test vector is met', () => {
  const signed = { ...post, body: '<INSERT_EVENT_NOTIFICATION_RESPONSE_BODY>' };

  const headers = headersFor(signed, callback({ signatureKeys: ['MySecretEventSignatureKey'] }), vault, facts);

  assert.equal(headers['Elements-Webhook-Signature'], 'sha256=jHdbRx5EZAsOfTwAPJOGkNUzQMVVdu5VJlxcsk+G6jQ=');
});

test('a key of Standard Webhooks signs id, timestamp and body with its decoded bytes', () => {
  const key = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;

  const headers = headersFor(post, callback({ signatureKeys: [key] }), vault, facts);

  const expected = createHmac('sha256', '0123456789abcdef01234567')
    .update('post-1.1767323045.{"a":"ä"}')
    .digest('base64');
  assert.equal(headers['webhook-timestamp'], '1767323045');
  assert.equal(headers['webhook-signature'], `v1,${expected}`);
  const whole = createHmac('sha256', key).update(post.body).digest('base64');
  assert.equal(headers['Elements-Webhook-Signature'], `sha256=${whole}`);
});

test('while keys are rotated each of them signs, and the first one alone the other header', () => {
  const keys = ['new key', 'whsec_b2xkIGtleQ=='];

  const headers = headersFor(post, callback({ signatureKeys: keys }), vault, facts);

  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
  const received = { method: 'POST', path: '/', headers: lowerCase(headers), body: post.body };
  assert.deepEqual(signatureFlaws(received, keys), []);
  assert.deepEqual(signatureFlaws({ ...received, body: '{}' }, keys).length, 2);
});

test('without a key there is no signature, and everything else stays', () => {
  for (const signatureKeys of [[], [''], [[literalSecret('[event.notification.signature.key]', '')]]]) {
    const headers = headersFor(post, callback({ signatureKeys }), vault, facts);

    assert.deepEqual(headers, {
      'Content-Type': 'application/json',
      'User-Agent': 'elementd/1.2.3',
      'webhook-id': 'post-1',
      'webhook-timestamp': '1767323045',
      'Elements-Webhook-Id': 'post-1',
    });
  }
});

test('own headers and basic credentials are sent with their secrets', () => {
  const token = literalSecret('[event.notification.callback.headers]', 'tök');
  const configured = callback({
    headers: [
      ['X-Tenant', ['t-', token]],
      ['Authorization', 'Bearer x'],
    ],
    basic: { username: 'üser', password: [literalSecret('[event.notification.basic.password]', 'p:w')] },
  });

  const headers = headersFor(post, configured, vault, facts);

  assert.equal(headers['X-Tenant'], 't-tök');
  assert.equal(headers['Authorization'], `Basic ${Buffer.from('üser:p:w').toString('base64')}`);
});

test('own headers replace neither what proves a POST nor what frames it, in whatever case they are written', () => {
  const names = [
    'WEBHOOK-ID',
    'Webhook-Timestamp',
    'webhook-Signature',
    'elements-webhook-id',
    'ELEMENTS-WEBHOOK-SIGNATURE',
  ];
  const framing = ['user-agent', 'Content-Length', 'Transfer-Encoding', 'Connection'];
  const headers = [...names, ...framing].map((name) => [name, 'forged'] as const);

  for (const signatureKeys of [[], ['key']]) {
    const signed = headersFor(post, callback({ headers, signatureKeys }), vault, facts);

    assert.ok(!Object.values(signed).includes('forged'));
  }
});

test('an own content type is sent once, however it is written', () => {
  const headers = headersFor(post, callback({ headers: [['content-type', 'text/json']] }), vault, facts);

  assert.deepEqual(
    Object.entries(headers).filter(([name]) => name.toLowerCase() === 'content-type'),
    [['content-type', 'text/json']],
  );
});

test('a key without base64 behind whsec_ is taken as it is written, so that it never comes to nothing', () => {
  assert.deepEqual(keyBytes('whsec_'), Buffer.from('whsec_'));
  assert.deepEqual(keyBytes('plain'), Buffer.from('plain'));
});
