import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { checkpointPath, deadLetterPath, safeName } from '../../src/journal/safe-name.ts';

/** A text that has bytes in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

test('plain names stay as they are, others are percent-encoded', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['constantcontact', 'constantcontact'],
    ['a.b_c-D9', 'a.b_c-D9'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['.hidden', '%2Ehidden'],
    ['', '%'],
    ['a/b', 'a%2Fb'],
    ['%', '%25'],
    ['ż', '%C5%BC'],
    ['a b\0', 'a%20b%00'],
  ];
  for (const [text, name] of cases) assert.equal(safeName(text), name);
});

test('different texts have different names that any file system takes', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }));
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [a, b] = [safeName(wellFormed(one)), safeName(wellFormed(other))];
      assert.match(a, /^[A-Za-z0-9%_-][A-Za-z0-9%._-]*$/);
      assert.ok(a.length <= 230);
      assert.equal(a === b, wellFormed(one) === wellFormed(other));
    }),
  );
  assert.notEqual(safeName('x'.repeat(300)), safeName('x'.repeat(301)));
  assert.notEqual(safeName(`${'x'.repeat(300)}a`), safeName(`${'x'.repeat(300)}b`));
});

test('a feed has its file below its instance', () => {
  assert.equal(checkpointPath('constantcontact/campaigns'), 'feeds/constantcontact/campaigns.json');
  assert.equal(checkpointPath('a/b/c'), 'feeds/a/b%2Fc.json');
  assert.equal(checkpointPath('alone'), 'feeds/alone/%.json');
  assert.equal(deadLetterPath('../x'), 'dead/%2E.%2Fx.json');
});
