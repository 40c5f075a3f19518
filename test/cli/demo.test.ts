import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demo } from '../../src/cli/demo.ts';
import type { World } from '../../src/cli/world.ts';

/** A world that keeps what is written, and stops once so many lines tell an event. */
function openWorld(stopAt: number): World & { readonly written: { out: string; err: string } } {
  const written = { out: '', err: '' };
  const stopping = new AbortController();
  let events = 0;
  if (stopAt === 0) stopping.abort();
  return {
    written,
    env: {},
    cwd: '/nowhere',
    out: (text) => {
      written.out += text;
      if (/signature"?:?\W*ok/.test(text) && ++events === stopAt) stopping.abort();
    },
    err: (text) => void (written.err += text),
    outIsTty: false,
    errIsTty: false,
    stop: stopping.signal,
    onHangUp: () => () => undefined,
  };
}

const objectsIn = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const folderIn = (text: string): string => /(\S+elementd-demo-\w+)\/config\.yaml/.exec(text)?.[1] ?? '';

test('the demo prints each change as it is told, and leaves nothing behind', { timeout: 60_000 }, async () => {
  const world = openWorld(2);

  const exit = await demo({ json: true, logLevel: undefined, stopAfter: undefined }, world);

  const events = objectsIn(world.written.out);
  assert.equal(exit, 0);
  assert.deepEqual(
    // A slow machine may read both in one poll, and tell the later first.
    events
      .slice(0, 2)
      .map(({ objectId, eventType, name, signature }) => [objectId, eventType, name, signature])
      .sort(),
    [
      ['1100395494220', 'UPDATED', 'Spring sale (new date)', 'ok'],
      ['1100396981140', 'CREATED', 'Spring sale 2', 'ok'],
    ],
  );
  assert.ok(events.every(({ delayMs }) => typeof delayMs === 'number' && delayMs >= 0 && delayMs < 10_000));
  assert.match(
    world.written.err,
    new RegExp(`${events.length} changes made, ${events.length} told, none missing; all signatures good`),
  );
  assert.match(world.written.err, /http:\/\/127\.0\.0\.1:\d+\/v2\/emailmarketing\/campaigns/);
  assert.notEqual(folderIn(world.written.err), '');
  assert.equal(existsSync(folderIn(world.written.err)), false);
});

test("the demo's log comes when a level is asked for, without the keys of the demo", { timeout: 60_000 }, async () => {
  const world = openWorld(1);

  const exit = await demo({ json: false, logLevel: 'debug', stopAfter: undefined }, world);

  const log = objectsIn(world.written.err);
  const names = log.map(({ name }) => name);
  assert.equal(exit, 0);
  for (const name of ['feed:born', 'account:renewed', 'poll:done', 'delivery:done'])
    assert.ok(names.includes(name), name);
  assert.match(world.written.out, /CREATED {2}1100396981140 .* told \d+\.\d s after the change {2}signature ok/);
  assert.doesNotMatch(world.written.err, /whsec_|xxxxxxxx|Bearer/);
});

test('a demo that is stopped before anything happened ends well', { timeout: 60_000 }, async () => {
  const world = openWorld(0);

  const exit = await demo({ json: false, logLevel: undefined, stopAfter: undefined }, world);

  assert.equal(exit, 0);
  assert.match(world.written.out, /0 changes made, 0 told, none missing/);
  assert.equal(existsSync(folderIn(world.written.out)), false);
});

test('a demo with an end to it ends by itself', { timeout: 60_000 }, async () => {
  const world = openWorld(Number.POSITIVE_INFINITY);

  const exit = await demo({ json: false, logLevel: undefined, stopAfter: 300 }, world);

  assert.equal(exit, 0);
  assert.match(world.written.out, /It ends after 300ms; Ctrl-C ends it sooner/);
  assert.match(world.written.out, /changes? made, .* none missing/);
});

test('Ctrl-C ends the demo with its summary and exit 0', { timeout: 60_000 }, async () => {
  const here = fileURLToPath(import.meta.url);
  const main = fileURLToPath(new URL(`../../src/cli/main.${here.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
  const loader = process.execArgv.filter(
    (word, at, words) => word.startsWith('--import') || words[at - 1] === '--import',
  );
  const child = spawn(process.execPath, [...loader, main, 'demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines: string[] = [];

  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    // Once: a second signal would end it at once, and another change may be told while it stops.
    if (/signature ok/.test(line) && !child.killed) child.kill('SIGINT');
  }

  assert.equal(await ended, 0);
  assert.ok(lines.some((line) => / changes? made, .* none missing; all signatures good/.test(line)));
  assert.equal(existsSync(folderIn(lines.join('\n'))), false);
});
