import { openFileJournal } from '../../src/journal/file-journal.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { standingClock, step, week } from './steps.ts';

export const segmentBytes = 2000;
export const liveBytes = 10_000;

/** A journal whose segments rotate and retire after a few commits. */
export function open(disk: SimulatedDisk, clock = standingClock(), tell?: (notice: Notice) => void): Promise<Journal> {
  return openFileJournal(disk, {
    clock,
    retention: week,
    segmentBytes,
    liveBytes,
    reserveBytes: 10,
    ...(tell === undefined ? {} : { tell }),
  });
}

/** Bytes of the live log. */
export function liveSize(disk: SimulatedDisk): Promise<number> {
  const live = disk.paths().filter((path) => /^journal\/\d/.test(path));
  return Promise.all(live.map(async (path) => (await disk.read(path))?.length ?? 0)).then((all) =>
    all.reduce((a, b) => a + b, 0),
  );
}

/** Commits without deliveries, so many that the log's oldest segments must go. */
export async function busy(journal: Journal, feed: string, from: number, count = 60): Promise<void> {
  for (let generation = from; generation < from + count; generation += 1) await journal.commit(step(feed, generation));
}

/** Lets a compaction come to its end: the simulated disk needs no time, only turns. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 2000; turns += 1) await Promise.resolve();
}
