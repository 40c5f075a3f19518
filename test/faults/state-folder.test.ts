import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { assertForPeople, MAIN, openStage, type Stage } from './stage.ts';

const limit = { timeout: 60_000 };
const NOBODY = 65_534;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const needsUsers = {
  ...limit,
  skip: isRoot && canRun(asNobody) ? false : 'only root can run the build as another user',
};
const needsMounts = { ...limit, skip: isRoot && canRun(['unshare', '--mount']) ? false : 'only root can mount' };

function canRun(behind: readonly string[]): boolean {
  const [command = '', ...rest] = [...behind, process.execPath, MAIN, '--version'];
  return spawnSync(command, rest).status === 0;
}

/** A state directory that has seen a feed and told something of it, nobody running on it. */
async function used(t: TestContext): Promise<Stage & { readonly state: string }> {
  const stage = await openStage(t);
  const daemon = await stage.daemon();
  stage.put(1);
  await stage.allTold(daemon);
  await daemon.end('SIGTERM');
  return { ...stage, state: join(stage.folder, 'state') };
}

/** Every file below a folder with what is in it. */
async function contentOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const content: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const found = await stat(join(folder, name));
    const what = found.isFile() ? (await readFile(join(folder, name))).toString('base64') : 'no file';
    content[name] = `${found.mode.toString(8)} ${found.uid} ${what}`;
  }
  return content;
}

test('a second daemon is refused and names the first, by whatever path it comes', limit, async (t) => {
  const stage = await openStage(t);
  const first = await stage.daemon();
  const other = await mkdtemp(join(tmpdir(), 'elementd-other-'));
  t.after(() => rm(other, { recursive: true }));
  await symlink(join(stage.folder, 'state'), join(other, 'link'));
  await cp(join(stage.folder, 'instances'), join(other, 'instances'), { recursive: true });
  await writeFile(join(other, 'config.yaml'), 'state: ./link\n');

  const refused = [
    await stage.run(['run']),
    await stage.run(['run', '--once']),
    await stage.run(['run', '--config', join(other, 'config.yaml')]),
  ];
  const asked = await stage.run(['status']);
  await first.end('SIGKILL');
  const began = Date.now();
  const second = await stage.daemon();

  for (const { exit, text } of refused) {
    assert.equal(exit, 1);
    assert.match(text, new RegExp(`in use by process ${first.process.pid}, which runs \`elementd run\` since 20\\d\\d-\\d\\d-\\d\\dT\\S+Z \\(stop process ${first.process.pid} first`)); // prettier-ignore
    assertForPeople(text);
  }
  assert.match(asked.text, /the daemon runs, 1 feed/);
  assert.ok(Date.now() - began < 15_000);
  stage.put(2);
  await stage.allTold(second);
  stage.check();
});

test('a second daemon is refused in other mount and network namespaces, too', needsMounts, async (t) => {
  const stage = await openStage(t);
  const first = await stage.daemon();
  const mounted = join(stage.folder, 'elsewhere');
  await mkdir(mounted);
  await writeFile(join(stage.folder, 'elsewhere.yaml'), 'state: ./elsewhere\n');
  const script = `mount --bind ${join(stage.folder, 'state')} ${mounted} && exec "$@"`;

  const refused = [
    await stage.run(['run'], { behind: ['unshare', '--net'] }),
    await stage.run(['run', '--config', 'elsewhere.yaml'], {
      behind: ['unshare', '--mount', 'sh', '-c', script, 'sh'],
    }),
    await stage.run(['run', '--config', 'elsewhere.yaml'], {
      behind: ['unshare', '--mount', '--net', 'sh', '-c', script, 'sh'],
    }),
    await stage.run(['run'], { behind: ['unshare', '--mount', '--pid', '--fork'] }),
  ];

  for (const { exit, text } of refused) {
    assert.equal(exit, 1, text);
    assert.match(text, new RegExp(`is in use by process ${first.process.pid}, which runs \`elementd run\``));
    assertForPeople(text);
  }
});

/** What is done to a used state directory, and the sentence about it. The daemon must leave everything as it is. */
const SPOILT: readonly (readonly [string, (state: string) => Promise<unknown>, RegExp])[] = [
  ['of a newer version', (state) => writeFile(join(state, 'format'), '2\n'), /^elementd: format says format 2; this version of elementd knows 1 \(run the version of elementd that wrote it, or a later one\)$/],
  ['whose format is no number', (state) => writeFile(join(state, 'format'), 'two\n'), /^elementd: The journal is damaged: format, byte 0: .* \(nothing was changed; .*\)$/],
  ['with an entry of a newer version in its log', appendUnknown, /^elementd: journal\/\d+\.log, byte \d+, holds an entry that this version of elementd does not know \(nothing was changed; run the version of elementd that wrote it, or a later one\)$/],
  ['without its journal', (state) => rm(join(state, 'journal'), { recursive: true }), /^elementd: The state directory remembers feeds, but its journal is missing \(.*\)$/],
]; // prettier-ignore

/** A whole frame, as a later version might write it, behind the last one. */
async function appendUnknown(state: string): Promise<void> {
  const folder = join(state, 'journal');
  const name = (await readdir(folder)).filter((each) => each.endsWith('.log')).sort().at(-1) ?? ''; // prettier-ignore
  const { encodeBatch, readFrames } = await import('../../src/journal/frame.ts');
  const bytes = await readFile(join(folder, name));
  const read = readFrames(bytes, Number(name.slice(0, 20)), () => undefined);
  const json = Buffer.from('{"kind":"lease","until":1}');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const batch = encodeBatch(read.next, [Buffer.concat([length, json])]);
  await writeFile(join(folder, name), Buffer.concat([bytes, batch.bytes]));
}

for (const [what, spoil, says] of SPOILT) {
  test(`a state directory ${what} is refused with one sentence and left alone`, limit, async (t) => {
    const stage = await used(t);
    await spoil(stage.state);
    const before = await contentOf(stage.state);

    const ran = await stage.run(['run']);
    const looked = await stage.run(['status']);

    for (const { exit, text } of [ran, looked]) {
      assert.equal(exit, 1, text);
      assert.match(text, says);
      assertForPeople(text);
    }
    assert.deepEqual(await contentOf(stage.state), before);
  });
}

test('a state path that is a file, or runs through one, is refused with one sentence', limit, async (t) => {
  const stage = await openStage(t);
  await writeFile(join(stage.folder, 'a-file'), 'mine');
  await writeFile(join(stage.folder, 'one.yaml'), 'state: ./a-file\n');
  await writeFile(join(stage.folder, 'two.yaml'), 'state: ./a-file/state\n');

  const runs = [await stage.run(['run', '--config', 'one.yaml']), await stage.run(['run', '--config', 'two.yaml'])];

  for (const { exit, text } of runs) {
    assert.equal(exit, 1);
    assert.match(text, /^elementd: the state directory \S+ cannot be used: (it is|a part of its path is) a file \(remove what stands there, or name another one with state: in config\.yaml\)$/); // prettier-ignore
  }
  assert.equal(await readFile(join(stage.folder, 'a-file'), 'utf8'), 'mine');
});

test(
  'a state directory that belongs to another user is refused with one sentence and left alone',
  needsUsers,
  async (t) => {
    const stage = await used(t);
    await chmod(stage.folder, 0o755);
    const before = await contentOf(stage.state);

    const ran = await stage.run(['run'], { behind: asNobody });
    const looked = await stage.run(['status'], { behind: asNobody });

    for (const { exit, text } of [ran, looked]) {
      assert.equal(exit, 1, text);
      assert.match(text, /^elementd: .*state.* \(.*user.*\)$/);
      assert.equal(text.split('\n').length, 1, text);
      assertForPeople(text);
    }
    assert.deepEqual(await contentOf(stage.state), before);
  },
);

test('a daemon of another user is not disturbed, and commands say whose it is', needsUsers, async (t) => {
  const stage = await openStage(t);
  await chmod(stage.folder, 0o755);
  const daemon = await stage.daemon();

  const looked = await stage.run(['status'], { behind: asNobody });
  const ran = await stage.run(['run'], { behind: asNobody });
  stage.put(1);
  await stage.allTold(daemon);

  for (const { exit, text } of [looked, ran]) {
    assert.equal(exit, 1, text);
    assert.match(text, /user|in use by process/);
    assertForPeople(text);
  }
});

test('a state directory that may not be written is refused with one sentence', needsUsers, async (t) => {
  const stage = await used(t);
  await chmod(stage.folder, 0o755);
  for (const name of ['', ...(await readdir(stage.state, { recursive: true }))])
    await chown(join(stage.state, name), NOBODY, NOBODY);
  await chmod(stage.state, 0o500);
  const before = await contentOf(stage.state);

  const ran = await stage.run(['run'], { behind: asNobody });

  assert.equal(ran.exit, 1, ran.text);
  assert.match(
    ran.text,
    /^elementd: The state directory \S+ cannot be locked: EACCES: permission denied \(run elementd as the user whom it belongs to, or let the user nobody write to it and to everything in it\)$/,
  );
  assertForPeople(ran.text);
  assert.deepEqual(await contentOf(stage.state), before);
});

test('a state directory on a disk that is mounted read-only is refused with one sentence', needsMounts, async (t) => {
  const stage = await used(t);
  const before = await contentOf(stage.state);
  const script = `mount --bind ${stage.state} ${stage.state} && mount -o remount,bind,ro ${stage.state} && exec "$@"`;

  const ran = await stage.run(['run'], { behind: ['unshare', '--mount', 'sh', '-c', script, 'sh'] });
  const fresh = await stage.run(['status'], { behind: ['unshare', '--mount', 'sh', '-c', script, 'sh'] });

  for (const { exit, text } of [ran, fresh]) {
    assert.equal(exit, 1, text);
    assert.match(
      text,
      /^elementd: The state directory \S+ cannot be locked: EROFS: read-only file system \(it is mounted read-only: mount it for writing, .*\)$/,
    );
    assertForPeople(text);
  }
  assert.deepEqual(await contentOf(stage.state), before);
});

test('rights that let everybody write into the state directory are told, and everything goes on', limit, async (t) => {
  const stage = await used(t);
  await chmod(stage.state, 0o777);

  const daemon = await stage.daemon();
  stage.put(2);
  await stage.allTold(daemon);

  assert.match(
    daemon.lines.join('\n'),
    /every user of this machine may put files into the state directory \S+ and so change what is told: chmod o-w it/,
  );
  assert.equal(await daemon.end('SIGTERM'), 0);
});
