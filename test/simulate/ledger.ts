import type { Instant } from '../../src/model/instant.ts';
import type { JsonObject } from '../../src/model/record.ts';
import type { Dice } from './dice.ts';
import { written, type FeedSetting } from './setting.ts';
import type { Timeline } from './timeline.ts';

/** One thing that happened to a record. */
export interface Entry {
  readonly id: string;
  /** Its place in the whole ledger. */
  readonly number: number;
  readonly gone: boolean;
  /** Dates as the provider keeps them, on its own clock. */
  readonly updated: Instant;
  readonly created: Instant;
  /** The record as answers show it, without noise. */
  readonly record: JsonObject;
  /** When it happened, and from when on searches show it, in true time. */
  readonly at: Instant;
  readonly visible: Instant;
}

/** All that ever happened to a provider's records: the truth that what was told is judged by. */
export class Ledger {
  readonly setting: FeedSetting;
  readonly records = new Map<string, Entry[]>();
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  #count = 0;

  constructor(setting: FeedSetting, timeline: Timeline, dice: Dice) {
    this.setting = setting;
    this.#timeline = timeline;
    this.#dice = dice;
  }

  /** The provider's clock. */
  now(): Instant {
    return this.#timeline.now + this.setting.ahead;
  }

  latest(id: string): Entry | undefined {
    return this.records.get(id)?.at(-1);
  }

  /** Creates a record, changes it, or brings it back. `name`: what it shall say. */
  put(id: string, name = `v${this.#count}`, trifle = this.#count): void {
    const former = this.latest(id);
    const created = former === undefined || (former.gone && this.#dice.chance(0.5)) ? this.#tick() : former.created;
    this.#enter(id, false, created, { name, trifle });
  }

  remove(id: string): void {
    const former = this.latest(id);
    if (former === undefined || former.gone) return;
    const { name, trifle } = former.record as { name: string; trifle: number };
    this.#enter(id, true, former.created, { name, trifle });
  }

  /** What a search shows now: of each record the latest that has become visible. */
  shown(): readonly Entry[] {
    const { now } = this.#timeline;
    const shown: Entry[] = [];
    for (const entries of this.records.values()) {
      const entry = entries.findLast(({ visible }) => visible <= now);
      if (entry !== undefined) shown.push(entry);
    }
    return shown;
  }

  #tick(): Instant {
    const { unit } = this.setting;
    return Math.floor(this.now() / unit) * unit;
  }

  #enter(id: string, gone: boolean, created: Instant, fields: JsonObject): void {
    const { dated, createdDate, deletes, late, unit } = this.setting;
    const entries = this.records.get(id) ?? [];
    this.records.set(id, entries);
    const updated = this.#tick();
    const { now } = this.#timeline;
    entries.push({
      id,
      number: this.#count++,
      gone,
      updated,
      created,
      record: {
        id,
        ...fields,
        ...(deletes === 'flag' ? { deleted: gone } : {}),
        ...(dated ? { updated: written(updated, unit) } : {}),
        ...(createdDate ? { created: written(created, unit) } : {}),
      },
      at: now,
      visible: Math.max(entries.at(-1)?.visible ?? 0, now + (late === 0 ? 0 : this.#dice.whole(0, late))),
    });
  }
}
