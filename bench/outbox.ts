import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDrain, openJournal, writeWaiting, type Load } from './waiting-log.ts';

/** What opening a state directory in a process of its own came to. */
interface Opened {
  readonly openMs: number;
  /** Processor time, whatever else the machine does. */
  readonly cpuMs: number;
  readonly firstPostMs: number;
  /** Heap and buffers that stay, less those of a process that opened nothing. */
  readonly keptBytes: number;
  readonly peakRss: number;
  /** POSTs that went out within a second after the first, and heap and buffers then. */
  readonly posts: number;
  readonly sendingBytes: number;
}

const events = Number(process.env['EVENTS'] ?? 1_000_000);
const loads: Readonly<Record<string, Load>> = {
  empty: { events: 0, perPost: 1, bodyBytes: 0 },
  'POSTs of ten': { events, perPost: 10, bodyBytes: 2_500 },
  'POSTs of one': { events, perPost: 1, bodyBytes: 600 },
};

async function open(folder: string): Promise<Opened> {
  const before = kept();
  const start = performance.now();
  const cpu = process.cpuUsage();
  const journal = await openJournal(folder);
  const openMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const keptBytes = kept() - before;
  const stop = new AbortController();
  let posts = 0;
  let firstPostMs = 0;
  let first: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => (first = resolve));
  const drain = openDrain(journal, async () => {
    posts += 1;
    if (posts === 1) firstPostMs = performance.now() - start;
    first();
    return { ok: true, answer: { status: 200, headers: {}, text: '', sentAt: 0, took: 0, endedAt: 0 } };
  });
  const running = drain.run(stop.signal);
  if (drain.status().callbacks.length > 0) {
    await sent;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const sendingBytes = kept() - before;
  stop.abort();
  await running;
  await journal.close();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  return { openMs, cpuMs: (user + system) / 1_000, firstPostMs, keptBytes, peakRss, posts, sendingBytes };
}

function kept(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'elementd-bench-outbox-'));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  let empty: Opened | undefined;
  try {
    for (const [name, load] of Object.entries(loads)) {
      const folder = join(scratch, name.replaceAll(' ', '-'));
      await writeWaiting(folder, load);
      const command = ['--expose-gc', fileURLToPath(import.meta.url), folder];
      const opened: Opened = JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }));
      empty ??= opened;
      const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
      const forEach = load.events === 0 ? '' : `, ${(opened.keptBytes / load.events).toFixed(1)} bytes for each event`;
      say(`${name}: ${load.events} events wait`);
      say(`  opened in ${Math.round(opened.openMs)} ms (${Math.round(opened.cpuMs)} ms of the processor), first POST after ${Math.round(opened.firstPostMs)} ms`); // prettier-ignore
      say(`  memory kept ${mb(opened.keptBytes)}${forEach}; while sending ${mb(opened.sendingBytes)}, ${opened.posts} POSTs in a second`); // prettier-ignore
      say(`  peak of the process ${mb(opened.peakRss)}: ${(opened.peakRss / empty.peakRss).toFixed(2)} times that of an empty outbox`); // prettier-ignore
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [, , folder] = process.argv;
if (folder === undefined) await main();
else process.stdout.write(JSON.stringify(await open(folder)));
