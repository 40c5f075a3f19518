import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { contentOf, type ConfigPlaces } from '../../src/io/config-content.ts';
import { watchConfig } from '../../src/io/config-watch.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const CHECK = 5_000;
const QUIET = 200;
const SETTLE = 150;

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const at = (path: string): string => join(root, path);

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  }
}

/** Makes a link, or lets one lead elsewhere in one step. */
async function link(target: string, path: string): Promise<void> {
  await symlink(target, at(`${path}.new`));
  await rename(at(`${path}.new`), at(path));
}

/** A watch whose time the test moves, and whose sleeps and reloads it awaits. */
interface Watching {
  /** Lets `config` and `instances`, or what is named, be watched from now on. */
  places: ConfigPlaces;
  readonly reloads: string[];
  readonly problems: string[];
  /** Resolves once it sleeps that long, and passes shorter sleeps on the way; with `CHECK` it does nothing until then. */
  asleep(duration: number): Promise<void>;
  /** Passes the time of the sleep that it is in. */
  pass(): Promise<void>;
  /** Resolves with the reload that the system's hint leads to: no check falls due. */
  hinted(): Promise<string>;
  /** Resolves with the reload that periodic checks lead to. */
  checked(): Promise<string>;
  /** One periodic check to its end, and what it leads to. */
  check(): Promise<void>;
  /** Ends it; resolves once nothing is watched. */
  end(): Promise<void>;
}

interface Setup {
  readonly places?: ConfigPlaces;
  readonly since?: string;
  /** The system refuses to tell of changes, and so never says that it begins to. */
  readonly refused?: boolean;
  /** Happens within each reload; what it resolves to is kept. */
  readonly reload?: () => Promise<string>;
}

async function watching(t: TestContext, setup: Setup = {}): Promise<Watching> {
  const clock = virtualClock(1_000_000);
  const stop = new AbortController();
  const reloads: string[] = [];
  const problems: string[] = [];
  const calls = new Set<() => void>();
  let sleeping: number | undefined;
  const tell = (): void => {
    for (const call of [...calls]) call();
  };
  const happening = (): Promise<void> =>
    new Promise((resolve) => {
      const call = (): void => {
        calls.delete(call);
        resolve();
      };
      calls.add(call);
    });
  const until = async (done: () => boolean, checks: boolean): Promise<void> => {
    while (!done()) {
      if (sleeping !== undefined && (checks || sleeping < CHECK)) await watch.pass();
      else await happening();
    }
  };
  const nextReload = async (checks: boolean): Promise<string> => {
    const count = reloads.length;
    await until(() => reloads.length > count, checks);
    return reloads[count] ?? '';
  };
  const watch: Watching = {
    places: setup.places ?? { files: [at('config.yaml')], folders: [at('instances')] },
    reloads,
    problems,
    asleep: (duration) => until(() => sleeping === duration, false),
    async pass() {
      const duration = sleeping ?? 0;
      sleeping = undefined;
      await clock.advance(duration);
    },
    hinted: () => nextReload(false),
    checked: () => nextReload(true),
    async check() {
      await watch.asleep(CHECK);
      await watch.pass();
      await watch.asleep(CHECK);
    },
    async end() {
      stop.abort();
      await ended;
    },
  };
  const ended = watchConfig({
    places: () => watch.places,
    ...(setup.since === undefined ? {} : { since: setup.since }),
    clock: {
      now: clock.now,
      sleepUntil(instant, signal) {
        sleeping = instant - clock.now();
        const slept = clock.sleepUntil(instant, signal).finally(() => (sleeping = undefined));
        tell();
        return slept;
      },
    },
    async changed() {
      const read = await (setup.reload ?? readAll)();
      reloads.push(read);
      tell();
    },
    problem(says) {
      problems.push(says);
      tell();
    },
    signal: stop.signal,
  });
  t.after(watch.end);
  // The first look, and the one that follows when the system watches: from then on nothing is under way.
  if (setup.refused !== true) await watch.asleep(QUIET);
  await watch.asleep(CHECK);
  return watch;
}

/** What a reload finds in `instances/a.yaml`. */
async function readAll(): Promise<string> {
  return readFile(at('instances/a.yaml'), 'utf8').catch(() => 'nothing');
}

/** How many files and folders the system watches for this process. */
function watchHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
}

describe('a change that the system tells of', { timeout: 60_000 }, () => {
  const git = async (...args: readonly string[]): Promise<void> => {
    const settings = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    await promisify(execFile)('git', [...settings, ...args], { cwd: root, env });
  };
  const kinds: Readonly<Record<string, { before: () => Promise<void>; change: () => Promise<void>; after: string }>> = {
    'a file written in place': {
      before: () => put({ 'instances/a.yaml': 'one' }),
      change: () => put({ 'instances/a.yaml': 'two' }),
      after: 'two',
    },
    'a file that is new': {
      before: () => put({ 'instances/b.yaml': 'b' }),
      change: () => put({ 'instances/a.yaml': 'new' }),
      after: 'new',
    },
    'a file that goes': {
      before: () => put({ 'instances/a.yaml': 'one' }),
      change: () => rm(at('instances/a.yaml')),
      after: 'nothing',
    },
    "an editor's save by renaming over": {
      before: () => put({ 'instances/a.yaml': 'one' }),
      async change() {
        await put({ 'instances/.a.yaml.swp': 'two' });
        await rename(at('instances/.a.yaml.swp'), at('instances/a.yaml'));
      },
      after: 'two',
    },
    "an editor's save with a backup": {
      before: () => put({ 'instances/a.yaml': 'one' }),
      async change() {
        await rename(at('instances/a.yaml'), at('instances/a.yaml~'));
        await put({ 'instances/a.yaml': 'two' });
      },
      after: 'two',
    },
    'a ConfigMap whose ..data leads to another folder, the former one removed': {
      async before() {
        await put({ 'instances/..v1/a.yaml': 'one' });
        await link('..v1', 'instances/..data');
        await link('..data/a.yaml', 'instances/a.yaml');
      },
      async change() {
        await put({ 'instances/..v2/a.yaml': 'two' });
        await link('..v2', 'instances/..data');
        await rm(at('instances/..v1'), { recursive: true });
      },
      after: 'two',
    },
    'config.yaml, which was missing': {
      before: () => put({ 'instances/a.yaml': 'one' }),
      change: () => put({ 'config.yaml': 'log: {level: debug}' }),
      after: 'one',
    },
    'a folder that was missing, moved into place': {
      before: () => put({ 'aside/a.yaml': 'one' }),
      change: () => rename(at('aside'), at('instances')),
      after: 'one',
    },
  };
  for (const [name, { before, change, after }] of Object.entries(kinds)) {
    it(`leads to one reload: ${name}`, async (t) => {
      await before();
      const watch = await watching(t);

      await change();
      const found = await watch.hinted();
      await watch.check();

      assert.equal(found, after);
      assert.equal(watch.reloads.length, 1);
    });
  }

  it('leads to one reload of all of it: a checkout of 50 files', async (t) => {
    const names = Array.from({ length: 50 }, (_, index) => `instances/${index}.yaml`);
    const all = (text: string): Promise<void> => put(Object.fromEntries(names.map((name) => [name, text])));
    await all('one');
    await git('init', '--quiet', '--initial-branch=before');
    await git('add', '.');
    await git('commit', '--quiet', '--message=before');
    await git('checkout', '--quiet', '-b', 'after');
    await all('two');
    await rm(at('instances/49.yaml'));
    await git('commit', '--quiet', '--all', '--message=after');
    await git('checkout', '--quiet', 'before');
    const reload = async (): Promise<string> => {
      const texts = await Promise.all(names.map((name) => readFile(at(name), 'utf8').catch(() => '')));
      return texts.join(' ');
    };
    const watch = await watching(t, { reload });

    const checkout = git('checkout', '--quiet', 'after');
    // The time stands still in the first quiet pause, as long as the checkout takes.
    await watch.asleep(QUIET);
    await checkout;
    const found = await watch.hinted();
    await watch.check();

    assert.equal(found, `${'two '.repeat(49)}`);
    assert.equal(watch.reloads.length, 1);
  });
});

describe('a change that the system may keep to itself', { timeout: 60_000 }, () => {
  const kinds: Readonly<Record<string, { before: () => Promise<void>; change: () => Promise<void>; path?: string }>> = {
    'a folder that was missing with its parents': {
      before: () => Promise.resolve(),
      change: () => put({ 'current/instances/a.yaml': 'two' }),
      path: 'current/instances',
    },
    'a folder removed and made again': {
      before: () => put({ 'instances/a.yaml': 'one' }),
      async change() {
        await rm(at('instances'), { recursive: true });
        await put({ 'instances/a.yaml': 'two' });
      },
    },
    'a folder moved into the place of another': {
      before: () => put({ 'instances/a.yaml': 'one', 'next/a.yaml': 'two' }),
      async change() {
        await rename(at('instances'), at('former'));
        await rename(at('next'), at('instances'));
      },
    },
    'a link that leads to another folder, the former one kept': {
      async before() {
        await put({ 'r1/a.yaml': 'one', 'r2/a.yaml': 'two' });
        await link('r1', 'instances');
      },
      change: () => link('r2', 'instances'),
    },
    'a link above it that leads to another worktree, the former one removed': {
      async before() {
        await put({ 'wt/1/instances/a.yaml': 'one', 'wt/2/instances/a.yaml': 'two' });
        await link('wt/1', 'current');
      },
      async change() {
        await link('wt/2', 'current');
        await rm(at('wt/1'), { recursive: true });
      },
      path: 'current/instances',
    },
  };
  for (const [name, { before, change, path = 'instances' }] of Object.entries(kinds)) {
    it(`leads to a reload by the periodic check, and what follows is told of again: ${name}`, async (t) => {
      await before();
      const places = { files: [at('config.yaml')], folders: [at(path)] };
      const watch = await watching(t, { places, reload: () => readFile(at(`${path}/a.yaml`), 'utf8') });

      await change();
      const found = await watch.checked();
      await watch.check();
      await put({ [`${path}/a.yaml`]: 'three' });
      const next = await watch.hinted();

      assert.equal(found, 'two');
      assert.equal(next, 'three');
    });
  }
});

describe('a reload', { timeout: 60_000 }, () => {
  beforeEach(() => put({ 'config.yaml': 'log: {level: info}', 'instances/a.yaml': 'one' }));

  it('waits until who writes piece by piece is done', async (t) => {
    const watch = await watching(t);

    await put({ 'instances/a.yaml': 'begun' });
    for (const piece of [', and', ' so on', ', ended']) {
      await watch.asleep(SETTLE);
      await appendFile(at('instances/a.yaml'), piece);
      await watch.pass();
    }
    await watch.hinted();
    await watch.check();

    assert.deepEqual(watch.reloads, ['begun, and so on, ended']);
  });

  it('is made for what was there before, when it comes back', async (t) => {
    const watch = await watching(t);

    await put({ 'instances/a.yaml': 'two' });
    await watch.hinted();
    await put({ 'instances/a.yaml': 'one' });
    await watch.hinted();

    assert.deepEqual(watch.reloads, ['two', 'one']);
  });

  it('is not made for a file that is only touched, written as it was, or does not count', async (t) => {
    const watch = await watching(t);

    await utimes(at('instances/a.yaml'), 1, 1);
    await watch.check();
    await put({ 'instances/a.yaml': 'one', 'instances/.b.yaml': '', 'instances/#c.yaml#': '', 'instances/d.txt': '' });
    await put({ 'instances/below/e.yaml': '' });
    await watch.check();

    assert.deepEqual(watch.reloads, []);
  });

  it('is made once for a content, though it fails, and that is told', async (t) => {
    const watch = await watching(t, { reload: () => Promise.reject(new Error('the disk is full')) });

    await put({ 'instances/a.yaml': 'two' });
    await watch.asleep(SETTLE);
    await watch.check();
    await watch.check();

    assert.deepEqual(watch.problems, [
      'the changed files could not be applied: the disk is full; mend that, then send SIGHUP or run elementd reload',
    ]);
  });

  it('takes what changed between the first reading of the configuration and the watch', async (t) => {
    const places = { files: [at('config.yaml')], folders: [at('instances')] };
    const since = await contentOf(places);
    await put({ 'instances/a.yaml': 'two' });

    const watch = await watching(t, { since });
    await watch.check();

    assert.deepEqual(watch.reloads, ['two']);
  });

  it('may name other folders, which are watched from then on', async (t) => {
    const watch = await watching(t, {
      async reload() {
        watch.places = { files: [at('config.yaml')], folders: [at('accounts')] };
        return readFile(at('accounts/a.yaml'), 'utf8');
      },
    });
    await put({ 'accounts/a.yaml': 'one' });

    await put({ 'config.yaml': 'instances: ./accounts' });
    await watch.hinted();
    await watch.check();
    await put({ 'accounts/a.yaml': 'two' });
    const found = await watch.hinted();

    assert.equal(found, 'two');
  });

  it('is not made while another one runs', async (t) => {
    let running = 0;
    const most: number[] = [];
    const watch = await watching(t, {
      async reload() {
        running += 1;
        most.push(running);
        const found = await readAll();
        if (most.length === 1) await put({ 'instances/a.yaml': 'three' });
        running -= 1;
        return found;
      },
    });

    await put({ 'instances/a.yaml': 'two' });
    await watch.hinted();
    await watch.hinted();

    assert.deepEqual(most, [1, 1]);
    assert.deepEqual(watch.reloads, ['two', 'three']);
  });
});

describe('a watch', { timeout: 60_000 }, () => {
  it('that the system refuses says so once, and goes on by the periodic check alone', async (t) => {
    await put({ 'config.yaml': '', 'instances/a.yaml': 'one' });
    for (const name of ['loop', 'ring']) await symlink(name, at(name));
    const folders = ['instances', 'loop', 'ring'].map(at);
    const watch = await watching(t, { places: { files: [at('config.yaml')], folders }, refused: true });

    await put({ 'instances/a.yaml': 'two' });
    const found = await watch.checked();
    await rm(at('instances'), { recursive: true });
    await put({ 'instances/a.yaml': 'three' });
    const next = await watch.checked();
    await watch.check();

    assert.deepEqual([found, next], ['two', 'three']);
    assert.equal(watch.problems.length, 1);
    assert.match(watch.problems[0] ?? '', /refuses to tell of changed .* \(ELOOP\); they are looked at every 5 s/);
  });

  it('ends with its signal, also in the middle of a look, and leaves nothing that keeps the process alive', async (t) => {
    await put({ 'instances/a.yaml': 'one' });
    const before = watchHandles();
    const watch = await watching(t);
    const during = watchHandles();

    await put({ 'instances/a.yaml': 'two' });
    await watch.asleep(SETTLE);
    await watch.end();
    // A closed handle is gone once its turn to close has come.
    for (let turns = 0; turns < 3; turns += 1) await turn();

    assert.ok(during > before);
    assert.equal(watchHandles(), before);
    assert.deepEqual(watch.reloads, []);
  });
});
