import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDrain, openJournal, writeWaiting } from '../../bench/waiting-log.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of heap and buffers that are in use. */
function used(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

// The rest of what `npm run bench:outbox` measures, with bounds between what is needed and what events in memory would take.
for (const [perPost, bound] of [
  [10, 40],
  [1, 200],
] as const) {
  test(`50,000 waiting events in POSTs of ${perPost} take less than ${bound} bytes of memory each`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'elementd-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const events = 50_000;
    await writeWaiting(folder, { events, perPost, bodyBytes: 200 });
    const before = used();

    const journal = await openJournal(folder);
    const drain = openDrain(journal, () => new Promise(() => undefined));

    const kept = used() - before;
    const [status] = drain.status().callbacks;
    await journal.close();
    assert.equal(status?.events, events);
    assert.ok(kept < bound * events, `${Math.round(kept / events)} bytes for each`);
  });
}
