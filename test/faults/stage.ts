import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startChild, type Child } from '../support/child.ts';
import { json, loopback } from '../support/loopback.ts';
import { openReceiver, type Receiver, type Script } from '../support/receiver.ts';
import { projectRoot } from '../support/source-files.ts';
import { shopInstance } from '../support/test-folder.ts';
import { eventsOf } from '../e2e/watched.ts';

/** What the daemon is run as. */
export const MAIN = join(projectRoot(), 'dist/src/cli/main.js');

/** What Node loads before the daemon to have the disk fail. */
export const FAILING_DISK = pathToFileURL(join(projectRoot(), 'dist/test/faults/failing-disk.js')).href;

/** A record as the provider shows it. */
interface Item {
  readonly id: number;
  readonly version: number;
  readonly text: string;
}

export interface StageOptions {
  /** The receiver's answers. */
  readonly script?: Script;
  /** Where the daemon keeps its state. Default: a folder of its own. */
  readonly state?: string;
  readonly every?: string;
}

/** How a process is run: what Node loads first, variables, and a command that it is put behind. */
export interface RunOptions {
  readonly load?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly behind?: readonly string[];
}

/** A provider with records that have no dates, a receiver, and a folder in which the built daemon runs between them. */
export interface Stage {
  readonly folder: string;
  readonly receiver: Receiver;
  /** The instance's file, with another callback where one is given. */
  instance(callback?: string): string;
  /** Requests that the provider got. */
  asked(): number;
  /** Creates a record, or makes a new version of it. */
  put(id: number, text?: string): void;
  remove(id: number): void;
  /** Starts `elementd` with these arguments. */
  start(args: readonly string[], options?: RunOptions): Child;
  /** Starts `elementd run` and resolves when it has polled. */
  daemon(options?: RunOptions): Promise<Child>;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<{ readonly exit: number | null; readonly text: string }>;
  /** Resolves when every change so far has been taken by the receiver; fails when the daemon ends before. */
  allTold(daemon: Child): Promise<void>;
  /** Fails where something was told wrong: lost, twice, out of order, or one id for two things. */
  check(): void;
}

/** Opens a stage with ten records, which the feed learns in its first look, and clears it away after the test. */
export async function openStage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const items = new Map<number, Item>();
  /** Versions by record, and undefined for a deletion, in the order in which the receiver must hear of them. */
  const expected = new Map<number, (number | undefined)[]>();
  let asked = 0;
  const provider = await loopback((_request, response) => {
    asked += 1;
    json(response, 200, [...items.values()]);
  });
  const receiver = await openReceiver(options.script);
  const folder = await mkdtemp(join(tmpdir(), 'elementd-faults-'));
  const children: Child[] = [];
  t.after(async () => {
    for (const child of children) await child.end('SIGKILL');
    await provider.close();
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  });
  for (let id = 1; id <= 10; id += 1) items.set(id, { id, version: 1, text: '' });
  const instance = (callback = receiver.url): string =>
    shopInstance(
      provider.origin,
      ['deletes: {by: sweep, every: 1ms}'],
      [`event.poller.refresh_interval: ${options.every ?? '150ms'}`, `event.notification.callback.url: ${callback}`],
    );
  await mkdir(join(folder, 'instances'));
  await writeFile(join(folder, 'config.yaml'), `state: ${options.state ?? './state'}\n`);
  await writeFile(join(folder, 'instances/shop.yaml'), instance());

  const start = (args: readonly string[], { load, env = {}, behind = [] }: RunOptions = {}): Child => {
    const preload = load === undefined ? [] : ['--import', load];
    const [command = '', ...rest] = [...behind, process.execPath, ...preload, MAIN, ...args];
    const child = startChild(command, rest, { cwd: folder, env });
    children.push(child);
    return child;
  };
  const taken = (): ReadonlyMap<number, readonly (number | undefined)[]> => {
    const seen = new Set<string>();
    const told = new Map<number, (number | undefined)[]>();
    for (const { id, kind, record, raw } of receiver.received.flatMap(eventsOf)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const version = kind === 'DELETED' ? undefined : (raw as Item).version;
      told.set(Number(record), [...(told.get(Number(record)) ?? []), version]);
    }
    return told;
  };
  const expect = (id: number, version: number | undefined): void => {
    expected.set(id, [...(expected.get(id) ?? []), version]);
  };
  const isTold = (): boolean => {
    const told = taken();
    return [...expected].every(([id, versions]) => told.get(id)?.at(-1) === versions.at(-1) && told.has(id));
  };

  return {
    folder,
    receiver,
    instance,
    start,
    asked: () => asked,
    put(id, text = '') {
      const version = (items.get(id)?.version ?? 0) + 1;
      items.set(id, { id, version, text });
      expect(id, version);
    },
    remove(id) {
      items.delete(id);
      expect(id, undefined);
    },
    async daemon(how) {
      const child = start(['run', '--log-level', 'debug'], how);
      // What changes before the first look is learned and not told.
      await child.line((line) => line.includes('"poll:done"'));
      return child;
    },
    async run(args, how) {
      const child = start(args, how);
      const exit = await child.exit();
      return { exit, text: child.lines.join('\n') };
    },
    async allTold(daemon) {
      const ended = daemon.exit();
      while (!isTold()) {
        const code = await Promise.race([receiver.awaitCount(receiver.received.length + 1), ended]);
        if (code !== undefined) assert.fail(`it ended with ${code}:\n${daemon.lines.slice(-5).join('\n')}`);
      }
    },
    check() {
      const said = new Map<string, string>();
      for (const { id, kind, record, raw } of receiver.received.flatMap(eventsOf)) {
        const now = JSON.stringify([kind, record, raw]);
        assert.equal(said.get(id) ?? now, now, `one id for two changes: ${id}`);
        said.set(id, now);
      }
      assert.equal(new Set(said.values()).size, said.size, 'two ids for one change');
      const told = taken();
      // A version may be overtaken by the next one before a poll sees it; nothing else may be told.
      for (const [id, versions] of told) {
        const all = expected.get(id) ?? [];
        let place = -1;
        for (const version of versions) {
          place = all.indexOf(version, place + 1);
          assert.ok(place >= 0, `record ${id} was told as ${versions.join(', ')}, and was ${all.join(', ')}`);
        }
      }
      for (const [id, versions] of expected) assert.equal(told.get(id)?.at(-1), versions.at(-1), `record ${id}`);
    },
  };
}

/** What an operator must be spared, whatever happens: a stack trace, or our own bewilderment. */
export function assertForPeople(text: string): void {
  assert.doesNotMatch(text, /^\s+at .*[:(]\d+/m);
  assert.doesNotMatch(text, /inside elementd|\[object|undefined|node:internal/);
}
