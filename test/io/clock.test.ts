import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/io/clock.ts';

const DAY = 86_400_000;

function started(
  context: TestContext,
  now: number,
): { slept: () => boolean; sleep: (until: number, signal?: AbortSignal) => void } {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now });
  let done = false;
  return {
    slept: () => done,
    sleep: (until, signal) =>
      void systemClock()
        .sleepUntil(until, signal)
        .then(() => (done = true)),
  };
}

describe('the system clock', () => {
  it('sleeps until the instant and not a millisecond less', async (context) => {
    const { sleep, slept } = started(context, 1_000);

    sleep(1_250);
    context.mock.timers.tick(249);
    await turn();
    const early = slept();
    context.mock.timers.tick(1);
    await turn();

    assert.equal(early, false);
    assert.equal(slept(), true);
  });

  it('sleeps for fifty days, longer than a timer can', async (context) => {
    const { sleep, slept } = started(context, 0);

    sleep(50 * DAY);
    context.mock.timers.tick(50 * DAY - 1);
    await turn();
    const early = slept();
    context.mock.timers.tick(1);
    await turn();

    assert.equal(early, false);
    assert.equal(slept(), true);
  });

  it('notices within a minute that the clock was set forward, which moves no timer', async (context) => {
    let wall = 0;
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.mock.method(Date, 'now', () => wall);
    let slept = false;

    void systemClock()
      .sleepUntil(10 * DAY)
      .then(() => (slept = true));
    wall = 11 * DAY;
    context.mock.timers.tick(60_000);
    await turn();

    assert.equal(slept, true);
  });

  it('does not sleep towards the past', async (context) => {
    const { sleep, slept } = started(context, 5_000);

    sleep(5_000);
    await turn();

    assert.equal(slept(), true);
  });

  it('wakes when the signal aborts, also before it began, and leaves no listener', async (context) => {
    const { sleep, slept } = started(context, 0);
    const abort = new AbortController();

    sleep(Infinity, abort.signal);
    await turn();
    const early = slept();
    abort.abort();
    await turn();
    await systemClock().sleepUntil(DAY, AbortSignal.abort());

    assert.equal(early, false);
    assert.equal(slept(), true);
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  });

  it('shows the time', (context) => {
    started(context, 42);

    assert.equal(systemClock().now(), 42);
  });
});
