import type { Schedule } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';

/** A failing feed waits at least this long before it is tried again, or its interval where that is shorter. */
const FIRST_PAUSE: Duration = 15_000;
/** And at most this long, or its interval where that is longer. */
const LONGEST_PAUSE: Duration = 5 * 60_000;

/**
 * The first slot after an instant. Slots of an interval lie at `phase` in absolute time, so that restarts neither stampede nor drift
 * and a missed slot is never made up for.
 */
export function nextSlot(schedule: Schedule, phase: Duration, after: Instant): Instant {
  if ('every' in schedule)
    return Math.floor((after - phase) / schedule.every) * schedule.every + phase + schedule.every;
  return schedule.next(after);
}

/** How long a feed that failed so many times in a row waits: doubling, alone, without dice. */
export function failurePause(schedule: Schedule, failures: number): Duration {
  const interval = 'every' in schedule ? schedule.every : LONGEST_PAUSE;
  const first = Math.min(FIRST_PAUSE, interval);
  return Math.min(first * 2 ** Math.min(failures - 1, 20), Math.max(LONGEST_PAUSE, interval));
}
