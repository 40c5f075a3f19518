import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Child } from '../support/child.ts';
import { assertForPeople, FAILING_DISK, openStage, type Stage } from './stage.ts';

const limit = { timeout: 90_000 };
const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount();
const needsMount = { ...limit, skip: mayMount ? false : 'only root can mount a small disk' };

function canMount(): boolean {
  const probe = ['--mount', 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt'];
  return spawnSync('unshare', probe).status === 0;
}

/** A disk of its own for a state directory, of so many bytes and files. */
async function mountDisk(t: TestContext, options: string): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'elementd-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `mode=0700,${options}`, 'elementd-test', state]);
  assert.equal(mounted.status, 0, mounted.stderr.toString());
  t.after(async () => {
    // Whoever still has files open there keeps them.
    spawnSync('umount', ['-l', state]);
    await rm(state, { recursive: true });
  });
  return state;
}

/** Takes all the room on a disk but so many bytes. */
async function fill(state: string, leave: number): Promise<void> {
  const { bavail, bsize } = await statfs(state);
  await writeFile(join(state, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

function notices(daemon: Child, name: string): readonly string[] {
  return daemon.lines.filter((line) => line.includes(`"name":"${name}"`));
}

async function statusOf(stage: Stage): Promise<{ text: string; full: boolean; waiting: number }> {
  const json = await stage.run(['status', '--json']);
  const { full, delivery } = JSON.parse(json.text) as {
    full: boolean;
    delivery: { callbacks: { events: number }[] };
  };
  const { text } = await stage.run(['status']);
  return { text, full, waiting: delivery.callbacks.reduce((sum, { events }) => sum + events, 0) };
}

const full = (line: string): boolean => line.includes('"name":"journal:full"');
const room = (line: string): boolean => line.includes('"name":"journal:room"');

test(
  'a disk that fills up stops polling with one notice; what waits is delivered, and polling goes on when there is room',
  needsMount,
  async (t) => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const state = await mountDisk(t, 'size=8m');
    const stage = await openStage(t, { state, script: () => ({ after: opened }) });
    const daemon = await stage.daemon();
    for (let id = 20; id < 60; id += 1) stage.put(id, 'x'.repeat(20_000));
    await stage.receiver.awaitCount(1);
    await fill(state, 10_000);

    for (let id = 100; id < 110; id += 1) stage.put(id, 'x'.repeat(20_000));
    await daemon.line(full);
    const asked = stage.asked();
    const stopped = await statusOf(stage);
    open();
    await stage.receiver.awaitCount(4);
    while ((await statusOf(stage)).waiting > 0) continue;
    const delivered = await statusOf(stage);
    // Longer than the pause between two looks at a full disk.
    while (stage.asked() < asked + 1) await new Promise((done) => setTimeout(done, 100));
    const still = await statusOf(stage);
    await rm(join(state, 'ballast'));
    await daemon.line(room);
    await stage.allTold(daemon);
    const after = await statusOf(stage);

    assert.ok(stopped.full && delivered.full && still.full && !after.full);
    assert.match(stopped.text, /paused .*the disk of the state directory is full/);
    assert.ok(stopped.waiting > 0);
    assert.equal(notices(daemon, 'journal:full').length, 1, notices(daemon, 'journal:full').join('\n'));
    assert.equal(notices(daemon, 'journal:room').length, 1);
    assertForPeople(daemon.lines.join('\n'));
    assert.equal(await daemon.end('SIGTERM'), 0);
    stage.check();
    const posts = stage.receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.equal(new Set(posts).size, posts.length, 'nothing was sent twice');
  },
);

test(
  'a daemon that finds a full disk at its start delivers what waits and polls when there is room',
  needsMount,
  async (t) => {
    let status = 503;
    const state = await mountDisk(t, 'size=4m');
    const stage = await openStage(t, { state, script: () => ({ status }) });
    const before = await stage.daemon();
    for (let id = 20; id < 40; id += 1) stage.put(id);
    await stage.receiver.awaitCount(2);
    await before.end('SIGKILL');
    await fill(state, 0);
    status = 200;

    const daemon = stage.start(['run', '--log-level', 'debug']);
    await daemon.line(full);
    stage.put(50, 'x'.repeat(20_000));
    while ((await statusOf(stage)).waiting > 0) continue;
    const stuck = await statusOf(stage);
    await rm(join(state, 'ballast'));
    await daemon.line(room);
    await stage.allTold(daemon);

    assert.ok(stuck.full);
    assert.equal(notices(daemon, 'journal:full').length, 1);
    assertForPeople(daemon.lines.join('\n'));
    assert.equal(await daemon.end('SIGTERM'), 0);
    stage.check();
  },
);

test(
  'a new state directory on a full disk is refused with one sentence, also where only files are used up',
  needsMount,
  async (t) => {
    for (const options of ['size=1m', 'size=1m,nr_inodes=2']) {
      const state = await mountDisk(t, options);
      const stage = await openStage(t, { state });
      await fill(state, 0);

      const ran = await stage.run(['run']);

      assert.equal(ran.exit, 1);
      assert.match(
        ran.text,
        /^elementd: .*(no space left on device|ENOSPC).* \(make room on the disk that holds .*\)$/,
      );
      assertForPeople(ran.text);
    }
  },
);

test(
  'checkpoints that find no room when the daemon stops are told, and the log holds it all',
  needsMount,
  async (t) => {
    const state = await mountDisk(t, 'size=4m');
    const stage = await openStage(t, { state });
    const daemon = await stage.daemon();
    stage.put(1);
    await stage.allTold(daemon);
    await fill(state, 0);

    const exit = await daemon.end('SIGTERM');
    await rm(join(state, 'ballast'));
    stage.put(2);
    const after = await stage.daemon();
    await stage.allTold(after);

    assert.equal(exit, 0, daemon.lines.join('\n'));
    assert.match(daemon.lines.join('\n'), /checkpoint of shop\/items was not written; the log holds it all/);
    stage.check();
  },
);

test(
  'a disk without room for another file lets the daemon run on and start again after a kill',
  needsMount,
  async (t) => {
    const state = await mountDisk(t, 'size=4m,nr_inodes=30');
    const stage = await openStage(t, { state });
    const daemon = await stage.daemon();
    for (let count = 0; (await statfs(state)).ffree > 0; count += 1)
      await writeFile(join(state, `ballast-${count}`), '');
    stage.put(1);
    await stage.allTold(daemon);

    await daemon.end('SIGKILL');
    stage.put(2);
    const second = stage.start(['run', '--log-level', 'debug']);
    await stage.allTold(second);
    const exit = await second.end('SIGTERM');

    assert.equal(exit, 0, second.lines.join('\n'));
    assertForPeople(second.lines.join('\n'));
    stage.check();
  },
);

test('a reserve that finds no room stops polling with a notice, and polling goes on by itself', limit, async (t) => {
  const stage = await openStage(t);

  // The files that are put in place say the format and where the log begins; the third one is the reserve; later it finds room.
  const daemon = stage.start(['run', '--log-level', 'debug'], {
    load: FAILING_DISK,
    env: { DISK_FAILS: 'rename:3:ENOSPC:1' },
  });
  await daemon.line(full);
  await daemon.line(room);
  await daemon.line((line) => line.includes('"poll:done"'));
  stage.put(1);
  await stage.allTold(daemon);

  assert.equal(notices(daemon, 'journal:full').length, 1);
  assertForPeople(daemon.lines.join('\n'));
  assert.equal(await daemon.end('SIGTERM'), 0);
  stage.check();
});
