import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeEntry } from '../../src/journal/entry.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { readFrame, readFrames, wasSynced } from '../../src/journal/frame.ts';
import { lookThrough, repair } from '../../src/journal/fsck.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import type { Action } from './player.ts';
import { Player, verify } from './player.ts';
import { head, noon, standingClock, step, week } from './steps.ts';

const reserveBytes = 50;
const options = { retryFor: 3 * 86_400_000, reserveBytes };

function opening(disk: SimulatedDisk): () => Promise<Journal> {
  const sizes = { segmentBytes: 1500, liveBytes: 5000, reserveBytes };
  return () => openFileJournal(disk, { clock: standingClock(), retention: week, ...sizes });
}

type Damage = { readonly does: 'flip' | 'zero' | 'cut' | 'remove'; readonly file: number; readonly at: number };

async function harm(disk: SimulatedDisk, { does, file, at }: Damage): Promise<string> {
  const paths = disk
    .paths()
    .filter(
      (path) =>
        path !== 'format' && path !== 'journal/reserve' && path !== 'journal/begins' && !path.startsWith('aside/'),
    );
  const path = paths[file % Math.max(1, paths.length)];
  if (path === undefined) return 'nothing';
  const bytes = Buffer.from((await disk.read(path)) ?? []);
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (does === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 8));
  if (does === 'zero') bytes.fill(0, place, Math.min(bytes.length, place + 200));
  disk.put(path, does === 'remove' ? undefined : does === 'cut' ? bytes.subarray(0, place) : bytes);
  return `${does} ${path} ${place}`;
}

const feeds = ['a/x', 'b/y', 'c/z'];

/** What whole frames say, wherever they stand: feeds that the live log names, and deliveries. */
async function goodBytes(disk: SimulatedDisk): Promise<{ named: ReadonlySet<string>; bodies: ReadonlySet<string> }> {
  const named = new Set<string>();
  const bodies = new Set<string>();
  const last = disk.paths().findLast((path) => /^journal\/\d/.test(path));
  for (const path of disk.paths()) {
    if (path.startsWith('feeds/')) named.add(path.slice('feeds/'.length, -'.json'.length));
    if (!path.startsWith('journal/') || !path.endsWith('.log')) continue;
    const whole = Buffer.from((await disk.read(path)) ?? []);
    // A last write that does not look as if it was ever synced counts as never made.
    const { end, next } = readFrames(whole, Number(path.slice(-24, -4)), () => undefined);
    const torn = path === last && !wasSynced(whole, end, next);
    const bytes = torn ? whole.subarray(0, end) : whole;
    for (let at = 0; at < bytes.length; at += 1) {
      const frame = readFrame(bytes, at);
      const entry = frame === undefined ? undefined : decodeEntry(frame.payload)?.entry;
      if (entry?.kind === 'commit') for (const { id } of entry.deliveries) bodies.add(id);
      if (entry?.kind === 'carry') bodies.add(entry.copy.delivery.id);
      if (path.startsWith('journal/retired/')) continue;
      if (entry?.kind === 'commit') named.add(entry.feed);
      if (entry?.kind === 'roster') for (const { head } of entry.feeds) named.add(head.feed);
    }
  }
  return { named, bodies };
}
const record = fc.constantFrom('1', '2', '3', '__proto__');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('commit' as const), feed: fc.constantFrom(...feeds), records: fc.uniqueArray(record, { maxLength: 3 }), reborn: fc.boolean() }) }, // prettier-ignore
  { weight: 5, arbitrary: fc.record({ does: fc.constantFrom('deliver', 'keep', 'kill', 'fail'), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('load' as const), feed: fc.constantFrom(...feeds) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const) }) },
);
const round = fc.array(action, { maxLength: 4 }).filter((acts) => {
  const named = acts.flatMap((one) => (one.does === 'commit' ? [one.feed] : []));
  return new Set(named).size === named.length;
});
const damage: fc.Arbitrary<Damage> = fc.record({
  does: fc.constantFrom('flip', 'zero', 'cut', 'remove'),
  file: fc.nat(50),
  at: fc.nat(5000),
});

test('a state directory that nothing has happened to is sound, whatever its history is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { maxLength: 40 }), fc.boolean(), async (acts, closed) => {
      const disk = simulatedDisk();
      const player = new Player(opening(disk));
      await player.play(acts);
      if (closed) await player.journal?.close();

      const found = await lookThrough(disk, options);

      assert.deepEqual(found, []);
    }),
    { numRuns: Number(process.env.RUNS ?? 200), includeErrorInReport: true },
  );
});

test('whatever is damaged, a repair makes a state that opens, loses no feed, tells nothing new as told, and is sound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 3, maxLength: 40 }),
      fc.boolean(),
      fc.oneof(
        { weight: 3, arbitrary: fc.tuple(damage) },
        { weight: 1, arbitrary: fc.array(damage, { minLength: 2, maxLength: 4 }) },
      ),
      fc.nat(40),
      async (acts, closed, harms, stopAt) => {
        const first = simulatedDisk();
        const player = new Player(opening(first));
        await player.play(acts);
        if (closed) await player.journal?.close();
        // As a kill leaves it: what went on is stopped.
        const disk = first.afterPowerCut('kept');
        const done: string[] = [];
        for (const each of harms) done.push(await harm(disk, each));
        const { named, bodies } = await goodBytes(disk);
        await lookThrough(disk, options);

        // Killed at some step, and done again.
        disk.trouble = ({ number }) => (number === disk.operations.length && number === stop ? 'power' : undefined);
        const stop = disk.operations.length + 1 + stopAt;
        let found = disk;
        let findings = await repair(disk, noon, options).then(
          ({ findings }) => findings,
          () => undefined,
        );
        disk.trouble = undefined;
        if (findings === undefined) {
          found = disk.afterPowerCut('lost');
          findings = (await repair(found, noon + 1, options)).findings;
        }
        const stays = new Set(findings.filter(({ weight }) => weight === 'stays').map(({ feed }) => feed));

        const second = await lookThrough(found, options);
        assert.deepEqual(
          second.filter(({ weight }) => weight === 'damage'),
          [],
          `second look after ${done.join(', ')}`,
        );
        if (findings.some(({ weight, feed }) => weight === 'stays' && feed === undefined)) {
          await assert.rejects(opening(found)());
          return;
        }
        const journal = await opening(found)();
        const open = new Set([...journal.pending(), ...journal.dead()].map(({ id }) => id));
        for (const feed of feeds) {
          const commits = player.commits.get(feed) ?? [];
          if (!journal.feeds().includes(feed)) {
            assert.ok(!named.has(feed), `${feed} is forgotten after ${done.join(', ')}`);
            continue;
          }
          if (stays.has(feed)) {
            await assert.rejects(journal.load(feed));
            continue;
          }
          const state = await journal.load(feed);
          assert.ok(state !== undefined);
          for (const [id, told] of state.snapshot) {
            const versions = commits.flatMap((commit) =>
              commit.told.filter(([other]) => other === id).map(([, one]) => one.n),
            );
            assert.ok(told.n <= Math.max(...versions), `${feed} ${id}`);
          }
          assert.ok(state.head.watermark <= (commits.at(-1)?.head.watermark ?? 0));
          const life = commits.slice(
            commits.findLastIndex((commit) => commit.reborn === true || commit.generation === 0),
          );
          for (const { deliveries, generation } of life)
            for (const {
              id,
              events: [event],
            } of deliveries) {
              const [record = ''] = event === undefined ? [] : [event.recordId];
              const latest = life.flatMap(({ told }) => told).findLast(([other]) => other === record)?.[1];
              // Several damages together can hide what each alone would show.
              if (harms.length > 1 || player.settled.has(id) || open.has(id) || latest?.n !== generation + 1) continue;
              // Neither sent nor to be sent: then the next reading must meet it, and find that it is news.
              const where = `${feed} ${record} of generation ${generation} after ${done.join(', ')}`;
              assert.notEqual(state.snapshot.get(record)?.digest, latest.digest, `${where} is held for told`);
              assert.ok(
                state.head.watermark <= (generation === 0 ? noon : noon + generation - 1),
                `${where} is not read again`,
              );
            }
          await journal.commit(step(feed, state.generation, { head: head(feed, noon + 100) }));
        }
        for (const { id } of player.deliveries()) {
          const kept = harms.length > 1 || player.settled.has(id) || !bodies.has(id) || open.has(id);
          assert.ok(kept, `${id} can be read and is not sent after ${done.join(', ')}`);
        }
        for (const one of journal.pending())
          assert.equal(await journal.body(one.id), player.deliveries().find(({ id }) => id === one.id)?.body);
        await journal.events({});
        await journal.close();
        const again = await opening(found)();
        for (const feed of again.feeds()) if (!stays.has(feed)) await again.load(feed);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 400), includeErrorInReport: true },
  );
});

test('where nothing is damaged, a repair changes nothing', async () => {
  const disk = simulatedDisk();
  const player = new Player(opening(disk));
  await player.play([
    [{ does: 'commit', feed: 'a/x', records: ['1'] }],
    [{ does: 'commit', feed: 'b/y', records: ['2'] }],
  ]);
  const operations = disk.operations.length;

  const repaired = await repair(disk, noon, options);

  assert.deepEqual(repaired, { findings: [], aside: undefined, changed: [], removed: [] });
  assert.equal(disk.operations.length, operations);
  assert.ok(player.journal !== undefined);
  await verify(player, player.journal);
});
