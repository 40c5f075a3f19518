import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemEntropy } from '../../src/io/entropy.ts';

it('a token is so many bytes in base64url, and another every time', () => {
  const entropy = systemEntropy();

  const tokens = Array.from({ length: 100 }, () => entropy.token(32));

  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) {
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(Buffer.from(token, 'base64url').length, 32);
  }
});
