import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodeEntry } from '../../src/journal/entry.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { readFrame, readFrames, wasSynced } from '../../src/journal/frame.ts';
import type { Finding } from '../../src/journal/fsck-finding.ts';
import { lookThrough, repair } from '../../src/journal/fsck.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import type { Action, History } from './player.ts';
import { feedsOf, Player, verify } from './player.ts';
import { head, noon, standingClock, step, week } from './steps.ts';

const reserveBytes = 50;
const options = { retryFor: 3 * 86_400_000, reserveBytes };
const feeds = ['a/x', 'b/y', 'c/z'];

function opening(disk: SimulatedDisk): () => Promise<Journal> {
  const sizes = { segmentBytes: 1500, liveBytes: 5000, reserveBytes };
  return () => openFileJournal(disk, { clock: standingClock(), retention: week, ...sizes });
}

/** A state directory as a kill leaves it after that history, and what its journal had confirmed. */
async function stateAfter(acts: History, closed: boolean): Promise<{ disk: SimulatedDisk; player: Player }> {
  const disk = simulatedDisk();
  const player = new Player(opening(disk));
  assert.ok(await player.play(acts));
  if (closed) await player.journal?.close();
  return { disk: disk.afterPowerCut('kept'), player };
}

interface Damage {
  readonly does: 'flip' | 'zero' | 'cut' | 'remove';
  readonly file: number;
  readonly at: number;
}

/** Files that hold what cannot be had again. */
function filesOf(disk: SimulatedDisk): readonly string[] {
  const others = ['format', 'journal/reserve', 'journal/begins'];
  return disk.paths().filter((path) => !others.includes(path) && !path.startsWith('aside/'));
}

async function harm(disk: SimulatedDisk, { does, file, at }: Damage): Promise<string> {
  const paths = filesOf(disk);
  const path = paths[file % Math.max(1, paths.length)];
  if (path === undefined) return 'nothing';
  const bytes = Buffer.from((await disk.read(path)) ?? []);
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (does === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 8));
  if (does === 'zero') bytes.fill(0, place, Math.min(bytes.length, place + 200));
  disk.put(path, does === 'remove' ? undefined : does === 'cut' ? bytes.subarray(0, place) : bytes);
  return `${does} ${path} ${place}`;
}

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

/** Repairs; where that is killed at some operation, once more. */
async function repaired(
  disk: SimulatedDisk,
  stopAt: number,
): Promise<{ found: SimulatedDisk; findings: readonly Finding[] }> {
  const stop = disk.operations.length + stopAt;
  disk.trouble = ({ number }) => (number === stop ? 'power' : undefined);
  try {
    return { found: disk, findings: (await repair(disk, noon, options)).findings };
  } catch {
    const found = disk.afterPowerCut('lost');
    return { found, findings: (await repair(found, noon + 1, options)).findings };
  } finally {
    disk.trouble = undefined;
  }
}

const feed = fc.constantFrom(...feeds);
const record = fc.constantFrom('1', '2', '3', '__proto__');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ does: fc.constant('commit' as const), feed, records: fc.uniqueArray(record, { maxLength: 3 }), reborn: fc.boolean() }) }, // prettier-ignore
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constantFrom('deliver', 'keep', 'kill', 'drop', 'fail'), nth: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('load' as const), feed }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const) }) },
);
const amendment: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ does: fc.constant('forget' as const), feed }),
  fc.record({ does: fc.constant('move' as const), from: feed, to: feed }),
  fc.record({ does: fc.constant('replay' as const), nth: fc.nat(20) }),
  fc.record({ does: fc.constant('take' as const), feeds: fc.uniqueArray(feed, { minLength: 1, maxLength: 2 }) }),
);

function historyOf(act: fc.Arbitrary<Action>): fc.Arbitrary<Action[][]> {
  const round = fc.array(act, { maxLength: 4 }).filter((acts) => {
    const named = acts.flatMap(feedsOf);
    return new Set(named).size === named.length;
  });
  return fc.array(round, { minLength: 3, maxLength: 40, size: 'max' });
}

const plain = historyOf(action);
const amended = historyOf(fc.oneof({ weight: 8, arbitrary: action }, { weight: 1, arbitrary: amendment }));
const damage: fc.Arbitrary<Damage> = fc.record({
  does: fc.constantFrom('flip', 'zero', 'cut', 'remove'),
  file: fc.nat(50),
  at: fc.nat(5000),
});

const runs = { numRuns: Number(process.env['FSCK_RUNS'] ?? 300), includeErrorInReport: true };

describe('a look through a state directory', () => {
  test('finds nothing where nothing has happened to it, whatever its history is', async () => {
    await fc.assert(
      fc.asyncProperty(amended, fc.boolean(), async (acts, closed) => {
        const { disk } = await stateAfter(acts, closed);

        const findings = await lookThrough(disk, options);

        // A kill can leave the checkpoint of a feed that was just forgotten, and a segment that was just opened.
        assert.deepEqual(findings.filter(({ weight }) => weight !== 'note'), []); // prettier-ignore
        assert.deepEqual(disk.operations, []);
      }),
      runs,
    );
  });
});

describe('a repair', () => {
  test('makes of any damage a state that opens and is sound, in which every feed goes on', async () => {
    await fc.assert(
      fc.asyncProperty(
        amended,
        fc.boolean(),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        fc.nat(20),
        async (acts, closed, harms, stopAt) => {
          const { disk, player } = await stateAfter(acts, closed);
          const done: string[] = [];
          for (const each of harms) done.push(await harm(disk, each));
          const { named } = await goodBytes(disk);

          const { found, findings } = await repaired(disk, stopAt);

          const after = `after ${done.join(', ')}`;
          const second = await lookThrough(found, options);
          assert.deepEqual(second.filter(({ weight }) => weight === 'damage'), [], `a second look ${after}`); // prettier-ignore
          const parked = new Set(findings.flatMap(({ weight, feed }) => (weight === 'stays' ? [feed] : [])));
          if (parked.has(undefined)) return void (await assert.rejects(opening(found)()));
          const journal = await opening(found)();
          const changed = acts.flat().some(({ does }) => does === 'forget' || does === 'move');
          for (const name of changed ? [] : player.lives.keys()) {
            assert.ok(journal.feeds().includes(name) || !named.has(name), `${name} is forgotten ${after}`);
          }
          for (const name of journal.feeds()) {
            if (parked.has(name)) await assert.rejects(journal.load(name));
            else {
              const state = await journal.load(name);
              await journal.commit(step(name, state?.generation ?? 0, { head: head(name, noon + 1000) }));
            }
          }
          for (const { id } of [...journal.pending(), ...journal.dead()]) {
            const post = player.posts.get(id);
            assert.ok(post === undefined || post.body === (await journal.body(id)));
          }
          await journal.events({});
          await journal.close();
          const again = await opening(found)();
          for (const name of again.feeds()) if (!parked.has(name)) await again.load(name);
        },
      ),
      runs,
    );
  });

  test('of one damage loses nothing: what may not have been delivered is sent, or read and told again', async () => {
    await fc.assert(
      fc.asyncProperty(plain, fc.boolean(), damage, fc.nat(20), async (acts, closed, one, stopAt) => {
        const { disk, player } = await stateAfter(acts, closed);
        const done = await harm(disk, one);
        const { bodies } = await goodBytes(disk);

        const { found, findings } = await repaired(disk, stopAt);

        const parked = new Set(findings.flatMap(({ weight, feed }) => (weight === 'stays' ? [feed] : [])));
        if (parked.has(undefined)) return;
        const journal = await opening(found)();
        const open = new Set([...journal.pending(), ...journal.dead()].map(({ id }) => id));
        for (const { id, feed: name, events } of player.posts.values()) {
          if (player.settled.has(id) || open.has(id)) continue;
          assert.ok(!bodies.has(id), `${id} can be read and is not sent after ${done}`);
          const record = events[0]?.recordId ?? '';
          const n = Number(id.split('@')[1]);
          const latest = player.lives.get(name)?.snapshot.get(record);
          if (latest?.n !== n || parked.has(name)) continue;
          const state = journal.feeds().includes(name) ? await journal.load(name) : undefined;
          if (state === undefined) continue;
          // Neither sent nor to be sent: the next reading must meet that version, and find that it is news.
          assert.notEqual(state.snapshot.get(record)?.digest, latest.digest, `${id} is held for told after ${done}`);
          assert.ok(state.head.watermark < noon + n, `${id} is not read again after ${done}`);
        }
        for (const [name, { head: last, snapshot }] of player.lives) {
          const state = parked.has(name) || !journal.feeds().includes(name) ? undefined : await journal.load(name);
          if (state === undefined) continue;
          assert.ok(state.head.watermark <= last.watermark);
          for (const [id, told] of state.snapshot)
            assert.ok(told.n <= (snapshot.get(id)?.n ?? Infinity), `${id} is new`);
        }
      }),
      runs,
    );
  });

  test('changes nothing where nothing is damaged', async () => {
    const disk = simulatedDisk();
    const player = new Player(opening(disk));
    await player.play([
      [{ does: 'commit', feed: 'a/x', records: ['1'] }],
      [{ does: 'commit', feed: 'b/y', records: ['2'] }],
    ]);
    const operations = disk.operations.length;

    const nothing = await repair(disk, noon, options);

    assert.deepEqual(nothing, { findings: [], aside: undefined, changed: [], removed: [] });
    assert.equal(disk.operations.length, operations);
    assert.ok(player.journal !== undefined);
    await verify(player, player.journal);
  });
});
