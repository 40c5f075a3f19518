import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from '../../src/schedule/due-queue.ts';

type Step =
  | { readonly do: 'set'; readonly id: string; readonly at: number }
  | { readonly do: 'delete'; readonly id: string }
  | { readonly do: 'take'; readonly by: number };

/** What the queue should be: a list in order. */
class SortedModel {
  #entries: { id: string; at: number }[] = [];

  set(id: string, at: number): void {
    this.delete(id);
    const place = this.#entries.findIndex((entry) => entry.at > at);
    this.#entries.splice(place === -1 ? this.#entries.length : place, 0, { id, at });
  }

  delete(id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
  }

  take(by: number): string | undefined {
    return (this.#entries[0]?.at ?? Infinity) <= by ? this.#entries.shift()?.id : undefined;
  }

  earliest(): number | undefined {
    return this.#entries[0]?.at;
  }

  at(id: string): number | undefined {
    return this.#entries.find((entry) => entry.id === id)?.at;
  }

  get size(): number {
    return this.#entries.length;
  }
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const at = fc.integer({ min: 0, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), id, at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), by: at }) },
);

test('whatever is set, set again, deleted and taken, the queue is a sorted list in which the first of equals comes first', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new DueQueue();
      const model = new SortedModel();
      for (const each of steps) {
        if (each.do === 'set') {
          queue.set(each.id, each.at);
          model.set(each.id, each.at);
        } else if (each.do === 'delete') {
          queue.delete(each.id);
          model.delete(each.id);
        } else {
          assert.equal(queue.take(each.by), model.take(each.by));
        }
        assert.equal(queue.earliest(), model.earliest());
        assert.equal(queue.size, model.size);
        for (const name of 'abcdefgh') assert.equal(queue.at(name), model.at(name));
      }
    }),
    { numRuns: 300 },
  );
});

test('nothing is taken before it is due', () => {
  const queue = new DueQueue();
  queue.set('a', 10);

  assert.equal(queue.take(9), undefined);
  assert.equal(queue.take(10), 'a');
  assert.equal(queue.take(10), undefined);
  assert.equal(queue.earliest(), undefined);
});
