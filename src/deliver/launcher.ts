import type { Instant } from '../model/instant.ts';
import { resumedNotice } from './drain-notices.ts';
import { nextAttempt, wantsDeadProbe } from './drain-status.ts';
import { fly, probeDead, type Ground } from './flight.ts';
import type { Flights } from './flights.ts';
import type { Intake } from './intake.ts';
import type { Lane } from './lane.ts';
import { oldestDead } from './last-success.ts';

/** Decides who goes next: as many as there are slots, each callback in its turn. */
export class Launcher {
  readonly #ground: Ground;
  readonly #flights: Flights;
  readonly #intake: Intake;
  /** POSTs under way at the same time, over all callbacks. */
  readonly #concurrency: number;
  #flying = 0;
  /** Where the next round over the callbacks begins. */
  #turn = 0;

  constructor(ground: Ground, flights: Flights, intake: Intake, concurrency: number) {
    this.#ground = ground;
    this.#flights = flights;
    this.#intake = intake;
    this.#concurrency = concurrency;
  }

  /** Starts whatever may go at that instant: one of each callback in turn, until there is no slot or nothing more to send. */
  launch(at: Instant): void {
    const lanes = this.#ground.outbox.lanes();
    for (const lane of lanes) if (this.#intake.isDue(lane)) this.#flights.start(() => this.#intake.fill(lane));
    for (let idle = 0; idle < lanes.length && this.#flying < this.#concurrency;) {
      this.#turn %= lanes.length;
      const lane = lanes[this.#turn] as Lane;
      idle = this.#launchOne(lane, at) ? 0 : idle + 1;
      this.#turn += 1;
    }
  }

  /** When time alone lets something more go; infinity where that hangs on what is under way or yet to come. */
  wakeAt(): Instant {
    let earliest = Number.POSITIVE_INFINITY;
    if (this.#flying >= this.#concurrency) return earliest;
    for (const lane of this.#ground.outbox.lanes()) {
      if (lane.flying < this.#slots(lane)) earliest = Math.min(earliest, nextAttempt(lane) ?? earliest);
    }
    return earliest;
  }

  #launchOne(lane: Lane, at: Instant): boolean {
    const { state } = lane;
    if (lane.flying >= this.#slots(lane) || state.stopped || state.quietUntil > at) return false;
    if (wantsDeadProbe(lane)) return this.#launchProbe(lane);
    const pending = lane.pick(at);
    const route = pending === undefined ? undefined : this.#ground.routes.of(pending.feed);
    if (pending === undefined || route === undefined) return false;
    this.#ground.outbox.take(pending);
    this.#start(lane, (signal) => fly(pending, { lane, route, signal }, this.#ground));
    return true;
  }

  #launchProbe(lane: Lane): boolean {
    const { journal, clock, tell, routes } = this.#ground;
    const { state } = lane;
    const dead = oldestDead(journal, (feed) => routes.keyOf(feed), state.key);
    const route = dead === undefined ? undefined : routes.of(dead.feed);
    if (dead === undefined || route === undefined) {
      // Nobody waits for it any more: its dead letters were replayed or dropped.
      state.paused = false;
      tell(resumedNotice(state.key, 'dropped', clock.now()));
      return false;
    }
    this.#start(lane, (signal) => probeDead(dead, { lane, route, signal }, this.#ground));
    return true;
  }

  /** A callback never takes the last slots: as many are left as give every other one, and a newcomer, as much. */
  #slots(lane: Lane): number {
    if (lane.state.down) return 1;
    const share = Math.floor(this.#concurrency / (this.#ground.outbox.lanes().length + 1));
    return Math.min(this.#ground.perCallback, Math.max(1, share));
  }

  #start(lane: Lane, flight: (signal: AbortSignal) => Promise<void>): void {
    lane.flying += 1;
    this.#flying += 1;
    this.#flights.start(async (signal) => {
      try {
        await flight(signal);
      } finally {
        lane.flying -= 1;
        this.#flying -= 1;
      }
    });
  }
}
