import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from './virtual-clock.ts';

test('advancing wakes sleepers in the order of their instants, each at its own', async () => {
  const clock = virtualClock(1_000);
  const woken: (readonly [name: string, at: number])[] = [];
  for (const [name, at] of [
    ['late', 1_300],
    ['early', 1_100],
    ['early too', 1_100],
    ['beyond', 1_600],
  ] as const) {
    void clock.sleepUntil(at).then(() => woken.push([name, clock.now()]));
  }

  await clock.advance(500);

  assert.deepEqual(woken, [
    ['early', 1_100],
    ['early too', 1_100],
    ['late', 1_300],
  ]);
  assert.equal(clock.now(), 1_500);
  assert.equal(clock.nextWake(), 1_600);
});

test('advancing passes through sleeps that begin on the way', async () => {
  const clock = virtualClock(0);
  const ticks: number[] = [];
  void (async () => {
    for (let at = 100; at <= 400; at += 100) {
      await clock.sleepUntil(at);
      ticks.push(clock.now());
    }
  })();

  await clock.advance(350);

  assert.deepEqual(ticks, [100, 200, 300]);
});

test('a jump shows the new time to everybody it wakes, and backwards everybody', async () => {
  const clock = virtualClock(0);
  const woken: number[] = [];
  void clock.sleepUntil(100).then(() => woken.push(clock.now()));
  void clock.sleepUntil(9_000).then(() => woken.push(clock.now()));

  await clock.jumpTo(5_000);
  await clock.jumpTo(2_000);

  assert.deepEqual(woken, [5_000, 2_000]);
  assert.equal(clock.now(), 2_000);
});

test('a sleep ends early when its signal aborts, and at once where nothing is left to wait for', async () => {
  const clock = virtualClock(50);
  const abort = new AbortController();
  const sleep = clock.sleepUntil(Number.POSITIVE_INFINITY, abort.signal);

  abort.abort();
  await sleep;
  await clock.sleepUntil(50);
  await clock.sleepUntil(60, abort.signal);

  assert.equal(clock.sleeping(), 0);
});
