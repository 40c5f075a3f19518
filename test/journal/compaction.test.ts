import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import type { Told } from '../../src/model/change.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { busy, liveBytes, liveSize, open, quiet, segmentBytes } from './small-journal.ts';
import { delivered, delivery, failed, pendingIds, standingClock, step, telling, told, week } from './steps.ts';

describe('the live log', () => {
  test('stays bounded, whatever is committed, and everything is remembered', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 200; generation += 1) {
      const id = `${generation % 7}`;
      await journal.commit(telling('a/x', generation, id, generation + 1));
      await journal.settle(delivered(`a/x#${id}@${generation + 1}`));
      assert.ok((await liveSize(disk)) < liveBytes + 3 * segmentBytes);
    }

    const again = await open(disk.afterPowerCut('lost'));

    const state = await again.load('a/x');
    assert.equal(state?.generation, 200);
    assert.equal(state?.snapshot.size, 7);
    assert.equal((await again.events({})).length, 200);
  });

  test('carries a pending delivery along with its attempts and its place in the order, as often as it must', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    await journal.commit(step('a/x', 0, { deliveries: [delivery('a/x', '1', 1), delivery('a/x', '2', 1)] }));
    await journal.attempt(failed('a/x#2@1', 3));
    await busy(journal, 'b/y', 0);
    await journal.commit(telling('a/x', 1, '3', 1));
    await busy(journal, 'b/y', 60, 120);

    for (const each of [journal, await open(disk.afterPowerCut('lost'))]) {
      assert.deepEqual(pendingIds(each), ['a/x#1@1', 'a/x#2@1', 'a/x#3@1']);
      const [first, second, third] = [...each.pending()];
      assert.deepEqual([first?.attempts, second?.attempts, second?.lastSays], [0, 3, 'attempt 3 failed']);
      assert.ok(first?.sequence === second?.sequence && (second?.sequence ?? 0) < (third?.sequence ?? 0));
      for (const id of ['1', '2', '3']) assert.equal(await each.body(`a/x#${id}@1`), delivery('a/x', id, 1).body);
      assert.equal((await each.events({})).length, 3);
    }
    assert.ok(!disk.paths().includes('journal/00000000000000000001.log'));
  });

  test('may grow to twice what is pending, so that much pending is not copied over and over', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 40; generation += 1) {
      await journal.commit(telling('a/x', generation, `${generation}`, 1, 'x'.repeat(1000)));
    }
    const operations = disk.operations.length;
    const size = await liveSize(disk);

    assert.ok(size > 40_000);
    assert.ok(operations < 200, `${operations} operations`);
    assert.equal(disk.paths().filter((path) => path.startsWith('journal/retired/')).length, 0);
  });

  for (const [what, idLength] of [
    ['short bodies', 1],
    ['ids that are longer than anybody thinks', 4000],
  ] as const) {
    test(`copies no more than was written since, however much waits with ${what}`, async () => {
      const written = async (begin: (disk: SimulatedDisk) => Promise<Journal>): Promise<number> => {
        const disk = simulatedDisk();
        const journal = await begin(disk);
        for (let generation = 0; generation < 300; generation += 1) {
          await journal.commit(telling('a/x', generation, `${generation}`.padEnd(idLength, '-'), 1, '-'));
        }
        for (let generation = 0; generation < 600; generation += 10) {
          await busy(journal, 'b/y', generation, 10);
          await quiet();
        }
        assert.equal(pendingIds(await open(disk.afterPowerCut('lost'))).length, 300);
        return disk.used();
      };

      const once = await written((disk) => openFileJournal(disk, { clock: standingClock(), retention: week, reserveBytes: 10 })); // prettier-ignore
      // Retired segments stay on the disk here, so that everything ever written counts.
      const all = await written(open);

      assert.ok(all < 4 * once, `${all} bytes were written for ${once}`);
    });
  }

  test('writes no checkpoint of feeds that did not change', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(delivered('a/x#1@1'));
    await busy(journal, 'b/y', 0, 200);

    await journal.close();

    const written = disk.operations.filter((operation) => operation.path === 'feeds/a/x.json');

    assert.equal(written.length, 1);
  });

  test('keeps the segment that is written to, however large a commit was', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 5; generation += 1) {
      const many = Array.from({ length: 300 }, (_, id): [string, Told] => [`${id}`, told(generation)]);
      await journal.commit(step('a/x', generation, { told: many }));
      await quiet();
      await journal.commit(step('b/y', generation));
      await journal.commit(step('a/z', generation, { told: many }));
    }

    const again = await open(disk.afterPowerCut('lost'));

    for (const feed of ['a/x', 'b/y', 'a/z']) assert.equal((await again.load(feed))?.generation, 5);
  });

  test('can be read while segments move', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 20; generation += 1) {
      await journal.commit(telling('a/x', generation, '1', generation + 1));
      await journal.settle(delivered(`a/x#1@${generation + 1}`));
    }
    const { read, rename } = disk;
    const lists: ReturnType<Journal['events']>[] = [];
    const [oldest] = disk.paths().filter((path) => /^journal\/\d/.test(path));
    let slow = true;
    // One reading holds a path until its segment was retired.
    disk.read = async (path) => {
      if (slow && path === oldest) {
        slow = false;
        await busy(journal, 'b/y', 0);
      }
      return read(path);
    };
    // Others begin when a segment was moved, before anybody was told.
    disk.rename = async (from, to) => {
      await rename(from, to);
      lists.push(journal.events({}));
      for (let turns = 0; turns < 500; turns += 1) await Promise.resolve();
    };

    lists.push(journal.events({}));
    await lists[0];
    await busy(journal, 'b/y', 60);

    assert.ok(lists.length > 2, `${lists.length} lists`);
    for (const list of await Promise.all(lists)) assert.equal(list.length, 20);
  });

  test('takes commits while a large checkpoint is being written, and none of them is lost', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    const many = Array.from({ length: 12_000 }, (_, id): [string, Told] => [`${id}`, told(1)]);
    await journal.commit(step('a/x', 0, { told: many }));
    await journal.commit(step('c/z', 0, { told: many }));
    const { list } = disk;
    let pauses = 0;
    disk.list = async (folder) => {
      pauses += 1;
      if (pauses === 1) await journal.commit(step('a/x', 1, { told: [['7', told(2)], ['11999', told(2)], ['new', told(1)]] })); // prettier-ignore
      if (pauses === 3) await journal.commit(step('c/z', 1, { reborn: true, told: [['reborn', told(1)]] }));
      return list(folder);
    };
    await quiet();
    await busy(journal, 'b/y', 0, 3);
    await quiet();
    assert.ok(pauses >= 3, `${pauses} pauses`);
    assert.ok(disk.paths().includes('feeds/a/x.json') && disk.paths().includes('feeds/c/z.json'), 'two checkpoints');

    const again = await open(disk.afterPowerCut('lost'));

    const changed = (await again.load('a/x'))?.snapshot;
    assert.deepEqual([changed?.size, changed?.get('7')?.n, changed?.get('11999')?.n, changed?.get('8')?.n], [12_001, 2, 2, 1]); // prettier-ignore
    assert.deepEqual([...((await again.load('c/z'))?.snapshot.keys() ?? [])], ['reborn']);
  });

  test('goes on growing where a checkpoint is missing, says so, and retires once it is back', async () => {
    const disk = simulatedDisk();
    const clock = standingClock();
    const first = await open(disk);
    await first.commit(telling('a/x', 0, '1', 1));
    await busy(first, 'b/y', 0, 100);
    await first.commit(telling('a/x', 1, '2', 1));
    const crashed = disk.afterPowerCut('lost');
    const checkpoint = await crashed.read('feeds/a/x.json');
    assert.ok(checkpoint !== undefined);
    crashed.put('feeds/a/x.json', undefined);
    const notices: Notice[] = [];
    const journal = await open(crashed, clock, (notice) => notices.push(notice));

    await busy(journal, 'b/y', 100, 100);
    const grown = await liveSize(crashed);
    crashed.put('feeds/a/x.json', checkpoint);
    await busy(journal, 'b/y', 200, 100);

    assert.ok(grown > 2 * liveBytes, `${grown}`);
    // It is tried again after every segment, not after every commit.
    assert.ok(notices.length > 0 && notices.length < 13, `${notices.length} notices`);
    assert.ok(notices[0]?.says.includes('feeds/a/x.json') && notices[0].says.includes('from a backup'));
    assert.ok((await liveSize(crashed)) < 2 * liveBytes);
    assert.equal((await journal.load('a/x'))?.generation, 2);
  });
});
