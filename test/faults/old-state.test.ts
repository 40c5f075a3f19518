import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { openDisk } from '../../src/io/disk.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { eventsOf, seenBy, type SeenEvent } from '../e2e/watched.ts';
import type { Child } from '../support/child.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { assertForPeople, openStage, type Stage } from './stage.ts';

const execute = promisify(execFile);
const limit = { timeout: 90_000 };

/** Two instances that watch the same records; the log of the first holds no more what its checkpoint says. */
async function compacted(t: TestContext): Promise<{ stage: Stage; other: Receiver; checkpoint: string }> {
  const stage = await openStage(t);
  const other = await openReceiver();
  t.after(() => other.close());
  await writeFile(join(stage.folder, 'instances/other.yaml'), stage.instance(other.url));
  const daemon = await stage.daemon();
  await Promise.all(['shop', 'other'].map((one) => daemon.line((line) => isPolled(line, one))));
  stage.put(1);
  await stage.allTold(daemon);
  await other.awaitCount(1);
  await daemon.end('SIGTERM');

  const state = join(stage.folder, 'state');
  const sizes = { retention: 86_400_000, segmentBytes: 1, liveBytes: 1 };
  const journal = await openFileJournal(openDisk(state), { clock: { now: Date.now }, ...sizes });
  const first = await journal.load('shop/items');
  assert.ok(first !== undefined);
  const { head, generation } = first;
  const retired = (): Promise<readonly string[]> => openDisk(state).list('journal/retired');
  // Until the segment with the first look is no more among those that are read at the start.
  for (let next = generation; (await retired()).length === 0; next += 1) {
    await journal.commit({ feed: head.feed, generation: next, head, told: [], deliveries: [] });
  }
  await journal.close();
  return { stage, other, checkpoint: join(state, 'feeds/shop/items.json') };
}

function isPolled(line: string, instance: string): boolean {
  return line.includes('"poll:done"') && line.includes(`"${instance}/items"`);
}

const SPOILT: readonly (readonly [string, (path: string) => Promise<unknown>, RegExp])[] = [
  ['is deleted', (path) => rm(path), /What feed shop\/items was told is missing: there is no feeds\/shop\/items\.json in the state directory \(run `elementd state fsck`, .+\)/],
  ['is of a newer version', rewritten('"version":1', '"version":2'), /feeds\/shop\/items\.json says format 2; this version of elementd knows 1 \(run the version/],
  ['is cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, 200)), /feeds\/shop\/items\.json in the state directory cannot be used: it is not whole JSON \(run `elementd state fsck`/],
  ['is older than the log', rewritten(/"generation":\d+/, '"generation":1'), /feeds\/shop\/items\.json in the state directory cannot be used: it stands at generation 1, but .* \(run `elementd state fsck`/],
]; // prettier-ignore

/** Changed by hand, and so without its sum. */
function rewritten(from: string | RegExp, to: string): (path: string) => Promise<void> {
  return async (path) =>
    writeFile(path, (await readFile(path, 'utf8')).replace(from, to).replace(/,\n"crc32":"[0-9a-f]*"/, ''));
}

for (const [what, spoil, says] of SPOILT) {
  test(`a feed whose checkpoint ${what} says so and is not polled; the others run on`, limit, async (t) => {
    const { stage, other, checkpoint } = await compacted(t);
    const kept = await readFile(checkpoint);
    await spoil(checkpoint);
    const spoilt = await readFile(checkpoint).catch(() => undefined);
    const before = stage.receiver.received.length;

    const daemon = stage.start(['run', '--log-level', 'debug']);
    await daemon.line((line) => isPolled(line, 'other'));
    stage.put(2);
    await other.awaitCount(2);
    const status = await stage.run(['status', 'shop/items']);
    const poll = await stage.run(['poll', 'shop/items']);
    const exit = await daemon.end('SIGTERM');
    const untouched = await readFile(checkpoint).catch(() => undefined);
    const silent = stage.receiver.received.length === before;
    await writeFile(checkpoint, kept);
    const mended = await stage.daemon();
    await stage.allTold(mended);

    assert.match(status.text, says);
    assert.match(status.text, /state +failing/);
    assert.equal(poll.exit, 3);
    assert.match(poll.text, says);
    assertForPeople(status.text + poll.text + daemon.lines.join('\n'));
    assert.equal(exit, 0, daemon.lines.join('\n'));
    assert.deepEqual(untouched, spoilt);
    assert.ok(silent, 'nothing was told as if the feed were new');
    stage.check();
  });
}

test('an edit of what a feed is does not keep the daemon down where its checkpoint is missing', limit, async (t) => {
  const { stage, other, checkpoint } = await compacted(t);
  await rm(checkpoint);
  const path = join(stage.folder, 'instances/shop.yaml');
  await writeFile(path, (await readFile(path, 'utf8')).replace('url: /items', 'url: /things'));

  const daemon = stage.start(['run', '--log-level', 'debug']);
  await daemon.line((line) => isPolled(line, 'other'));
  stage.put(2);
  await other.awaitCount(2);
  const status = await stage.run(['status', 'shop/items']);

  assert.match(status.text, /What feed shop\/items was told is missing/);
  assertForPeople(daemon.lines.join('\n'));
  assert.equal(await daemon.end('SIGTERM'), 0);
});

/** Events by record, each once, with their ids. */
function told(events: readonly SeenEvent[]): Readonly<Record<string, readonly string[]>> {
  const byRecord: Record<string, string[]> = {};
  for (const { record, kind, raw } of events) {
    const version = kind === 'DELETED' ? '' : ` ${(raw as { version: number }).version}`;
    (byRecord[record] ??= []).push(`${kind}${version}`);
  }
  return byRecord;
}

async function untilQuiet(stage: Stage, daemon: Child): Promise<void> {
  const polls = (): number => daemon.lines.filter((line) => isPolled(line, 'shop')).length;
  const waits = async (): Promise<boolean> =>
    !/"events": 0,/.test((await stage.run(['status', '--json'])).text.split('"callbacks"')[1] ?? '');
  const enough = polls() + 2;
  while (polls() < enough) await daemon.line((line) => isPolled(line, 'shop') && polls() >= enough);
  while (await waits()) continue;
}

test(
  'an old copy of the state tells again what was told since, the latest of each record, one change under its own id',
  limit,
  async (t) => {
    const stage = await openStage(t);
    const state = join(stage.folder, 'state');
    const copy = join(stage.folder, 'copy');
    const first = await stage.daemon();
    stage.put(1);
    stage.put(20);
    await stage.allTold(first);
    await first.end('SIGTERM');
    await cp(state, copy, { recursive: true, preserveTimestamps: true });
    const second = await stage.daemon();
    for (const change of [
      () => stage.put(1),
      () => stage.put(2),
      () => stage.put(30),
      () => stage.remove(3),
      () => stage.put(4),
      () => stage.put(40),
      () => stage.put(5),
      () => stage.remove(6),
    ]) {
      // prettier-ignore
      change();
      await stage.allTold(second);
    }
    // More than one change of a record since the copy.
    for (const change of [() => stage.put(4), () => stage.put(40), () => stage.remove(5), () => stage.put(6, 'back')]) {
      change();
      await stage.allTold(second);
    }
    stage.put(50);
    await stage.allTold(second);
    stage.remove(50);
    await stage.allTold(second);
    await second.end('SIGTERM');
    const before = seenBy(stage.receiver);
    const ids = new Set(before.map(({ id }) => id));
    const posts = stage.receiver.received.length;

    await rm(state, { recursive: true });
    await cp(copy, state, { recursive: true, preserveTimestamps: true });
    const restored = await stage.daemon();
    await untilQuiet(stage, restored);
    const again = stage.receiver.received.slice(posts).flatMap(eventsOf);
    stage.put(7);
    await stage.allTold(restored);
    await restored.end('SIGTERM');

    assert.deepEqual(told(again), {
      1: ['UPDATED 3'],
      2: ['UPDATED 2'],
      30: ['CREATED 1'],
      3: ['DELETED'],
      // Versions in between count in the ids of those that follow, and the provider shows them no more.
      4: ['UPDATED 3'],
      40: ['CREATED 2'],
      5: ['DELETED'],
      6: ['UPDATED 1'],
    });
    const known = again.filter(({ id }) => ids.has(id)).map(({ record }) => record);
    assert.deepEqual(known.sort(), ['1', '2', '3', '30']);
  },
);

test(
  'a copy of the state that is taken while the daemon runs is as good as one of a moment before',
  limit,
  async (t) => {
    let refuse = false;
    const stage = await openStage(t, { script: () => (refuse ? { status: 503 } : {}) });
    const state = join(stage.folder, 'state');
    const copy = join(stage.folder, 'copy');
    const first = await stage.daemon();
    stage.put(1);
    await stage.allTold(first);
    refuse = true;
    for (let id = 20; id < 120; id += 1) stage.put(id, 'x'.repeat(5_000));
    await first.line((line) => line.includes('told 100 created'));
    const copied: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const seen = first.lines.length;
      for (let id = 200; id < 250; id += 1) stage.put(id + round * 50);
      // At any moment of a poll and its commit.
      await first.line((line) => line.includes('"poll:started"') && first.lines.lastIndexOf(line) >= seen);
      await execute('cp', ['-a', state, `${copy}-${round}`]);
      copied.push(`${copy}-${round}`);
    }
    refuse = false;
    await first.end('SIGKILL');

    for (const one of copied) {
      await rm(state, { recursive: true });
      await execute('cp', ['-a', one, state]);
      const restored = await stage.daemon();
      await untilQuiet(stage, restored);
      await stage.allTold(restored);
      assert.equal(await restored.end('SIGTERM'), 0);
      assertForPeople(restored.lines.join('\n'));
    }

    stage.check();
  },
);
