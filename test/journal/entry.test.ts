import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyPlace, commitEntry, decodeEntry, encodeEntry } from '../../src/journal/entry.ts';
import { delivery, step, told } from './steps.ts';

test('what a commit holds comes back from its payload, each body in the place that its entry names', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', 'é', '漢', '\ud83d\ude00', '\ud800') }));
  const bodiesBack = (bodies: readonly string[], reborn: boolean): void => {
    const commit = step('a/ż', 3, {
      told: [['1', told(1)]],
      deliveries: bodies.map((body, n) => delivery('a/ż', 'ü', n, { body })),
      ...(reborn ? { reborn } : {}),
    });

    const made = commitEntry(commit);
    const { bytes, bodiesAt } = encodeEntry(made.entry, made.bodies);
    const read = decodeEntry(bytes);

    assert.deepEqual(read, { entry: made.entry, bodiesAt });
    assert.ok(read?.entry.kind === 'commit');
    const { kind: _kind, deliveries, ...rest } = read.entry;
    assert.deepEqual({ ...rest, deliveries: commit.deliveries }, commit);
    for (const [index, { offset, length, crc }] of deliveries.entries()) {
      const body = bytes.subarray(bodiesAt + offset, bodiesAt + offset + length);
      assert.deepEqual(Buffer.from(body), Buffer.from(bodies[index] ?? ''));
      assert.equal(bodyPlace(body, 0).crc, crc);
    }
    assert.equal(bytes.length, bodiesAt + deliveries.reduce((sum, { length }) => sum + length, 0));
  };

  fc.assert(fc.property(fc.array(text, { maxLength: 4 }), fc.boolean(), bodiesBack));
});
