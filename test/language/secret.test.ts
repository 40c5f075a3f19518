import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { literalSecret, referenceSecret, revealLiteral } from '../../src/language/secret.ts';

const value = 'correct horse battery staple';

const printers: readonly (readonly [name: string, print: (secret: object) => string])[] = [
  ['String()', (secret) => String(secret)],
  ['a template literal', (secret) => `${secret}`],
  ['JSON', (secret) => JSON.stringify({ secret })],
  ['inspect', (secret) => inspect(secret)],
  ['inspect with everything shown', (secret) => inspect({ secret }, { showHidden: true, depth: null, getters: true })],
  ['inspect without custom inspection', (secret) => inspect(secret, { customInspect: false, showHidden: true })],
  ['format %o', (secret) => format('%s %o %O %j', secret, secret, secret, secret)],
  ['a structured clone', (secret) => inspect(structuredClone(secret), { showHidden: true })],
  ['a spread', (secret) => JSON.stringify({ ...secret })],
  ['its keys', (secret) => Reflect.ownKeys(secret).map(String).join() + Object.values(secret).join()],
];

for (const [name, print] of printers) {
  test(`a literal secret shows its label and never its value to ${name}`, () => {
    const secret = literalSecret('[oauth.api.key]', value);

    const printed = print(secret);

    assert.ok(!printed.includes('horse'), printed);
    assert.match(printed, /oauth\.api\.key|^label/);
  });
}

test('the value of a literal secret is revealed to who asks for it by name', () => {
  const secret = literalSecret('[oauth.api.key]', value);

  assert.equal(revealLiteral(secret), value);
});

test('copies and references reveal nothing', () => {
  const copy = { ...literalSecret('[a]', value) };

  assert.equal(revealLiteral(copy), undefined);
  assert.equal(revealLiteral(referenceSecret('env', 'KEY')), undefined);
});

test('a reference knows its kind and name and is labelled with both', () => {
  const secret = referenceSecret('file', '/run/secrets/key');

  assert.deepEqual(secret.reference, { kind: 'file', name: '/run/secrets/key' });
  assert.equal(`${secret}`, '[file:/run/secrets/key]');
  assert.equal('reference' in literalSecret('[a]', value), false);
});
