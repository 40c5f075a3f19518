import type { Instant } from '../model/instant.ts';
import type { Lane } from './lane.ts';

/** How a callback is doing, for people. */
export interface CallbackStatus {
  readonly key: string;
  /**
   * `stopped`: it answered 410. `paused`: a delivery died, its feeds are not polled. `down`: one POST at a time is tried. `full`: its feeds
   * are not polled until there is room. The first that applies.
   */
  readonly state: 'open' | 'down' | 'stopped' | 'paused' | 'full';
  readonly deliveries: number;
  readonly events: number;
  readonly bytes: number;
  /** When the oldest pending delivery was committed. */
  readonly oldest?: Instant;
  readonly lastError?: { readonly at: Instant; readonly says: string };
  /** Absent where nothing waits for a certain instant; in the past where it waits for nothing but a free slot. */
  readonly nextAttemptAt?: Instant;
}

/** Everything that waits to be delivered. */
export interface DrainStatus {
  readonly callbacks: readonly CallbackStatus[];
  /** Deliveries whose feed has no callback now, or is not in the plan. */
  readonly parked: { readonly deliveries: number; readonly events: number; readonly bytes: number };
  readonly dead: number;
}

/** Says how a callback is doing; `oldest` is when the first of what waits for it was committed. */
export function callbackStatus(lane: Lane, oldest: Instant | undefined, now: Instant): CallbackStatus {
  const { state } = lane;
  const nextAttemptAt = nextAttempt(lane);
  return {
    key: state.key,
    state: state.stopped ? 'stopped' : state.paused ? 'paused' : state.down ? 'down' : lane.full ? 'full' : 'open',
    ...lane.waiting,
    ...(oldest === undefined ? {} : { oldest }),
    ...(state.lastError === undefined ? {} : { lastError: state.lastError }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: Number.isFinite(nextAttemptAt) ? nextAttemptAt : now }),
  };
}

/** From when on a callback may be tried next; undefined where that hangs on more than time. */
export function nextAttempt(lane: Lane): Instant | undefined {
  const { state } = lane;
  if (state.stopped) return undefined;
  if (wantsDeadProbe(lane)) return state.quietUntil;
  const due = lane.nextDue();
  return due === undefined ? undefined : Math.max(due, state.quietUntil);
}

/** Whether nothing but a dead letter is left to find out with that a paused callback works again. */
export function wantsDeadProbe(lane: Lane): boolean {
  return lane.state.paused && lane.flying === 0 && lane.waiting.deliveries === 0;
}
