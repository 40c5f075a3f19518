import type { Schedule } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Clock } from '../model/ports.ts';
import { DueQueue } from './due-queue.ts';
import { failurePause, nextSlot } from './slots.ts';

/** What the scheduler knows of a feed: when, never what. */
export interface Scheduled {
  readonly id: string;
  readonly schedule: Schedule;
  /** Where its slots lie in absolute time. */
  readonly phase: Duration;
  /** Due at once: a first look does not wait for its slot. */
  readonly atOnce: boolean;
}

/** How a visit ended. */
export interface Visit {
  readonly ok: boolean;
  /** Not to be visited again before this instant, whatever the schedule says. */
  readonly notBefore?: Instant;
}

export interface SchedulerPorts {
  readonly clock: Clock;
  /** Visits at the same time, at most. */
  readonly concurrency: number;
  /** Visits a feed. Rejects only on a fault that ends the daemon. Aborted by the signal where the feed is dropped or time is up. */
  readonly visit: (id: string, signal: AbortSignal) => Promise<Visit>;
  /** Whether a feed may be visited now; asked again after `wake` and every half minute. */
  readonly mayVisit: (id: string) => boolean;
}

/** A feed's place in time, for status. */
export interface Timing {
  readonly next: Instant | undefined;
  readonly running: boolean;
  readonly held: boolean;
  readonly failures: number;
}

interface Task {
  scheduled: Scheduled;
  failures: number;
  /** Not to be visited before, whatever the schedule says. */
  notBefore: Instant;
  /** Set while it is visited. */
  running: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  /** Due, but not allowed now. */
  held: boolean;
}

/** The clock is looked at this often, should somebody set it. */
const NAP: Duration = 60_000;

/** A held feed is looked at again this often, should a wake ever be missed. */
const HELD_PAUSE: Duration = 30_000;

/** The one loop that waits. Never visits a feed twice at the same time; a slot missed while it was busy is not made up for. */
export class Scheduler {
  readonly #ports: SchedulerPorts;
  readonly #tasks = new Map<string, Task>();
  readonly #due = new DueQueue();
  /** Visits under way, of feeds that were dropped too. */
  readonly #visits = new Set<Promise<void>>();
  /** Feeds that were dropped while they were visited, until that visit ends. */
  readonly #leaving = new Map<string, Promise<void>>();
  #fault: { readonly error: unknown } | undefined;
  #alarm = new AbortController();

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
  }

  /** Puts a feed on the schedule, or changes when it runs; a feed that is there keeps its failures. */
  set(scheduled: Scheduled): void {
    const task = this.#tasks.get(scheduled.id);
    const now = this.#ports.clock.now();
    const next = scheduled.atOnce ? now : nextSlot(scheduled.schedule, scheduled.phase, now);
    if (task === undefined) {
      this.#tasks.set(scheduled.id, { scheduled, failures: 0, notBefore: 0, running: undefined, held: false });
    } else {
      task.scheduled = scheduled;
      task.held = false;
    }
    if (task?.running === undefined) this.#due.set(scheduled.id, Math.max(next, task?.notBefore ?? next));
    this.#ring();
  }

  /** Takes a feed off the schedule. Resolves once a visit under way has ended; it is told to end at once. */
  async drop(id: string): Promise<void> {
    const running = this.#tasks.get(id)?.running;
    this.#tasks.delete(id);
    this.#due.delete(id);
    if (running !== undefined) {
      const left = running.ended.then(() => {
        this.#leaving.delete(id);
        this.wake();
      });
      this.#leaving.set(id, left);
      running.abort.abort();
    }
    await this.#leaving.get(id);
  }

  /**
   * Acts while none of these feeds is visited: visits under way end at once, and begin anew afterwards. Failures and pauses stay, unless the
   * feed is set meanwhile.
   */
  async still<T>(ids: readonly string[], act: () => Promise<T>): Promise<T> {
    const stopped = ids.flatMap((id) => {
      const task = this.#tasks.get(id);
      return task === undefined ? [] : [{ id, task, next: this.#due.at(id) }];
    });
    await Promise.all(ids.map((id) => this.drop(id)));
    try {
      return await act();
    } finally {
      for (const { id, task, next } of stopped) {
        if (this.#tasks.has(id)) continue;
        this.#tasks.set(id, task);
        this.#due.set(id, next ?? this.#ports.clock.now());
      }
      this.#ring();
    }
  }

  /**
   * Visits a feed once, now, in a way of the caller's: after a visit under way, whatever the schedule and `mayVisit` say. False where
   * it is not there. Rejects with a fault of the visit.
   */
  async ask(id: string, visit: SchedulerPorts['visit']): Promise<boolean> {
    for (;;) {
      const task = this.#tasks.get(id);
      if (task === undefined) return false;
      const busy = this.#leaving.get(id) ?? task.running?.ended;
      if (busy === undefined) {
        this.#due.delete(id);
        await this.#start(id, task, visit);
        if (this.#fault !== undefined) throw this.#fault.error;
        return true;
      }
      await busy;
    }
  }

  /** Looks again at every feed that was not allowed. */
  wake(): void {
    const now = this.#ports.clock.now();
    for (const [id, task] of this.#tasks) {
      if (!task.held) continue;
      task.held = false;
      if (task.running === undefined) this.#due.set(id, now);
    }
    this.#ring();
  }

  timing(id: string): Timing | undefined {
    const task = this.#tasks.get(id);
    if (task === undefined) return undefined;
    return { next: this.#due.at(id), running: task.running !== undefined, held: task.held, failures: task.failures };
  }

  /**
   * Visits feeds until the signal aborts, then waits for the visits under way; `hard` ends those too. Rejects with the fault of a visit.
   */
  async run(signal: AbortSignal, hard?: AbortSignal): Promise<void> {
    const ring = (): void => this.#ring();
    const abortAll = (): void => {
      for (const task of this.#tasks.values()) task.running?.abort.abort();
    };
    signal.addEventListener('abort', ring);
    hard?.addEventListener('abort', abortAll);
    try {
      let before = this.#ports.clock.now();
      while (!signal.aborted && this.#fault === undefined) {
        this.#alarm = new AbortController();
        before = this.#followClock(before);
        this.#startDue();
        const wakeAt = this.#visits.size < this.#ports.concurrency ? this.#due.earliest() : undefined;
        await this.#ports.clock.sleepUntil(Math.min(wakeAt ?? before + NAP, before + NAP), this.#alarm.signal);
      }
      if (this.#fault !== undefined) abortAll();
      while (this.#visits.size > 0) await Promise.all(this.#visits);
    } finally {
      signal.removeEventListener('abort', ring);
      hard?.removeEventListener('abort', abortAll);
    }
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #ring(): void {
    this.#alarm.abort();
  }

  /** Where the clock was put back, every instant goes back with it: nobody waits for a time that was only imagined. */
  #followClock(before: Instant): Instant {
    const now = this.#ports.clock.now();
    if (now < before) this.#due.shift(now - before);
    return now;
  }

  #startDue(): void {
    const now = this.#ports.clock.now();
    while (this.#visits.size < this.#ports.concurrency) {
      const id = this.#due.take(now);
      if (id === undefined) return;
      const task = this.#tasks.get(id);
      if (task === undefined || task.running !== undefined) continue;
      if (!this.#leaving.has(id) && this.#ports.mayVisit(id)) void this.#start(id, task);
      else {
        task.held = true;
        this.#due.set(id, now + HELD_PAUSE);
      }
    }
  }

  #start(id: string, task: Task, visit = this.#ports.visit): Promise<void> {
    task.held = false;
    const abort = new AbortController();
    const end = (settle: () => void): void => {
      task.running = undefined;
      this.#visits.delete(ended);
      settle();
      this.#ring();
    };
    const ended = visit(id, abort.signal).then(
      (result) => end(() => this.#finish(id, task, result)),
      (error: unknown) => end(() => (this.#fault ??= { error })),
    );
    task.running = { abort, ended };
    this.#visits.add(ended);
    return ended;
  }

  #finish(id: string, task: Task, visit: Visit): void {
    // A feed dropped, or dropped and set anew, while it was visited has its place in time already.
    if (this.#tasks.get(id) !== task) return;
    const now = this.#ports.clock.now();
    const { schedule, phase } = task.scheduled;
    task.failures = visit.ok ? 0 : task.failures + 1;
    task.notBefore = visit.notBefore ?? 0;
    const next = visit.ok ? nextSlot(schedule, phase, now) : now + failurePause(schedule, task.failures);
    this.#due.set(id, Math.max(next, task.notBefore));
  }
}
