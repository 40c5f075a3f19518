import type { Duration } from '../../src/model/instant.ts';
import type { Scene } from './history.ts';
import type { Ledger } from './ledger.ts';
import { hour, minute, second, type Edit } from './setting.ts';

/** What can be done to the daemon. */
export interface Handles {
  readonly kill: () => void;
  /** It dies by itself after so many answers of the world. */
  readonly dieSoon: (left: number) => void;
  readonly stop: () => void;
  readonly replan: () => void;
}

/** All that goes on, and wrong, until it is to end. Each history has some kinds of trouble and not others. */
export class Troubles {
  readonly lasting: Duration;
  readonly #scene: Scene;
  readonly #handles: Handles;
  readonly #ids: readonly string[];
  readonly #has: Readonly<
    Record<
      'provider' | 'receiver' | 'outage' | 'deaths' | 'power' | 'stops' | 'edits' | 'full' | 'eio' | 'backups',
      boolean
    >
  >;
  /** The mean time between two changes of a provider's records. */
  readonly #pace: Duration;
  #over = false;

  constructor(scene: Scene, handles: Handles) {
    const { dice } = scene;
    this.#scene = scene;
    this.#handles = handles;
    const has = (share: number): boolean => dice.chance(share);
    this.#has = {
      provider: has(0.5),
      receiver: has(0.5),
      outage: has(0.15),
      deaths: has(0.5),
      power: has(0.6),
      stops: has(0.2),
      edits: has(0.3),
      full: has(0.15),
      eio: has(0.1),
      backups: has(0.15),
    };
    this.#ids = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'].slice(0, dice.whole(1, 7));
    const outage = this.#has.outage ? dice.one([10, 80]) : 0;
    this.lasting = scene.pace * (dice.one([6, 12, 25]) + outage);
    this.#pace = this.lasting / dice.one([5, 15, 30]);
    if (dice.chance(0.1)) scene.machine.slowest = 3 * second;
  }

  /** Records from before. */
  prepare(): void {
    const { feeds, dice, timeline } = this.#scene;
    const { now } = timeline;
    for (const { ledger } of feeds)
      for (const id of this.#ids) {
        timeline.now = now - dice.around(hour);
        if (dice.chance(0.5)) ledger.put(id);
      }
    timeline.now = now;
  }

  begin(): void {
    const { feeds, receivers, providers, machine, dice } = this.#scene;
    const has = this.#has;
    for (const [index] of feeds.entries()) this.#often(this.#pace, () => this.#change(index));
    const spell = this.lasting / 5;
    if (has.provider)
      for (const each of providers) this.#often(spell, () => (each.trouble = dice.one([0, 0.1, 0.4, 1])));
    if (has.receiver)
      for (const each of receivers) this.#often(spell, () => (each.trouble = dice.one([0, 0.2, 0.6, 1])));
    if (has.outage) for (const each of receivers) if (dice.chance(0.6)) each.trouble = 1;
    if (has.deaths) {
      this.#often(spell, () => this.#handles.dieSoon(dice.one([1, 3, 10, 30, 100, 300]) + dice.whole(0, 5)));
      this.#often(this.lasting / 2, () => this.#handles.kill());
    }
    if (has.stops) this.#often(this.lasting / 3, () => this.#stop());
    if (has.edits) for (const [index] of feeds.entries()) this.#often(this.lasting / 3, () => this.#edit(index));
    if (has.full)
      this.#often(spell, () => {
        machine.capacity = machine.capacity === Infinity ? machine.used() + dice.whole(0, 3_000) : Infinity;
      });
    if (has.eio)
      this.#often(this.lasting / 2, () => {
        this.#scene.count('failed sync');
        machine.failNextSync = true;
      });
  }

  /** From now on everybody behaves. */
  end(): void {
    const { feeds, receivers, providers, machine } = this.#scene;
    this.#over = true;
    for (const each of providers) each.trouble = 0;
    for (const each of receivers) each.trouble = 0;
    for (const each of feeds) each.change(each.edit ?? {});
    machine.capacity = Number.POSITIVE_INFINITY;
    machine.failNextSync = false;
  }

  /** Records change while a page of a provider is read. */
  meanwhile(index: number): void {
    if (!this.#over && this.#scene.dice.chance(0.08)) this.#change(index);
  }

  /** After how many answers of the world a new process dies; undefined: it does not. */
  lifeSpan(): number | undefined {
    const { dice } = this.#scene;
    if (this.#over || !this.#has.deaths || !dice.chance(0.4)) return undefined;
    return dice.one([3, 10, 20, 40, 100]) + dice.whole(0, 10);
  }

  powerGoes(): boolean {
    return this.#has.power && this.#scene.dice.chance(0.6);
  }

  /** What is done with a backup while the daemon is down. */
  backup(made: boolean): 'make' | 'put back' | undefined {
    const { dice } = this.#scene;
    if (this.#over || !this.#has.backups || this.#has.edits || !dice.chance(0.3)) return undefined;
    return made && dice.chance(0.7) ? 'put back' : 'make';
  }

  downtime(): Duration {
    return this.#over ? second : this.#scene.dice.around(this.#scene.dice.one([second, second, minute, 20 * minute]));
  }

  #often(mean: Duration, act: () => void): void {
    const { timeline, dice } = this.#scene;
    timeline.after(dice.around(mean), () => {
      if (this.#over) return;
      act();
      this.#often(mean, act);
    });
  }

  #stop(): void {
    this.#scene.count('stop');
    this.#handles.stop();
  }

  #change(index: number): void {
    const { feeds, timeline, dice } = this.#scene;
    const feed = feeds[index];
    if (feed === undefined) return;
    if (!feed.mayChange()) {
      timeline.after(5 * second, () => {
        if (!this.#over) this.#change(index);
      });
      return;
    }
    const times = dice.one([1, 1, 1, 2, 4]);
    for (let n = 0; n < times; n++) this.#changeOne(feed.ledger);
  }

  #changeOne(ledger: Ledger): void {
    const { dice } = this.#scene;
    const id = dice.one(this.#ids);
    const former = ledger.records.get(id);
    const latest = former?.at(-1);
    this.#scene.trace(`change ${ledger.setting.name} ${id}`);
    if (latest !== undefined && !latest.gone && dice.chance(0.3)) return ledger.remove(id);
    const before = former?.at(-2);
    if (before !== undefined && dice.chance(0.15)) {
      const { name, trifle } = before.record as { name: string; trifle: number };
      return ledger.put(id, name, trifle);
    }
    ledger.put(id);
  }

  #edit(index: number): void {
    const scene = this.#scene;
    const { feeds, dice } = scene;
    const feed = feeds[index];
    if (feed === undefined) return;
    const edit = dice.one<Edit | undefined>([
      undefined,
      {},
      {},
      { every: scene.pace * 1.5 },
      { callback: 'two' },
      { callback: 'one' },
      { ignore: true },
      { request: true },
      { path: true },
    ]);
    this.#scene.count(edit === undefined ? 'file removed' : 'file edited');
    this.#scene.trace(`file ${feed.id} ${JSON.stringify(edit)}`);
    feed.change(edit);
    this.#handles.replan();
  }
}
