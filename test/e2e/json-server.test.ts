import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { startChild, type Child } from '../support/child.ts';
import { openReceiver, signatureFlaws } from '../support/receiver.ts';
import { projectRoot } from '../support/source-files.ts';
import { eventsOf, seenBy, until, type SeenEvent } from './watched.ts';

const KEY = 'a key to sign with';
const root = projectRoot();

/** A record of the ledger: what a receiver must have been told in the end. */
interface Expected {
  readonly resource: string;
  readonly record: string;
  readonly kinds: readonly string[];
}

test(
  'against json-server every change is told once, in order, under one id, although the daemon is killed in the middle',
  { timeout: 120_000 },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'elementd-e2e-'));
    const provider = await startJsonServer(folder);
    const receiver = await openReceiver();
    let daemon: Child | undefined;
    t.after(async () => {
      await daemon?.end('SIGKILL');
      await provider.child.end('SIGKILL');
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    });
    await writeInstance(folder, provider.url, receiver.url);
    const expected: Expected[] = [];
    const expect = (resource: string, record: number, ...kinds: string[]): void => {
      expected.push({ resource, record: String(record), kinds });
    };
    const told = (): Promise<void> => until(receiver, (events) => expected.every((one) => matches(events, one)));

    daemon = await startDaemon(folder);
    await Promise.all(['campaigns', 'notes'].map((name) => daemon?.line((line) => isFirstLook(line, name))));
    for (let id = 101; id <= 115; id++) {
      await provider.send('POST', '/campaigns', { id, name: `new ${id}`, modified: new Date().toISOString() });
      expect('campaigns', id, 'CREATED');
    }
    for (let id = 1; id <= 5; id++) {
      await provider.send('PATCH', `/campaigns/${id}`, { name: `edited ${id}`, modified: new Date().toISOString() });
      expect('campaigns', id, 'UPDATED');
    }
    await provider.send('PATCH', '/notes/3', { text: 'edited' });
    expect('notes', 3, 'UPDATED');
    for (const id of [6, 7]) {
      await provider.send('DELETE', `/campaigns/${id}`);
      expect('campaigns', id, 'DELETED');
    }
    await told();

    for (const round of [1, 2]) {
      const first = 200 * round;
      for (let id = first; id < first + 12; id++) {
        await provider.send('POST', '/campaigns', { id, name: `round ${round}`, modified: new Date().toISOString() });
        expect('campaigns', id, 'CREATED');
      }
      // Killed as soon as the first of them arrives, with the others between provider, journal and callback.
      await until(receiver, (events) => events.some((event) => event.record === String(first)));
      assert.equal(await daemon.end('SIGKILL'), null);
      await provider.send('PATCH', `/campaigns/${7 + round}`, {
        name: `while it was down ${round}`,
        modified: new Date().toISOString(),
      });
      expect('campaigns', 7 + round, 'UPDATED');
      await provider.send('DELETE', `/notes/${round}`);
      expect('notes', round, 'DELETED');
      await provider.send('POST', '/notes', { id: 50 + round, text: 'while it was down' });
      expect('notes', 50 + round, 'CREATED');
      daemon = await startDaemon(folder);
      await told();
    }
    const sent = {
      UPDATED: ['PATCH', { name: 'once more', modified: new Date().toISOString() }],
      DELETED: ['DELETE', undefined],
    } as const;
    for (const [kind, [method, body]] of Object.entries(sent)) {
      await provider.send(method, '/campaigns/101', body);
      await until(receiver, (events) => events.some((event) => event.record === '101' && event.kind === kind));
    }
    const again = expected.findIndex((one) => one.record === '101');
    expected[again] = { resource: 'campaigns', record: '101', kinds: ['CREATED', 'UPDATED', 'DELETED'] };
    assert.equal(await daemon.end('SIGTERM'), 0);

    const events = seenBy(receiver);
    for (const one of expected) assert.deepEqual(kindsOf(events, one), one.kinds, `${one.resource} ${one.record}`);
    assert.equal(
      events.length,
      expected.reduce((sum, one) => sum + one.kinds.length, 0),
      'nothing else was told',
    );
    assert.deepEqual(
      receiver.received.flatMap((post) => signatureFlaws(post, [KEY])),
      [],
    );
    assert.deepEqual(changedUnderOneId(receiver.received.flatMap(eventsOf)), []);
  },
);

function kindsOf(events: readonly SeenEvent[], one: Expected): readonly string[] {
  return events
    .filter((event) => event.resource === one.resource && event.record === one.record)
    .map((event) => event.kind);
}

function matches(events: readonly SeenEvent[], one: Expected): boolean {
  return kindsOf(events, one).length >= one.kinds.length;
}

/** Ids that came twice and did not say the same both times. */
function changedUnderOneId(all: readonly SeenEvent[]): readonly string[] {
  const said = new Map<string, string>();
  return all
    .filter((event) => {
      const now = JSON.stringify([event.kind, event.resource, event.record, event.raw]);
      const before = said.get(event.id);
      said.set(event.id, now);
      return before !== undefined && before !== now;
    })
    .map((event) => event.id);
}

function isFirstLook(line: string, resource: string): boolean {
  return line.includes('"poll:done"') && line.includes(`shop/${resource}`) && line.includes('"everything":true');
}

async function startDaemon(folder: string): Promise<Child> {
  const child = startChild(process.execPath, [join(root, 'dist/src/cli/main.js'), 'run', '--log-level', 'debug'], {
    cwd: folder,
  });
  await child.line((line) => line.includes('"daemon:started"'));
  return child;
}

interface JsonServer {
  readonly child: Child;
  readonly url: string;
  send(method: string, path: string, body?: object): Promise<void>;
}

async function startJsonServer(folder: string): Promise<JsonServer> {
  const port = await freePort();
  const old = '2020-01-01T00:00:00.000Z';
  const campaigns = Array.from({ length: 25 }, (_, index) => ({
    id: index + 1,
    name: `campaign ${index + 1}`,
    modified: old,
  }));
  const notes = Array.from({ length: 12 }, (_, index) => ({ id: index + 1, text: `note ${index + 1}` }));
  await writeFile(join(folder, 'db.json'), JSON.stringify({ campaigns, notes }));
  const bin = join(root, 'node_modules/json-server/lib/cli/bin.js');
  const child = startChild(
    process.execPath,
    [bin, '--host', '127.0.0.1', '--port', String(port), join(folder, 'db.json')],
    { cwd: folder },
  );
  const url = `http://127.0.0.1:${port}`;
  await child.line((line) => line.includes('/notes'));
  return {
    child,
    url,
    async send(method, path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      assert.ok(response.ok, `${method} ${path} answered ${response.status}`);
      await response.text();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Two feeds: one with dates, read through Link headers; one without, read by page numbers. Both sweep. */
async function writeInstance(folder: string, provider: string, callback: string): Promise<void> {
  await mkdir(join(folder, 'instances'));
  await writeFile(
    join(folder, 'instances', 'shop.yaml'),
    `element: {key: http}
configuration:
  base.url: ${provider}
  event.notification.callback.url: ${callback}
  event.notification.signature.key: ${KEY}
  event.poller.refresh_interval: 400ms
  event.poller.configuration:
    campaigns:
      url: /campaigns?_page=1&_limit=10
      idField: id
      pagination: {by: link}
      deletes: {by: sweep, every: 1s}
      datesConfiguration: {updatedDateField: modified, updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"}
    notes:
      url: /notes?_limit=5
      idField: id
      pagination: {by: page, param: _page}
      deletes: {by: sweep, every: 1s}
`,
  );
}
