import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { peekHeads } from '../../src/journal/peek.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { head, noon, standingClock, step, telling, week } from './steps.ts';

const options = { clock: standingClock(), retention: week, segmentBytes: 500, liveBytes: 1500 };

test('an empty state directory shows no feeds, and stays empty', async () => {
  const disk = simulatedDisk();

  assert.equal((await peekHeads(disk)).size, 0);

  assert.deepEqual(disk.paths(), []);
});

test('the heads of all feeds are seen while a journal is open, and no byte is written', async () => {
  const disk = simulatedDisk();
  const journal = await openFileJournal(disk, options);
  await journal.commit(telling('a/x', 0, '1', 1));
  for (let generation = 0; generation < 30; generation += 1) await journal.commit(step('b/y', generation));
  const still = disk.afterPowerCut('kept');

  for (const each of [disk, still]) {
    const heads = await peekHeads(each);
    assert.deepEqual(new Map(heads), new Map([['a/x', head('a/x', noon)], ['b/y', head('b/y', noon + 29)]])); // prettier-ignore
  }

  assert.deepEqual(still.operations, []);
});

test('a feed that was forgotten is not seen, and one that was moved is seen under its new name', async () => {
  const disk = simulatedDisk();
  const journal = await openFileJournal(disk, options);
  for (const feed of ['a/x', 'b/y', 'c/z']) await journal.commit(step(feed, 0));
  await journal.forget('a/x', noon);
  await journal.move('b/y', head('d/w', noon + 5), noon);

  const heads = await peekHeads(disk);

  assert.deepEqual([...heads.keys()].sort(), ['c/z', 'd/w']);
  assert.deepEqual(heads.get('d/w'), head('d/w', noon + 5));
});

test('a torn tail is passed over', async () => {
  const disk = simulatedDisk();
  const journal = await openFileJournal(disk, { ...options, segmentBytes: 100_000 });
  await journal.commit(step('a/x', 0));
  await journal.commit(step('a/x', 1));
  const path = 'journal/00000000000000000001.log';
  const bytes = await disk.read(path);
  disk.put(path, bytes?.subarray(0, bytes.length - 1));

  assert.deepEqual((await peekHeads(disk)).get('a/x'), head('a/x', noon));
});

test('a segment that is retired between being listed and being read is no damage', async () => {
  const disk = simulatedDisk();
  const journal = await openFileJournal(disk, options);
  for (let generation = 0; generation < 5; generation += 1) await journal.commit(step('a/x', generation));
  const { read } = disk;
  let busy = false;
  disk.read = async (path) => {
    if (!busy && path.startsWith('journal/')) {
      busy = true;
      for (let generation = 5; generation < 30; generation += 1) await journal.commit(step('a/x', generation));
    }
    return read(path);
  };

  assert.deepEqual((await peekHeads(disk)).get('a/x'), head('a/x', noon + 29));
});

test('what opening would refuse is refused', async () => {
  const disk = simulatedDisk();
  disk.put('feeds/a/x.json', Buffer.from('{}'));
  await assert.rejects(peekHeads(disk), { code: 'journal-damaged' });
  disk.put('format', Buffer.from('7'));
  await assert.rejects(peekHeads(disk), { code: 'state-newer' });
});
