import assert from 'node:assert/strict';
import { posix } from 'node:path';
import test from 'node:test';
import { sourceFiles, type SourceText } from '../support/source-files.ts';

/** What each room may import beside itself: rooms, and packages by name. `*` is every package. */
const DOORS: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }>> = {
  model: { rooms: [], packages: [] },
  language: { rooms: ['model'], packages: ['dayjs', 'cron-parser', 'lossless-json', 'node:crypto'] },
  config: { rooms: ['model', 'language'], packages: ['yaml', 'ajv', 'ajv-formats', 'node:path'] },
  plan: { rooms: ['model', 'language'], packages: [] },
  poll: { rooms: ['model', 'language'], packages: [] },
  detect: { rooms: ['model', 'language'], packages: [] },
  deliver: { rooms: ['model', 'language'], packages: ['node:crypto'] },
  journal: { rooms: ['model'], packages: ['node:zlib', 'node:crypto'] },
  schedule: { rooms: ['model', 'plan'], packages: [] },
  engine: { rooms: ['model', 'language', 'plan', 'schedule', 'poll', 'detect', 'deliver'], packages: [] },
  io: { rooms: ['model', 'language'], packages: ['*'] },
  cli: { rooms: ['*'], packages: ['*'] },
};

const files = sourceFiles('src');

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function targetOf(file: SourceText, imported: string): string {
  return posix.join(posix.dirname(file.path), imported);
}

test('every file lies in a room', () => {
  const homeless = files.filter((file) => DOORS[roomOf(file.path)] === undefined || file.path.split('/').length < 3);

  assert.deepEqual(
    homeless.map((file) => file.path),
    [],
  );
});

test('every import goes through a door of its room', () => {
  const trespasses: string[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    const door = DOORS[room];
    for (const imported of file.imports) {
      if (imported.startsWith('.')) {
        const target = roomOf(targetOf(file, imported));
        if (target === room || door?.rooms.includes(target) || door?.rooms.includes('*')) continue;
      } else if (door?.packages.some((name) => name === '*' || imported === name || imported.startsWith(`${name}/`)))
        continue;
      trespasses.push(`${file.path} imports ${imported}`);
    }
  }

  assert.deepEqual(trespasses, []);
});

test('no import runs in a circle', () => {
  const imports = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((name) => name.startsWith('.')).map((name) => targetOf(file, name)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);

  assert.deepEqual(circles, []);
});

test('time, chance and the process are met only in io and cli', () => {
  const words =
    /\bDate\.now\b|new Date\(\)|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\b|\bprocess\.[a-z]|\bconsole\.[a-z]/;
  const met = files.filter((file) => !['io', 'cli'].includes(roomOf(file.path)) && words.test(file.text));

  assert.deepEqual(
    met.map((file) => file.path),
    [],
  );
});

test('no room asks whether it is a dry run, which is an adapter', () => {
  const rooms = ['language', 'poll', 'detect', 'deliver', 'journal', 'schedule'];
  const met = files.filter((file) => rooms.includes(roomOf(file.path)) && /dryRun|isDry|simulateOnly/.test(file.text));

  assert.deepEqual(
    met.map((file) => file.path),
    [],
  );
});

test('no file is a drawer, none exports a default, and none passes 300 lines without a reason', () => {
  const drawers = files.filter((file) => /\/(utils?|helpers?|common|core|types|index)\.ts$/.test(file.path));
  const defaults = files.filter((file) => /^export default/m.test(file.text));
  const long = files.filter((file) => file.text.split('\n').length > 301 && !file.text.startsWith('// Generated from'));

  assert.deepEqual(
    [drawers, defaults, long].map((found) => found.map((file) => file.path)),
    [[], [], []],
  );
});
