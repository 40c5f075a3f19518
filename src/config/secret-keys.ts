import { literalSecret } from '../language/secret.ts';
import { splitReferences } from '../language/text.ts';
import type { Text } from '../model/secret.ts';
import type { SourceNode } from './source-tree.ts';

const secretKeys: ReadonlySet<string> = new Set([
  'oauth.api.key',
  'oauth.api.secret',
  'api.key',
  'event.notification.signature.key',
]);

/** Whether a configuration key holds a secret by its name. An address such as `oauth.token.url` does not, whatever it is called. */
export function isSecretKey(key: string): boolean {
  const name = key.toLowerCase();
  if (secretKeys.has(name) || name.startsWith('oauth.user.')) return true;
  if (name.endsWith('.url')) return false;
  return name.endsWith('password') || name.includes('token') || name.includes('secret');
}

/**
 * A scalar of a configuration as it is kept: references apart from the words around them, a number or boolean as it is, and, where
 * `label` is given, everything written literally as a secret of that label. Undefined where the value is no scalar.
 */
export function textOf(node: SourceNode, label: string | undefined): Text | number | boolean | undefined {
  const { value, scalar } = node;
  if (typeof value === 'string')
    return label === undefined ? splitReferences(value).text : hide(splitReferences(value).text, label);
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  return label === undefined ? value : hide(scalar?.written ?? String(value), label);
}

function hide(text: Text, label: string): Text {
  if (text === '') return '';
  const parts = typeof text === 'string' ? [text] : text;
  return parts.map((part) => (typeof part === 'string' ? literalSecret(label, part) : part));
}
