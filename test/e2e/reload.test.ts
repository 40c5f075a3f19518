import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startChild, type Child } from '../support/child.ts';
import { loopback } from '../support/loopback.ts';
import { projectRoot } from '../support/source-files.ts';
import { shopInstance } from '../support/test-folder.ts';

/** A provider that says when it was asked. */
interface Provider {
  readonly url: string;
  /** Resolves at the next request for a path that comes from now on. */
  asked(path: string): Promise<void>;
}

async function startProvider(t: TestContext): Promise<Provider> {
  const waiting = new Set<{ readonly path: string; readonly call: () => void }>();
  const server = await loopback((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('[{"id": 1}]');
    for (const one of waiting) {
      if (request.url?.startsWith(one.path) !== true) continue;
      waiting.delete(one);
      one.call();
    }
  });
  t.after(() => server.close());
  return {
    url: server.origin,
    asked: (path) => new Promise((call) => waiting.add({ path, call })),
  };
}

interface Line {
  readonly level: string;
  readonly name: string;
  readonly msg: string;
  readonly feeds?: number;
}

/** A daemon in a folder whose log is awaited in order: what came before the last line that was awaited counts no more. */
interface Daemon {
  readonly child: Child;
  next(name: string, says: RegExp): Promise<Line>;
}

async function startDaemon(t: TestContext, folder: string): Promise<Daemon> {
  const main = join(projectRoot(), 'dist/src/cli/main.js');
  const child = startChild(process.execPath, [main, 'run', '--log-level', 'debug'], { cwd: folder });
  t.after(() => child.end('SIGKILL'));
  let past = 0;
  return {
    child,
    async next(name, says) {
      const wanted = (line: string): boolean => line.includes(`"${name}"`) && says.test(line);
      const found = child.lines.findIndex((line, index) => index >= past && wanted(line));
      const line = child.lines[found] ?? (await child.line((one) => child.lines.indexOf(one) >= past && wanted(one)));
      past = child.lines.indexOf(line) + 1;
      return JSON.parse(line) as Line;
    },
  };
}

async function openFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-reload-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'instances'));
  return folder;
}

const instance = (url: string): string => shopInstance(url, [], ['event.poller.refresh_interval: 200ms']);

test(
  'while the daemon runs, an instance file is added, spoilt, mended and removed, and the other one is left alone',
  { timeout: 60_000 },
  async (t) => {
    const provider = await startProvider(t);
    const folder = await openFolder(t);
    const path = join(folder, 'instances', 'second.yaml');
    await writeFile(join(folder, 'instances', 'first.yaml'), instance(`${provider.url}/first`));
    const daemon = await startDaemon(t, folder);
    await daemon.next('daemon:started', /watches 1 feed/);

    await writeFile(path, instance(`${provider.url}/second`));
    const added = await daemon.next('plan:applied', /1 feed added, 0 changed, 0 removed/);
    await provider.asked('/second/items');

    await writeFile(path, instance('ftp://nowhere'));
    const problem = await daemon.next('config:problem', /second\.yaml/);
    const kept = await daemon.next('plan:applied', /kept as last good/);
    await provider.asked('/second/items');

    await writeFile(path, instance(`${provider.url}/third`));
    const mended = await daemon.next('plan:applied', /0 feeds added, 1 changed, 0 removed"/);
    await provider.asked('/third/items');

    await rm(path);
    const removed = await daemon.next('plan:applied', /1 removed/);
    await provider.asked('/first/items');

    assert.deepEqual(
      [added, kept, mended, removed].map(({ level, feeds }) => [level, feeds]),
      [
        ['info', 2],
        ['info', 2],
        ['info', 2],
        ['info', 1],
      ],
    );
    assert.equal(problem.level, 'error');
    assert.match(problem.msg, /^instances\/second\.yaml:3:/);
    assert.equal(await daemon.child.end('SIGTERM'), 0);
  },
);

test(
  'a config.yaml that cannot say where the files lie changes nothing, and a remark in a file is no news',
  { timeout: 60_000 },
  async (t) => {
    const provider = await startProvider(t);
    const folder = await openFolder(t);
    await rename(join(folder, 'instances'), join(folder, 'accounts'));
    await writeFile(join(folder, 'accounts', 'first.yaml'), instance(`${provider.url}/first`));
    await writeFile(join(folder, 'config.yaml'), 'instances: ./accounts\n');
    const daemon = await startDaemon(t, folder);
    await daemon.next('daemon:started', /watches 1 feed/);

    await writeFile(join(folder, 'config.yaml'), 'instances: [\n');
    await daemon.next('config:problem', /config\.yaml:/);
    const spoilt = await daemon.next('plan:applied', /config\.yaml has errors: everything runs on as it was/);
    await provider.asked('/first/items');

    await writeFile(join(folder, 'config.yaml'), 'instances: ./accounts\n');
    const mended = await daemon.next('plan:applied', /0 removed"/);

    await writeFile(join(folder, 'accounts', 'first.yaml'), `# a remark\n${instance(`${provider.url}/first`)}`);
    const remark = await daemon.next('plan:applied', /0 feeds added, 0 changed, 0 removed"/);

    daemon.child.process.kill('SIGHUP');
    const asked = await daemon.next('plan:applied', /0 feeds added, 0 changed, 0 removed"/);

    assert.deepEqual(
      [spoilt, mended, remark, asked].map(({ level, feeds }) => `${level} ${feeds}`),
      ['info 1', 'info 1', 'debug 1', 'info 1'],
    );
    assert.equal(await daemon.child.end('SIGTERM'), 0);
  },
);
