import type { Settings } from '../model/catalog.ts';
import { Fault } from '../model/fault.ts';
import type { Callback, Feed, Plan } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Notice } from '../model/notice.ts';
import { Drain } from '../deliver/drain.ts';
import { VolatileFields } from '../detect/volatile.ts';
import { diffPlans, type PlanDiff } from '../plan/diff.ts';
import { Scheduler, type Scheduled, type Visit } from '../schedule/scheduler.ts';
import { giveBirth, pollFeed, type PollReport } from './cycle.ts';
import { FeedLog } from './feed-log.ts';
import { pollNotice } from './poll-telling.ts';
import { phaseOf } from './preview.ts';
import type { EnginePorts } from './ports.ts';
import { statusOf, type EngineStatus } from './status.ts';

/** After a full disk, polling is tried again this often. */
const FULL_PAUSE: Duration = 10_000;

export interface EngineOptions extends EnginePorts {
  readonly delivery: Settings['delivery'];
  /** Of elementd, for the User-Agent of deliveries. */
  readonly version: string;
}

const EMPTY_PLAN: Plan = { feeds: new Map() };

/** Polls feeds as the plan says and delivers what is told. Starting is applying a plan to nothing. */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #scheduler: Scheduler;
  readonly #drain: Drain;
  readonly #runs = new FeedLog();
  readonly #volatile = new Map<string, VolatileFields>();
  readonly #appliedAt = new Map<string, Instant>();
  #plan: Plan = EMPTY_PLAN;
  /** Until then polling waits for room on the disk. */
  #fullUntil: Instant | undefined;
  #failedDeliveries = 0;

  constructor(options: EngineOptions) {
    const tell = (notice: Notice): void => {
      if (notice.name === 'delivery:failed' || notice.name === 'delivery:dead') this.#failedDeliveries++;
      options.tell(notice);
      if (notice.name === 'callback:resumed') this.#scheduler.wake();
    };
    this.#ports = { ...options, tell };
    this.#drain = new Drain({
      journal: options.journal,
      http: options.http,
      vault: options.vault,
      clock: options.clock,
      tell,
      limits: options.delivery,
      version: options.version,
      route: (feed): Callback | undefined | 'absent' => {
        const planned = this.#plan.feeds.get(feed);
        return planned === undefined ? 'absent' : planned.callback;
      },
    });
    this.#scheduler = new Scheduler({
      clock: options.clock,
      concurrency: options.polling.concurrency,
      visit: (id, signal) => this.#visit(id, signal),
      mayVisit: (id) => this.#mayVisit(id),
    });
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** Makes a plan true: births first, so that a new feed's since is now whatever happens; then only what the diff touches is touched. */
  async apply(plan: Plan): Promise<PlanDiff> {
    const at = this.#ports.clock.now();
    const diff = diffPlans(this.#plan, plan);
    for (const { feed, aspects } of diff.changed) if (aspects.includes('identity')) this.#appliedAt.set(feed.id, at);
    const known = new Set(this.#ports.journal.feeds());
    const unborn = diff.added.filter((feed) => !known.has(feed.id));
    for (const feed of diff.added) this.#appliedAt.set(feed.id, at);
    await Promise.all(unborn.map((feed) => this.#bear(feed, at)));

    const restarted = diff.changed.filter(({ aspects }) =>
      aspects.some((aspect) => aspect !== 'schedule' && aspect !== 'routing'),
    );
    await Promise.all(
      [...diff.removed, ...restarted.map(({ feed }) => feed)].map((feed) => this.#scheduler.drop(feed.id)),
    );
    for (const feed of diff.removed) {
      this.#runs.forget(feed.id);
      this.#volatile.delete(feed.id);
      this.#appliedAt.delete(feed.id);
    }
    this.#plan = plan;
    for (const feed of diff.added) this.#scheduler.set(this.#scheduled(feed));
    for (const { feed } of diff.changed) this.#scheduler.set(this.#scheduled(feed));
    this.#drain.replanned();
    this.#scheduler.wake();
    return diff;
  }

  /** Takes a plan to answer questions by; no feed is born or scheduled. */
  look(plan: Plan): PlanDiff {
    const diff = diffPlans(this.#plan, plan);
    this.#plan = plan;
    this.#drain.replanned();
    return diff;
  }

  /**
   * Polls and delivers until the signal aborts, then lets what runs finish; `hard` ends that too. Rejects with a Fault that must end the
   * daemon.
   */
  async run(signal: AbortSignal, hard: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const halt = (): void => stop.abort();
    signal.addEventListener('abort', halt);
    if (signal.aborted) halt();
    const ending = async (run: Promise<void>): Promise<void> => {
      try {
        await run;
      } finally {
        halt();
      }
    };
    try {
      await this.#drain.begin();
      const ends = await Promise.allSettled([
        ending(this.#scheduler.run(stop.signal, hard)),
        ending(this.#drain.run(stop.signal, hard)),
      ]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      signal.removeEventListener('abort', halt);
    }
  }

  /** Polls every feed once and tries each due delivery once. True where nothing failed. */
  async once(signal: AbortSignal): Promise<boolean> {
    // A pause that an earlier process left is known before anything is polled.
    await this.#drain.begin();
    const waiting = [...this.#plan.feeds.keys()];
    let ok = true;
    const worker = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
        const visit = this.#mayVisit(id) ? await this.#visit(id, signal) : { ok: false };
        ok &&= visit.ok;
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#ports.polling.concurrency, waiting.length) }, worker));
    if (!signal.aborted) await this.#drain.drainDue(signal);
    return ok && this.#failedDeliveries === 0;
  }

  /** Polls a feed now, after a poll under way. Undefined where there is no such feed. */
  async poll(id: string, believe: boolean, signal?: AbortSignal): Promise<PollReport | undefined> {
    const feed = this.#plan.feeds.get(id);
    if (feed === undefined) return undefined;
    let report: PollReport | undefined;
    const visit = async (_id: string, stop: AbortSignal): Promise<Visit> => {
      const combined = signal === undefined ? stop : AbortSignal.any([stop, signal]);
      report = await this.#report(feed, believe, combined);
      return visitOf(report);
    };
    await this.#scheduler.ask(id, visit);
    return report;
  }

  /** Tries each due delivery once; for a poll without a daemon. */
  async deliver(signal: AbortSignal): Promise<boolean> {
    await this.#drain.drainDue(signal);
    return this.#failedDeliveries === 0;
  }

  async status(): Promise<EngineStatus> {
    return statusOf({
      plan: this.#plan,
      now: this.#ports.clock.now(),
      journal: this.#ports.journal,
      runs: this.#runs,
      timing: (id) => this.#scheduler.timing(id),
      pollable: (feed) => this.#pollable(feed),
      delivery: this.#drain.status(),
      full: this.#fullUntil !== undefined,
    });
  }

  async #bear(feed: Feed, at: Instant): Promise<void> {
    try {
      await giveBirth(feed, at, this.#ports);
      const says = feed.baseline
        ? 'is new: its first look reads everything'
        : 'is new: it tells what changes from now on';
      this.#ports.tell({ name: 'feed:born', level: 'info', at, feed: feed.id, instance: feed.instance, says });
    } catch (error) {
      // Born with its first poll instead, with the same instant.
      if (!(error instanceof Fault) || error.code !== 'disk-full') throw error;
      this.#diskIsFull();
    }
  }

  #scheduled(feed: Feed): Scheduled {
    const head = this.#ports.journal.head(feed.id);
    const atOnce = head === undefined || head.looked === 'none' || head.identity !== feed.identity;
    return { id: feed.id, schedule: feed.schedule, phase: phaseOf(feed), atOnce };
  }

  #pollable(feed: Feed): { readonly ok: true } | { readonly ok: false; readonly says: string } {
    return feed.callback === undefined ? { ok: true } : this.#drain.pollable(feed.callback.key);
  }

  #mayVisit(id: string): boolean {
    const feed = this.#plan.feeds.get(id);
    if (feed === undefined) return false;
    if (this.#fullUntil !== undefined && this.#ports.clock.now() < this.#fullUntil) return false;
    return this.#pollable(feed).ok;
  }

  async #visit(id: string, signal: AbortSignal): Promise<Visit> {
    const feed = this.#plan.feeds.get(id);
    return feed === undefined ? { ok: true } : visitOf(await this.#report(feed, false, signal));
  }

  /** One poll with all that is said about it. Rejects only with what must end the daemon. */
  async #report(feed: Feed, believe: boolean, signal: AbortSignal): Promise<PollReport> {
    const { clock, tell } = this.#ports;
    const startedAt = clock.now();
    const appliedAt = this.#appliedAt.get(feed.id) ?? startedAt;
    tell({
      name: 'poll:started',
      level: 'debug',
      at: startedAt,
      feed: feed.id,
      instance: feed.instance,
      says: 'poll started',
    });
    let report: PollReport;
    try {
      const outbox = {
        pollable: () => this.#pollable(feed),
        committed: (deliveries: Parameters<Drain['committed']>[0]) => this.#drain.committed(deliveries),
      };
      report = await pollFeed(feed, this.#ports, outbox, { believe, appliedAt }, signal);
      if (report.ok && this.#fullUntil !== undefined) this.#diskHasRoom();
    } catch (error) {
      report = { ok: false, failure: this.#failureOf(error), told: 0 };
    }
    const now = clock.now();
    // A poll that was stopped says nothing about its feed.
    if (!report.ok && signal.aborted) return report;
    const runs = this.#runs.note(feed.id, report, now);
    if (report.ok) this.#watchVolatile(feed, report, now);
    tell(pollNotice(feed, report, now, now - startedAt, runs.failures));
    return report;
  }

  /** What a Fault means for one poll; throws it on where it must end the daemon. */
  #failureOf(error: unknown): { says: string; hint?: string; notBefore?: Instant } {
    if (!(error instanceof Fault) || error.code === 'disk-failed' || error.code === 'internal') throw error;
    if (error.code === 'disk-full') {
      this.#diskIsFull();
      return {
        says: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        notBefore: this.#ports.clock.now() + FULL_PAUSE,
      };
    }
    return { says: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }

  #diskIsFull(): void {
    this.#fullUntil = this.#ports.clock.now() + FULL_PAUSE;
  }

  #diskHasRoom(): void {
    this.#fullUntil = undefined;
    this.#scheduler.wake();
  }

  #watchVolatile(feed: Feed, report: Extract<PollReport, { ok: true }>, at: Instant): void {
    if (report.undated.size === 0) return;
    let fields = this.#volatile.get(feed.id);
    if (fields === undefined) this.#volatile.set(feed.id, (fields = new VolatileFields()));
    const found = fields.observe(report.undated)?.filter((path) => !isIgnored(path, feed.rule.ignoreFields));
    if (found === undefined || found.length === 0) return;
    const says = `most records without a date differ in every poll, in ${found.map((path) => `"${path}"`).join(', ')}: name such fields in ignoreFields`;
    this.#ports.tell({
      name: 'feed:note',
      level: 'warn',
      at,
      feed: feed.id,
      instance: feed.instance,
      says,
      facts: { fields: found },
    });
  }
}

function visitOf(report: PollReport): Visit {
  if (report.ok) return { ok: true };
  return report.failure.notBefore === undefined ? { ok: false } : { ok: false, notBefore: report.failure.notBefore };
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((each) => path === each || path.startsWith(`${each}.`));
}
