import { setImmediate as turn } from 'node:timers/promises';
import type { Duration, Instant } from '../../src/model/instant.ts';
import type { Clock } from '../../src/model/ports.ts';

/** A clock that stands still until the test moves it. */
export interface VirtualClock extends Clock {
  /** Passes through the time: wakes each sleeper at its own instant, in order, and lets what follows from it settle before the next. */
  advance(duration: Duration): Promise<void>;
  /** Puts the clock there at once, forwards or backwards, as after a suspend or a correction; then wakes whom it passed, in order; backwards, everybody. */
  jumpTo(instant: Instant): Promise<void>;
  /** Lets everything run that waits for nothing but its turn; the time stands still. */
  settle(): Promise<void>;
  /** When the next sleeper wakes, or undefined where nobody sleeps. */
  nextWake(): Instant | undefined;
  /** How many sleep now. */
  sleeping(): number;
}

interface Sleeper {
  readonly at: Instant;
  readonly wake: () => void;
}

/** Makes a clock that shows `start`. */
export function virtualClock(start: Instant): VirtualClock {
  let now = start;
  // Kept in waking order; of the same instant, first come first woken.
  const sleepers: Sleeper[] = [];

  const admit = (sleeper: Sleeper): void => {
    const place = sleepers.findIndex((other) => other.at > sleeper.at);
    sleepers.splice(place === -1 ? sleepers.length : place, 0, sleeper);
  };

  const wakeThrough = async (limit: Instant, passing: boolean, most = Number.POSITIVE_INFINITY): Promise<void> => {
    await settle();
    let woken = 0;
    for (let next = sleepers[0]; next !== undefined && next.at <= limit && woken < most; next = sleepers[0]) {
      woken++;
      sleepers.shift();
      if (passing) now = Math.max(now, next.at);
      next.wake();
      await settle();
    }
  };

  return {
    now: () => now,
    sleepUntil(instant, signal) {
      if (instant <= now || signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const leave = (): void => {
          const place = sleepers.indexOf(sleeper);
          if (place !== -1) sleepers.splice(place, 1);
          resolve();
        };
        const sleeper: Sleeper = {
          at: instant,
          wake: () => {
            signal?.removeEventListener('abort', leave);
            resolve();
          },
        };
        admit(sleeper);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
    async advance(duration) {
      const until = now + duration;
      await wakeThrough(until, true);
      now = Math.max(now, until);
    },
    async jumpTo(instant) {
      await settle();
      const putBack = instant < now;
      now = instant;
      await wakeThrough(putBack ? Number.POSITIVE_INFINITY : instant, false, sleepers.length);
    },
    settle,
    nextWake: () => sleepers[0]?.at,
    sleeping: () => sleepers.length,
  };
}

// A turn of the event loop comes only after every microtask; the further turns let callbacks of finished I/O follow.
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
