import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { literalSecret } from '../../src/language/secret.ts';
import {
  isSecretText,
  printText,
  readReference,
  secretsIn,
  splitReferences,
  writeText,
} from '../../src/language/text.ts';
import type { Text, Vault } from '../../src/model/secret.ts';

const vault: Vault = { write: (secret, escape) => escape(`<${secret.reference?.name}>`) };

const splits: readonly (readonly [raw: string, printed: string, secrets: number])[] = [
  ['', '', 0],
  ['plain', 'plain', 0],
  ['${env:API_KEY}', '[env:API_KEY]', 1],
  ['Bearer ${env:API_KEY}', 'Bearer [env:API_KEY]', 1],
  ['${env:A}${file:/run/my secrets/b}-${cred:c.key}!', '[env:A][file:/run/my secrets/b]-[cred:c.key]!', 3],
  ['costs $5, $ {env:A} $', 'costs $5, $ {env:A} $', 0],
  ['$${env:A}', '${env:A}', 0],
  ['$${env:A} ${env:A}', '${env:A} [env:A]', 1],
  ['$$${env:A}', '$${env:A}', 0],
  ['${HOME} ${env} ${ENV:A} ${gmtDate:yyyy}', '${HOME} ${env} ${ENV:A} ${gmtDate:yyyy}', 0],
];

for (const [raw, printed, secrets] of splits) {
  test(`the text ${JSON.stringify(raw)} is read as ${JSON.stringify(printed)}`, () => {
    const { text, problems } = splitReferences(raw);

    assert.deepEqual(problems, []);
    assert.equal(printText(text), printed);
    assert.equal(secretsIn(text).length, secrets);
    assert.equal(isSecretText(text), secrets > 0);
    assert.equal(typeof text === 'string', secrets === 0);
  });
}

const malformed: readonly (readonly [raw: string, offset: number, says: RegExp])[] = [
  ['key ${env:API_KEY', 4, /\$\{env: has no closing \}/],
  ['a ${env:A and ${env:B}', 2, /has no closing \}/],
  ['${file:/a\nb}', 0, /has no closing \}/],
  ['ab${env:}', 2, /names nothing/],
  ['${cred: }', 0, /names nothing/],
  ['${env: KEY}', 0, /names no environment variable/],
  ['${env:A=B}', 0, /names no environment variable/],
  ['${cred:../../etc/passwd}', 0, /names no credential/],
  ['${cred:..}', 0, /names no credential/],
];

for (const [raw, offset, says] of malformed) {
  test(`the text ${JSON.stringify(raw)} holds a problem at ${offset}`, () => {
    const { problems } = splitReferences(raw);

    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.offset, offset);
    assert.match(problems[0]?.says ?? '', says);
    assert.ok(problems[0]?.hint);
  });
}

test('every malformed reference is told, and the good ones between them are read', () => {
  const { text, problems } = splitReferences('${env:}${env:A}${cred:/}');

  assert.deepEqual(
    problems.map((problem) => problem.offset),
    [0, 15],
  );
  assert.equal(printText(text), '${env:}[env:A]${cred:/}');
});

test('a text is written with every part escaped once and secrets by the vault', () => {
  const { text } = splitReferences('a b&${env:KEY}');

  const written = writeText(text, vault, encodeURIComponent);

  assert.equal(written, 'a%20b%26%3CKEY%3E');
  assert.equal(writeText('a b', vault, encodeURIComponent), 'a%20b');
});

test('a literal secret alone is a secret text', () => {
  const text: Text = [literalSecret('[password]', 'x')];

  assert.equal(isSecretText(text), true);
  assert.equal(printText(text), '[password]');
});

test('a place without a reference reads as none', () => {
  assert.equal(readReference('${token.a}', 0), undefined);
  assert.equal(readReference('x${env:A}', 0), undefined);
});

test('a text in which every ${ is doubled comes back as it was', () => {
  const pieces = fc.constantFrom('$', '{', '}', 'env:', 'file:', 'a', ' ', '${', '${env:');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
      const meant = words.join('').replace(/\$+(?=\$\{)/g, '');

      const { text, problems } = splitReferences(meant.replaceAll('${', () => '$${'));

      assert.deepEqual(problems, []);
      assert.equal(text, meant);
    }),
    { numRuns: 300 },
  );
});
