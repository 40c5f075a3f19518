import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readFileSet } from '../../src/io/config-files.ts';
import type { SourceFile } from '../../src/model/catalog.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function put(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
}

const paths = (sources: readonly SourceFile[]): string[] => sources.map((source) => source.path);
const read = (config?: string): ReturnType<typeof readFileSet> => readFileSet(config, join(cwd, 'shipped'), { cwd });

describe('the files', () => {
  it('are config.yaml and what lies in ./elements, the shipped elements and ./instances', async () => {
    await put({
      'config.yaml': 'log: {level: info}\n',
      'elements/b.yaml': 'key: b',
      'elements/a.yml': 'key: a',
      'elements/no.json': '{}',
      'shipped/a.yaml': 'key: a',
      'instances/one.yaml': '',
      'instances/two.yml': '',
      'instances/three.json': '{}',
      'instances/README.md': '',
    });

    const { files, problems, root } = await read();

    assert.equal(files.config?.path, 'config.yaml');
    assert.equal(new TextDecoder().decode(files.config?.bytes), 'log: {level: info}\n');
    assert.deepEqual(paths(files.elements), ['elements/a.yml', 'elements/b.yaml', 'shipped/a.yaml']);
    assert.deepEqual(paths(files.instances), ['instances/one.yaml', 'instances/three.json', 'instances/two.yml']);
    assert.deepEqual(problems, []);
    assert.equal(root, cwd);
  });

  it('lie where config.yaml says, seen from there, in its order and each folder once', async () => {
    await put({
      'etc/my.yaml': 'elements: [../custom, more, ../custom, ../shipped]\ninstances: ./accounts\nnot: [valid',
      'custom/x.yaml': '',
      'etc/more/y.yaml': '',
      'etc/accounts/z.yaml': '',
      'etc/elements/ignored.yaml': '',
      'shipped/a.yaml': '',
    });

    const { files, problems, root } = await read('etc/my.yaml');

    assert.deepEqual(paths(files.elements), ['custom/x.yaml', 'etc/more/y.yaml', 'shipped/a.yaml']);
    assert.deepEqual(paths(files.instances), ['etc/accounts/z.yaml']);
    assert.deepEqual(problems, []);
    assert.equal(root, join(cwd, 'etc'));
  });

  it('outside the working folder are printed with their whole path', async () => {
    await put({ 'config.yaml': 'elements: ./e', 'e/x.yaml': '', 'instances/i.yaml': '', 'work/keep': '' });

    const { files } = await readFileSet('../config.yaml', join(cwd, 'shipped'), { cwd: join(cwd, 'work') });

    assert.equal(files.config?.path, join(cwd, 'config.yaml'));
    assert.deepEqual(paths(files.elements), [join(cwd, 'e/x.yaml')]);
  });

  it('are not hidden ones, leftovers of editors, or folders', async () => {
    const leftovers = [
      '.hidden.yaml',
      '.#lock.yaml',
      '#auto.yaml#',
      '#half.yaml',
      'kept.yaml~',
      'kept.yaml.swp',
      '..data.yaml',
      'x.yaml.bak',
    ];
    await put({ ...Object.fromEntries(leftovers.map((name) => [`instances/${name}`, ''])), 'instances/kept.yaml': '' });
    await put({ 'instances/folder.yaml/below.yaml': '', 'instances/sub/below.yaml': '' });

    const { files, problems } = await read();

    assert.deepEqual(paths(files.instances), ['instances/kept.yaml']);
    assert.deepEqual(problems, []);
  });

  it('are found through links, as a ConfigMap lays them', async () => {
    await put({ 'instances/..2026/acme.yaml': 'name: Acme' });
    await symlink('..2026', join(cwd, 'instances/..data'));
    await symlink('..data/acme.yaml', join(cwd, 'instances/acme.yaml'));

    const { files, problems } = await read();

    assert.deepEqual(paths(files.instances), ['instances/acme.yaml']);
    assert.equal(new TextDecoder().decode(files.instances[0]?.bytes), 'name: Acme');
    assert.deepEqual(problems, []);
  });

  for (const [what, config] of Object.entries({
    empty: '',
    'a list': '- 1',
    'a word': 'hello',
    'full of other types': 'elements: 5\ninstances: [a]',
    'several documents': 'a: 1\n---\nb: 2',
    'half a document': 'elements: {',
    'no text': '\u0000\ufffd',
  }))
    it(`lie at the defaults where config.yaml is ${what}, which others judge`, async () => {
      await put({ 'config.yaml': config, 'elements/a.yaml': '', 'instances/i.yaml': '' });

      const { files, problems } = await read();

      assert.deepEqual(paths(files.elements), ['elements/a.yaml']);
      assert.deepEqual(paths(files.instances), ['instances/i.yaml']);
      assert.deepEqual(problems, []);
    });
});

describe('problems', () => {
  it('are none where the default config.yaml is missing', async () => {
    await put({ 'instances/i.yaml': '' });

    const { files, problems } = await read();

    assert.equal('config' in files, false);
    assert.deepEqual(problems, []);
  });

  it('are a config.yaml that was named and is missing, or is a folder', async () => {
    await put({ 'instances/i.yaml': '', 'folder/x': '' });

    const missing = await read('other.yaml');
    const folder = await read('folder');

    assert.equal(missing.problems[0]?.says, 'the file does not exist');
    assert.equal(missing.problems[0]?.severity, 'error');
    assert.deepEqual(
      [missing.problems[0]?.file, missing.problems[0]?.line, missing.problems[0]?.column],
      ['other.yaml', 1, 1],
    );
    assert.match(folder.problems[0]?.says ?? '', /it is a folder/);
  });

  it('warn of folders that are not there, where config.yaml names them', async () => {
    await put({ 'config.yaml': 'elements:\n  - ./nowhere\n  - ./e\ninstances: ./gone\n', 'e/a.yaml': '' });

    const { files, problems } = await read();

    assert.deepEqual(files.instances, []);
    assert.deepEqual(
      problems.map(({ file, line, column, where, severity }) => ({ file, line, column, where, severity })),
      [
        { file: 'config.yaml', line: 2, column: 5, where: 'elements[0]', severity: 'warning' },
        { file: 'config.yaml', line: 4, column: 12, where: 'instances', severity: 'warning' },
      ],
    );
    assert.match(problems[1]?.says ?? '', /no folder gone/);
  });

  it('warn of ./instances that is not there', async () => {
    const { files, problems } = await read();

    assert.deepEqual(files.instances, []);
    assert.deepEqual(
      problems.map(({ file, where, severity }) => ({ file, where, severity })),
      [{ file: 'config.yaml', where: 'instances', severity: 'warning' }],
    );
  });

  it('are a link that leads nowhere, one that leads in a circle, and a folder that is a file', async () => {
    await put({ 'instances/good.yaml': '', elements: 'a file' });
    await symlink('missing', join(cwd, 'instances/broken.yaml'));
    await symlink('circle.yaml', join(cwd, 'instances/circle.yaml'));

    const { files, problems } = await read();

    assert.deepEqual(paths(files.instances), ['instances/good.yaml']);
    assert.deepEqual(
      problems.map(({ file, line, column, severity }) => [file, line, column, severity]),
      [
        ['elements', 1, 1, 'error'],
        ['instances/broken.yaml', 1, 1, 'error'],
        ['instances/circle.yaml', 1, 1, 'error'],
      ],
    );
    assert.match(problems[0]?.says ?? '', /it is not a folder \(ENOTDIR\)/);
  });

  it(
    'are files that may not be read',
    { skip: process.getuid?.() === 0 ? 'root reads everything' : false },
    async () => {
      await put({ 'instances/locked.yaml': '', 'instances/open.yaml': '' });
      await chmod(join(cwd, 'instances/locked.yaml'), 0);

      const { files, problems } = await read();

      assert.deepEqual(paths(files.instances), ['instances/open.yaml']);
      assert.match(problems[0]?.says ?? '', /permission denied/);
    },
  );
});
