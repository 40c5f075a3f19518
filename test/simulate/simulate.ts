import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { playHistory, type Outcome } from './history.ts';
import { Tally } from './tally.ts';

/** Histories that a worker plays before it reports. */
const share = 20;

const usage = `Plays histories of the daemon in a simulated world and compares what was told with what happened.

  npm run simulate -- --seeds N [--seed S] [--jobs J] [--until-flaw]
  npm run simulate -- --seed S          one history, every happening in it

  --seeds N      so many histories (default 1000)
  --seed S       the first seed (default 1); the same seed is the same history, byte for byte
  --jobs J       so many at once (default: one for each processor)
  --until-flaw   stop at the first history that is not as it should be
`;

interface Task {
  readonly first: number;
  readonly count: number;
}

interface Report {
  readonly seed: number;
  readonly outcome: Outcome;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      jobs: { type: 'string' },
      'until-flaw': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return print(usage, 0);
  const [seeds, seed, jobs] = [values.seeds, values.seed, values.jobs].map((text) => Number(text ?? '1'));
  if (![seeds, seed, jobs].every((number) => Number.isSafeInteger(number) && (number ?? 0) > 0))
    return print(`--seeds, --seed and --jobs are whole numbers above zero\n\n${usage}`, 64);
  if (values.seed !== undefined && values.seeds === undefined) return replay(seed ?? 1);
  return playMany({
    first: seed ?? 1,
    count: values.seeds === undefined ? 1_000 : (seeds ?? 1),
    jobs: values.jobs === undefined ? availableParallelism() : (jobs ?? 1),
    untilFlaw: values['until-flaw'] === true,
  });
}

/** One history with every happening in it. */
async function replay(seed: number): Promise<number> {
  const tally = new Tally();
  const outcome = await playHistory(seed, (line) => process.stdout.write(`${line}\n`));
  tally.add(seed, outcome);
  return print(`\n${tally.flaws()}${tally.summary()}`, tally.flawed === 0 ? 0 : 1);
}

async function playMany(wanted: {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  readonly untilFlaw: boolean;
}): Promise<number> {
  const tally = new Tally();
  const begun = performance.now();
  const end = wanted.first + wanted.count;
  let next = wanted.first;
  let stopped = false;
  const nextTask = (): Task | undefined => {
    if (stopped || next >= end) return undefined;
    const task = { first: next, count: Math.min(share, end - next) };
    next += task.count;
    return task;
  };
  const progress = (): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${tally.histories} of ${wanted.count} histories, ${tally.flawed} flawed `);
  };
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url));
    try {
      for (let task = nextTask(); task !== undefined; task = nextTask()) {
        for (const { seed, outcome } of await ask(worker, task)) tally.add(seed, outcome);
        stopped ||= wanted.untilFlaw && tally.flawed > 0;
        progress();
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(wanted.jobs, wanted.count) }, work));
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const seconds = (performance.now() - begun) / 1_000;
  return print(`${tally.flaws()}${tally.summary(seconds)}`, tally.flawed === 0 ? 0 : 1);
}

function ask(worker: Worker, task: Task): Promise<readonly Report[]> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage(task);
  });
}

function serve(port: NonNullable<typeof parentPort>): void {
  port.on('message', async ({ first, count }: Task) => {
    const reports: Report[] = [];
    for (let seed = first; seed < first + count; seed++) reports.push({ seed, outcome: await playHistory(seed) });
    port.postMessage(reports);
  });
}

function print(text: string, exit: number): number {
  process.stdout.write(text);
  return exit;
}

if (isMainThread) process.exitCode = await main();
else if (parentPort !== null) serve(parentPort);
