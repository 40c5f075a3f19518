import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { powerCuts, simulatedDisk } from '../support/simulated-disk.ts';
import { dead, deadIds, delivered, failed, pendingIds, standingClock, step, telling, week } from './steps.ts';

function open(disk: SimulatedDisk, tell?: (notice: Notice) => void): Promise<Journal> {
  const sizes = { segmentBytes: 4000, liveBytes: 1_000_000, reserveBytes: 3000 };
  return openFileJournal(disk, {
    clock: standingClock(),
    retention: week,
    ...sizes,
    ...(tell === undefined ? {} : { tell }),
  });
}

function count(disk: SimulatedDisk, kind: string): number {
  return disk.operations.filter((operation) => operation.kind === kind).length;
}

describe('group commit', () => {
  test('what is asked for at once shares one write and one sync', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    const before = [count(disk, 'append'), count(disk, 'sync')];

    await Promise.all(Array.from({ length: 100 }, (_, index) => journal.commit(telling(`f/${index}`, 0, '1', 1))));

    assert.deepEqual([count(disk, 'append'), count(disk, 'sync')], before.map((each) => each + 1)); // prettier-ignore
  });

  test('what is asked for while a sync is under way shares the next one', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    const later: Promise<void>[] = [];
    disk.trouble = (operation) => {
      if (operation.kind === 'sync' && later.length === 0) {
        for (let index = 0; index < 50; index += 1) later.push(journal.commit(step(`late/${index}`, 0)));
      }
      return undefined;
    };

    await journal.commit(step('early/1', 0));
    await Promise.all(later);

    assert.equal(later.length, 50);
    assert.equal(count(disk, 'sync'), 2);
  });

  test('a commit shows in memory only after its sync', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    const seen: unknown[] = [];
    disk.trouble = (operation) => {
      if (operation.kind === 'sync') seen.push(journal.head('a/x'), [...journal.pending()].length);
      return undefined;
    };

    await journal.commit(telling('a/x', 0, '1', 1));

    assert.deepEqual(seen, [undefined, 0]);
    assert.equal(pendingIds(journal).length, 1);
  });

  test('a second commit of a feed that is being written is refused', async () => {
    const journal = await open(simulatedDisk());

    const both = await Promise.allSettled([journal.commit(step('a/x', 0)), journal.commit(step('a/x', 0))]);

    assert.deepEqual(both.map((one) => one.status), ['fulfilled', 'rejected']); // prettier-ignore
    assert.equal((await journal.load('a/x'))?.generation, 1);
  });

  test('a step that holds the head of another feed is refused', async () => {
    const journal = await open(simulatedDisk());

    await assert.rejects(journal.commit({ ...step('a/x', 0), feed: 'b/y' }), { code: 'internal' });
  });
});

describe('a full disk', () => {
  const body = 'x'.repeat(900);

  async function filled(): Promise<{ disk: SimulatedDisk; journal: Journal; notices: Notice[]; generation: number }> {
    const disk = simulatedDisk();
    const notices: Notice[] = [];
    const journal = await open(disk, (notice) => notices.push(notice));
    disk.capacity = 20_000;
    for (let generation = 0; ; generation += 1) {
      try {
        await journal.commit(telling('a/x', generation, `${generation}`, 1, body));
      } catch (error) {
        assert.ok(error instanceof Fault && error.code === 'disk-full', String(error));
        assert.ok(generation > 5);
        return { disk, journal, notices, generation };
      }
    }
  }

  test('refuses commits, again and again, and loses none that was confirmed', async () => {
    const { disk, journal, notices, generation } = await filled();

    for (let tries = 0; tries < 3; tries += 1) {
      await assert.rejects(journal.commit(telling('b/y', 0, '1', 1, 'y'.repeat(5000))), { code: 'disk-full' });
    }

    assert.deepEqual(notices.map((notice) => notice.name), ['journal:full']); // prettier-ignore
    assert.equal(pendingIds(journal).length, generation);
    const after = await open(disk.afterPowerCut('kept'));
    assert.equal((await after.load('a/x'))?.generation, generation);
    assert.deepEqual(after.feeds(), ['a/x']);
  });

  test('still takes settlements, attempts and dead letters, out of the reserve', async () => {
    const { disk, journal, generation } = await filled();
    assert.ok(!disk.paths().includes('journal/reserve'));

    await journal.settle(delivered('a/x#0@1'));
    await journal.attempt(failed('a/x#1@1', 1));
    await journal.settle(dead('a/x#2@1'));

    const after = await open(disk.afterPowerCut('lost'));
    assert.deepEqual(deadIds(after), ['a/x#2@1']);
    assert.equal(pendingIds(after).length, generation - 2);
    assert.equal([...after.pending()][0]?.attempts, 1);
  });

  test('that refuses even a settlement leaves no dead letter behind', async () => {
    const { disk, journal } = await filled();
    disk.trouble = ({ kind, path }) => (kind === 'append' && path.startsWith('journal/') ? 'full' : undefined);

    await assert.rejects(journal.settle(dead('a/x#0@1')), { code: 'disk-full' });

    assert.deepEqual(disk.paths().filter((path) => path.startsWith('dead/')), []); // prettier-ignore
    assert.ok(pendingIds(journal).includes('a/x#0@1'));
  });

  test('settles in the old segment where there is no room for a new one', async () => {
    const disk = simulatedDisk();
    const journal = await openFileJournal(disk, { clock: standingClock(), retention: week, segmentBytes: 1 });
    await journal.commit(telling('a/x', 0, '1', 1));
    disk.trouble = ({ kind }) => (kind === 'create' ? 'full' : undefined);
    await assert.rejects(journal.commit(telling('a/x', 1, '2', 1)), { code: 'disk-full' });

    await journal.settle(delivered('a/x#1@1'));

    assert.deepEqual(pendingIds(await open(disk.afterPowerCut('lost'))), []);
  });

  test('leaves nothing of what it refused in the middle of the log', async () => {
    const disk = simulatedDisk();
    const journal = await openFileJournal(disk, { clock: standingClock(), retention: week, segmentBytes: 1 });
    await journal.commit(telling('a/x', 0, '1', 1));
    disk.trouble = ({ kind }) => (kind === 'create' || kind === 'append' ? 'full' : undefined);
    await assert.rejects(journal.commit(telling('a/x', 1, '2', 1)), { code: 'disk-full' });
    await assert.rejects(journal.settle(delivered('a/x#1@1')), { code: 'disk-full' });
    disk.trouble = undefined;

    await journal.commit(telling('a/x', 1, '2', 1));

    for (const cut of powerCuts) {
      const found = await open(disk.afterPowerCut(cut));
      assert.equal((await found.load('a/x'))?.generation, 2, cut);
    }
  });

  test('goes on by itself once there is room, and the reserve is there again', async () => {
    const { disk, journal, notices, generation } = await filled();
    disk.capacity = 60_000;

    await journal.commit(telling('a/x', generation, 'more', 1, body));

    assert.deepEqual(notices.map((notice) => notice.name), ['journal:full', 'journal:room']); // prettier-ignore
    assert.ok(disk.paths().includes('journal/reserve'));
    assert.equal((await journal.load('a/x'))?.generation, generation + 1);
  });

  test('lets a journal be opened, read and settled', async () => {
    const { disk, generation } = await filled();
    const found = disk.afterPowerCut('lost');
    found.capacity = found.used() + 2500;

    const journal = await open(found);

    assert.equal(pendingIds(journal).length, generation);
    await journal.settle(delivered('a/x#0@1'));
    await assert.rejects(journal.commit(telling('b/y', 0, '1', 1, body.repeat(3))), { code: 'disk-full' });
    await journal.close();
  });
});

describe('a disk that fails', () => {
  test('is the end of the journal: everything from the first failed sync on is refused', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    await journal.commit(telling('a/x', 0, '1', 1));
    disk.trouble = (operation) => (operation.kind === 'sync' ? 'failed' : undefined);
    await assert.rejects(journal.commit(telling('a/x', 1, '2', 1)), { code: 'disk-failed' });
    disk.trouble = undefined;

    for (const act of [
      () => journal.commit(telling('a/x', 1, '2', 1)),
      () => journal.commit(step('b/y', 0)),
      () => journal.settle(delivered('a/x#1@1')),
      () => journal.attempt(failed('a/x#1@1', 1)),
    ]) {
      await assert.rejects(act(), (error) => {
        assert.ok(error instanceof Fault && error.code === 'disk-failed');
        assert.ok(error.hint !== undefined);
        return true;
      });
    }

    assert.deepEqual(pendingIds(journal), ['a/x#1@1']);
    await journal.close();
    assert.ok(!disk.paths().some((path) => path.startsWith('feeds/')));
  });

  test('after a close everything is refused', async () => {
    const journal = await open(simulatedDisk());
    await journal.commit(telling('a/x', 0, '1', 1));
    const last = journal.commit(telling('a/x', 1, '2', 1));
    await Promise.all([last, journal.close()]);

    await assert.rejects(journal.commit(telling('a/x', 2, '3', 1)), { code: 'stopped' });
    await assert.rejects(journal.settle(delivered('a/x#1@1')), { code: 'stopped' });
  });
});
