import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Segment } from '../../src/journal/segment.ts';
import { newSegment } from '../../src/journal/segment.ts';
import type { Lair } from '../../src/journal/waiting.ts';
import { WaitingTable } from '../../src/journal/waiting.ts';
import type { Delivery } from '../../src/model/journal.ts';
import { noon } from './steps.ts';

const segments: readonly Segment[] = [newSegment(1), newSegment(5000), newSegment(90_000)];

function deliveryOf(id: string, sequence: number, more: Partial<Delivery> = {}): Delivery {
  const event = { id: `event of ${id}`, kind: 'UPDATED' as const, recordId: 'r', date: noon };
  return {
    id,
    feed: 'a/x',
    callback: 'https://receiver.test',
    contentType: 'application/json',
    events: [event, event],
    bytes: 100 + (sequence % 7),
    committedAt: noon + sequence,
    sequence,
    attempts: 0,
    ...more,
  };
}

function lairIn(segment: Segment | undefined, at: number): Lair {
  assert.ok(segment !== undefined);
  return { segment, at: at + 50, length: 100 + (at % 7), crc: at * 31, frameAt: at, frameLength: 400 };
}

function idsOf(table: WaitingTable, rows: Iterable<number>): readonly string[] {
  return [...rows].map((row) => table.head(row).id);
}

describe('the table of what waits', () => {
  test('whatever comes and goes, it holds what a plain map holds, in commit order', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ add: fc.integer({ min: 1, max: 400 }), feed: fc.nat(3), bare: fc.boolean() }),
      },
      { weight: 4, arbitrary: fc.record({ remove: fc.nat(1000), count: fc.integer({ min: 1, max: 400 }) }) },
      { weight: 1, arbitrary: fc.record({ move: fc.nat(1000), to: fc.nat(2) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.nat(5000), (steps, cut) => {
        const table = new WaitingTable();
        const model = new Map<string, { delivery: Delivery; lair: Lair }>();
        let sequence = 0;
        const add = (feed: string, bare: boolean): void => {
          sequence += 1;
          const { callback, ...rest } = deliveryOf(`msg_${sequence}_é`, sequence, { feed });
          const delivery = bare || callback === undefined ? rest : { ...rest, callback };
          const lair = lairIn(segments[sequence % 3], sequence);
          table.add(delivery, sequence % 5, { ...lair, length: delivery.bytes });
          model.set(delivery.id, { delivery, lair: { ...lair, length: delivery.bytes } });
        };
        for (const one of steps) {
          if ('add' in one) for (let count = 0; count < one.add; count += 1) add(`a/${one.feed}`, one.bare);
          else {
            const ids = [...model.keys()];
            const first = ('remove' in one ? one.remove : one.move) % Math.max(1, ids.length);
            for (const id of ids.slice(first, first + ('remove' in one ? one.count : 1))) {
              const row = table.find(id);
              const known = model.get(id);
              assert.ok(row !== undefined && known !== undefined);
              if ('remove' in one) {
                table.remove(row);
                model.delete(id);
              } else {
                const lair = { ...lairIn(segments[one.to], 7), length: known.delivery.bytes };
                table.move(row, lair);
                model.set(id, { ...known, lair });
              }
            }
          }
        }

        const ids = [...model.keys()];
        assert.equal(table.size, model.size);
        assert.deepEqual(idsOf(table, table.rows()), ids);
        assert.deepEqual(idsOf(table, table.rowsBefore(undefined, undefined)), [...ids].reverse());
        const after = { sequence: cut, order: cut % 5 };
        const place = (id: string): number => model.get(id)?.delivery.sequence ?? 0;
        assert.deepEqual(idsOf(table, table.rows({ after })), ids.filter((id) => place(id) > cut)); // prettier-ignore
        assert.deepEqual(idsOf(table, table.rowsBefore(after, undefined)), ids.filter((id) => place(id) < cut).reverse()); // prettier-ignore
        const where = ({ feed }: { readonly feed: string }): boolean => feed === 'a/1';
        assert.deepEqual(idsOf(table, table.rows({ where })), ids.filter((id) => model.get(id)?.delivery.feed === 'a/1')); // prettier-ignore
        assert.deepEqual(idsOf(table, table.rowsIn(segments.slice(1, 2))), ids.filter((id) => model.get(id)?.lair.segment === segments[1])); // prettier-ignore
        for (const [id, { delivery, lair }] of model) {
          const row = table.find(id);
          assert.ok(row !== undefined);
          const { events, ...rest } = delivery;
          assert.deepEqual(table.head(row), { ...rest, order: delivery.sequence % 5, count: events.length });
          const { crc, ...found } = table.lair(row);
          assert.deepEqual({ ...found, crc }, { ...lair, crc: lair.crc >>> 0 });
        }
        for (const feed of ['a/0', 'a/1', 'a/2', 'a/3']) {
          const of = [...model.values()].filter((one) => one.delivery.feed === feed && 'callback' in one.delivery);
          const bytes = of.reduce((sum, one) => sum + one.delivery.bytes, 0);
          const counted = { deliveries: of.length, events: 2 * of.length, bytes };
          assert.deepEqual(table.backlog.get(feed), of.length === 0 ? undefined : counted);
        }
        assert.equal(table.find('msg_0_é'), undefined);
      }),
      { numRuns: 60 },
    );
  });

  test('copies that were read back late are put where they were committed, with their attempts', () => {
    const table = new WaitingTable();
    const sequences = Array.from({ length: 5000 }, (_, index) => (index * 3001) % 5000);
    for (const sequence of sequences) {
      const tried = sequence === 17 ? { attempts: 3, lastSays: 'no answer', nextAttemptAt: noon } : {};
      table.add(deliveryOf(`d${sequence}`, sequence, tried), 0, lairIn(segments[0], sequence));
    }

    table.sort();

    assert.deepEqual(
      idsOf(table, table.rows()),
      Array.from({ length: 5000 }, (_, sequence) => `d${sequence}`),
    );
    const row = table.find('d17') ?? -1;
    assert.deepEqual([table.head(row).attempts, table.head(row).lastSays], [3, 'no answer']);
    assert.equal(table.lair(table.find('d4999') ?? -1).frameAt, 4999);
    for (const sequence of sequences) table.remove(table.find(`d${sequence}`) ?? -1);
    assert.deepEqual([table.size, table.logBytes, [...table.rows()].length], [0, 0, 0]);
  });

  test('what is added, removed and asked for between two rows of a walk confuses it not', () => {
    const table = new WaitingTable();
    for (let sequence = 0; sequence < 4000; sequence += 1) {
      table.add(deliveryOf(`d${sequence}`, sequence), 0, lairIn(segments[0], sequence));
    }
    const walked: string[] = [];

    for (const row of table.rows()) {
      const { id, sequence } = table.head(row);
      walked.push(id);
      table.remove(row);
      if (sequence < 4000) table.add(deliveryOf(`later${sequence}`, 4000 + sequence), 0, lairIn(segments[1], sequence));
    }

    assert.equal(walked.length, 8000);
    assert.equal(new Set(walked).size, 8000);
    assert.equal(table.size, 0);
  });

  test('a few that stay while a hundred thousand go keep little memory', () => {
    const table = new WaitingTable();
    for (let sequence = 0; sequence < 100_000; sequence += 1) {
      table.add(deliveryOf(`d${sequence}`, sequence), 0, lairIn(segments[0], sequence));
    }
    const { arrayBuffers } = process.memoryUsage();
    const stay = (sequence: number): boolean => sequence % 1000 === 7;

    for (const row of table.rows()) if (!stay(table.head(row).sequence)) table.remove(row);

    const left = Array.from({ length: 100_000 }, (_, sequence) => sequence).filter(stay);
    assert.deepEqual(idsOf(table, table.rows()), left.map((sequence) => `d${sequence}`)); // prettier-ignore
    for (const sequence of left) assert.equal(table.lair(table.find(`d${sequence}`) ?? -1).frameAt, sequence);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    collect();
    const kept = process.memoryUsage().arrayBuffers;
    assert.ok(kept < arrayBuffers / 3, `${kept} bytes of ${arrayBuffers}`);
  });
});
