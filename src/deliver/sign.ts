import { createHmac } from 'node:crypto';
import { writeText } from '../language/text.ts';
import type { Callback } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Text, Vault } from '../model/secret.ts';

/** What is sent, as far as headers depend on it. */
export interface Signed {
  readonly id: string;
  readonly contentType: string;
  readonly body: string;
}

/** Names in lower case that a callback's own headers never replace: what identifies and proves a POST, and what frames it. */
const ours: ReadonlySet<string> = new Set([
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'elements-webhook-id',
  'elements-webhook-signature',
  'user-agent',
  'content-length',
  'transfer-encoding',
  'connection',
]);

/**
 * The headers of one attempt, begun at `at`. Without a key no signature, the rest stays. Basic credentials win over an `Authorization`
 * among the callback's own headers; its `Content-Type` wins over the format's. Throws a Fault `secret-missing` as the vault does.
 */
export function headersFor(
  post: Signed,
  callback: Callback,
  vault: Vault,
  facts: { readonly at: Instant; readonly version: string },
): Readonly<Record<string, string>> {
  const headers = new Map<string, readonly [name: string, value: string]>();
  const put = (name: string, value: string): void => void headers.set(name.toLowerCase(), [name, value]);

  put('Content-Type', post.contentType);
  for (const [name, value] of callback.headers) {
    if (!ours.has(name.toLowerCase())) put(name, write(value, vault));
  }
  if (callback.basic !== undefined) {
    const pair = `${write(callback.basic.username, vault)}:${write(callback.basic.password, vault)}`;
    put('Authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
  }

  const timestamp = String(Math.floor(facts.at / 1_000));
  put('User-Agent', `elementd/${facts.version}`);
  put('webhook-id', post.id);
  put('webhook-timestamp', timestamp);
  put('Elements-Webhook-Id', post.id);

  // An empty key would let anybody sign.
  const keys = callback.signatureKeys.map((key) => write(key, vault)).filter((key) => key !== '');
  if (keys[0] !== undefined) {
    const text = `${post.id}.${timestamp}.${post.body}`;
    put('webhook-signature', keys.map((key) => `v1,${hmac(keyBytes(key), text)}`).join(' '));
    put('Elements-Webhook-Signature', `sha256=${hmac(keys[0], post.body)}`);
  }
  return Object.fromEntries(headers.values());
}

/** The bytes of a Standard Webhooks key: the base64 after `whsec_`, else the text as UTF-8. */
export function keyBytes(key: string): Buffer {
  const decoded = key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : undefined;
  return decoded !== undefined && decoded.length > 0 ? decoded : Buffer.from(key, 'utf8');
}

function hmac(key: string | Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}

function write(text: Text, vault: Vault): string {
  return writeText(text, vault, asItIs);
}

function asItIs(value: string): string {
  return value;
}
