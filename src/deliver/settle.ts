import { Fault } from '../model/fault.ts';
import type { Duration } from '../model/instant.ts';
import type { Attempt, Journal, Settlement } from '../model/journal.ts';
import type { Clock } from '../model/ports.ts';

const second: Duration = 1_000;

/** Pauses between tries to write to a full disk; the last one is kept. */
const pauses: readonly Duration[] = [1 * second, 2 * second, 5 * second, 10 * second, 30 * second, 60 * second];

/** How somebody waits for room on the disk. */
export interface Waiting {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Tries before the fault is thrown after all. */
  readonly patience: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called once, when the disk turns out to be full. */
  readonly onFull: () => void;
}

/**
 * Settles a delivery, while the disk is full again and again. False where the signal ended that: then it is not settled. Rejects with any
 * other Fault, and with `disk-full` when the patience is at its end.
 */
export async function settleDurably(settlement: Settlement, waiting: Waiting): Promise<boolean> {
  const { journal, clock, signal } = waiting;
  for (let tries = 1; ; tries += 1) {
    try {
      await journal.settle(settlement);
      return true;
    } catch (error) {
      if (!isFull(error) || tries >= waiting.patience) throw error;
    }
    if (tries === 1) waiting.onFull();
    if (signal.aborted) return false;
    await clock.sleepUntil(clock.now() + (pauses[Math.min(tries, pauses.length) - 1] ?? 0), signal);
  }
}

/** Remembers a failed attempt, as far as there is room: what is lost by a full disk is a count, and the next attempt writes it again. */
export async function rememberAttempt(attempt: Attempt, journal: Journal): Promise<void> {
  try {
    await journal.attempt(attempt);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Fault && error.code === 'disk-full';
}
