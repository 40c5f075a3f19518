import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { encodeBatch, frameHead, readFrames, wasSynced } from '../../src/journal/frame.ts';

function batch(first: number, ...texts: string[]): Buffer {
  return Buffer.from(encodeBatch(first, texts.map((text) => Buffer.from(text))).bytes); // prettier-ignore
}

function textsOf(bytes: Buffer, first: number): { texts: string[]; end: number; next: number } {
  const texts: string[] = [];
  return { ...readFrames(bytes, first, (frame) => texts.push(Buffer.from(frame.payload).toString())), texts };
}

describe('frames', () => {
  test('what was encoded is read back, batch after batch', () => {
    const first = 2 ** 40 + 5;
    const bytes = Buffer.concat([batch(first, 'one', '', 'three'), batch(first + 3, 'four')]);

    const read = textsOf(bytes, first);

    assert.deepEqual(read, { texts: ['one', '', 'three', 'four'], end: bytes.length, next: first + 4 });
  });

  test('the places of the payloads are told', () => {
    const { bytes, payloadsAt } = encodeBatch(1, [Buffer.from('ab'), Buffer.from('cde')]);

    assert.deepEqual(payloadsAt, [frameHead, frameHead + 2 + frameHead]);
    assert.equal(Buffer.from(bytes).toString('utf8', payloadsAt[1]), 'cde');
  });

  test('reading ends before a frame with another sequence', () => {
    const bytes = Buffer.concat([batch(1, 'one'), batch(3, 'three')]);

    assert.deepEqual(textsOf(bytes, 1).texts, ['one']);
    assert.deepEqual(textsOf(bytes, 2).texts, []);
  });

  test('no change of any bit goes unnoticed', () => {
    const bytes = batch(7, 'one', 'two');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      assert.notDeepEqual(textsOf(changed, 7).texts, ['one', 'two']);
    }
  });

  test('zeros are no frame', () => {
    assert.deepEqual(textsOf(Buffer.alloc(100), 0).texts, []);
  });

  test('a frame of a later batch proves that a bad one had been synced, one of the same batch does not', () => {
    const torn = batch(5, 'lost by the disk', 'kept by the disk');
    torn.fill(0, 0, frameHead + 4);
    const later = Buffer.concat([torn, batch(7, 'later')]);

    assert.equal(wasSynced(torn, 0, 5), false);
    assert.equal(wasSynced(later, 0, 5), true);
    assert.equal(wasSynced(Buffer.concat([batch(1, 'x'), later]), 21, 5), true);
    assert.equal(wasSynced(Buffer.alloc(0), 0, 5), false);
  });

  test('a cut anywhere leaves the whole frames before it, and is a torn tail', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), { minLength: 1 }),
        fc.nat(),
        (all, at) => {
          let next = 1;
          const ends = [0];
          const parts: Buffer[] = [];
          for (const texts of all) {
            for (const text of texts) ends.push((ends.at(-1) ?? 0) + frameHead + Buffer.byteLength(text));
            parts.push(batch(next, ...texts));
            next += texts.length;
          }
          const bytes = Buffer.concat(parts);
          const cut = at % (bytes.length + 1);

          const { end, next: expected } = textsOf(bytes.subarray(0, cut), 1);

          assert.equal(end, Math.max(...ends.filter((one) => one <= cut)));
          assert.equal(wasSynced(bytes.subarray(0, cut), end, expected), false);
        },
      ),
    );
  });
});
