import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../support/child.ts';
import { projectRoot } from '../support/source-files.ts';
import { Dice } from './dice.ts';
import { Files } from './files.ts';
import { byRecord, missing, wrong } from './judge.ts';
import { FEEDS, Ledger } from './ledger.ts';
import { openProvider, type Provider } from './provider.ts';
import { openReceiver, type Counts } from './receiver.ts';

/** When the daemon is killed: while it starts and recovers, while it runs, after a file was edited, while it stops. */
const MOMENTS = { start: 3, running: 5, reload: 3, stop: 1.5 } as const;

type Moment = keyof typeof MOMENTS;

const main = join(projectRoot(), 'dist/src/cli/main.js');

/** What an assault on the daemon came to. */
export interface Assault extends ReturnType<Provider['counts']>, Counts {
  /** By moment; `look` is the first look. */
  readonly kills: Readonly<Record<Moment | 'look', number>>;
  /** Stops that were over before the kill came. */
  readonly stops: number;
  readonly seconds: number;
  readonly records: number;
  readonly changes: number;
  /** Changes told; the others were followed by a later one before a poll could see them. */
  readonly told: number;
  readonly deletions: number;
  /** Everything that is lost or wrong; nothing where all is well. */
  readonly flaws: readonly string[];
}

/** So long everything may take to become quiet in the end. */
const QUIET = 90_000;

/**
 * Runs the daemon of dist/ between a provider and a receiver that behave as badly as they can, and kills it so many times at moments that
 * the seed says; then lets everything become quiet and compares what was told with what happened.
 */
export async function assault(kills: number, seed: number): Promise<Assault> {
  const dice = new Dice(seed);
  const began = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'elementd-kills-'));
  const ledger = new Ledger(dice.apart());
  const provider = await openProvider(ledger, dice.apart());
  const receiver = await openReceiver(dice.apart());
  const files = new Files(folder, `${receiver.origin}/hook`, dice.apart());
  const flaws: string[] = [];
  const count = { look: 0, start: 0, running: 0, reload: 0, stop: 0 };
  let stops = 0;
  let daemon: Child | undefined;
  const start = (): Child => (daemon = startDaemon(folder));

  try {
    await files.begin(provider.origin);
    while (count.look < Math.min(kills, 2)) {
      const looking = start();
      await sleep(200 + dice.below(700));
      await looking.end('SIGKILL');
      count.look += 1;
    }
    // What changes before a feed without dates was looked at once belongs to what it learns.
    let running = start();
    await Promise.all(FEEDS.map((feed) => running.line((line) => isPolled(line, feed))));
    ledger.awake = true;
    const living = live(ledger, dice.apart());
    for (let killed = count.look; killed < kills;) {
      if (hasEnded(running)) running = start();
      const moment = dice.pick(MOMENTS);
      const code = await killAt(moment, running, files, dice);
      if (code === null) {
        count[moment] += 1;
        killed += 1;
      } else if (code === 0 && moment === 'stop') stops += 1;
      else {
        flaws.push(`the daemon ended by itself with ${code}: ${running.lines.slice(-3).join(' ')}`);
        break;
      }
      flaws.push(...complaintsOf(running));
      if (dice.chance(0.7)) await files.mend();
      if (dice.chance(0.2)) await sleep(dice.below(300));
    }
    ledger.awake = false;
    await living;

    provider.calmDown();
    receiver.calmDown();
    await files.mend();
    running = start();
    await running.line(isStarted);
    // Whatever pause a POST has come to at the former address, at the new one it is tried at once.
    await files.move(`${receiver.origin}/moved`);
    running.process.kill('SIGHUP');
    const quiet = (): boolean => missing(ledger, receiver.heard).length === 0;
    for (const end = Date.now() + QUIET; !quiet() && Date.now() < end && !hasEnded(running);) await sleep(50);
    flaws.push(...(await lastWords(running, folder)));
    flaws.push(...missing(ledger, receiver.heard), ...wrong(ledger, receiver.heard));
    flaws.push(...receiver.changed.map((name) => `the POST ${name} did not hold the same bytes every time`));
  } finally {
    await daemon?.end('SIGKILL');
    await provider.close();
    await receiver.close();
    if (flaws.length === 0) await rm(folder, { recursive: true, force: true });
    else flaws.push(`the folder of the daemon is kept: ${folder}`);
  }
  const told = [...byRecord(receiver.heard).values()].flat();
  return {
    ...{ kills: count, stops, seconds: (Date.now() - began) / 1_000, flaws },
    ...provider.counts(),
    ...receiver.counts(),
    records: FEEDS.reduce((sum, feed) => sum + ledger.rows(feed).length, 0),
    changes: ledger.changes,
    told: told.length,
    deletions: told.filter(({ kind }) => kind === 'DELETED').length,
  };
}

/** Changes things while the ledger is awake. */
async function live(ledger: Ledger, dice: Dice): Promise<void> {
  while (ledger.awake) {
    ledger.happen();
    await sleep(5 + dice.below(60));
  }
}

function startDaemon(folder: string): Child {
  return startChild(process.execPath, [main, 'run', '--log-level', 'debug'], { cwd: folder });
}

function hasEnded({ process: { exitCode, signalCode } }: Child): boolean {
  return exitCode !== null || signalCode !== null;
}

function isStarted(line: string): boolean {
  return line.includes('"daemon:started"');
}

function isPolled(line: string, feed: string): boolean {
  return line.includes('"poll:done"') && line.includes(`/${feed}"`);
}

/** Kills the daemon at such a moment. Gives its exit code where it had ended by itself. */
async function killAt(moment: Moment, daemon: Child, files: Files, dice: Dice): Promise<number | null> {
  const [early, late, least] = [dice.below(700), dice.below(1_200), dice.below(200)];
  if (moment === 'start') await sleep(early);
  else {
    await daemon.line(isStarted).catch(() => undefined);
    await sleep(moment === 'running' ? late : early);
  }
  if (moment === 'reload') {
    await files.edit();
    // The files are watched; a signal is the quicker way.
    if (dice.chance(0.6)) daemon.process.kill('SIGHUP');
    await sleep(late / 2);
  }
  if (moment === 'stop') {
    daemon.process.kill('SIGTERM');
    await sleep(least);
  }
  return daemon.end('SIGKILL');
}

/** What a daemon must not say, whatever is done to it. */
function complaintsOf(daemon: Child): readonly string[] {
  return daemon.lines.filter(
    (line) => /inside elementd|journal-damaged|is damaged|cannot be used/.test(line) || /^\s+at /.test(line),
  );
}

/** Lets the daemon poll on and stop, and runs it once more: nothing waits, nothing fails, nothing is told anew. */
async function lastWords(daemon: Child, folder: string): Promise<readonly string[]> {
  const flaws: string[] = [];
  const polls = (feed: string): number => daemon.lines.filter((line) => isPolled(line, feed)).length;
  const seen = new Map(FEEDS.map((feed) => [feed, polls(feed)]));
  for (const end = Date.now() + QUIET; Date.now() < end && !hasEnded(daemon);) {
    if (FEEDS.every((feed) => polls(feed) >= (seen.get(feed) ?? 0) + 4)) break;
    await sleep(50);
  }
  const status = startChild(process.execPath, [main, 'status', '--json'], { cwd: folder });
  const exit = await status.exit();
  if (exit !== 0) return [`status ends with ${exit}: ${status.lines.join(' ')}`];
  const { feeds, delivery } = JSON.parse(status.lines.join('\n')) as Status;
  const waiting = delivery.callbacks.reduce((sum, { events }) => sum + events, delivery.parked.events);
  if (waiting + delivery.dead > 0) flaws.push(`${waiting} events still wait, ${delivery.dead} POSTs are dead`);
  for (const { feed, state, says } of feeds) if (!['ok', 'polling'].includes(state)) flaws.push(`${feed}: ${says}`);
  const stopped = await daemon.end('SIGTERM');
  if (stopped !== 0) flaws.push(`the daemon ended with ${stopped} when it was stopped`);
  const once = startChild(process.execPath, [main, 'run', '--once'], { cwd: folder });
  const ended = await once.exit();
  if (ended !== 0) flaws.push(`run --once ended with ${ended}: ${once.lines.join(' ')}`);
  return [...flaws, ...once.lines.filter((line) => line.includes('told ')), ...complaintsOf(daemon)];
}

interface Status {
  readonly feeds: readonly { readonly feed: string; readonly state: string; readonly says: string }[];
  readonly delivery: {
    readonly callbacks: readonly { readonly events: number }[];
    readonly parked: { readonly events: number };
    readonly dead: number;
  };
}
