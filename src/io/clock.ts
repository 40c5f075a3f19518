import { setMaxListeners } from 'node:events';
import type { Clock } from '../model/ports.ts';

/** How long one timer runs at most: after that the time is read again, so a clock that was set, or a machine that slept, is noticed. */
const LONGEST_NAP = 60_000;

/** Smaller steps back are corrections of the clock that nobody has to follow. */
const SLACK = 1_000;

/**
 * The machine's clock. A sleep is never early, also where a timer is; it keeps the process alive, and whoever stops aborts it. After
 * the clock was set, forward or back, it ends within a minute; however far the instant lies, no timer overflows.
 */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleepUntil(instant, signal) {
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        let before = Date.now();
        const nap = (): void => {
          const now = Date.now();
          const left = instant - now;
          const putBack = now < before - SLACK;
          before = now;
          if (left > 0 && !putBack) timer = setTimeout(nap, Math.min(Math.ceil(left), LONGEST_NAP));
          else done();
        };

        if (signal?.aborted === true) {
          resolve();
          return;
        }
        if (signal !== undefined) {
          setMaxListeners(0, signal);
          signal.addEventListener('abort', done);
        }
        nap();
      });
    },
  };
}
