import type { Settings } from '../model/catalog.ts';
import type { Instant } from '../model/instant.ts';
import type { DeliveryHead, Journal, NewDelivery, Settlement } from '../model/journal.ts';
import type { Clock, Http, Tell } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { dropByCommand, replayByCommand, type Amended, type Selection } from './by-command.ts';
import { startAnew } from './callback-state.ts';
import { pausedNotice, resumedNotice, sayPause } from './drain-notices.ts';
import { callbackStatus, type DrainStatus } from './drain-status.ts';
import { measure, settle, type Ground } from './flight.ts';
import { Flights } from './flights.ts';
import { Intake } from './intake.ts';
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

/** Deliveries without a callback that are settled together. */
const keptTogether = 1_000;

/** Tries to write to a full disk before `drainDue` gives up: somewhat less than a minute. */
const onePassPatience = 6;

/** Delivers what the journal holds as pending: in order for each record, fairly between callbacks, until it is settled. */
export class Drain {
  readonly #parts: DrainParts;
  readonly #begunAt: Instant;
  readonly #outbox: Outbox;
  readonly #intake: Intake;
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
    this.#outbox = new Outbox(journal.backlog(), (feed) => this.#routes.keyOf(feed));
    this.#intake = new Intake(journal, this.#outbox);
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
    this.#launcher = new Launcher(this.#ground, this.#flights, this.#intake, limits.concurrency);
    for (const lane of this.#outbox.lanes()) measure(lane, this.#ground);
    if (this.#bare() !== undefined) this.#keep();
  }

  /** Takes in what a commit just made durable. Deliveries without a callback are settled as kept. */
  committed(deliveries: readonly NewDelivery[]): void {
    if (deliveries.some(({ callback }) => callback === undefined)) this.#keep();
    this.#arrived(deliveries.filter(({ callback }) => callback !== undefined).map(({ feed }) => feed));
  }

  /** The plan changed: looks at every route again. A new callback takes over what is pending, also what was parked. */
  replanned(): void {
    const { clock, tell } = this.#parts;
    const before = this.#routes.fingerprints();
    this.#routes.refresh();
    const after = this.#routes.fingerprints();
    this.#outbox.reroute();
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
    if (this.#bare() !== undefined) this.#keep();
    this.#arrived([...this.#parts.journal.backlog().keys()]);
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
    return {
      callbacks: this.#outbox.lanes().map((lane) => callbackStatus(lane, this.#oldest(lane), now)),
      parked: this.#outbox.parked.waiting,
      dead: [...this.#parts.journal.dead()].length,
    };
  }

  /** Makes POSTs pending again, as `replayByCommand`, and lets them go at once: whoever asks for that has looked after the receiver. */
  async replay(selection: Selection): Promise<Amended> {
    try {
      const amended = await replayByCommand(selection, this.#parts.journal, (feed) => this.#routes.keyOf(feed));
      for (const { feed } of amended.done) {
        const { state } = this.#outbox.home(feed);
        state.quietUntil = state.askedUntil;
      }
      return amended;
    } finally {
      // Where it failed half-way, some are pending all the same.
      this.#arrived([...this.#parts.journal.backlog().keys()]);
    }
  }

  /** Gives POSTs up, as `dropByCommand`; the feeds of a callback go on that has no dead letter left. */
  async drop(selection: Selection): Promise<Amended> {
    const { journal, clock, tell } = this.#parts;
    const amended = await dropByCommand(selection, journal, clock.now());
    for (const { delivery } of amended.done) this.#outbox.settled(delivery);
    const touched = new Set(amended.done.map(({ feed }) => this.#outbox.home(feed)));
    const mourned = latestDeaths(journal, (feed) => this.#routes.keyOf(feed));
    for (const lane of touched) {
      measure(lane, this.#ground);
      if (!lane.state.paused || mourned.has(lane.state.key)) continue;
      lane.state.paused = false;
      tell(resumedNotice(lane.state.key, 'dropped', clock.now()));
    }
    this.#ring();
    return amended;
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
   * alone, is not waited for. With `replayed` nothing else is tried. Rejects as `run` does, and where the disk stays full.
   */
  async drainDue(hard?: AbortSignal, which: 'all' | 'replayed' = 'all'): Promise<void> {
    const callBack = (): void => this.#flights.callBack();
    hard?.addEventListener('abort', callBack);
    this.#patience = onePassPatience;
    this.#intake.replayedOnly = which === 'replayed';
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

  /** Something more waits of these feeds. */
  #arrived(feeds: readonly string[]): void {
    for (const lane of new Set(feeds.map((feed) => this.#outbox.home(feed)))) {
      lane.more = true;
      measure(lane, this.#ground);
    }
    this.#ring();
  }

  /** The first of what has no callback to go to. */
  #bare(): DeliveryHead | undefined {
    for (const head of this.#parts.journal.pending({ where: isBare })) return head;
    return undefined;
  }

  /** Settles what has no callback to go to. */
  #keep(): void {
    const { journal, clock } = this.#parts;
    this.#flights.start(async (signal) => {
      for (;;) {
        const at = clock.now();
        const ends: Promise<boolean>[] = [];
        for (const { id, feed } of journal.pending({ where: isBare })) {
          const settlement: Settlement = { id, outcome: 'kept', at };
          ends.push(settle(settlement, feed, signal, this.#ground));
          if (ends.length === keptTogether) break;
        }
        if (ends.length === 0 || (await Promise.all(ends)).includes(false)) return;
      }
    });
  }

  #oldest(lane: Lane): Instant | undefined {
    const where = ({ feed, callback }: { readonly feed: string; readonly callback?: string }): boolean =>
      callback !== undefined && this.#outbox.home(feed) === lane;
    for (const { committedAt } of this.#parts.journal.pending({ where })) return committedAt;
    return undefined;
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

function isBare({ callback }: Pick<DeliveryHead, 'callback'>): boolean {
  return callback === undefined;
}
