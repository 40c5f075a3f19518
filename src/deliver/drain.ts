import type { Settings } from '../model/catalog.ts';
import type { Instant } from '../model/instant.ts';
import type { Delivery, Journal, NewDelivery } from '../model/journal.ts';
import type { Clock, Http, Tell } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { startAnew } from './callback-state.ts';
import { pausedNotice, resumedNotice, sayPause } from './drain-notices.ts';
import { callbackStatus, nextAttempt, type DrainStatus } from './drain-status.ts';
import { measure, settle, type Ground } from './flight.ts';
import { Flights } from './flights.ts';
import type { Lane } from './lane.ts';
import { latestDeaths, recollection } from './last-success.ts';
import { Launcher } from './launcher.ts';
import { Outbox } from './outbox.ts';
import { Routes, type RouteLookup } from './routes.ts';

/** What a drain is built from. */
export interface DrainParts {
  readonly journal: Journal;
  readonly http: Http;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly tell: Tell;
  readonly limits: Settings['delivery'];
  /** Of elementd, for the User-Agent. */
  readonly version: string;
  /** Asked once for each feed, and again for all of them after `replanned`. */
  readonly route: RouteLookup;
}

/** Whether the feeds of a callback may be polled. */
export type Pollable = { readonly ok: true } | { readonly ok: false; readonly says: string };

type Arrival = Omit<Delivery, 'sequence' | 'attempts'> & Partial<Delivery>;

/** Tries to write to a full disk before `drainDue` gives up: somewhat less than a minute. */
const onePassPatience = 6;

/** Delivers what the journal holds as pending: in order for each record, fairly between callbacks, until it is settled. */
export class Drain {
  readonly #parts: DrainParts;
  readonly #begunAt: Instant;
  readonly #outbox = new Outbox();
  readonly #routes: Routes;
  readonly #flights = new Flights(() => this.#ring());
  readonly #ground: Ground;
  readonly #launcher: Launcher;
  readonly #remembered: ReturnType<typeof recollection>;
  #patience = Number.POSITIVE_INFINITY;
  #alarm = new AbortController();

  /** Takes in what is pending. Nothing is sent before `run` or `drainDue`. */
  constructor(parts: DrainParts) {
    const { journal, http, vault, clock, tell, version, limits } = parts;
    this.#parts = parts;
    this.#begunAt = clock.now();
    this.#routes = new Routes(parts.route, vault);
    this.#remembered = recollection(journal, (feed) => this.#routes.keyOf(feed));
    this.#ground = {
      ...{ journal, http, vault, clock, tell, version },
      timeout: limits.timeout,
      perCallback: limits.perCallback,
      bound: limits.outbox,
      retryFor: limits.retryFor,
      outbox: this.#outbox,
      routes: this.#routes,
      patience: () => this.#patience,
      recall: (from) => this.#recall(from),
    };
    this.#launcher = new Launcher(this.#ground, this.#flights, limits.concurrency);
    this.#admit([...journal.pending()]);
  }

  /** Takes in what a commit just made durable. Deliveries without a callback are settled as kept. */
  committed(deliveries: readonly NewDelivery[]): void {
    this.#admit(deliveries.map(({ body, ...rest }) => ({ ...rest, bytes: Buffer.byteLength(body) })));
    this.#ring();
  }

  /** The plan changed: looks at every route again. A new callback takes over what is pending, also what was parked. */
  replanned(): void {
    const { clock, tell } = this.#parts;
    const before = this.#routes.fingerprints();
    this.#routes.refresh();
    const after = this.#routes.fingerprints();
    this.#outbox.reroute((feed) => this.#routes.keyOf(feed));
    for (const lane of this.#outbox.lanes()) {
      const { key } = lane.state;
      const known = before.get(key) ?? new Set();
      const now = after.get(key);
      if (now === undefined && lane.flying === 0) this.#outbox.drop(lane);
      if (now !== undefined && ![...now].every((fingerprint) => known.has(fingerprint))) {
        for (const reason of startAnew(lane.state)) tell(resumedNotice(key, reason, clock.now()));
        this.#outbox.hurry(lane);
      }
      measure(lane, this.#ground);
    }
    this.#ring();
  }

  /** A feed has another name now: what waits goes where that one's events go. */
  moved(from: string, to: string): void {
    this.#outbox.rename(from, to);
    this.replanned();
  }

  /** Takes in what is pending in the journal and not known here yet. */
  lookAgain(): void {
    this.#admit([...this.#parts.journal.pending()]);
    this.#ring();
  }

  /** Whether the feeds of this callback may be polled now, or why not, for people. */
  pollable(callbackKey: string): Pollable {
    const lane = this.#outbox.find(callbackKey);
    if (lane === undefined) return { ok: true };
    const { stopped, paused } = lane.state;
    const reason = stopped ? 'stopped' : paused ? 'dead-letter' : lane.full ? 'full' : undefined;
    return reason === undefined ? { ok: true } : { ok: false, says: sayPause(lane, reason, this.#ground.bound) };
  }

  /** What waits, for what, and since when. */
  status(): DrainStatus {
    const now = this.#parts.clock.now();
    const { parked } = this.#outbox;
    return {
      callbacks: this.#outbox.lanes().map((lane) => callbackStatus(lane, nextAttempt(lane), now)),
      parked: { deliveries: parked.pending.size, events: parked.events, bytes: parked.bytes },
      dead: [...this.#parts.journal.dead()].length,
    };
  }

  /**
   * Works out which callbacks are still paused after a dead letter of an earlier process. `run` and `drainDue` begin with it; who asks
   * `pollable` before them awaits it first. Rejects with a Fault of the journal.
   */
  async begin(): Promise<void> {
    const { journal, clock, tell } = this.#parts;
    const deaths = latestDeaths(journal, (feed) => this.#routes.keyOf(feed));
    if (deaths.size === 0) return;
    for (const key of deaths.keys()) this.#outbox.lane(key);
    await this.#recall(Number.NEGATIVE_INFINITY);
    for (const [key, firstAttemptAt] of deaths) {
      const lane = this.#outbox.lane(key);
      if (lane.state.paused || lane.state.lastSuccessAt >= firstAttemptAt) continue;
      lane.state.paused = true;
      tell(pausedNotice(lane, 'dead-letter', clock.now(), this.#ground.bound));
    }
  }

  /**
   * Delivers until the signal aborts, then lets what is under way finish; `hard` ends that too. Rejects with the first Fault that is not a
   * full disk.
   */
  async run(signal: AbortSignal, hard?: AbortSignal): Promise<void> {
    const ring = (): void => this.#ring();
    const callBack = (): void => this.#flights.callBack();
    signal.addEventListener('abort', ring);
    hard?.addEventListener('abort', callBack);
    try {
      await this.begin();
      while (!signal.aborted && !this.#flights.failed) {
        // Made before anything is started, so that no ring is missed between here and the sleep.
        this.#alarm = new AbortController();
        this.#launcher.launch(this.#parts.clock.now());
        await this.#parts.clock.sleepUntil(this.#launcher.wakeAt(), this.#alarm.signal);
      }
      if (hard?.aborted === true) this.#flights.callBack();
      await this.#flights.landed();
    } finally {
      signal.removeEventListener('abort', ring);
      hard?.removeEventListener('abort', callBack);
    }
  }

  /**
   * Tries once each delivery that is due now, or comes free by that, and resolves. A callback that turns out to be down, or wants to be left
   * alone, is not waited for. Rejects as `run` does, and where the disk stays full.
   */
  async drainDue(hard?: AbortSignal): Promise<void> {
    const callBack = (): void => this.#flights.callBack();
    hard?.addEventListener('abort', callBack);
    this.#patience = onePassPatience;
    try {
      await this.begin();
      // What fails from here on is due later than this, so nothing is tried twice.
      const now = this.#parts.clock.now();
      for (;;) {
        if (!this.#flights.failed && hard?.aborted !== true) this.#launcher.launch(now);
        if (this.#flights.size === 0) break;
        await this.#flights.next();
      }
      await this.#flights.landed();
    } finally {
      this.#patience = Number.POSITIVE_INFINITY;
      hard?.removeEventListener('abort', callBack);
    }
  }

  #admit(arrivals: readonly Arrival[]): void {
    const kept: Arrival[] = [];
    const touched = new Set<Lane>();
    for (const arrival of arrivals) {
      if (this.#outbox.has(arrival.id)) continue;
      if (arrival.callback === undefined) {
        kept.push(arrival);
        continue;
      }
      const { id, feed, events, bytes, committedAt, contentType } = arrival;
      const key = this.#routes.keyOf(feed);
      this.#outbox.add({ id, feed, events, bytes, committedAt, contentType }, arrival, key);
      touched.add(this.#outbox.lane(key));
    }
    for (const lane of touched) measure(lane, this.#ground);
    if (kept.length > 0) this.#flights.start((signal) => this.#keep(kept, signal));
  }

  async #keep(arrivals: readonly Arrival[], signal: AbortSignal): Promise<void> {
    const at = this.#parts.clock.now();
    await Promise.all(arrivals.map(({ id, feed }) => settle({ id, outcome: 'kept', at }, feed, signal, this.#ground)));
  }

  async #recall(from: Instant): Promise<void> {
    if (from >= this.#begunAt) return;
    for (const [key, at] of await this.#remembered()) {
      const state = this.#outbox.find(key)?.state;
      if (state !== undefined) state.lastSuccessAt = Math.max(state.lastSuccessAt, at);
    }
  }

  #ring(): void {
    this.#alarm.abort();
  }
}
