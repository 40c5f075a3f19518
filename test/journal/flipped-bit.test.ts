import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { flip, flippedBit, mendSealed } from '../../src/journal/flipped-bit.ts';
import { seal, sealState } from '../../src/journal/seal.ts';

test('the one bit that flipped is found by the sum, wherever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
      const sum = crc32(bytes);
      const at = place % bytes.length;
      const changed = Uint8Array.from(bytes);
      flip(changed, { at, bit });

      assert.deepEqual(flippedBit(changed, sum), { at, bit });
      assert.equal(flippedBit(bytes, (sum ^ (1 << bit)) >>> 0), 'sum');
      assert.equal(flippedBit(bytes, sum), undefined);
    }),
  );
});

test('a byte that is another one altogether is not explained by a bit', () => {
  const bytes = Buffer.from('a text that is long enough to be sure');
  const sum = crc32(bytes);
  bytes.write('XYZ', 5);

  assert.equal(flippedBit(bytes, sum), undefined);
});

test('a sealed file is mended of any one bit, in what it says, in its sum and around it', () => {
  const sealed = seal([Buffer.from('{"a":1,\n"b":"'), Buffer.from('zażółć"')]);
  assert.deepEqual(Object.keys(JSON.parse(sealed.toString()) as object), ['a', 'b', 'crc32']);
  for (let at = 0; at < sealed.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(sealed);
      flip(changed, { at, bit });

      assert.notEqual(sealState(changed), 'sound');
      assert.deepEqual(mendSealed(changed), sealed);
    }
  }
});
