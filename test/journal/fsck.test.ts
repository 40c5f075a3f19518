import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFrames } from '../../src/journal/frame.ts';
import { decodeEntry } from '../../src/journal/entry.ts';
import { lookThrough, repair } from '../../src/journal/fsck.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { feeds, livedState, still } from './lived-state.ts';
import { open } from './small-journal.ts';
import { dead, deadIds, delivered, noon, pendingIds, step, telling } from './steps.ts';

const options = { retryFor: 3 * 86_400_000, reserveBytes: 10 };
const later = noon + 86_400_000;
const retired = /^journal\/retired\//;

function pathsOf(disk: SimulatedDisk, like: RegExp): readonly string[] {
  return disk.paths().filter((path) => like.test(path));
}

/** Spoils the frames of a kind in the last live segment. */
async function spoilLast(disk: SimulatedDisk, kind: string): Promise<void> {
  const path = pathsOf(disk, /^journal\/\d/).at(-1) ?? '';
  const bytes = Buffer.from((await disk.read(path)) ?? []);
  const places: (readonly [number, number])[] = [];
  readFrames(bytes, Number(path.slice(8, 28)), ({ payload, payloadAt, end }) => {
    if (decodeEntry(payload)?.entry.kind === kind) places.push([payloadAt, end]);
  });
  assert.ok(places.length > 0, kind);
  for (const [from, to] of places) bytes.fill(0x7e, from, to);
  disk.put(path, bytes);
}

describe('a lost settlement', () => {
  test('means that the POST is sent once more', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(delivered('a/x#1@1'));
    await journal.commit(step('b/y', 0));
    await journal.close();
    await spoilLast(disk, 'settle');

    await repair(disk, later, options);

    assert.deepEqual(pendingIds(await open(disk)), ['a/x#1@1']);
  });

  test('of a dead letter that was to be sent again, or its lost order, leaves it to be sent', async () => {
    const disk = simulatedDisk();
    const journal = await open(disk);
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(dead('a/x#1@1'));
    await journal.replay([{ id: 'a/x#1@1', callback: 'https://receiver.test/hook' }]);
    await journal.commit(step('b/y', 0));
    await journal.close();
    assert.deepEqual(pathsOf(disk, /^dead\//), []);
    await spoilLast(disk, 'replay');

    await repair(disk, later, options);

    const again = await open(disk);
    assert.deepEqual([pendingIds(again), deadIds(again)], [['a/x#1@1'], []]);
    assert.equal(await again.body('a/x#1@1'), telling('a/x', 0, '1', 1).deliveries[0]?.body);
  });
});

describe('a feed of which nothing can be read', () => {
  test('is parked until the operator decides, and the others go on', async () => {
    const { disk, life } = await livedState();
    pathsOf(disk, retired).forEach((path) => disk.put(path, undefined));
    disk.put('feeds/a/x.json', Buffer.from('nothing'));

    const { findings } = await repair(disk, later, options);

    const stays = findings.filter(({ weight }) => weight === 'stays');
    assert.deepEqual(stays.map(({ feed }) => feed), ['a/x']); // prettier-ignore
    assert.ok(stays[0]?.repair.includes('`elementd state forget a/x`'));
    const journal = await open(disk);
    await assert.rejects(journal.load('a/x'));
    for (const feed of ['b/y', 'c/z']) await life.poll(journal, feed);
    await journal.forget('a/x', later);
    await life.poll(journal, 'a/x');
    await life.send(journal);
    assert.deepEqual(life.untold(), []);
  });

  test('stays known where not even the log names it: it never starts anew by itself', async () => {
    const { disk } = await livedState();
    pathsOf(disk, /^journal\//).forEach((path) => disk.put(path, undefined));
    disk.put('feeds/a/x.json', Buffer.from('nothing'));

    await repair(disk, later, options);

    const journal = await open(disk);
    assert.deepEqual(journal.feeds(), [...feeds, still]);
    await assert.rejects(journal.load('a/x'));
    assert.ok(((await journal.load('b/y'))?.snapshot.size ?? 0) > 0);
  });
});

describe('a dead letter of which no copy is left', () => {
  test('is moved aside, and its loss is told', async () => {
    const { disk } = await livedState();
    disk.put('dead/lost.json', Buffer.from('{"version":1,'));
    await assert.rejects(open(disk));

    const { findings, aside, removed } = await repair(disk, later, options);

    assert.ok(findings.some(({ file, means }) => file === 'dead/lost.json' && means.includes('is lost')));
    assert.deepEqual(removed, ['dead/lost.json']);
    assert.ok(disk.paths().includes(`${aside}/dead/lost.json`));
    await open(disk);
  });
});

describe('a look', () => {
  test('beside a journal that is written finds nothing', async () => {
    const { disk, life } = await livedState();
    const journal = await open(disk);
    const { read } = disk;
    let reads = 0;
    let busy = false;
    disk.read = async (path) => {
      reads += 1;
      if (!busy && reads % 5 === 0) {
        busy = true;
        for (const feed of feeds) {
          life.change(feed, 'busy');
          await life.poll(journal, feed);
        }
        await life.send(journal);
        busy = false;
      }
      return read(path);
    };

    const findings = await lookThrough(disk, options);

    assert.deepEqual(findings.filter(({ weight }) => weight !== 'note'), []); // prettier-ignore
  });

  test('refuses the state of a later version', async () => {
    const { disk } = await livedState();
    disk.put('format', Buffer.from('2\n'));

    await assert.rejects(lookThrough(disk, options), { code: 'state-newer' });
  });
});
