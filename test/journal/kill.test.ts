import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSmall } from './committing-process.ts';
import { pendingIds } from './steps.ts';

const here = new URL(import.meta.url);
const program = fileURLToPath(new URL(here.pathname.endsWith('.ts') ? 'committing-process.ts' : 'committing-process.js', here)); // prettier-ignore

/** Lets a process commit until it has confirmed so many things, kills it, and returns all that it confirmed. */
async function killedAfter(root: string, confirmed: number): Promise<readonly string[]> {
  const args = process.execArgv.filter((arg) => !arg.startsWith('--test'));
  const child = spawn(process.execPath, [...args, program, 'live', root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.split('\n').length > confirmed) child.kill('SIGKILL');
  }
  await gone;
  assert.equal(child.signalCode, 'SIGKILL');
  return text.split('\n').slice(0, -1);
}

test('a process that is killed while it commits loses nothing that it confirmed', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'elementd-kill-'));
  context.after(() => rm(root, { recursive: true, force: true }));
  const generations = new Map<string, number>([['a/x', 0], ['b/y', 0], ['c/z', 0]]); // prettier-ignore
  const settled = new Set<string>();

  for (const confirmed of [1, 40, 333, 150, 500]) {
    for (const line of await killedAfter(root, confirmed)) {
      const [what, feed = '', text = ''] = line.split(' ');
      const generation = Number(text);
      if (what === 'committed') generations.set(feed, Math.max(generations.get(feed) ?? 0, generation + 1));
      else settled.add(`${feed}#${generation % 10}@${generation + 1}`);
    }

    const journal = await openSmall(root);
    for (const [feed, generation] of generations) {
      const state = await journal.load(feed);
      const found = state?.generation ?? 0;
      assert.ok(
        found === generation || found === generation + 1,
        `${feed} is at ${found}, confirmed was ${generation}`,
      );
      for (const [id, told] of state?.snapshot ?? []) assert.equal(told.n % 10, (Number(id) + 1) % 10);
      assert.equal(state?.snapshot.size ?? 0, Math.min(10, found));
      generations.set(feed, found);
    }
    const pending = new Set(pendingIds(journal));
    const events = new Map((await journal.events({})).map((event) => [event.delivery, event.state]));
    for (const [feed, generation] of generations) {
      for (let told = 0; told < generation; told += 1) {
        const id = `${feed}#${told % 10}@${told + 1}`;
        if (settled.has(id)) assert.equal(events.get(id), 'delivered', id);
        else assert.equal(events.get(id), pending.has(id) ? 'pending' : 'delivered', id);
        if (told % 50 === 0) assert.equal(await journal.body(id), `${feed} ${told}`.repeat(20));
      }
    }
    assert.equal(events.size, [...generations.values()].reduce((sum, one) => sum + one, 0)); // prettier-ignore
    await journal.close();
  }
});
