import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { settings, type Setting } from './history-settings.ts';
import { birth, minute, second, watch, type ToldEvent, type Watch } from './watch.ts';
import type { Row } from '../support/scripted-provider.ts';
import { iso } from '../support/scripted-provider.ts';
import type { JsonObject } from '../../src/model/record.ts';

/** One step of a history. */
type Step =
  | { readonly do: 'put' | 'remove'; readonly id: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'poll' }
  /** An answer of the next poll is an error. */
  | { readonly do: 'stumble'; readonly page: number; readonly lost: boolean }
  /** Rows change while a poll reads; all of them may have changed before. */
  | {
      readonly do: 'shift';
      readonly crowd: boolean;
      readonly when: 'before' | 'behind';
      readonly page: number;
      readonly changes: readonly (readonly ['put' | 'remove', string])[];
    }
  /** The machine stops in the next poll, at its n-th commit. */
  | { readonly do: 'crash'; readonly commit: number };

const ids = ['a', 'b', 'c', 'd', 'e'];
const id = fc.constantFrom(...ids);
const kind = fc.constantFrom('put' as const, 'put' as const, 'remove' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: kind, id }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 5_000, 61_000, 3_600_000) }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'poll' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stumble' as const), page: fc.nat(2), lost: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('shift' as const),
      crowd: fc.boolean(),
      when: fc.constantFrom('before', 'before', 'behind'),
      page: fc.integer({ min: 1, max: 3 }),
      changes: fc.array(fc.tuple(fc.constantFrom('put', 'remove', 'remove'), id), { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), commit: fc.nat(1) }) },
);

/** A watch on which a history is played. */
class Play {
  readonly w: Watch;
  readonly setting: Setting;
  /** How often each record was deleted. */
  readonly removals = new Map<string, number>();
  #version = 0;
  /** A record may be missed by one reading only: after rows shifted, one reading goes by in quiet. */
  #quiet = true;
  #crashAt: number | undefined;

  constructor(setting: Setting) {
    this.setting = setting;
    const beforeCommit = (made: number): void => {
      if (made === this.#crashAt) throw new Error('the machine stops');
    };
    this.w = watch(setting.entry, { provider: setting.provider, beforeCommit });
    this.w.provider.ahead = setting.ahead ?? 0;
    this.w.provider.date = setting.date ?? 'true';
  }

  put(recordId: string): void {
    const deleted: JsonObject = this.setting.flag ? { deleted: false } : {};
    const { provider } = this.w;
    const visible = provider.now() + (this.setting.late ?? 0);
    provider.put(recordId, { v: ++this.#version, ...deleted }, this.setting.late === undefined ? {} : { visible });
  }

  remove(recordId: string): void {
    const { provider } = this.w;
    if (!isAlive(provider.row(recordId))) return;
    this.removals.set(recordId, (this.removals.get(recordId) ?? 0) + 1);
    if (this.setting.flag) provider.put(recordId, { deleted: true });
    else provider.remove(recordId);
  }

  async step(one: Step): Promise<void> {
    const { clock, provider } = this.w;
    switch (one.do) {
      case 'put':
        return this.put(one.id);
      case 'remove':
        return this.remove(one.id);
      case 'wait':
        return clock.advance(one.ms);
      case 'poll':
        await this.w.tryPoll();
        this.#quiet = true;
        return provider.unscript();
      case 'stumble':
        for (let n = 0; n < 5; n++) provider.answer(one.lost ? { failure: 'cut' } : 503, one.page + 1 + n);
        return;
      case 'shift':
        if (!this.#quiet) return;
        if (one.crowd) {
          for (const recordId of ids) this.put(recordId);
          await clock.advance(5 * second);
        }
        provider[one.when](one.page, () => {
          this.#quiet = false;
          for (const [how, recordId] of one.changes) this[how](recordId);
        });
        await this.w.tryPoll();
        return provider.unscript();
      case 'crash':
        this.#crashAt = this.w.commits.length + one.commit;
        await this.w.tryPoll().catch(() => undefined);
        this.#crashAt = undefined;
        return provider.unscript();
    }
  }
}

interface Known {
  readonly alive: boolean;
  readonly v: unknown;
}

/** What a receiver knows that lets a second telling of the same event go by. Fails where the tellings make no sense. */
function receive(
  events: readonly ToldEvent[],
  setting: Setting,
  atBirth: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  const seen = new Map<string, string>();
  for (const { id: eventId, kind: told, recordId, record } of events) {
    const what = JSON.stringify([told, recordId, record]);
    const before = seen.get(eventId);
    if (before !== undefined) {
      assert.equal(what, before, 'an id stands for one thing');
      continue;
    }
    seen.set(eventId, what);
    const former =
      known.get(recordId) ?? (atBirth.has(recordId) ? { alive: true, v: atBirth.get(recordId) } : undefined);
    if (told === 'CREATED' && setting.deletions) assert.notEqual(former?.alive, true, `${recordId} is created once`);
    if (told === 'UPDATED') assert.notEqual(former?.alive, false, `${recordId} is not updated after its deletion`);
    if (told !== 'DELETED')
      assert.notDeepEqual({ alive: true, v: record['v'] }, former, `${recordId} is not told twice`);
    if (told === 'DELETED') assert.notEqual(former?.alive, false, `${recordId} is deleted once`);
    known.set(recordId, { alive: told !== 'DELETED', v: told === 'DELETED' ? undefined : record['v'] });
  }
  return known;
}

function isAlive(row: Row | undefined): row is Row {
  return row !== undefined && row.fields['deleted'] !== true;
}

for (const setting of settings) {
  test(`after any history of ${setting.name} the receiver knows what the provider shows`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(ids), fc.array(step, { maxLength: 12, size: 'max' }), async (old, steps) => {
        const play = new Play(setting);
        const { w } = play;
        await w.clock.jumpTo(birth - minute - Math.max(0, setting.ahead ?? 0));
        for (const recordId of old) play.put(recordId);
        const atBirth = new Map(w.provider.rows().map((row) => [row.id, row.fields['v']]));
        await w.clock.jumpTo(birth);
        await w.born();
        if (!setting.dated || setting.deletions) await w.poll();

        for (const one of steps) await play.step(one);
        w.provider.unscript();
        for (let n = 0; n < 3; n++) {
          await w.clock.advance(61 * minute);
          await w.poll();
        }

        const known = receive(w.events(), setting, atBirth);
        for (const recordId of ids) {
          const deletions = new Set(
            w
              .events()
              .filter((told) => told.kind === 'DELETED' && told.recordId === recordId)
              .map((told) => told.id),
          );
          assert.ok(
            deletions.size <= (play.removals.get(recordId) ?? 0),
            `${recordId} is told as deleted only where it was`,
          );
          const row = w.provider.row(recordId);
          const knows =
            known.get(recordId) ?? (atBirth.has(recordId) ? { alive: true, v: atBirth.get(recordId) } : undefined);
          if (isAlive(row))
            assert.deepEqual(knows, { alive: true, v: row.fields['v'] }, `${recordId} as of ${iso(row.updated)}`);
          else if (setting.deletions) assert.notEqual(knows?.alive, true, `${recordId} is deleted`);
        }
      }),
      { numRuns: Number(process.env['HISTORIES'] ?? 100), includeErrorInReport: true },
    );
  });
}
