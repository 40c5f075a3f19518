import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap } from '../../src/deliver/heap.ts';

interface Item {
  readonly value: number;
}

test('whatever goes in and out, the least item is at hand', () => {
  const step = fc.oneof(fc.record({ push: fc.integer({ min: 0, max: 50 }) }), fc.record({ remove: fc.nat(200) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<Item>((a, b) => a.value < b.value);
      const model: Item[] = [];
      for (const step of steps) {
        if ('push' in step) {
          const item = { value: step.push };
          model.push(item);
          heap.push(item);
        } else {
          const [item] = model.splice(step.remove % Math.max(1, model.length), 1);
          if (item !== undefined) heap.remove(item);
        }

        assert.equal(heap.size, model.length);
        assert.equal(heap.peek()?.value, model.length === 0 ? undefined : Math.min(...model.map(({ value }) => value)));
      }
    }),
  );
});

test('an item is in it once, and taking out what is not in it changes nothing', () => {
  const heap = new Heap<Item>((a, b) => a.value < b.value);
  const item = { value: 1 };

  heap.push(item);
  heap.push(item);
  heap.remove({ value: 1 });

  assert.deepEqual([...heap.all()], [item]);
});
