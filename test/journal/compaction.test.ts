import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import type { Told } from '../../src/model/change.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import {
  dead,
  delivered,
  delivery,
  failed,
  noon,
  pendingIds,
  standingClock,
  step,
  telling,
  told,
  week,
} from './steps.ts';

const segmentBytes = 2000;
const liveBytes = 10_000;

function open(disk: SimulatedDisk, clock = standingClock(), tell?: (notice: Notice) => void): Promise<Journal> {
  return openFileJournal(disk, {
    clock,
    retention: week,
    segmentBytes,
    liveBytes,
    reserveBytes: 10,
    ...(tell === undefined ? {} : { tell }),
  });
}

function liveSize(disk: SimulatedDisk): Promise<number> {
  const live = disk.paths().filter((path) => /^journal\/\d/.test(path));
  return Promise.all(live.map(async (path) => (await disk.read(path))?.length ?? 0)).then((all) =>
    all.reduce((a, b) => a + b, 0),
  );
}

/** Commits without deliveries, so many that the log's oldest segments must go. */
async function busy(journal: Journal, feed: string, from: number, count = 60): Promise<void> {
  for (let generation = from; generation < from + count; generation += 1) await journal.commit(step(feed, generation));
}

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
    console.log('NOTICES', notices.length);
    crashed.put('feeds/a/x.json', checkpoint);
    await busy(journal, 'b/y', 200, 100);

    assert.ok(grown > 2 * liveBytes, `${grown}`);
    assert.ok(notices.length > 0 && notices.length < 30, `${notices.length} notices`);
    assert.ok(notices[0]?.says.includes('feeds/a/x.json') && notices[0].says.includes('elementd state forget a/x'));
    assert.ok((await liveSize(crashed)) < 2 * liveBytes);
    assert.equal((await journal.load('a/x'))?.generation, 2);
  });
});

describe('retired segments', () => {
  const retired = (disk: SimulatedDisk): readonly string[] =>
    disk.paths().filter((path) => path.startsWith('journal/retired/'));

  test('go when everything said in them is older than the retention, and not before', async () => {
    const disk = simulatedDisk();
    const clock = standingClock();
    const journal = await open(disk, clock);
    for (let generation = 0; generation < 50; generation += 1) {
      await journal.commit(telling('a/x', generation, '1', generation + 1));
      await journal.settle(delivered(`a/x#1@${generation + 1}`));
    }
    const before = retired(disk);
    assert.ok(before.length > 3);

    clock.at = noon + week;
    await busy(journal, 'b/y', 0);
    assert.deepEqual(retired(disk).filter((path) => before.includes(path)), before); // prettier-ignore
    clock.at = noon + week + 1;
    await busy(journal, 'b/y', 60);

    assert.deepEqual(retired(disk).filter((path) => before.includes(path)), []); // prettier-ignore
    assert.deepEqual(await journal.events({}), []);
  });

  test('go at opening too', async () => {
    const disk = simulatedDisk();
    const clock = standingClock();
    const journal = await open(disk, clock);
    for (let generation = 0; generation < 50; generation += 1) {
      await journal.commit(telling('a/x', generation, '1', generation + 1));
      await journal.settle(delivered(`a/x#1@${generation + 1}`));
    }
    await journal.close();
    assert.ok(retired(disk).length > 3);
    clock.at = noon + week + 1;

    await open(disk, clock);

    assert.deepEqual(retired(disk), []);
  });

  test('stay for a delivery that was settled late, and for a dead letter that was delivered after all', async () => {
    const disk = simulatedDisk();
    const clock = standingClock();
    const journal = await open(disk, clock);
    await journal.commit(step('a/x', 0, { deliveries: [delivery('a/x', '1', 1), delivery('a/x', '2', 1)] }));
    await busy(journal, 'b/y', 0);
    await journal.settle(dead('a/x#2@1'));
    clock.at = noon + 3 * week;
    await busy(journal, 'b/y', 60);
    await journal.settle(delivered('a/x#1@1', clock.at));
    await journal.settle(delivered('a/x#2@1', clock.at));
    await busy(journal, 'b/y', 120, 200);
    clock.at += week;

    for (const each of [journal, await open(disk.afterPowerCut('lost'), clock)]) {
      for (const id of ['1', '2']) assert.equal(await each.body(`a/x#${id}@1`), delivery('a/x', id, 1).body);
      assert.deepEqual((await each.events({})).map((event) => [event.delivery, event.state]), [['a/x#1@1', 'delivered'], ['a/x#2@1', 'delivered']]); // prettier-ignore
    }
  });

  test('may go while a body is being read from them: it is read from its copy', async () => {
    const disk = simulatedDisk();
    const clock = standingClock();
    const journal = await open(disk, clock);
    await journal.commit(telling('a/x', 0, '1', 1));
    clock.at = noon + 3 * week;
    const { readAt } = disk;
    const paths: string[] = [];
    disk.readAt = async (path, offset, length) => {
      paths.push(path);
      if (paths.length === 1) await busy(journal, 'b/y', 0, 200);
      return readAt(path, offset, length);
    };

    const body = await journal.body('a/x#1@1');

    assert.equal(body, delivery('a/x', '1', 1).body);
    assert.ok(retired(disk).length < 3 && paths[0] === 'journal/00000000000000000001.log');
  });

  test('a list of the newest events reads no further back than it needs', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 300; generation += 1) {
      await journal.commit(telling('a/x', generation, '1', generation + 1));
      await journal.settle(delivered(`a/x#1@${generation + 1}`));
    }
    let reads = 0;
    const { read } = disk;
    disk.read = (path) => {
      reads += 1;
      return read(path);
    };

    const newest = await journal.events({ limit: 5 });
    const few = reads;
    await journal.events({});

    assert.deepEqual(newest.map((event) => event.delivery), [296, 297, 298, 299, 300].map((n) => `a/x#1@${n}`)); // prettier-ignore
    assert.ok(few <= 4 && reads - few > 20, `${few} reads, then ${reads - few}`);
  });
});
