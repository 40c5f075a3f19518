import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCheckpoint, writeCheckpoint } from '../../src/journal/checkpoint.ts';
import { CompactSnapshot } from '../../src/journal/compact-snapshot.ts';
import type { FeedMemory } from '../../src/journal/feed-memory.ts';
import type { Told } from '../../src/model/change.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { head, noon, told } from './steps.ts';

const path = 'feeds/a/x.json';

const records: readonly [string, Told][] = [
  ['b', told(1)],
  ['10', told(2)],
  ['9', { n: 0, digest: '', at: noon }],
  ['__proto__', { ...told(3), rule: 2, numeric: true, gone: 'forgotten', deleted: noon - 1 }],
  ['half \ud83d of "a"\n pair', { ...told(4), date: noon + 0.5, digest: 'ż'.repeat(22) }],
  ['', { ...told(5), n: Number.MAX_SAFE_INTEGER, gone: 'deleted', rule: 0 }],
];

function memoryOf(told: Iterable<readonly [string, Told]>): FeedMemory {
  const snapshot = new CompactSnapshot();
  for (const [id, version] of told) snapshot.set(id, version);
  return { head: head('a/x'), generation: 7, snapshot };
}

/** The text of a checkpoint of those records. */
async function written(): Promise<string> {
  const disk = simulatedDisk();
  await writeCheckpoint(disk, 'a/x', memoryOf(records), 5);
  return Buffer.from((await disk.read(path)) ?? []).toString();
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, sorted(member)]);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('a checkpoint', () => {
  test('brings every record back as it was, in the same order', async () => {
    const disk = simulatedDisk();
    disk.put(path, Buffer.from(await written()));

    const checkpoint = await readCheckpoint(disk, 'a/x');

    assert.deepEqual([...(checkpoint?.memory.snapshot ?? [])], records);
    assert.deepEqual([checkpoint?.sequence, checkpoint?.memory.generation], [5, 7]);
    assert.deepEqual(checkpoint?.memory.head, head('a/x'));
  });

  const rewritings: Readonly<Record<string, (text: string) => string>> = {
    'in one line': (text) => JSON.stringify(JSON.parse(text)),
    'a line for each value': (text) => JSON.stringify(JSON.parse(text), null, 2),
    'with tabs and carriage returns': (text) =>
      JSON.stringify(JSON.parse(text), null, '\t').replaceAll('\n', '\r\n') + '\r\n\r\n',
    'with sorted keys': (text) => JSON.stringify(sorted(JSON.parse(text)), null, 2),
    'with further members': (text) => text.replace(/\}\n$/, ',\n"sum":"1a2b3c4d","more":[{"a":"}"}]}\n'),
    'with a record that comes twice': (text) =>
      text.replace('"records":{', '"records":{"b":{"n":9,"digest":"","at":0},'),
  };
  for (const [name, rewritten] of Object.entries(rewritings)) {
    test(`is read as well when it was written anew by hand: ${name}`, async () => {
      const disk = simulatedDisk();
      const text = await written();
      disk.put(path, Buffer.from(rewritten(text)));

      const checkpoint = await readCheckpoint(disk, 'a/x');

      assert.notEqual(rewritten(text), text);
      assert.deepEqual(new Map(checkpoint?.memory.snapshot), new Map(records));
      assert.deepEqual([checkpoint?.sequence, checkpoint?.memory.generation], [5, 7]);
    });
  }

  test('without records is one of an empty feed', async () => {
    const disk = simulatedDisk();
    await writeCheckpoint(disk, 'a/x', memoryOf([]), 5);

    assert.equal((await readCheckpoint(disk, 'a/x'))?.memory.snapshot.size, 0);
  });

  test('of many records is read in pieces, and other work goes on between them', async () => {
    const disk = simulatedDisk();
    const many = Array.from({ length: 20_000 }, (_, id): [string, Told] => [`${id}`, told(id)]);
    await writeCheckpoint(disk, 'a/x', memoryOf(many), 5);
    const { list } = disk;
    let pauses = 0;
    disk.list = (folder) => {
      pauses += 1;
      return list(folder);
    };

    const checkpoint = await readCheckpoint(disk, 'a/x');

    assert.equal(checkpoint?.memory.snapshot.size, 20_000);
    assert.ok(pauses >= 4, `${pauses} pauses`);
  });
});
