import { Engine } from '../../src/engine/engine.ts';
import { openDisk } from '../../src/io/disk.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import { revealLiteral } from '../../src/language/secret.ts';
import type { Accounts } from '../../src/model/account.ts';
import type { Settings } from '../../src/model/catalog.ts';
import type { FeedState } from '../../src/model/change.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Plan } from '../../src/model/feed.ts';
import type { Commit, Journal } from '../../src/model/journal.ts';
import type { Tell } from '../../src/model/ports.ts';
import type { Dice } from './dice.ts';
import type { Machine } from './file-system.ts';
import { Life } from './life.ts';
import { network, type Host } from './network.ts';
import type { Timeline } from './timeline.ts';

/** What a daemon runs with. */
export interface Limits {
  readonly polling: Settings['polling'];
  readonly delivery: Settings['delivery'];
  /** Small segments are rotated and compacted in short histories, too. */
  readonly segmentBytes: number;
  readonly liveBytes: number;
}

/** The world around the process. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly machine: Machine;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly limits: Limits;
  readonly tell: Tell;
  /** The journal was opened. */
  readonly opened: () => void;
  /** A step became durable; what is remembered of its feed by then. */
  readonly committed: (commit: Commit, state: FeedState) => void;
  /** How a life ended by itself: stopped, or by a fault; not called for one that was killed. */
  readonly ended: (fault: unknown) => void;
  readonly killed: () => void;
}

const open = { ok: true, grant: { headers: {}, query: [], token: {} } } as const;
const accounts: Accounts = { grant: async () => open, renew: async () => open };

/** The daemon's real rooms, put together as its command does it, for one life of its process. */
export class Daemon {
  readonly life: Life;
  journal: Journal | undefined;
  engine: Engine | undefined;
  readonly #stop = new AbortController();
  readonly #hard = new AbortController();
  #plan: Plan;
  #applying: Promise<unknown> = Promise.resolve();

  constructor(around: Surroundings, plan: Plan) {
    const { timeline, dice } = around;
    this.life = new Life(timeline, dice, around.killed);
    const over = (fault: unknown): void => {
      if (!this.life.alive) return;
      this.life.alive = false;
      around.ended(fault);
    };
    this.#plan = plan;
    this.#run(around).then(
      () => over(undefined),
      (fault: unknown) => over(fault),
    );
  }

  /** Applies another plan, after those before; as soon as the journal is open. */
  apply(plan: Plan): void {
    this.#plan = plan;
    const { engine } = this;
    if (engine !== undefined) this.#applying = this.#applying.then(() => engine.apply(plan)).catch(() => undefined);
  }

  /** As a signal does: what runs may finish, at most so long. */
  stop(timeline: Timeline): void {
    this.#stop.abort();
    timeline.after(30_000, () => {
      if (this.life.alive) this.#hard.abort();
    });
  }

  async #run(around: Surroundings): Promise<void> {
    const { timeline, dice, machine, hosts, limits, tell } = around;
    const clock = this.life.clock();
    const disk = openDisk('/state', machine.files(this.life));
    const opened = await openFileJournal(disk, {
      clock,
      tell,
      retention: limits.delivery.retention,
      segmentBytes: limits.segmentBytes,
      liveBytes: limits.liveBytes,
      reserveBytes: 2_000,
    });
    const journal = watched(opened, around.committed);
    this.journal = journal;
    around.opened();
    const engine = new Engine({
      clock,
      http: network(hosts, timeline, dice, this.life),
      accounts,
      vault: { write: (secret, escape) => escape(revealLiteral(secret) ?? '') },
      journal,
      tell,
      polling: limits.polling,
      delivery: limits.delivery,
      version: '0.0.0',
    });
    try {
      this.engine = engine;
      await engine.apply(this.#plan);
      await engine.run(this.#stop.signal, this.#hard.signal);
      await this.#applying;
    } finally {
      await journal.close();
    }
  }
}

/** The journal itself; each step that became durable is shown. */
function watched(journal: Journal, committed: Surroundings['committed']): Journal {
  return new Proxy(journal, {
    get(target, name) {
      if (name === 'commit')
        return async (commit: Commit) => {
          await target.commit(commit);
          const state = await target.load(commit.feed);
          if (state !== undefined) committed(commit, state);
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Whether a daemon that ended with this may simply be started again. */
export function mayStartAgain(fault: unknown): boolean {
  return (
    fault === undefined || (fault instanceof Fault && ['disk-full', 'disk-failed', 'stopped'].includes(fault.code))
  );
}
