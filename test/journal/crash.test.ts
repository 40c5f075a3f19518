import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { DiskTrouble, PowerCut, SimulatedDisk } from '../support/simulated-disk.ts';
import { powerCuts, simulatedDisk } from '../support/simulated-disk.ts';
import type { Action, History } from './player.ts';
import { feedsOf, Player, verify } from './player.ts';
import { standingClock, week } from './steps.ts';

const feeds = ['a/x', 'b/y', 'c/z'];

function opening(disk: SimulatedDisk): () => Promise<Journal> {
  const sizes = { segmentBytes: 1500, liveBytes: 5000, reserveBytes: 2000 };
  return () => openFileJournal(disk, { clock: standingClock(), retention: week, ...sizes });
}

function commit(feed: number, ...records: string[]): Action {
  return { does: 'commit', feed: feeds[feed] ?? 'a/x', records };
}

/** Three feeds; commits together and alone, every kind of settlement, a rebirth, restarts; segments rotate and retire all the while. */
const history: History = [
  [commit(0, '1', '2'), commit(1, '1')],
  [{ does: 'deliver', nth: 0 }, commit(2, '1')],
  [{ does: 'kill', nth: 1 }, { does: 'fail', nth: 2 }, commit(0, '3')],
  [commit(1, '2', '3'), { does: 'load', feed: 'c/z' }],
  [
    { does: 'fail', nth: 2 },
    { does: 'keep', nth: 3 },
  ],
  [{ does: 'reopen' }],
  [commit(0, '1'), commit(1, '1'), commit(2)],
  [
    { does: 'fail', nth: 1 },
    { does: 'kill', nth: 4 },
  ],
  [
    { does: 'deliver', nth: 1 },
    { does: 'commit', feed: 'a/x', records: ['9'], reborn: true },
  ],
  [commit(1), commit(0, '9', '8')],
  [{ does: 'load', feed: 'a/x' }, { does: 'deliver', nth: 5 }, commit(2, '2')],
  [commit(0), { does: 'deliver', nth: 6 }],
  [{ does: 'reopen' }, commit(1, '4')],
  [{ does: 'deliver', nth: 4 }, commit(0, '7'), { does: 'kill', nth: 7 }],
  [
    { does: 'replay', nth: 0 },
    { does: 'replay', nth: 2 },
    { does: 'drop', nth: 4 },
  ],
  [{ does: 'fail', nth: 0 }, commit(2, '5'), { does: 'kill', nth: 8 }],
  [
    { does: 'drop', nth: 8 },
    { does: 'deliver', nth: 2 },
    { does: 'kill', nth: 0 },
  ],
  [commit(0), { does: 'replay', nth: 0 }, { does: 'replay', nth: 4 }],
  [{ does: 'reopen' }, commit(1), { does: 'drop', nth: 4 }],
  [{ does: 'replay', nth: 8 }, commit(0), commit(2)],
];

/** Feeds are forgotten, moved to new names and over old ones, and taken in, while others commit and deliveries are settled. */
const amendments: History = [
  [commit(0, '1', '2'), commit(1, '1', '2'), commit(2, '1')],
  [{ does: 'kill', nth: 3 }, commit(0, '3')],
  [{ does: 'move', from: 'b/y', to: 'd/w' }, commit(0, '1'), { does: 'kill', nth: 2 }],
  [commit(1, '1'), { does: 'forget', feed: 'c/z' }, { does: 'commit', feed: 'd/w', records: ['2'] }],
  [{ does: 'take', feeds: ['t/1', 't/2'] }, commit(2, '5'), { does: 'deliver', nth: 4 }],
  [{ does: 'move', from: 'a/x', to: 'd/w' }],
  [
    { does: 'forget', feed: 'd/w' },
    { does: 'kill', nth: 0 },
    { does: 'commit', feed: 't/1', records: ['1'] },
  ],
  [{ does: 'commit', feed: 'd/w', records: ['8'] }, commit(0), { does: 'take', feeds: ['t/2'] }],
  [
    { does: 'move', from: 'd/w', to: 'b/y' },
    { does: 'deliver', nth: 3 },
  ],
  [{ does: 'reopen' }],
  [
    { does: 'move', from: 'b/y', to: 'd/w' },
    { does: 'fail', nth: 3 },
    { does: 'load', feed: 't/1' },
  ],
  [
    { does: 'move', from: 'd/w', to: 'b/y' },
    { does: 'replay', nth: 0 },
    { does: 'replay', nth: 3 },
    { does: 'drop', nth: 7 },
  ],
  [{ does: 'move', from: 'b/y', to: 'a/x' }, commit(2), { does: 'replay', nth: 7 }],
];

const histories: Readonly<Record<string, History>> = { 'of polls': history, 'of whole feeds': amendments };

/** Plays with trouble at one operation. */
async function played(
  acts: History,
  number: number,
  trouble: DiskTrouble,
): Promise<{ readonly disk: SimulatedDisk; readonly player: Player; readonly toTheEnd: boolean }> {
  const disk = simulatedDisk();
  disk.trouble = (operation) => (operation.number === number ? trouble : undefined);
  const player = new Player(opening(disk));
  const toTheEnd = await player.play(acts);
  return { disk, player, toTheEnd };
}

/** Proves what is found after a power cut, commits once more on each feed, and proves that again after a restart. */
async function survives(found: SimulatedDisk, player: Player): Promise<void> {
  const open = opening(found);
  const journal = await open();
  await verify(player, journal);

  const next = player.copy(open);
  next.journal = journal;
  assert.ok(
    await next.play([[commit(0, 'later'), commit(1, 'later'), commit(2, 'later')], [{ does: 'kill', nth: 0 }]]),
  );
  await next.journal.close();
  await verify(next, await open());
}

async function operationsOf(acts: History): Promise<number> {
  const { disk, player, toTheEnd } = await played(acts, -1, 'power');
  assert.ok(toTheEnd && player.journal !== undefined);
  await verify(player, player.journal);
  await player.journal.close();
  return disk.operations.length;
}

async function survivesEveryCut(
  disk: SimulatedDisk,
  player: Player,
  cuts: readonly PowerCut[],
  what: string,
): Promise<void> {
  for (const cut of cuts) {
    const found = disk.afterPowerCut(cut);
    try {
      await survives(found, player.copy(opening(found)));
    } catch (error) {
      throw new Error(`${what}, unsynced bytes ${cut}: ${error instanceof Error ? error.message : ''}`, {
        cause: error,
      });
    }
  }
}

describe('nothing that was confirmed is lost', () => {
  test('the history rotates and retires segments, or the tests below would prove little', async () => {
    const { disk } = await played(history, -1, 'power');

    const kinds = new Set(disk.operations.map((operation) => operation.kind));

    assert.deepEqual([...kinds].sort(), ['append', 'create', 'remove', 'rename', 'replace', 'sync'].sort());
    assert.ok(disk.operations.filter((operation) => operation.path.startsWith('journal/0')).length > 10);
    assert.ok(disk.paths().filter((path) => path.startsWith('journal/retired/')).length >= 2);
  });

  for (const [of, acts] of Object.entries(histories)) {
    test(`by a power cut after any disk operation, in a history ${of}`, async () => {
      const operations = await operationsOf(acts);

      for (let number = 1; number <= operations; number += 1) {
        const { disk, player } = await played(acts, number, 'power');
        const operation = disk.operations[number - 1];
        await survivesEveryCut(disk, player, powerCuts, `power cut at ${number} ${operation?.kind} ${operation?.path}`);
      }
    });

    test(`by a full disk at any operation, in a history ${of}: what is refused is tried again, and all of it is there in the end`, async () => {
      const operations = await operationsOf(acts);

      for (let number = 1; number <= operations; number += 1) {
        const { disk, player, toTheEnd } = await played(acts, number, 'full');
        const operation = disk.operations[number - 1];
        const what = `full at ${number} ${operation?.kind} ${operation?.path}`;
        // A sync that fails is the end, whatever the reason.
        assert.ok(toTheEnd || operation?.kind === 'sync', what);
        await survivesEveryCut(disk, player, ['lost', 'kept', 'uncut'], what);
      }
    });

    test(`by an operation that fails, in a history ${of}: what was confirmed is found at the next start`, async () => {
      const operations = await operationsOf(acts);

      for (let number = 1; number <= operations; number += 1) {
        const { disk, player } = await played(acts, number, 'failed');
        const operation = disk.operations[number - 1];
        await survivesEveryCut(
          disk,
          player,
          ['lost', 'holes'],
          `failure at ${number} ${operation?.kind} ${operation?.path}`,
        );
      }
    });
  }

  test('whatever the history is, and by a second power cut while the first one is being mended', async () => {
    const record = fc.constantFrom('1', '2', '3', '__proto__');
    const nth = fc.nat(20);
    const feed = fc.constantFrom(...feeds);
    const action: fc.Arbitrary<Action> = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('commit' as const), feed: fc.constantFrom(...feeds), records: fc.uniqueArray(record, { maxLength: 3 }), reborn: fc.boolean() }) }, // prettier-ignore
      { weight: 1, arbitrary: fc.record({ does: fc.constant('forget' as const), feed }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('move' as const), from: feed, to: feed }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('take' as const), feeds: fc.uniqueArray(feed, { minLength: 1, maxLength: 2 }) }) }, // prettier-ignore
      {
        weight: 6,
        arbitrary: fc.record({ does: fc.constantFrom('deliver', 'keep', 'kill', 'drop', 'fail', 'replay'), nth }),
      },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('load' as const), feed: fc.constantFrom(...feeds) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const) }) },
    );
    const onePerFeed = (round: readonly Action[]): boolean => {
      const named = round.flatMap(feedsOf);
      return new Set(named).size === named.length;
    };
    const round = fc.array(action, { maxLength: 4 }).filter(onePerFeed);
    const arbitrary = fc.record({
      acts: fc.array(round, { maxLength: 25 }),
      number: fc.integer({ min: 1, max: 250 }),
      trouble: fc.constantFrom<DiskTrouble>('power', 'full', 'failed'),
      cut: fc.constantFrom(...powerCuts),
      during: fc.integer({ min: 1, max: 8 }),
      again: fc.constantFrom(...powerCuts),
    });

    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ acts, number, trouble, cut, during, again }) => {
        const { disk, player } = await played(acts, number, trouble);
        const found = disk.afterPowerCut(cut);
        found.trouble = (operation) => (operation.number === during ? 'power' : undefined);
        await opening(found)().catch(() => undefined);
        await survivesEveryCut(found, player, [again], trouble);
      }),
      { numRuns: 300 },
    );
  });
});
