import assert from 'node:assert/strict';
import type { Journal } from '../../src/model/journal.ts';
import type { Told } from '../../src/model/change.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { open, quiet } from './small-journal.ts';
import { dead, delivered, head, noon } from './steps.ts';

export const feeds = ['a/x', 'b/y', 'c/z'] as const;
/** A feed of which nothing is heard any more. */
export const still = 'd/still';

/** Providers of three feeds, one that polls them, and a receiver: what each record is, and what was sent of it. */
export class Lived {
  readonly records = new Map<string, Map<string, { readonly date: number; readonly digest: string }>>();
  /** Bodies that a receiver has, or that a dead letter keeps. */
  readonly sent = new Set<string>();
  now = noon;

  /** Changes a record at its provider. */
  change(feed: string, id: string): void {
    this.now += 1000;
    const records = this.records.get(feed) ?? new Map<string, { date: number; digest: string }>();
    this.records.set(feed, records.set(id, { date: this.now, digest: `${id} as of ${this.now - noon}` }));
  }

  /** Reads what changed since the watermark, or all where that is due, and tells what is news. */
  async poll(journal: Journal, feed: string): Promise<void> {
    const state = await journal.load(feed);
    const before = state?.head ?? { ...head(feed, noon), looked: 'none' as const };
    const news = [...(this.records.get(feed) ?? [])].flatMap(([id, { date, digest }]) => {
      const known = state?.snapshot.get(id);
      const read = before.looked === 'none' || date >= before.watermark;
      return read && known?.digest !== digest
        ? [{ id, told: { n: (known?.n ?? 0) + 1, date, digest, at: this.now } }]
        : [];
    });
    await journal.commit({
      feed,
      generation: state?.generation ?? 0,
      head: { ...before, watermark: this.now, looked: 'full' },
      told: news.map(({ id, told }): [string, Told] => [id, told]),
      deliveries: news.map(({ id, told }) => ({
        id: `${feed}#${id}@${told.n}`,
        feed,
        contentType: 'application/json',
        events: [{ id: `event ${feed}#${id}@${told.n}`, kind: 'UPDATED', recordId: id, date: told.date }],
        body: bodyOf(feed, told.digest),
        committedAt: this.now,
      })),
    });
  }

  /** Sends what is pending, as many as are asked for; of those the last as a dead letter where that is wanted. */
  async send(journal: Journal, count = Infinity, lastDies = false): Promise<void> {
    const pending = [...journal.pending()].slice(0, count);
    for (const [index, { id }] of pending.entries()) {
      this.sent.add((await journal.body(id)) ?? '');
      await journal.settle(lastDies && index === pending.length - 1 ? dead(id, this.now) : delivered(id, this.now));
    }
  }

  /** Latest versions that nobody was told. */
  untold(): readonly string[] {
    return [...this.records].flatMap(([feed, records]) =>
      [...records.values()].map(({ digest }) => bodyOf(feed, digest)).filter((body) => !this.sent.has(body)),
    );
  }
}

/** A state directory after some days of that: retired segments, checkpoints, a dead letter, deliveries that wait. */
export async function livedState(): Promise<{ readonly disk: SimulatedDisk; readonly life: Lived }> {
  const disk = simulatedDisk();
  const life = new Lived();
  const journal = await open(disk);
  life.change(still, '1');
  await life.poll(journal, still);
  for (let round = 0; round < 24; round += 1) {
    for (const [index, feed] of feeds.entries()) {
      if (round > 2 && (round + index) % 3 === 0) continue;
      for (const id of [`${round % 5}`, `${index}${round % 7}`]) life.change(feed, id);
      await life.poll(journal, feed);
    }
    await life.send(journal, [...journal.pending()].length - 4, round === 3);
    await quiet();
  }
  const liveSegments = (): number => disk.paths().filter((path) => /^journal\/\d/.test(path)).length;
  for (let more = 0; more < 20 && (more < 1 || liveSegments() < 4); more += 1) {
    for (const feed of feeds) {
      life.change(feed, `last ${more % 2}`);
      await life.poll(journal, feed);
      await quiet();
    }
  }
  await journal.close();
  assert.ok(liveSegments() > 2, `${liveSegments()} live segments`);
  return { disk: disk.afterPowerCut('kept'), life };
}

function bodyOf(feed: string, digest: string): string {
  return `${feed} ${digest} `.padEnd(120, '.');
}
