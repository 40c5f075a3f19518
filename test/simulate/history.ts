import type { FeedState } from '../../src/model/change.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Feed, Plan } from '../../src/model/feed.ts';
import type { Duration } from '../../src/model/instant.ts';
import type { Commit } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import { Backup } from './backup.ts';
import { Daemon, mayStartAgain, type Limits, type Surroundings } from './daemon.ts';
import { Dice } from './dice.ts';
import { Machine } from './file-system.ts';
import { judge, type Flaws } from './judge.ts';
import { Ledger } from './ledger.ts';
import type { Host } from './network.ts';
import { Provider } from './provider.ts';
import { Receiver, type Received } from './receiver.ts';
import { drawFeed, hour, minute, second } from './setting.ts';
import { Timeline } from './timeline.ts';
import { Troubles } from './troubles.ts';
import { WatchedFeed } from './watched-feed.ts';

/** When every history begins. */
const beginning = Date.UTC(2026, 0, 2, 3, 0, 0, 250);
/** Everything must be quiet so long after the last trouble. */
const patience = 20 * 24 * hour;

/** What a history came to. */
export interface Outcome extends Flaws {
  /** Different events that arrived. */
  readonly told: number;
  /** How often each kind of trouble was met. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Hears all that happens in a history, in words. */
export type Trace = (line: string) => void;

/** Plays the history of a seed: the same every time. */
export async function playHistory(seed: number, trace?: Trace): Promise<Outcome> {
  return new History(seed, trace).play();
}

class History {
  readonly dice: Dice;
  /** Between two polls. */
  readonly pace: Duration;
  readonly timeline = new Timeline(beginning);
  readonly machine: Machine;
  readonly feeds: readonly WatchedFeed[];
  readonly providers: readonly Provider[];
  readonly receivers: readonly Receiver[];
  readonly events: Received[] = [];
  readonly flaws: Flaws = { lost: [], wrong: [] };
  readonly faults = new Map<string, number>();
  readonly #trace: Trace | undefined;
  readonly #around: Surroundings;
  readonly #troubles: Troubles;
  readonly #backup: Backup;
  #daemon: Daemon | undefined;
  /** Something happened that may make everything quiet. */
  #moved = false;
  #refused = false;

  constructor(seed: number, trace: Trace | undefined) {
    const { timeline } = this;
    this.dice = new Dice(seed);
    const { dice } = this;
    this.#trace = trace;
    this.machine = new Machine(dice);
    this.pace = dice.one([20 * second, minute, 10 * minute, hour]);
    const settings = ['a', 'b', 'c'].slice(0, dice.one([1, 1, 2, 3])).map((name) => drawFeed(dice, name, this.pace));
    for (const setting of settings) this.trace(`setting ${JSON.stringify(setting)}`);
    this.feeds = settings.map((setting) => new WatchedFeed(new Ledger(setting, timeline, dice), timeline));
    this.#backup = new Backup(this.machine, this.feeds);
    this.providers = this.feeds.map(({ ledger }) => new Provider(ledger, dice));
    const shared = { events: this.events, wrongs: this.flaws.wrong, seen: new Map<string, string>() };
    this.receivers = ['one', 'two'].map(() => new Receiver(timeline, dice, shared));
    const hosts = new Map<string, Host>();
    this.providers.forEach((provider, index) => {
      const { name, took } = provider.ledger.setting;
      hosts.set(`${name}.test`, { answer: (request) => this.#answer(index, request), took });
    });
    this.receivers.forEach((receiver, index) =>
      hosts.set(index === 0 ? 'one.test' : 'two.test', {
        answer: (request) => this.#traced(`POST ${request.headers['webhook-id']}`, receiver.answer(request)),
        took: 200,
      }),
    );
    this.#around = {
      timeline,
      dice,
      machine: this.machine,
      hosts,
      limits: this.#drawLimits(),
      tell: (notice) => this.#hear(notice),
      committed: (commit, state) => this.#committed(commit, state),
      opened: () => this.#bury(),
      ended: (fault) => this.#ended(fault),
      killed: () => this.#killed(),
    };
    this.#troubles = new Troubles(this, {
      kill: () => this.#daemon?.life.die(),
      dieSoon: (left) => {
        if (this.#daemon !== undefined) this.#daemon.life.left = left;
      },
      stop: () => this.#daemon?.stop(timeline),
      replan: () => this.#daemon?.apply(this.#plan()),
    });
  }

  trace(line: string): void {
    this.#trace?.(`${new Date(this.timeline.now).toISOString()} ${line}`);
  }

  count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.trace(`fault ${fault}`);
  }

  async play(): Promise<Outcome> {
    const { timeline } = this;
    this.#troubles.prepare();
    this.#start();
    this.#troubles.begin();
    await timeline.pass(timeline.now + this.#troubles.lasting);
    this.#troubles.end();
    this.trace('calm');
    this.#replanAll();
    this.#start();
    for (const feed of this.feeds) feed.polls = feed.wholePolls = 0;
    const quiet = await timeline.pass(timeline.now + patience, () => this.#refused || this.#isQuiet());
    if (!quiet && !this.#isQuiet()) this.flaws.wrong.push(`it did not become quiet: ${this.#unrest()}`);
    this.#bury();
    await this.#judge();
    const told = this.events.length;
    this.trace(`told ${told}, lost ${this.flaws.lost.length}, wrong ${this.flaws.wrong.length}`);
    this.#daemon?.life.die();
    return { ...this.flaws, told, faults: this.faults };
  }

  #drawLimits(): Limits {
    const { dice } = this;
    return {
      polling: { concurrency: dice.whole(1, 4), timeout: 30 * second, maxResponseBytes: 50_000_000, maxPages: 100 },
      delivery: {
        concurrency: dice.whole(1, 6),
        perCallback: dice.whole(1, 4),
        timeout: 15 * second,
        retryFor: dice.one([10 * minute, 3 * hour, 72 * hour]),
        outbox: { events: dice.one([5, 12, 100_000]), bytes: 1e9 },
        retention: dice.one([hour, 168 * hour]),
      },
      segmentBytes: dice.one([2_000, 20_000]),
      liveBytes: dice.one([4_000, 30_000]),
    };
  }

  #plan(): Plan {
    const feeds = new Map<string, Feed>();
    for (const watched of this.feeds) if (watched.edit !== undefined) feeds.set(watched.id, watched.feed);
    return { feeds };
  }

  #start(): void {
    if (this.#daemon !== undefined) return;
    if (this.#trace !== undefined) this.trace(`start on ${this.machine.listing()}`);
    this.#daemon = new Daemon(this.#around, this.#plan());
    this.#daemon.life.left = this.#troubles.lifeSpan();
  }

  /** What changed while it was not there to hear. */
  #replanAll(): void {
    if (this.#daemon !== undefined) {
      this.#daemon.life.left = undefined;
      this.#daemon.apply(this.#plan());
    }
  }

  #killed(): void {
    this.trace('killed');
    if (this.#troubles.powerGoes()) {
      this.count('power cut');
      this.machine.cutPower();
    } else this.count('kill');
    this.#startLater();
  }

  #ended(fault: unknown): void {
    const says = fault instanceof Error ? fault.message : 'nothing';
    this.trace(`ended with ${says}`);
    if (!mayStartAgain(fault)) {
      const code = fault instanceof Fault ? fault.code : 'a bug';
      this.flaws.wrong.push(
        `the daemon gave up with ${code}: ${fault instanceof Error ? (fault.stack ?? says) : says}`,
      );
      this.#refused = true;
      return;
    }
    this.#startLater();
  }

  #startLater(): void {
    this.#daemon = undefined;
    for (const feed of this.feeds) feed.stumble();
    const act = this.#troubles.backup(this.#backup.made);
    if (act === 'make') this.#backup.make();
    if (act === 'put back') {
      this.#backup.putBack();
      for (const receiver of this.receivers) receiver.forgetful = true;
      this.count('old backup put back');
    }
    this.timeline.after(this.#troubles.downtime(), () => this.#start());
  }

  #answer(index: number, request: Parameters<Provider['answer']>[0]): ReturnType<Provider['answer']> {
    const provider = this.providers[index] as Provider;
    provider.meanwhile = () => this.#troubles.meanwhile(index);
    return this.#traced(`${request.method} ${request.url}`, provider.answer(request));
  }

  #traced<T>(request: string, said: T): T {
    if (this.#trace !== undefined) this.trace(`${request} -> ${JSON.stringify(said)}`);
    return said;
  }

  #hear(notice: Notice): void {
    if (this.#trace !== undefined)
      this.trace(
        `${notice.name} ${notice.feed ?? notice.callback ?? ''} ${notice.says} ${JSON.stringify(notice.facts ?? {})}`,
      );
    const feed = this.feeds.find(({ id }) => id === notice.feed);
    feed?.hear(notice);
    if (notice.name === 'delivery:dead') {
      this.count('dead letter');
      this.#bury();
    }
    if (notice.name === 'journal:full') this.count('full disk');
    this.#moved = true;
  }

  /** Remembers what became a dead letter, also where nobody heard of it. */
  #bury(): void {
    for (const { feed: id, events } of this.#daemon?.journal?.dead() ?? []) {
      const watched = this.feeds.find((each) => each.id === id);
      for (const event of events) {
        watched?.dead.add(event.id);
        watched?.deadRecords.add(event.recordId);
      }
    }
  }

  #committed(commit: Commit, state: FeedState): void {
    const watched = this.feeds.find(({ id }) => id === commit.feed);
    const says = watched?.check(state);
    if (says !== undefined) this.flaws.wrong.push(`${commit.feed}: ${says}`);
    const twice = watched === undefined ? undefined : this.#backup.note(watched, commit);
    if (twice !== undefined) this.flaws.wrong.push(`${commit.feed}: ${twice}`);
    if (this.#trace !== undefined) {
      const told = commit.deliveries.flatMap(({ events }) => events.map((event) => `${event.kind} ${event.recordId}`));
      this.trace(`committed ${commit.feed} ${commit.generation} ${JSON.stringify(commit.head)} ${told.join(', ')}`);
    }
  }

  #isQuiet(): boolean {
    if (!this.#moved) return false;
    this.#moved = false;
    const { journal, engine } = this.#daemon ?? {};
    if (journal === undefined || engine === undefined) return false;
    for (const { polls, wholePolls, feed } of this.feeds)
      if (polls < 4 || (feed.deletes.by === 'sweep' && wholePolls < 2)) return false;
    for (const _pending of journal.pending()) return false;
    return true;
  }

  #unrest(): string {
    const pending = [...(this.#daemon?.journal?.pending() ?? [])].length;
    const polls = this.feeds.map(({ id, polls }) => `${id} ${polls} polls`);
    return `${pending} pending, ${polls.join(', ')}`;
  }

  async #judge(): Promise<void> {
    const journal = this.#daemon?.journal;
    if (journal === undefined) return;
    for (const watched of this.feeds) {
      const { id } = watched;
      let state: FeedState | undefined;
      const fail = (error: unknown): void => void this.flaws.wrong.push(`${id}: ${String(error)}`);
      void journal.load(id).then((found) => (state = found), fail);
      await this.timeline.pass(this.timeline.now + minute);
      judge(
        watched.case(
          this.events.filter(({ feed }) => feed === id),
          state,
        ),
        this.flaws,
      );
    }
  }
}

/** What troubles see of a history. */
export type Scene = Pick<
  History,
  'dice' | 'pace' | 'timeline' | 'machine' | 'feeds' | 'providers' | 'receivers' | 'trace' | 'count'
>;
