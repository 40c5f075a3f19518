import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { openDisk } from '../../src/io/disk.ts';

async function folder(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'elementd-disk-'));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

describe('the disk', () => {
  test('a file that is appended to holds everything in order, is private, and so are its folders', async (context) => {
    const root = join(await folder(context), 'state');
    const disk = openDisk(root);

    const file = await disk.append('a/b/log');
    await file.append(Buffer.from('one '));
    await file.append(Buffer.from('two'));
    await file.sync();
    assert.equal(file.size, 7);
    await file.close();
    const again = await disk.append('a/b/log');
    assert.equal(again.size, 7);
    await again.append(Buffer.from(' three'));
    await again.close();

    assert.equal(await readFile(join(root, 'a/b/log'), 'utf8'), 'one two three');
    assert.deepEqual(await Promise.all(['', 'a', 'a/b', 'a/b/log'].map((path) => modeOf(join(root, path)))), ['700', '700', '700', '600']); // prettier-ignore
  });

  test('after a truncation appending goes on there', async (context) => {
    const root = await folder(context);
    const file = await openDisk(root).append('log');
    await file.append(Buffer.from('one two'));

    await file.truncate(3);
    await file.append(Buffer.from('!'));
    await file.close();

    assert.equal(file.size, 4);
    assert.equal(await readFile(join(root, 'log'), 'utf8'), 'one!');
  });

  test('a file is replaced whole, is private, and leaves nothing beside it', async (context) => {
    const root = await folder(context);
    const disk = openDisk(root);

    await disk.replace('x/y.json', Buffer.from('long first text'));
    await disk.replace('x/y.json', Buffer.from('second'));

    assert.equal(await readFile(join(root, 'x/y.json'), 'utf8'), 'second');
    assert.equal(await modeOf(join(root, 'x/y.json')), '600');
    assert.deepEqual(await readdir(join(root, 'x')), ['y.json']);
  });

  test('replacements of one file at once all succeed, and the last one stays', async (context) => {
    const root = await folder(context);
    const disk = openDisk(root);

    await Promise.all(Array.from({ length: 20 }, (_, index) => disk.replace('x', Buffer.from(`text ${index}`))));

    assert.equal(await readFile(join(root, 'x'), 'utf8'), 'text 19');
    assert.deepEqual(await readdir(root), ['x']);
  });

  test('parts of a file are read exactly, or refused', async (context) => {
    const root = await folder(context);
    const disk = openDisk(root);
    await disk.replace('x', Buffer.from('0123456789'));

    assert.equal(Buffer.from(await disk.readAt('x', 3, 4)).toString(), '3456');
    assert.equal((await disk.readAt('x', 10, 0)).length, 0);

    await assert.rejects(disk.readAt('x', 8, 3), { code: 'disk-failed' });
    await assert.rejects(disk.readAt('none', 0, 1), { code: 'disk-failed' });
  });

  test('what is not there is told so', async (context) => {
    const disk = openDisk(join(await folder(context), 'none'));

    assert.deepEqual(await disk.list(''), []);
    assert.deepEqual(await disk.list('a/b'), []);
    assert.equal(await disk.read('a'), undefined);
    await disk.remove('a');
    await assert.rejects(disk.rename('a', 'b'), { code: 'disk-failed' });
  });

  test('files are listed sorted, moved and removed', async (context) => {
    const root = await folder(context);
    const disk = openDisk(root);
    for (const path of ['b', 'a', 'c/d']) await disk.replace(path, Buffer.from(path));

    assert.deepEqual(await disk.list(''), ['a', 'b', 'c']);
    await disk.rename('a', 'e/f/a');
    await disk.remove('b');

    assert.deepEqual(await disk.list(''), ['c', 'e']);
    assert.equal(Buffer.from((await disk.read('e/f/a')) ?? []).toString(), 'a');
  });

  test('a folder that may not be written is a fault with a cure', async (context) => {
    const root = await folder(context);
    await chmod(root, 0o755);
    await mkdir(join(root, 'locked'), { mode: 0o555 });

    const output = inAnotherProcess(
      join(root, 'locked'),
      `for (const act of [() => disk.replace('x', Buffer.from('x')), () => disk.append('y/z')]) {
        await act().catch((error) => console.log(error.code, error.hint));
      }`,
    );

    const lines = output.trim().split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /^state-unwritable let the user \S+ read and write .*locked/);
  });
});

const here = new URL(import.meta.url);
const source = new URL(here.pathname.endsWith('.ts') ? '../../src/io/disk.ts' : '../../src/io/disk.js', here);
const node = [process.execPath, ...process.execArgv.filter((arg) => !arg.startsWith('--test')), '--input-type=module', '-e'] as const; // prettier-ignore

function scriptOn(root: string, script: string): string {
  return `const { openDisk } = await import(${JSON.stringify(source.href)}); const disk = openDisk(${JSON.stringify(root)}); ${script}`;
}

// Once everything is loaded: Node and this project may lie where nobody else can read, such as below /root.
const AS_NOBODY = 'process.setgroups([]); process.setgid(65534); process.setuid(65534);';

/** Runs a script with a disk, and as nobody where we are root, whom no mode stops. */
function inAnotherProcess(root: string, script: string): string {
  const [program, ...args] = node;
  const who = process.getuid?.() === 0 ? AS_NOBODY : '';
  const run = spawnSync(program, [...args, scriptOn(root, `${who} ${script}`)], { encoding: 'utf8', cwd: '/' });
  assert.equal(run.error, undefined);
  assert.equal(run.stderr, '');
  return run.stdout;
}

/** Runs a script on a file system of 64 kB, in a namespace of its own; undefined where the system allows none. */
function onTinyDisk(script: string): string | undefined {
  const shell = 'mount -t tmpfs -o size=64k tmpfs /mnt && exec "$@"';
  const run = spawnSync('unshare', ['-rm', 'sh', '-c', shell, 'sh', ...node, scriptOn('/mnt', script)], { encoding: 'utf8' }); // prettier-ignore
  if (run.error !== undefined || /unshare|mount/.test(run.stderr)) return undefined;
  assert.equal(run.stderr, '');
  return run.stdout;
}

describe('a full disk', () => {
  test('refuses with a fault, and after a truncation the file is as it was', (context) => {
    const output = onTinyDisk(`
      const file = await disk.append('log');
      await file.append(Buffer.alloc(40_000, 'a'));
      const codes = [];
      for (const act of [
        () => file.append(Buffer.alloc(60_000, 'b')),
        () => disk.replace('checkpoint', Buffer.alloc(60_000)),
      ]) await act().catch((error) => codes.push(error.code + ' ' + /no space/i.test(error.message) + ' ' + error.hint.includes('/mnt')));
      await file.truncate(40_000);
      await file.append(Buffer.from('c'));
      await file.sync();
      const text = Buffer.from(await disk.read('log')).toString();
      console.log(JSON.stringify({ codes, length: text.length, end: text.slice(-2), size: file.size, names: await disk.list('') }));
    `);
    if (output === undefined) return context.skip('this system lets nobody mount a small disk');

    assert.deepEqual(JSON.parse(output), {
      codes: ['disk-full true true', 'disk-full true true'],
      length: 40_001,
      end: 'ac',
      size: 40_001,
      names: ['log'],
    });
  });
});
