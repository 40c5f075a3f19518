import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { readFrames } from '../../src/journal/frame.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { dead, deadIds, pendingIds, standingClock, step, telling, told, week } from './steps.ts';

const first = 'journal/00000000000000000001.log';

function open(
  disk: SimulatedDisk,
  more: { segmentBytes?: number; liveBytes?: number; tell?: (notice: Notice) => void } = {},
): Promise<Journal> {
  return openFileJournal(disk, { clock: standingClock(), retention: week, ...more });
}

/** A disk with ten commits on two feeds, each in a write of its own; not closed. */
async function written(segmentBytes?: number): Promise<SimulatedDisk> {
  const disk = simulatedDisk();
  const journal = await open(disk, segmentBytes === undefined ? {} : { segmentBytes });
  for (let generation = 0; generation < 5; generation += 1) {
    await journal.commit(telling('a/x', generation, `${generation}`, 1));
    await journal.commit(telling('b/y', generation, `${generation}`, 1));
  }
  return disk;
}

async function bytesOf(disk: SimulatedDisk, path: string): Promise<Buffer> {
  const bytes = await disk.read(path);
  assert.ok(bytes !== undefined, path);
  return Buffer.from(bytes);
}

/** Where frames end in a segment. */
async function endsOf(disk: SimulatedDisk, path: string): Promise<readonly number[]> {
  const ends: number[] = [];
  readFrames(await bytesOf(disk, path), Number(path.slice(8, 28)), (frame) => ends.push(frame.end));
  return ends;
}

function refusedAs(code: Fault['code'], ...words: string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, code, error.message);
    for (const word of words)
      assert.ok(`${error.message} (${error.hint})`.includes(word), `${word} in: ${error.message} (${error.hint})`);
    return true;
  };
}

describe('opening a journal', () => {
  test('cuts a torn tail wherever it was torn, says so, and goes on behind it', async () => {
    const disk = await written();
    const whole = await bytesOf(disk, first);
    const ends = await endsOf(disk, first);
    const [beforeLast = 0, last = 0] = ends.slice(-2);
    for (let length = beforeLast + 1; length < last; length += 7) {
      disk.put(first, whole.subarray(0, length));
      const notices: Notice[] = [];

      const journal = await open(disk, { tell: (notice) => notices.push(notice) });

      assert.equal((await journal.load('b/y'))?.generation, 4);
      assert.deepEqual(notices.map((notice) => [notice.name, notice.level]), [['journal:note', 'warn']]); // prettier-ignore
      assert.ok(notices[0]?.says.includes(first) && notices[0].says.includes(`${length - beforeLast} bytes`));
      await journal.commit(telling('b/y', 4, 'again', 1));
      assert.equal((await (await open(disk)).load('b/y'))?.generation, 5);
    }
  });

  test('says nothing when nothing is torn', async () => {
    const disk = await written();

    await open(disk, { tell: () => assert.fail('there is nothing to say') });
  });

  test('refuses a flipped bit in any synced frame that others follow, and changes nothing', async () => {
    const disk = await written();
    const whole = await bytesOf(disk, first);
    const ends = await endsOf(disk, first);
    for (const [index, end] of ends.slice(0, -2).entries()) {
      const changed = Buffer.from(whole);
      changed[end - 3] = (changed[end - 3] ?? 0) ^ 4;
      disk.put(first, changed);
      const operations = disk.operations.length;

      await assert.rejects(
        open(disk),
        refusedAs('journal-damaged', first, `byte ${index === 0 ? 0 : ends[index - 1]}`, 'from a backup'),
      );

      assert.equal(disk.operations.length, operations);
      assert.deepEqual(await bytesOf(disk, first), changed);
    }
  });

  test('refuses a bad frame at the end of a segment that others follow', async () => {
    const disk = await written(500);
    const bytes = await bytesOf(disk, first);
    disk.put(first, bytes.subarray(0, bytes.length - 1));

    await assert.rejects(open(disk), refusedAs('journal-damaged', first));
    disk.put(first, Buffer.concat([bytes, Buffer.from('x')]));
    await assert.rejects(open(disk), refusedAs('journal-damaged', first, `byte ${bytes.length}`));
    disk.put(first, bytes);
    await open(disk);
  });

  test('refuses a missing segment', async () => {
    const disk = await written(500);
    const [, second = ''] = disk.paths().filter((path) => path.startsWith('journal/0'));
    disk.put(second, undefined);

    await assert.rejects(open(disk), refusedAs('journal-damaged', 'comes next'));
  });

  test('refuses a state whose journal is missing', async () => {
    const disk = await written();
    await (await open(disk)).close();
    const journal = await open(disk);
    await journal.load('a/x');
    await journal.close();
    disk.put(first, undefined);

    await assert.rejects(open(disk), refusedAs('journal-damaged', 'its journal is missing', 'backup'));
  });

  test('refuses a state of a later version', async () => {
    const disk = await written();
    assert.equal((await bytesOf(disk, 'format')).toString(), '1\n');
    disk.put('format', Buffer.from('2\n'));

    await assert.rejects(open(disk), refusedAs('state-newer', 'format 2', 'knows 1'));
  });

  test('ignores an empty segment that was opened for nothing', async () => {
    const disk = await written();
    disk.put('journal/00000000000000000004.log', Buffer.alloc(0));

    const journal = await open(disk);

    assert.equal((await journal.load('a/x'))?.generation, 5);
    assert.ok(!disk.paths().includes('journal/00000000000000000004.log'));
  });

  test('reads a body by its sum, and refuses to send what has changed', async () => {
    const disk = await written();
    const journal = await open(disk);
    const bytes = await bytesOf(disk, first);
    const at = bytes.indexOf('"told":"a/x#0@1"');
    bytes[at + 2] = 0x41;
    disk.put(first, bytes);

    await assert.rejects(journal.body('a/x#0@1'), refusedAs('journal-damaged'));
  });
});

describe('the checkpoint of a feed', () => {
  const path = 'feeds/a/x.json';

  /** A disk whose log begins behind the first commits of a/x. */
  async function checkpointed(): Promise<SimulatedDisk> {
    const disk = simulatedDisk();
    const journal = await open(disk, { segmentBytes: 300, liveBytes: 600 });
    await journal.commit(telling('a/x', 0, '__proto__', 1));
    await journal.commit(step('a/x', 1, { told: [['10', told(1)]] }));
    for (let generation = 0; generation < 10; generation += 1)
      await journal.commit(telling('b/y', generation, '1', generation + 1));
    await journal.close();
    assert.ok(!disk.paths().includes(first));
    return disk;
  }

  test('is JSON that a person can read', async () => {
    const disk = await checkpointed();

    const text = (await bytesOf(disk, path)).toString();

    const parsed: unknown = JSON.parse(text);
    assert.ok(typeof parsed === 'object' && parsed !== null);
    assert.deepEqual(Object.keys(parsed), ['version', 'feed', 'sequence', 'generation', 'head', 'records', 'crc32']);
    assert.ok(text.includes('\n"__proto__":{"n":1,'));
    assert.ok(text.includes('"generation":2,\n'));
  });

  test('a missing one is refused for its feed alone, with a hint', async () => {
    const disk = await checkpointed();
    disk.put(path, undefined);

    const journal = await open(disk);

    await assert.rejects(journal.load('a/x'), refusedAs('checkpoint-missing', path, 'restore it', 'backup'));
    assert.equal((await journal.load('b/y'))?.generation, 10);
    assert.ok(journal.feeds().includes('a/x'));
  });

  test('a missing one does no harm while the log holds the feed from its birth', async () => {
    const disk = await written();
    const journal = await open(disk);
    await journal.load('a/x');
    await journal.close();
    disk.put(path, undefined);

    assert.equal((await (await open(disk)).load('a/x'))?.generation, 5);
  });

  test('a missing one does no harm after a rebirth that the log holds', async () => {
    const disk = await checkpointed();
    const journal = await open(disk);
    await journal.commit(step('a/x', 2, { reborn: true, told: [['new', told(1)]] }));
    disk.put(path, undefined);

    const state = await (await open(disk)).load('a/x');

    assert.deepEqual([state?.generation, [...(state?.snapshot.keys() ?? [])]], [3, ['new']]);
  });

  test('one that is not whole, or not its own, is refused and left alone', async () => {
    const disk = await checkpointed();
    // As an earlier version wrote it, without a sum.
    const good = `${(await bytesOf(disk, path)).toString().split(',\n"crc32"')[0]}}\n`;
    const cases: readonly [string, string][] = [
      ['', 'not whole JSON'],
      [good.slice(0, -9), 'not whole JSON'],
      ['[]', 'not an object'],
      ['{}', 'no version'],
      [good.replace('"feed":"a/x"', '"feed":"a/y"'), 'belongs to feed a/y'],
      [good.replace('"generation":2', '"generation":"2"'), 'no number'],
      [good.replace('"generation":2', '"generation":1'), 'generation 1'],
      [good.replace('"generation":2', '"generation":3'), 'generation 3'],
      [good.replace('"head":{', '"head":{},"was":{'), 'head is not whole'],
      [good.replace('"n":1', '"n":null'), 'record __proto__'],
    ];
    for (const [text, says] of cases) {
      disk.put(path, Buffer.from(text));
      const journal = await open(disk);

      await assert.rejects(journal.load('a/x'), refusedAs('journal-damaged', path, says, 'restore it'));

      await journal.close();
      assert.equal((await bytesOf(disk, path)).toString(), text);
    }
    disk.put(path, Buffer.from(good.replace('"version":1', '"version":2')));
    await assert.rejects((await open(disk)).load('a/x'), refusedAs('state-newer', path));
    disk.put(path, Buffer.from(good));
    assert.equal((await (await open(disk)).load('a/x'))?.generation, 2);
  });

  test('one in which any bit has flipped is refused, with the command that may mend it', async () => {
    const disk = await checkpointed();
    const good = await bytesOf(disk, path);
    for (let at = 0; at < good.length - 1; at += 1) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      disk.put(path, changed);

      const journal = await open(disk);

      await assert.rejects(journal.load('a/x'), refusedAs('journal-damaged', path, 'elementd state fsck'));
    }
  });
});

describe('dead letters at opening', () => {
  test('are found from their files, also when the log has forgotten them, and one removed by hand is given up', async () => {
    const disk = simulatedDisk();
    const small = { segmentBytes: 300, liveBytes: 600 };
    const journal = await open(disk, small);
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.commit(telling('a/x', 1, '2', 1));
    await journal.settle(dead('a/x#1@1'));
    await journal.settle(dead('a/x#2@1'));
    for (let generation = 0; generation < 9; generation += 1) await journal.commit(step('b/y', generation));
    await journal.close();
    disk.put('dead/a%2Fx%231%401.json', undefined);

    const again = await open(disk, small);

    assert.deepEqual(deadIds(again), ['a/x#2@1']);
    assert.deepEqual(pendingIds(again), []);
  });

  test('one that is not whole is refused', async () => {
    const disk = await written();
    for (const text of ['', '{}', '{"version":1,"delivery":{"id":1}}']) {
      disk.put('dead/x.json', Buffer.from(text));
      await assert.rejects(open(disk), refusedAs('journal-damaged', 'dead/x.json'));
    }
  });

  test('one in which any bit has flipped is refused; one without a sum, as an earlier version wrote it, is read', async () => {
    const disk = await written();
    const journal = await open(disk);
    await journal.settle(dead('a/x#1@1'));
    const path = 'dead/a%2Fx%231%401.json';
    const good = await bytesOf(disk, path);
    assert.ok(good.toString().endsWith('"}\n') && 'crc32' in (JSON.parse(good.toString()) as object));
    for (let at = 0; at < good.length - 1; at += 5) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      disk.put(path, changed);
      await assert.rejects(open(disk), refusedAs('journal-damaged', path, 'elementd state fsck'));
    }

    disk.put(path, Buffer.from(good.toString().replace(/,\n"crc32":"[0-9a-f]{8}"/, '')));

    assert.deepEqual(deadIds(await open(disk)), ['a/x#1@1']);
  });
});
