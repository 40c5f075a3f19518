import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Told } from '../../src/model/change.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { bytesInUse } from '../support/bytes-in-use.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { noon, standingClock, step, week } from './steps.ts';

const feeds = Array.from({ length: 20 }, (_, index) => `feed-${index}/contacts`);
const records = 1_000;

/** Ids of 24 characters, digests as they are made of records. */
function many(feed: string): readonly (readonly [string, Told])[] {
  return Array.from({ length: records }, (_, index) => {
    const id = `${feed} ${index}`.padStart(24, '0');
    return [id, { n: 1, date: noon, digest: `${index}`.padStart(22, 'x'), at: noon + index }];
  });
}

test('opening keeps no record in memory, and loading a feed less than 150 bytes for each of its own', async () => {
  const disk = simulatedDisk();
  const options = { clock: standingClock(), retention: week };
  const writing = await openFileJournal(disk, options);
  for (const feed of feeds) await writing.commit(step(feed, 0, { told: many(feed) }));
  // Some of them are read from their checkpoints, the others from the log.
  for (const feed of feeds.slice(15)) {
    await writing.commit(step(feed, 1, { told: [['new', { n: 1, digest: '', at: noon }]] }));
  }
  await writing.close();
  for (const feed of feeds.slice(0, 15)) disk.put(`feeds/${feed}.json`, undefined);
  const total = feeds.length * records;
  const least = { opened: Infinity, loaded: Infinity };

  // What else the process does meanwhile is no part of it.
  for (let measured = 0; measured < 3; measured += 1) {
    const before = bytesInUse();
    const journal = await openFileJournal(disk, options);
    least.opened = Math.min(least.opened, (bytesInUse() - before) / total);
    for (const feed of feeds) await journal.load(feed);
    least.loaded = Math.min(least.loaded, (bytesInUse() - before) / total);
    assert.equal((await journal.load('feed-19/contacts'))?.snapshot.size, records + 1);
  }

  assert.ok(least.opened < 20, `${least.opened.toFixed(1)} bytes a record after opening`);
  assert.ok(least.loaded < 150, `${least.loaded.toFixed(1)} bytes a record after loading`);
});
