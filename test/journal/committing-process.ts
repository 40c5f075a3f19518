import { openDisk } from '../../src/io/disk.ts';
import { openFileJournal } from '../../src/journal/file-journal.ts';
import type { Journal } from '../../src/model/journal.ts';
import { delivered, noon, standingClock, telling, week } from './steps.ts';

/** The journal of the tests that kill: segments so small that some are retired in each life. */
export function openSmall(root: string): Promise<Journal> {
  const sizes = { segmentBytes: 20_000, liveBytes: 60_000, reserveBytes: 1000 };
  return openFileJournal(openDisk(root), { clock: standingClock(noon), retention: week, ...sizes });
}

/** Commits and settles on one feed for ever, saying what was confirmed: `<feed> <generation>`, and a second line when it was settled. */
async function live(journal: Journal, feed: string): Promise<void> {
  for (let generation = (await journal.load(feed))?.generation ?? 0; ; generation += 1) {
    const step = telling(feed, generation, `${generation % 10}`, generation + 1, `${feed} ${generation}`.repeat(20));
    await journal.commit(step);
    process.stdout.write(`committed ${feed} ${generation}\n`);
    const [fresh] = step.deliveries;
    if (fresh === undefined || generation % 3 === 0) continue;
    await journal.settle(delivered(fresh.id));
    process.stdout.write(`settled ${feed} ${generation}\n`);
  }
}

if (process.argv[2] === 'live' && process.argv[3] !== undefined) {
  const journal = await openSmall(process.argv[3]);
  await Promise.all(['a/x', 'b/y', 'c/z'].map((feed) => live(journal, feed)));
}
