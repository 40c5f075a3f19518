import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failurePause, nextSlot } from '../../src/schedule/slots.ts';

const MINUTE = 60_000;

test('slots lie at their phase in absolute time, one interval apart, and the next is always ahead', () => {
  const every = fc.integer({ min: 1, max: 100_000_000 });
  fc.assert(
    fc.property(every, fc.nat(), fc.integer({ min: 0, max: 4e12 }), (interval, seed, after) => {
      const phase = seed % interval;

      const slot = nextSlot({ every: interval }, phase, after);

      assert.ok(slot > after && slot <= after + interval);
      assert.equal((slot - phase) % interval, 0);
      assert.equal(nextSlot({ every: interval }, phase, slot), slot + interval);
    }),
  );
});

test('slots that were missed collapse into the next one', () => {
  const schedule = { every: 15 * MINUTE };

  assert.equal(nextSlot(schedule, 0, 0), 15 * MINUTE);
  assert.equal(nextSlot(schedule, 0, 100 * MINUTE), 105 * MINUTE);
});

test('a cron schedule says its slots itself, and the phase does not move them', () => {
  const schedule = { cron: '* * * * *', zone: 'UTC', next: (after: number) => after + 7 };

  assert.equal(nextSlot(schedule, 5, 100), 107);
});

const cron = { cron: '0 9 * * *', zone: 'UTC', next: () => 0 };

const pauses: readonly (readonly [
  what: string,
  schedule: Parameters<typeof failurePause>[0],
  seconds: readonly number[],
])[] = [
  ['a second', { every: 1_000 }, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
  ['a minute', { every: MINUTE }, [15, 30, 60, 120, 240, 300, 300]],
  ['15 minutes', { every: 15 * MINUTE }, [15, 30, 60, 120, 240, 480, 900, 900]],
  ['an hour', { every: 60 * MINUTE }, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]],
  ['a cron expression', cron, [15, 30, 60, 120, 240, 300, 300]],
];

for (const [what, schedule, seconds] of pauses) {
  test(`a failing feed of ${what} waits ${seconds.join(', ')} s`, () => {
    assert.deepEqual(
      seconds.map((_, index) => failurePause(schedule, index + 1) / 1_000),
      seconds,
    );
  });
}

test('no number of failures makes the pause anything but the longest', () => {
  assert.equal(failurePause({ every: MINUTE }, 1_000_000), 5 * MINUTE);
});
