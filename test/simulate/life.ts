import type { Duration, Instant } from '../../src/model/instant.ts';
import type { Clock } from '../../src/model/ports.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';

/** One life of the daemon's process. Whatever it waits for goes through here; a dead process is never answered again. */
export class Life {
  alive = true;
  /** Answers until it dies by itself; undefined: it does not. */
  left: number | undefined;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #onDeath: () => void;

  constructor(timeline: Timeline, dice: Dice, onDeath: () => void) {
    this.#timeline = timeline;
    this.#dice = dice;
    this.#onDeath = onDeath;
  }

  /** Does something in the world after a while and answers the process with it. The process may die before it, or between it and the answer. */
  call<T>(took: Duration, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#timeline.after(took, () => {
        if (!this.alive) return;
        const dies = this.left !== undefined && --this.left <= 0;
        if (dies && this.#dice.chance(0.5)) return this.die();
        try {
          const result = effect();
          if (dies) this.die();
          else resolve(result);
        } catch (error) {
          if (dies) this.die();
          else reject(error);
        }
      });
    });
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#onDeath();
  }

  /** The process's clock, which goes right. */
  clock(): Clock {
    return {
      now: () => this.#timeline.now,
      sleepUntil: (instant, signal) => this.#sleep(instant, signal),
    };
  }

  #sleep(instant: Instant, signal: AbortSignal | undefined): Promise<void> {
    const { now } = this.#timeline;
    if (instant <= now || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      let over = false;
      const end = (): void => {
        if (over || !this.alive) return;
        over = true;
        signal?.removeEventListener('abort', end);
        resolve();
      };
      signal?.addEventListener('abort', end, { once: true });
      if (Number.isFinite(instant)) this.#timeline.after(instant - now, end);
    });
  }
}
