import type { Duration, Instant } from '../model/instant.ts';
import { grownPause } from './verdict.ts';

/** How a callback is doing. In memory only; what has to outlive the process is worked out from the journal again. */
export interface CallbackState {
  readonly key: string;
  /** Deliveries that failed since the last success, until the callback is down. */
  readonly failing: Set<string>;
  /** Only one delivery at a time is tried, to see whether it is back. */
  down: boolean;
  /** Failed probes since the last success. */
  probes: number;
  /** Nothing is sent before this instant. */
  quietUntil: Instant;
  /** The part of `quietUntil` that the receiver asked for. */
  askedUntil: Instant;
  lastSuccessAt: Instant;
  /** A delivery died and nothing has been delivered since its first attempt: its feeds are not polled. */
  paused: boolean;
  /** It answered 410: nothing is sent, and its feeds are not polled. */
  stopped: boolean;
  lastError: { readonly at: Instant; readonly says: string } | undefined;
}

/** One failed attempt, as the callback sees it. */
export interface Failure {
  readonly delivery: string;
  readonly at: Instant;
  readonly says: string;
  /** It was sent to see whether the callback is back. */
  readonly probe: boolean;
  /** The receiver asked everybody to wait until then. */
  readonly pausedUntil?: Instant;
}

/** Why a callback, or the polling of its feeds, pauses. */
export type PauseReason = 'down' | 'dead-letter' | 'stopped' | 'full';

const second: Duration = 1_000;
const minute: Duration = 60 * second;

/** Pauses between the probes of a callback; shorter than a delivery's own, since one POST at a time burdens nobody. */
const probePauses: readonly Duration[] = [
  5 * second,
  10 * second,
  30 * second,
  1 * minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
];

export function newCallbackState(key: string): CallbackState {
  return {
    key,
    failing: new Set(),
    down: false,
    probes: 0,
    quietUntil: Number.NEGATIVE_INFINITY,
    askedUntil: Number.NEGATIVE_INFINITY,
    lastSuccessAt: Number.NEGATIVE_INFINITY,
    paused: false,
    stopped: false,
    lastError: undefined,
  };
}

/** Something was delivered. Gives what ended by it. */
export function noteSuccess(state: CallbackState, at: Instant): readonly PauseReason[] {
  const ended: PauseReason[] = [];
  if (state.down) ended.push('down');
  if (state.paused) ended.push('dead-letter');
  state.lastSuccessAt = at;
  state.failing.clear();
  state.down = false;
  state.paused = false;
  state.probes = 0;
  state.quietUntil = state.askedUntil;
  state.lastError = undefined;
  return ended;
}

/**
 * An attempt failed. The callback is down once so many different deliveries failed without a success between; one delivery alone, however
 * often it fails, says nothing about the others. True where it went down by this.
 */
export function noteFailure(state: CallbackState, failure: Failure, bound: number): boolean {
  state.lastError = { at: failure.at, says: failure.says };
  if (failure.pausedUntil !== undefined) {
    state.askedUntil = Math.max(state.askedUntil, failure.pausedUntil);
    state.quietUntil = Math.max(state.quietUntil, state.askedUntil);
  }
  if (failure.probe) waitForProbe(state, failure.at);
  if (state.down) return false;

  state.failing.add(failure.delivery);
  if (state.failing.size < bound) return false;
  state.failing.clear();
  state.down = true;
  if (!failure.probe) waitForProbe(state, failure.at);
  return true;
}

/** A delivery died whose first attempt began then. True where its feeds pause by this. */
export function noteDead(state: CallbackState, firstAttemptAt: Instant, at: Instant): boolean {
  if (state.paused || state.lastSuccessAt >= firstAttemptAt) return false;
  state.paused = true;
  if (state.quietUntil <= at) waitForProbe(state, at);
  return true;
}

/** Its address or credentials are others now: what was found out about it does not hold any more, but for what it asked for itself. */
export function startAnew(state: CallbackState): readonly PauseReason[] {
  const ended: PauseReason[] = state.stopped ? ['stopped'] : [];
  state.stopped = false;
  state.probes = 0;
  state.quietUntil = state.askedUntil;
  return ended;
}

function waitForProbe(state: CallbackState, at: Instant): void {
  state.quietUntil = Math.max(state.quietUntil, at + grownPause(probePauses, state.probes, state.key));
  state.probes += 1;
}
