import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDisk } from '../src/io/disk.ts';
import { openFileJournal } from '../src/journal/file-journal.ts';
import type { FeedHead, Told } from '../src/model/change.ts';
import type { Disk } from '../src/model/disk.ts';
import type { Commit, Journal } from '../src/model/journal.ts';

/**
 * Commits of many feeds at once against a bare loop that appends as many bytes in the same groups, with one write and one fdatasync for each.
 * The two take turns on the same disk. With `--check` it fails where the journal comes to less than its share of the bare loop.
 */
const committers = 64;
const commitsEach = 40;
const rounds = 15;
const share = 0.4;
const began = Date.UTC(2026, 0, 2);

/** What polls commit: most of them find nothing. */
const kinds = ['nothing new', 'a record learned', 'a record told in a POST'] as const;
type Kind = (typeof kinds)[number];

const rules: FeedHead['rules'] = [{ compare: 'both', ignoreFields: [], records: 'data', map: false, dropNulls: false }];

function commitOf(kind: Kind, feed: string, generation: number): Commit {
  const watermark = began + generation * 60_000;
  const recordId = `record-${generation % 1_000}-of-the-account`;
  const told: Told = { n: 1, date: watermark, digest: `${generation}`.padStart(22, 'x'), at: watermark + 500 };
  const head: FeedHead = {
    feed,
    identity: 'Lq0wPvAJ2GtqmHVqR9g1xA',
    birth: began,
    since: began,
    watermark,
    looked: 'full',
    request: 'tS2F1lZx0vYpXo1KzVw9Cg',
    rules,
    noticed: [],
  };
  const record = { id: recordId, name: 'Ada Lovelace', email: 'ada@example.com', notes: 'x'.repeat(400) };
  const delivery: Commit['deliveries'][number] = {
    id: `msg_${feed}_${generation}`,
    feed,
    callback: 'https://hooks.example.com/elementd',
    contentType: 'application/json',
    events: [{ id: `evt_${feed}_${generation}`, kind: 'UPDATED', recordId, date: watermark }],
    body: JSON.stringify({ events: [{ eventType: 'UPDATED', objectId: recordId }], raw: [record] }),
    committedAt: watermark,
  };
  return {
    feed,
    generation,
    head,
    told: kind === 'nothing new' ? [] : [[recordId, told]],
    deliveries: kind === 'a record told in a POST' ? [delivery] : [],
  };
}

/** The disk, which notes how many bytes each group has. */
function noting(disk: Disk, groups: number[]): Disk {
  return {
    ...disk,
    append: async (path) => {
      const file = await disk.append(path);
      const append = (bytes: Uint8Array): Promise<void> => {
        groups.push(bytes.length);
        return file.append(bytes);
      };
      return Object.create(file, { append: { value: append } }) as typeof file;
    },
  };
}

/** How long it takes until all have committed all of theirs, one after the other. */
async function journalRound(journal: Journal, commits: readonly (readonly Commit[])[]): Promise<number> {
  const start = performance.now();
  await Promise.all(
    commits.map(async (each) => {
      for (const commit of each) await journal.commit(commit);
    }),
  );
  return performance.now() - start;
}

async function bareRound(path: string, groups: readonly number[]): Promise<number> {
  const bytes = Buffer.alloc(Math.max(...groups), 'x');
  const file = await open(path, 'w');
  const start = performance.now();
  let position = 0;
  for (const length of groups) {
    await file.write(bytes, 0, length, position);
    await file.datasync();
    position += length;
  }
  const took = performance.now() - start;
  await file.close();
  return took;
}

/** The journal's share of the bare loop in each round. */
async function compare(kind: Kind): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-bench-'));
  const groups: number[] = [];
  const shares: number[] = [];
  const taken: { readonly journal: number; readonly bare: number; readonly groups: number; readonly bytes: number }[] =
    [];
  try {
    const disk = noting(openDisk(folder), groups);
    const journal = await openFileJournal(disk, { clock: { now: () => began }, retention: 0 });
    const feeds = Array.from({ length: committers }, (_, index) => `instance-${index}/contacts`);
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const from = round * commitsEach;
      const commits = feeds.map((feed) =>
        Array.from({ length: commitsEach }, (_, index) => commitOf(kind, feed, from + index)),
      );
      groups.length = 0;
      const inJournal = await journalRound(journal, commits);
      const sizes = groups.slice();
      const bare = await bareRound(join(folder, 'bare'), sizes);
      await Promise.all(
        [...journal.pending()].map(({ id }) => journal.settle({ id, outcome: 'delivered', at: began, status: 200 })),
      );
      if (round === 0) continue;
      shares.push(bare / inJournal);
      taken.push({ journal: inJournal, bare, groups: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0) });
    }
    await journal.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const commits = committers * commitsEach;
  const group = commits / median(taken.map((one) => one.groups));
  const kilobytes = median(taken.map((one) => one.bytes / one.groups)) / 1_000;
  const perSecond = (key: 'journal' | 'bare'): string =>
    ((1_000 * commits) / median(taken.map((one) => one[key]))).toFixed(0);
  process.stdout.write(
    `${kind}: ${perSecond('journal')} commits a second, a bare loop ${perSecond('bare')} ` +
      `(groups of ${group.toFixed(0)}, ${kilobytes.toFixed(0)} kB): ${median(shares).toFixed(2)}\n`,
  );
  return shares;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const all: number[] = [];
for (const kind of kinds) all.push(...(await compare(kind)));
process.stdout.write(
  `${committers} feeds at once, median of all rounds: ${median(all).toFixed(2)} (at least ${share})\n`,
);
if (process.argv.includes('--check') && median(all) < share) process.exitCode = 1;
