import { Scheduler, type Scheduled, type Visit } from '../../src/schedule/scheduler.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;

/** A visit under way, ended by the test. */
export interface OpenVisit {
  readonly id: string;
  readonly at: number;
  readonly signal: AbortSignal;
  end(visit?: Visit): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A scheduler whose visits the test ends itself. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly scheduler: Scheduler;
  /** Every visit that began, in order. */
  readonly visits: OpenVisit[];
  /** Those under way. */
  readonly open: Set<OpenVisit>;
  /** Feeds that may not be visited. */
  readonly barred: Set<string>;
  /** A visit of the kind that the scheduler starts, for `ask`. */
  readonly visit: (id: string, signal: AbortSignal) => Promise<Visit>;
  /** `id@second` of all visits. */
  seen(): readonly string[];
  /** Starts the loop; `stop` ends it, and `run` is its end. */
  start(): { readonly run: Promise<void>; readonly stop: AbortController; readonly hard: AbortController };
}

export function openStage(options: { readonly concurrency?: number; readonly auto?: Visit } = {}): Stage {
  const clock = virtualClock(0);
  const visits: OpenVisit[] = [];
  const open = new Set<OpenVisit>();
  const barred = new Set<string>();
  const visit = (id: string, signal: AbortSignal): Promise<Visit> =>
    new Promise((resolve, reject) => {
      const close = async (settle: () => void): Promise<void> => {
        open.delete(one);
        settle();
        await clock.settle();
      };
      const one: OpenVisit = {
        id,
        at: clock.now(),
        signal,
        end: (result = { ok: true }) => close(() => resolve(result)),
        fail: (error) => close(() => reject(error as Error)),
      };
      visits.push(one);
      open.add(one);
      if (options.auto !== undefined) void one.end(options.auto);
    });
  const scheduler = new Scheduler({
    clock,
    concurrency: options.concurrency ?? 10,
    visit,
    mayVisit: (id) => !barred.has(id),
  });
  return {
    clock,
    scheduler,
    visits,
    open,
    barred,
    visit,
    seen: () => visits.map(({ id, at }) => `${id}@${at / SECOND}`),
    start() {
      const stop = new AbortController();
      const hard = new AbortController();
      return { run: scheduler.run(stop.signal, hard.signal), stop, hard };
    },
  };
}

/** A feed that is due every so often from the instant 0 on. */
export function feed(id: string, every = MINUTE, over: Partial<Scheduled> = {}): Scheduled {
  return { id, schedule: { every }, phase: 0, atOnce: false, ...over };
}
