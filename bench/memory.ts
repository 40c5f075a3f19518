import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDetection } from '../src/detect/detect.ts';
import { newborn } from '../src/detect/head.ts';
import { openDisk } from '../src/io/disk.ts';
import { CompactSnapshot } from '../src/journal/compact-snapshot.ts';
import { openFileJournal } from '../src/journal/file-journal.ts';
import type { Snapshot, Told } from '../src/model/change.ts';
import type { Journal } from '../src/model/journal.ts';
import type { SourceRecord } from '../src/model/record.ts';
import { bytesInUse } from '../test/support/bytes-in-use.ts';
import { feedOf } from '../test/support/feeds.ts';

/**
 * What known records cost: opening, loading and memory for each record, of many feeds and of a single one, and how much slower a poll of
 * known records is than over a Map. Each step has a process of its own, so that nothing of a former one is in its memory.
 */
const shapes = [
  { feeds: 1_000, records: 1_000 },
  { feeds: 1, records: 1_000_000 },
];
const polled = 100_000;
const slice = 1_000;
const began = Date.UTC(2026, 0, 2);

/** An id of 20 to 36 characters and what is remembered of its record. */
function knownOf(feed: string, index: number): [string, Told] {
  const hash = createHash('sha256').update(`${feed} ${index}`).digest();
  const date = began + index * 1_000;
  const digest = hash.toString('base64url').slice(0, 22);
  return [hash.toString('hex').slice(0, 20 + (index % 17)), { n: index % 3, date, digest, at: date + 500 }];
}

function open(folder: string): Promise<Journal> {
  return openFileJournal(openDisk(folder), { clock: { now: () => began }, retention: 0 });
}

async function fill(folder: string, feeds: readonly string[], records: number): Promise<void> {
  const journal = await open(folder);
  const { head } = { head: newborn(feedOf('url: /contacts'), began) };
  for (const feed of feeds) {
    for (let from = 0, generation = 0; from < records; from += slice, generation += 1) {
      const told = Array.from({ length: Math.min(slice, records - from) }, (_, index) => knownOf(feed, from + index));
      await journal.commit({ feed, generation, head: { ...head, feed }, told, deliveries: [] });
    }
  }
  await journal.close();
}

async function load(folder: string, feeds: readonly string[], records: number): Promise<void> {
  const before = bytesInUse();
  const opening = performance.now();
  const journal = await open(folder);
  const opened = performance.now();
  const atOpening = bytesInUse() - before;
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const loading = performance.now();
  for (const feed of feeds) await journal.load(feed);
  const loaded = performance.now();
  // A pause counts when the loop turns again.
  await sleep(5);
  delays.disable();
  const bytes = bytesInUse() - before;
  for (const feed of feeds) {
    const { size = 0 } = (await journal.load(feed))?.snapshot ?? {};
    if (size !== records) throw new Error(`${feed} has ${size} records instead of ${records}`);
  }
  print(
    `${feeds.length} feeds of ${records} records: opened in ${seconds(opened - opening)} with ${megabytes(atOpening)} MB, ` +
      `all loaded in ${seconds(loaded - loading)} (longest pause ${(delays.max / 1e6).toFixed(0)} ms), ` +
      `${(bytes / feeds.length / records).toFixed(0)} bytes a record, ` +
      `at most ${megabytes(process.resourceUsage().maxRSS * 1_024)} MB resident`,
  );
  await journal.close();
}

/** A poll that finds nothing new, over a Map and over a compact snapshot by turns. */
function poll(): void {
  const feed = feedOf(
    'url: /contacts\nidField: id\ndatesConfiguration: {updatedDateField: updated, createdDateField: created}',
  );
  const head = newborn(feed, began);
  const text = JSON.stringify(
    Array.from({ length: polled }, (_, index) => {
      const [id, { date = 0 }] = knownOf('polled', index);
      const updated = new Date(date).toISOString();
      return { id, name: `Record ${index}`, email: `${id}@example.com`, updated, created: updated, tags: ['a', 'b'] };
    }),
  );
  const time = { start: began, dated: true, horizon: Date.UTC(2030, 0, 1), spent: 0 };
  const read = (snapshot: Snapshot): { readonly took: number; readonly told: readonly (readonly [string, Told])[] } => {
    // Parsed anew, as every answer is.
    const records = JSON.parse(text) as SourceRecord[];
    const start = performance.now();
    const outcomes = openDetection(feed, { ...head, looked: 'full' }, snapshot, true).page(
      { records, body: records },
      time,
    );
    const took = performance.now() - start;
    return { took, told: (outcomes ?? []).map(({ recordId, told }) => [recordId, told]) };
  };
  const map = new Map(read(new Map()).told);
  const compact = new CompactSnapshot();
  for (const [id, told] of map) compact.set(id, told);
  const ratios: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    const [overMap, overCompact] = [read(map), read(compact)];
    if (overMap.told.length + overCompact.told.length > 0) throw new Error('what is known was told anew');
    ratios.push(overCompact.took / overMap.took);
  }
  const median = ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? NaN;
  print(`a poll of ${polled} known records: ${median.toFixed(2)} of what it takes over a Map`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function inProcess(...step: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...step], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

const [step, folder = '', feedCount = '', records = ''] = process.argv.slice(2);
const feeds = Array.from({ length: Number(feedCount) }, (_, index) => `instance-${index}/contacts`);
if (step === 'fill') await fill(folder, feeds, Number(records));
else if (step === 'load') await load(folder, feeds, Number(records));
else if (step === 'poll') poll();
else {
  for (const shape of shapes) {
    const made = mkdtempSync(join(tmpdir(), 'elementd-bench-'));
    try {
      for (const each of ['fill', 'load']) inProcess(each, made, `${shape.feeds}`, `${shape.records}`);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  inProcess('poll');
}
