import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { busy, open } from './small-journal.ts';
import { dead, delivered, delivery, noon, standingClock, step, telling, week } from './steps.ts';

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
    assert.ok(before.length > 3, `${before.length} segments were retired`);

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
    assert.ok(retired(disk).length > 3, `${retired(disk).length} segments were retired`);
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

  test('that are damaged make a list shorter, but not silently', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    for (let generation = 0; generation < 50; generation += 1) {
      await journal.commit(telling('a/x', generation, '1', generation + 1));
      await journal.settle(delivered(`a/x#1@${generation + 1}`));
    }
    const [path = ''] = retired(disk);
    const bytes = Buffer.from((await disk.read(path)) ?? []);
    bytes[900] = (bytes[900] ?? 0) ^ 1;
    disk.put(path, bytes);
    const notices: Notice[] = [];
    const again = await open(disk.afterPowerCut('lost'), standingClock(), (notice) => notices.push(notice));

    assert.ok((await again.events({})).length < 50);
    await again.events({});

    assert.deepEqual(notices.map(({ name, level }) => [name, level]), [['journal:note', 'warn']]); // prettier-ignore
    assert.ok(notices[0]?.says.includes(path) && notices[0].says.includes('elementd state fsck'), notices[0]?.says);
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
