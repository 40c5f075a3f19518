import type { Settings } from '../model/catalog.ts';
import type { Callback, Feed, Plan } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Notice } from '../model/notice.ts';
import { Drain } from '../deliver/drain.ts';
import { diffPlans, type PlanDiff } from '../plan/diff.ts';
import { Scheduler, type Scheduled, type Visit } from '../schedule/scheduler.ts';
import { Amendments } from './amendments.ts';
import { giveBirth, giveRebirth, type PollReport } from './cycle.ts';
import { deadPause } from './dead-pause.ts';
import { bear, oneAfterTheOther, scheduledAs } from './entering.ts';
import { Polls, visitOf } from './polls.ts';
import type { EnginePorts } from './ports.ts';
import { standingOf, type FeedStanding } from './standing.ts';
import { statusOf, type EngineStatus, type StatusSource } from './status.ts';
import { whyOf, type Why } from './why.ts';

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
  readonly #polls: Polls;
  readonly #appliedAt = new Map<string, Instant>();
  /** Ways to change what is remembered. */
  readonly amendments: Amendments;
  /** What people do about single POSTs. */
  readonly posts: Pick<Drain, 'replay' | 'drop'>;
  /** What nothing else may be done beside. */
  readonly #alone = oneAfterTheOther();
  /** Feeds are scheduled and born: not only looked at. */
  #lives = false;
  #plan: Plan = EMPTY_PLAN;
  #fault: { readonly error: unknown } | undefined;
  #halt: () => void = () => undefined;
  #failedDeliveries = 0;
  #runsSince: Instant | undefined;

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
    this.posts = this.#drain;
    this.#polls = new Polls(this.#ports, {
      outboxOf: (feed) => ({
        pollable: () => this.#pollable(feed),
        committed: (deliveries) => this.#drain.committed(deliveries),
      }),
      hasRoom: () => this.#scheduler.wake(),
    });
    this.#scheduler = new Scheduler({
      clock: options.clock,
      concurrency: options.polling.concurrency,
      visit: (id, signal) => this.#visit(id, signal),
      mayVisit: (id) => this.#mayVisit(id),
    });
    this.amendments = new Amendments(this.#ports, {
      plan: () => this.#plan,
      still: (feeds, act) => this.#alone(() => this.#scheduler.still(feeds, act)),
      begin: (feed, birth) => this.#begin(feed, birth),
      renamed: (from, to) => {
        this.#polls.forget(from);
        this.#drain.moved(from, to);
      },
      taken: () => this.#drain.lookAgain(),
    });
  }

  get plan(): Plan {
    return this.#plan;
  }

  /**
   * Makes a plan true: births first, so that a new feed's since is now whatever happens; then only what the diff touches is touched. Rejects
   * with a Fault of the journal, which ends `run` too: what was touched by then runs no more.
   */
  async apply(plan: Plan): Promise<PlanDiff> {
    try {
      return await this.#alone(() => this.#apply(plan));
    } catch (error) {
      this.#fault ??= { error };
      this.#halt();
      throw error;
    }
  }

  async #apply(plan: Plan): Promise<PlanDiff> {
    this.#lives = true;
    const at = this.#ports.clock.now();
    const diff = diffPlans(this.#plan, plan);
    for (const { feed, aspects } of diff.changed) {
      if (!aspects.includes('identity')) continue;
      this.#appliedAt.set(feed.id, at);
      this.#polls.sightings.forget(feed.id);
    }
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
      this.#polls.forget(feed.id);
      this.#appliedAt.delete(feed.id);
    }
    const reborn = [...diff.added, ...diff.changed.map(({ feed }) => feed)].filter((feed) => {
      const head = this.#ports.journal.head(feed.id);
      return head !== undefined && head.identity !== feed.identity;
    });
    await Promise.all(reborn.map((feed) => this.#bear(feed, at, giveRebirth)));
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
    this.#runsSince = this.#ports.clock.now();
    const stop = new AbortController();
    const halt = (): void => stop.abort();
    this.#halt = halt;
    signal.addEventListener('abort', halt);
    if (signal.aborted || this.#fault !== undefined) halt();
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
      if (this.#fault !== undefined) throw this.#fault.error;
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

  /** Tries each due delivery once, or each that was replayed; for a command without a daemon. */
  async deliver(signal: AbortSignal, which: 'all' | 'replayed' = 'all'): Promise<boolean> {
    await this.#drain.drainDue(signal, which);
    return this.#failedDeliveries === 0;
  }

  async status(): Promise<EngineStatus> {
    return statusOf(this.#sources());
  }

  /** Says why a feed stands where it stands; undefined for one that nobody knows. */
  async stands(feed: string): Promise<FeedStanding | undefined> {
    const key = this.#plan.feeds.get(feed)?.callback?.key;
    // The drain knows it once it runs.
    const asleep = this.#runsSince === undefined && key !== undefined;
    const deadSince = asleep ? await deadPause(this.#plan, this.#ports.journal, key) : undefined;
    return standingOf(feed, this.#sources(), deadSince);
  }

  /** Says what was last seen and told of a record. */
  async why(feed: string, record: string): Promise<Why> {
    return whyOf(feed, record, {
      now: this.#ports.clock.now(),
      journal: this.#ports.journal,
      planned: this.#plan.feeds,
      seen: this.#polls.sightings.of(feed, record),
      watching: this.#runsSince,
    });
  }

  #sources(): StatusSource {
    return {
      plan: this.#plan,
      now: this.#ports.clock.now(),
      journal: this.#ports.journal,
      runs: this.#polls.runs,
      timing: (id) => this.#scheduler.timing(id),
      pollable: (feed) => this.#pollable(feed),
      delivery: this.#drain.status(),
      full: this.#polls.full,
    };
  }

  /** What is remembered of a feed was changed as a whole: nothing that was known of its polls holds any more. */
  async #begin(id: string, birth: Instant | undefined): Promise<void> {
    this.#polls.forget(id);
    const feed = this.#plan.feeds.get(id);
    if (feed === undefined || !this.#lives) return;
    if (birth !== undefined) {
      this.#appliedAt.set(id, birth);
      await this.#bear(feed, birth);
    }
    this.#scheduler.set(this.#scheduled(feed));
  }

  #bear(feed: Feed, at: Instant, give = giveBirth): Promise<void> {
    return bear(feed, at, this.#ports, () => this.#polls.diskIsFull(), give);
  }

  #scheduled(feed: Feed): Scheduled {
    return scheduledAs(feed, this.#ports.journal.head(feed.id));
  }

  #pollable(feed: Feed): { readonly ok: true } | { readonly ok: false; readonly says: string } {
    return feed.callback === undefined ? { ok: true } : this.#drain.pollable(feed.callback.key);
  }

  #mayVisit(id: string): boolean {
    const feed = this.#plan.feeds.get(id);
    if (feed === undefined) return false;
    return !this.#polls.waitsForRoom() && this.#pollable(feed).ok;
  }

  async #visit(id: string, signal: AbortSignal): Promise<Visit> {
    const feed = this.#plan.feeds.get(id);
    return feed === undefined ? { ok: true } : visitOf(await this.#report(feed, false, signal));
  }

  #report(feed: Feed, believe: boolean, signal: AbortSignal): Promise<PollReport> {
    const appliedAt = this.#appliedAt.get(feed.id) ?? this.#ports.clock.now();
    return this.#polls.poll(feed, { believe, appliedAt }, signal);
  }
}
