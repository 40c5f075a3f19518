import type { CatalogInstance, TreePath } from '../model/catalog.ts';
import type { Secret, Text } from '../model/secret.ts';

/** Where an instance's files name a secret: the path of the first value that holds it, or of the configuration where none does. */
export function placeOfSecret(instance: CatalogInstance, secret: Secret): TreePath {
  for (const [key, value] of instance.configuration) if (holds(value, secret)) return ['configuration', key];
  const nth = instance.signatureKeys.findIndex((key) => holds(key, secret));
  if (nth >= 0) return ['configuration', 'event.notification.signature.key', nth];
  for (const [key, value] of instance.providerData) if (holds(value, secret)) return ['providerData', key];
  if (secret.reference !== undefined) {
    const { kind, name } = secret.reference;
    const below = pathOf(Object.fromEntries(instance.polled ?? []), `\${${kind}:${name}}`);
    if (below !== undefined) return [...instance.polledPath, ...below];
  }
  return ['configuration'];
}

function holds(value: Text | number | boolean, { label }: Secret): boolean {
  return typeof value === 'object' && value.some((part) => typeof part !== 'string' && part.label === label);
}

/** The path to the first text that holds the word. */
function pathOf(value: unknown, word: string): TreePath | undefined {
  if (typeof value === 'string') return value.includes(word) ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const below = pathOf(member, word);
    if (below !== undefined) return [Array.isArray(value) ? Number(key) : key, ...below];
  }
  return undefined;
}
