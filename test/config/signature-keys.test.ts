import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revealLiteral } from '../../src/language/secret.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { fileWith, lines, read } from './reading.ts';

const http = 'element: {key: http}\n';

/** The catalogue of an instance whose signature key is written so, or of one that has it from the defaults. */
function reading(written: string, place: 'instance' | 'defaults' = 'instance'): Catalog {
  const line = `  event.notification.signature.key: ${written}\n`;
  if (place === 'instance')
    return read({ instances: [fileWith('instances/one.yaml', `${http}configuration:\n${line}`)] });
  return read({
    config: fileWith('config.yaml', `# shared\ndefaults:\n${line}`),
    instances: [fileWith('instances/one.yaml', http)],
  });
}

/** Literal keys by their values, references by their labels. */
function keysOf(catalog: Catalog): readonly string[] | undefined {
  return catalog.instances.get('one')?.signatureKeys.map((text) => {
    assert.ok(typeof text !== 'string', 'a key is a secret');
    return text.map((part) => (typeof part === 'string' ? part : (revealLiteral(part) ?? part.label))).join('+');
  });
}

const kept: readonly (readonly [written: string, keys: readonly string[]])[] = [
  ['one, two three', ['one, two three']],
  ['00123', ['00123']],
  ['""', []],
  ['${env:KEY}', ['[env:KEY]']],
  ['[single]', ['single']],
  ['[new key, "${env:OLD}"]', ['new key', '[env:OLD]']],
  ['["whsec_${file:/run/key}", 0042]', ['whsec_+[file:/run/key]', '0042']],
  ['["$${x}", "${cred:old}"]', ['${x}', '[cred:old]']],
];
for (const [written, keys] of kept) {
  test(`the signature key ${written} is kept as secrets, in an instance and in the defaults`, () => {
    const catalogs = (['instance', 'defaults'] as const).map((place) => reading(written, place));

    assert.deepEqual(catalogs.map(keysOf), [keys, keys]);
    assert.deepEqual(catalogs.flatMap(lines), []);
  });
}

const reference = 'put in the value, or a reference such as ${env:NAME}, ${file:PATH} or ${cred:NAME}';
const example = 'for example ${env:SIGNATURE_KEY} or ["${env:OLD_KEY}","${env:NEW_KEY}"]';
const wrong: readonly (readonly [written: string, problem: string])[] = [
  ['[]', `3:37: KEY: is empty (${example})`],
  ['[a1b2, c3d4, e5f6]', `3:37: KEY: must hold at most 2, but holds more (${example})`],
  ['{a1b2: 1}', `3:37: KEY: must be a key, or a list of one or two, but is a map (${example})`],
  ['true', '3:37: KEY: must be a key, or a list of one or two, but is true or false (write it in quotes)'],
  ['[a1b2, ""]', '3:44: KEY.1: is empty (for example ${env:SIGNATURE_KEY})'],
  ['[a1b2, null]', '3:44: KEY.1: must be a text or a number, but is empty (for example ${env:SIGNATURE_KEY})'],
  ['[a1b2, [c3d4]]', '3:44: KEY.1: must be a text or a number, but is a list (for example ${env:SIGNATURE_KEY})'],
  ['<YOUR_KEY>', `3:37: KEY: is still the placeholder <YOUR_KEY> (${reference})`],
  ['[a1b2, <YOUR_KEY>]', `3:44: KEY.1: is still the placeholder <YOUR_KEY> (${reference})`],
  [
    '[a1b2, "${env:}"]',
    '3:44: KEY.1: holds a malformed reference: the reference ${env:} names nothing (write it like ${env:API_KEY})',
  ],
];
for (const [written, problem] of wrong) {
  test(`the signature key ${written} is a problem at its place that shows no key`, () => {
    const own = lines(reading(written));
    const shared = lines(reading(written, 'defaults'));

    const name = 'event.notification.signature.key';
    assert.deepEqual(own, [problem.replace('KEY', `configuration.${name}`)]);
    assert.deepEqual(shared, [problem.replace('KEY', `defaults.${name}`)]);
    assert.doesNotMatch([...own, ...shared].join(), /a1b2|c3d4|e5f6/);
  });
}

test('a key of the instance takes the place of all keys of the defaults', () => {
  const catalog = read({
    config: fileWith('config.yaml', 'defaults: {event.notification.signature.key: [old, new]}\n'),
    instances: [fileWith('instances/one.yaml', `${http}configuration: {event.notification.signature.key: own}\n`)],
  });

  assert.deepEqual(keysOf(catalog), ['own']);
});
