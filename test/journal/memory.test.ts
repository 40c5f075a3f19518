import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Told } from '../../src/model/change.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { bytesInUse } from '../support/bytes-in-use.ts';
import { simulatedDisk, type SimulatedDisk } from '../support/simulated-disk.ts';
import { noon, standingClock, step, week } from './steps.ts';

const feeds = Array.from({ length: 20 }, (_, index) => `feed-${index}/contacts`);
const records = 1_000;
const options = { clock: standingClock(), retention: week };

/** Ids of 24 characters, digests as they are made of records. */
function many(feed: string): readonly (readonly [string, Told])[] {
  return Array.from({ length: records }, (_, index) => {
    const id = `${feed} ${index}`.padStart(24, '0');
    return [id, { n: 1, date: noon, digest: `${index}`.padStart(22, 'x'), at: noon + index }];
  });
}

/** A disk with all feeds, some of them in their checkpoints, the others in the log alone. */
async function written(): Promise<SimulatedDisk> {
  const disk = simulatedDisk();
  const journal = await openFileJournal(disk, options);
  for (const feed of feeds) await journal.commit(step(feed, 0, { told: many(feed) }));
  await journal.close();
  for (const feed of feeds.slice(5)) disk.put(`feeds/${feed}.json`, undefined);
  return disk;
}

/** Bytes a record that a journal takes after it was opened, and after everything was loaded. */
async function measured(disk: SimulatedDisk): Promise<{ readonly opened: number; readonly loaded: number }> {
  const total = feeds.length * records;
  const before = bytesInUse();
  const journal = await openFileJournal(disk, options);
  const opened = (bytesInUse() - before) / total;
  for (const feed of feeds) await journal.load(feed);
  const loaded = (bytesInUse() - before) / total;
  for (const feed of feeds) assert.equal((await journal.load(feed))?.snapshot.size, records);
  return { opened, loaded };
}

test('opening keeps no record in memory, and loading a feed less than 150 bytes for each of its own', async () => {
  const disk = await written();
  await measured(disk);

  // What else the process does meanwhile is no part of it.
  const [first, second] = [await measured(disk), await measured(disk)];

  const opened = Math.min(first.opened, second.opened);
  const loaded = Math.min(first.loaded, second.loaded);
  console.log('VAL', first, second);
  assert.ok(opened < 20, `${opened.toFixed(1)} bytes a record after opening`);
  assert.ok(loaded < 150, `${loaded.toFixed(1)} bytes a record after loading`);
  assert.ok(loaded > 48, `${loaded.toFixed(1)} bytes a record are less than it says`);
});
