import assert from 'node:assert/strict';
import test from 'node:test';
import { assault } from './assault.ts';

test(
  'a daemon that is killed again and again, at any moment, loses nothing and tells nothing wrong',
  { timeout: 180_000 },
  async () => {
    const came = await assault(10, 20_261_121);

    assert.deepEqual(came.flaws, []);
    assert.equal(Object.values(came.kills).reduce((sum, one) => sum + one, 0), 10); // prettier-ignore
    assert.ok(came.told > 50 && came.deletions > 5, `only ${came.told} told, ${came.deletions} of them deletions`);
  },
);
