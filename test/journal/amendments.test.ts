import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keepsake } from '../../src/model/journal.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { busy, liveBytes, open, quiet } from './small-journal.ts';
import { dead, deadIds, head, noon, pendingIds, standingClock, step, telling, told, week } from './steps.ts';

test('what is staged outgrows the live log while other feeds commit, and becomes true all the same', async () => {
  const disk = simulatedDisk();
  const journal = await open(disk);
  const pieces = async function* (): AsyncIterable<Keepsake> {
    yield { kind: 'feed', head: head('in/it') };
    for (let part = 0; part < 40; part += 1) {
      yield { kind: 'told', told: Array.from({ length: 20 }, (_, n) => [`${part}.${n}`, told(1, 'x'.repeat(20))]) };
      await busy(journal, 'a/x', part * 5, 5);
    }
  };

  await journal.takeIn(pieces(), noon);
  await busy(journal, 'a/x', 200, 200);
  await quiet();
  await journal.close();

  const again = await open(disk);
  assert.equal((await again.load('in/it'))?.snapshot.size, 800);
  assert.ok(disk.paths().includes('feeds/in/it.json'));
  assert.ok(disk.used() > liveBytes);
});

test('a forgotten or moved feed leaves no checkpoint, also where the removal was undone by a power cut', async () => {
  const disk = simulatedDisk();
  const first = await open(disk);
  for (const feed of ['a/x', 'b/y', 'c/z']) await first.commit(telling(feed, 0, '1', 1));
  await first.close();
  const second = await open(disk);
  await second.forget('a/x', noon);
  await second.move('b/y', head('d/w'), noon);
  assert.deepEqual(disk.paths().filter((path) => path.startsWith('feeds/')), ['feeds/c/z.json']); // prettier-ignore

  const after = disk.afterPowerCut('lost');
  assert.ok(after.paths().includes('feeds/a/x.json'));
  const third = await open(after);
  await third.commit(step('a/x', 0));
  await third.close();

  assert.deepEqual((await (await open(after)).load('a/x'))?.snapshot.size, 0);
  assert.ok(!after.paths().includes('feeds/b/y.json'));
});

test('a dead letter keeps the name that it was given last, however often names are used again', async () => {
  const disk = simulatedDisk();
  const journal = await open(disk);
  await journal.commit(telling('a/x', 0, '1', 1));
  await journal.commit(telling('b/y', 0, '2', 1));
  await journal.settle(dead('a/x#1@1'));
  await journal.move('b/y', head('c/z'), noon);
  await journal.move('a/x', head('b/y'), noon);

  for (let restarts = 0; restarts < 3; restarts += 1) {
    const again = await open(disk.afterPowerCut('kept'));
    assert.deepEqual([...again.dead(), ...again.pending()].map(({ id, feed }) => [id, feed]), [['a/x#1@1', 'b/y'], ['b/y#2@1', 'c/z']]); // prettier-ignore
  }
});

test('a delivery that dies while its feed is moved is a dead letter of the new name', async () => {
  const disk = simulatedDisk();
  const journal = await open(disk);
  await journal.commit(telling('a/x', 0, '1', 1));

  await Promise.all([journal.settle(dead('a/x#1@1')), journal.move('a/x', head('b/y'), noon)]);
  await busy(
    journal,
    'b/y',
    journal.head('b/y') === undefined ? 0 : ((await journal.load('b/y'))?.generation ?? 0),
    300,
  );
  await quiet();
  await journal.close();

  const again = await open(disk);
  assert.deepEqual([...again.dead()].map(({ feed }) => feed), ['b/y']); // prettier-ignore
});

test('what was taken in as a dead letter and could not be buried for want of room is buried at the next start', async () => {
  const disk = simulatedDisk();
  const clock = standingClock(noon + week);
  const journal = await open(disk, clock);
  const { body, ...delivery } = telling('a/x', 0, '1', 1).deliveries[0] ?? assert.fail();
  const pieces = async function* (): AsyncIterable<Keepsake> {
    yield { kind: 'feed', head: head('a/x') };
    yield { kind: 'delivery', delivery: { ...delivery, attempts: 4 }, body, diedAt: noon };
  };
  disk.trouble = ({ path }) => (path.startsWith('dead/') ? 'full' : undefined);

  await journal.takeIn(pieces(), clock.now());
  assert.deepEqual(pendingIds(journal), ['a/x#1@1']);
  await journal.close();
  disk.trouble = undefined;

  const again = await open(disk, clock);
  assert.deepEqual([pendingIds(again), deadIds(again), await again.body('a/x#1@1')], [[], ['a/x#1@1'], body]);
});
