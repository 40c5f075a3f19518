import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CompactSnapshot } from '../../src/journal/compact-snapshot.ts';
import { RecordPage } from '../../src/journal/record-page.ts';
import type { Told } from '../../src/model/change.ts';
import { bytesInUse } from '../support/bytes-in-use.ts';
import { noon } from './steps.ts';

/** Texts with every kind of character: plain, Latin, others, half characters. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'Z', '\0', 'é', 'ÿ', 'Ā', '漢', '\ud83d\ude00', '\ud800', '\udc00') }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[A-Za-z0-9_-]{20,36}$/),
);

const digest = fc.oneof({ weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/) }, text);
const count = fc.oneof(fc.nat(5), fc.maxSafeNat());
const instant = fc.oneof(fc.integer({ min: noon, max: noon * 2 }), fc.double());

const toldOfAnyForm: fc.Arbitrary<Told> = fc.record(
  {
    n: count,
    digest,
    at: instant,
    date: instant,
    rule: fc.oneof(fc.integer({ min: 0, max: 300 }), count),
    numeric: fc.constant(true as const),
    gone: fc.constantFrom('deleted' as const, 'forgotten' as const),
    deleted: instant,
  },
  { requiredKeys: ['n', 'digest', 'at'], noNullPrototype: true },
);

type Step = { readonly clear: true } | { readonly clear: false; readonly id: string; readonly told: Told };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(text, { minLength: 1, maxLength: 60, size: 'max' }).chain((ids) =>
  fc.array(
    fc.oneof(
      { weight: 1, arbitrary: fc.constant<Step>({ clear: true }) },
      {
        weight: 99,
        arbitrary: fc.record({ clear: fc.constant(false as const), id: fc.constantFrom(...ids), told: toldOfAnyForm }),
      },
    ),
    { maxLength: 150, size: 'max' },
  ),
);

function plain(index: number): Told {
  return { n: index, date: noon + index, digest: `${index}`.padStart(22, 'x'), at: noon - index };
}

/** Snapshots with records of that many, each with an id of that length. */
function filled(records: number, idLength: number): CompactSnapshot {
  const snapshot = new CompactSnapshot();
  for (let index = 0; index < records; index += 1) snapshot.set(`${index}`.padStart(idLength, 'i'), plain(index));
  return snapshot;
}

describe('a compact snapshot', () => {
  test('remembers whatever a Map would, in the same order', () => {
    const play = (played: readonly Step[], others: readonly string[]): void => {
      const model = new Map<string, Told>();
      const snapshot = new CompactSnapshot();

      for (const step of played) {
        if (step.clear) {
          model.clear();
          snapshot.clear();
        } else {
          model.set(step.id, step.told);
          snapshot.set(step.id, step.told);
        }
      }

      assert.equal(snapshot.size, model.size);
      assert.deepEqual([...snapshot], [...model]);
      assert.deepEqual([...snapshot.keys()], [...model.keys()]);
      assert.deepEqual([...snapshot.values()], [...model.values()]);
      for (const id of [...model.keys(), ...others]) {
        assert.equal(snapshot.has(id), model.has(id));
        assert.deepEqual(snapshot.get(id), model.get(id));
      }
    };

    fc.assert(fc.property(steps, fc.array(text, { maxLength: 5 }), play), { numRuns: 150 });
  });

  test('tells many thousands of ids apart, and remembers the later version of each', () => {
    const ids = Array.from({ length: 250_000 }, (_, index) => index.toString(36));
    const snapshot = new CompactSnapshot();
    for (const [index, id] of ids.entries()) snapshot.set(id, plain(index));
    for (const [index, id] of ids.entries())
      if (index % 3 === 0) snapshot.set(id, { ...plain(index), gone: 'deleted' });

    const wrong = ids.filter((id, index) => {
      const told = snapshot.get(id);
      return told?.n !== index || (told.gone === 'deleted') !== (index % 3 === 0) || snapshot.has(`${id}-`);
    });

    assert.deepEqual(wrong, []);
    assert.deepEqual([...snapshot.keys()], ids);
  });

  test('shows what is set while it is being gone through, and what comes after it was cleared', () => {
    const walk = (snapshot: CompactSnapshot | Map<string, Told>): readonly string[] => {
      const met: string[] = [];
      for (const id of ['a', 'b', 'c']) snapshot.set(id, plain(1));
      for (const [id, { n }] of snapshot) {
        met.push(`${id}${n}`);
        if (met.length === 1) snapshot.set('b', plain(2));
        if (met.length === 2) snapshot.set('d', plain(3));
        if (met.length === 4) {
          snapshot.clear();
          for (const next of ['e', 'a']) snapshot.set(next, plain(4));
        }
      }
      return met;
    };

    assert.deepEqual(walk(new CompactSnapshot()), ['a1', 'b2', 'c1', 'd3', 'e4', 'a4']);
    assert.deepEqual(walk(new CompactSnapshot()), walk(new Map()));
  });

  test('knows an id from one that is like it', () => {
    const near: readonly [string, string][] = [
      ['ab', 'ac'],
      ['ab', 'bb'],
      ['ab', 'abc'],
      ['ab', 'a'],
      ['', '\0'],
      ['a\0', 'a'],
      ['\u0101b', '\u0201b'],
      ['\u0101b', '\u0101'],
      ['\u0101b', '\u0102b'],
      ['\u0101', '\u0001\u0001'],
      ['\u0001\u0001', '\u0101'],
      ['\u00e9', '\u01e9'],
    ];

    for (const [id, other] of near) {
      const page = new RecordPage(1, 0);
      for (const before of ['x', '\u0100']) page.add(before, plain(1));
      page.add(id, plain(2));

      assert.deepEqual([page.isAt(2, id), page.isAt(2, other), page.idAt(2)], [true, false, id], JSON.stringify(id));
    }
  });

  const sizes = [
    { snapshots: 20, records: 1_000, idLength: 28 },
    { snapshots: 1, records: 20_000, idLength: 36 },
    // Just grown, with the most room to spare.
    { snapshots: 30, records: 700, idLength: 36 },
    { snapshots: 10, records: 1_540, idLength: 36 },
  ];
  for (const { snapshots, records, idLength } of sizes) {
    test(`takes less than 150 bytes a record: ${snapshots} of ${records} records`, () => {
      const measured = (): number => {
        const before = bytesInUse();
        const kept = Array.from({ length: snapshots }, () => filled(records, idLength));
        const bytes = bytesInUse() - before;
        return bytes / kept.reduce((sum, { size }) => sum + size, 0);
      };

      // What else the process does meanwhile is no part of it.
      const least = Math.min(measured(), measured());

      assert.ok(least < 150, `${least.toFixed(1)} bytes`);
      assert.ok(least > 24 + idLength, `${least.toFixed(1)} bytes are less than it says`);
    });
  }
});
