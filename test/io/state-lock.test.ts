import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { takeStateLock } from '../../src/io/state-lock.ts';
import { Fault } from '../../src/model/fault.ts';

const facts = { pid: 4711, startedAt: 1_767_323_045_000, what: 'elementd run' };

async function folder(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'elementd-lock-'));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A process that takes the lock, says so, and waits to be killed. */
async function holder(
  context: TestContext,
  root: string,
  platform: NodeJS.Platform,
  before: readonly string[] = [],
): Promise<ChildProcess> {
  const url = new URL(import.meta.url);
  const lock = new URL(url.pathname.endsWith('.ts') ? '../../src/io/state-lock.ts' : '../../src/io/state-lock.js', url);
  const script = `
    const { takeStateLock } = await import(${JSON.stringify(lock.href)});
    await takeStateLock(${JSON.stringify(root)}, { pid: process.pid, startedAt: 0, what: 'a test' }, { platform: '${platform}' });
    process.stdout.write('taken');
    setInterval(() => undefined, 1000);`;
  const [command = '', ...args] = [...before, process.execPath];
  const child = spawn(command, [...args, ...process.execArgv.filter((arg) => !arg.startsWith('--test')), '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  context.after(() => void child.kill('SIGKILL'));
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  return child;
}

for (const platform of ['linux', 'darwin'] as const) {
  describe(`the lock of a state directory, as on ${platform}`, { skip: process.platform !== 'linux' }, () => {
    test('a second taker is refused and told who holds it', async (context) => {
      const root = await folder(context);
      const lock = await takeStateLock(root, facts, { platform });

      const second = takeStateLock(root, { ...facts, pid: 1 }, { platform });

      await assert.rejects(second, (error) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.code, 'state-locked');
        for (const word of ['4711', 'elementd run', '2026-01-02T03:04:05.000Z', root]) assert.ok(error.message.includes(word), word); // prettier-ignore
        return true;
      });
      await lock.release();
    });

    test('after a release it is free', async (context) => {
      const root = await folder(context);
      const first = await takeStateLock(root, facts, { platform });
      await first.release();

      const second = await takeStateLock(root, facts, { platform });

      await second.release();
    });

    test('two directories do not meet, two paths to one directory do', async (context) => {
      const root = await folder(context);
      const other = await folder(context);
      await symlink(root, join(other, 'link'));
      const lock = await takeStateLock(root, facts, { platform });

      const elsewhere = await takeStateLock(other, facts, { platform });

      await assert.rejects(takeStateLock(join(other, 'link'), facts, { platform }), { code: 'state-locked' });
      await Promise.all([lock.release(), elsewhere.release()]);
    });

    test('of many takers at once one wins', async (context) => {
      const root = await folder(context);

      const all = await Promise.allSettled(Array.from({ length: 10 }, () => takeStateLock(root, facts, { platform })));

      const won = all.filter((one) => one.status === 'fulfilled');
      assert.equal(won.length, 1);
      for (const one of won) await one.value.release();
    });

    test('a holder that is killed frees it', async (context) => {
      const root = await folder(context);
      const child = await holder(context, root, platform);
      await assert.rejects(takeStateLock(root, facts, { platform }), (error) => {
        assert.ok(error instanceof Fault && error.message.includes(String(child.pid)));
        return true;
      });
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;

      const lock = await takeStateLock(root, facts, { platform });

      await lock.release();
    });

    test('a path that is too long for a socket address locks as well, and a release leaves nothing behind', async (context) => {
      const root = join(await folder(context), 'x'.repeat(120));
      await mkdir(root);
      const lock = await takeStateLock(root, facts, { platform });

      await assert.rejects(takeStateLock(root, facts, { platform }), { code: 'state-locked' });
      const held = await readdir(root);
      await lock.release();

      assert.deepEqual(held, ['lock.sock']);
      assert.deepEqual(await readdir(root), []);
    });

    test('the directory is made where it is missing, and a file in its place is refused', async (context) => {
      const root = await folder(context);
      await writeFile(join(root, 'file'), '');

      const lock = await takeStateLock(join(root, 'a', 'b'), facts, { platform });

      await assert.rejects(takeStateLock(join(root, 'file'), facts, { platform }), { code: 'state-unwritable' });
      await lock.release();
    });
  });
}

test('a holder that says nothing sensible still holds it', async (context) => {
  const root = await folder(context);
  const server = createServer((socket) => socket.end('<html>')).listen(join(root, 'lock.sock'));
  await once(server, 'listening');
  context.after(() => server.close());

  const second = takeStateLock(root, facts, { platform: 'darwin' });

  await assert.rejects(second, /does not say who it is/);
});

const apart = process.platform === 'linux' && spawnSync('unshare', ['-n', 'true']).status === 0;
const skip = apart ? false : 'no new network namespace can be made here (unshare -n)';

describe('two network namespaces with one state directory', { skip }, () => {
  for (const length of [1, 120])
    test(`meet, and a holder that is killed frees it, at a path of ${length === 1 ? 'any' : 'great'} length`, async (context) => {
      const root = join(await folder(context), 'x'.repeat(length));
      const child = await holder(context, root, 'linux', ['unshare', '-n']);

      await assert.rejects(takeStateLock(root, facts), (error) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.code, 'state-locked');
        assert.ok(error.message.includes(String(child.pid)));
        return true;
      });
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      const lock = await takeStateLock(root, facts);
      await lock.release();
    });
});

test(
  'a taker that is refused the file lets go of the abstract socket',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const root = await folder(context);
    const other = await takeStateLock(root, facts, { platform: 'darwin' });
    await assert.rejects(takeStateLock(root, facts, { platform: 'linux' }), { code: 'state-locked' });
    await other.release();

    const lock = await takeStateLock(root, facts, { platform: 'linux' });

    await lock.release();
  },
);
