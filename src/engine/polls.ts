import { Fault } from '../model/fault.ts';
import type { Feed } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Visit } from '../schedule/scheduler.ts';
import { VolatileFields } from '../detect/volatile.ts';
import { pollFeed, type PollOptions, type PollReport } from './cycle.ts';
import { FeedLog } from './feed-log.ts';
import { pollNotice } from './poll-telling.ts';
import type { EnginePorts, Outbox } from './ports.ts';
import type { PollFailure } from './ask.ts';
import { Sightings } from './sightings.ts';

/** After a full disk, polling is tried again this often. */
const FULL_PAUSE: Duration = 10_000;

/** What polls touch beside their ports. */
export interface PollSurroundings {
  /** Where the deliveries of a feed go. */
  readonly outboxOf: (feed: Feed) => Outbox;
  /** Called when a poll found room on a disk that was full. */
  readonly hasRoom: () => void;
}

/** Polls feeds, says what came of it, and keeps that in mind. */
export class Polls {
  readonly runs = new FeedLog();
  readonly sightings = new Sightings();
  readonly #ports: EnginePorts;
  readonly #surroundings: PollSurroundings;
  readonly #volatile = new Map<string, VolatileFields>();
  #fullUntil: Instant | undefined;

  constructor(ports: EnginePorts, surroundings: PollSurroundings) {
    this.#ports = ports;
    this.#surroundings = surroundings;
  }

  /** The disk was full when something was to be written last. */
  get full(): boolean {
    return this.#fullUntil !== undefined;
  }

  /** Polling waits until the disk is tried again. */
  waitsForRoom(): boolean {
    return this.#fullUntil !== undefined && this.#ports.clock.now() < this.#fullUntil;
  }

  diskIsFull(): void {
    this.#fullUntil = this.#ports.clock.now() + FULL_PAUSE;
  }

  forget(feed: string): void {
    this.runs.forget(feed);
    this.sightings.forget(feed);
    this.#volatile.delete(feed);
  }

  /** One poll with all that is said about it. Rejects only with a Fault that must end the daemon. */
  async poll(feed: Feed, options: PollOptions, signal: AbortSignal): Promise<PollReport> {
    const { clock, tell } = this.#ports;
    const startedAt = clock.now();
    const about = { feed: feed.id, instance: feed.instance };
    tell({ name: 'poll:started', level: 'debug', at: startedAt, ...about, says: 'poll started' });
    const witness = this.sightings.open(feed, startedAt);
    let report: PollReport;
    try {
      report = await pollFeed(feed, this.#ports, this.#surroundings.outboxOf(feed), { ...options, witness }, signal);
      if (report.ok && this.full) {
        this.#fullUntil = undefined;
        this.#surroundings.hasRoom();
      }
    } catch (error) {
      report = { ok: false, failure: this.#failureOf(error), told: 0 };
    }
    witness.ended(report.ok ? { ok: true } : { ok: false, says: report.failure.says });
    const now = clock.now();
    // A poll that was stopped says nothing about its feed.
    if (!report.ok && signal.aborted) return report;
    const runs = this.runs.note(feed.id, report, now);
    if (report.ok) this.#watchVolatile(feed, report, now);
    tell(pollNotice(feed, report, now, now - startedAt, runs.failures));
    return report;
  }

  /** What an error means for one poll; throws on what must end the daemon. */
  #failureOf(error: unknown): PollFailure {
    if (!(error instanceof Fault)) {
      const says = `something went wrong inside elementd: ${error instanceof Error ? error.message : 'unknown'}`;
      return { says, hint: 'please report it; the other feeds go on' };
    }
    if (error.code === 'disk-failed') throw error;
    if (error.code === 'disk-full') this.diskIsFull();
    return {
      says: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(this.#fullUntil === undefined ? {} : { notBefore: this.#fullUntil }),
    };
  }

  #watchVolatile(feed: Feed, report: Extract<PollReport, { ok: true }>, at: Instant): void {
    if (report.undated.size === 0) return;
    let fields = this.#volatile.get(feed.id);
    if (fields === undefined) this.#volatile.set(feed.id, (fields = new VolatileFields()));
    const found = fields.observe(report.undated)?.filter((path) => !isIgnored(path, feed.rule.ignoreFields));
    if (found === undefined || found.length === 0) return;
    const named = found.map((path) => `"${path}"`).join(', ');
    const says = `most records without a date differ in every poll, in ${named}: name such fields in ignoreFields`;
    const about = { feed: feed.id, instance: feed.instance };
    this.#ports.tell({ name: 'feed:note', level: 'warn', at, ...about, says, facts: { fields: found } });
  }
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((each) => path === each || path.startsWith(`${each}.`));
}

/** How a poll counts for the schedule. */
export function visitOf(report: PollReport): Visit {
  if (report.ok) return { ok: true };
  return report.failure.notBefore === undefined ? { ok: false } : { ok: false, notBefore: report.failure.notBefore };
}
