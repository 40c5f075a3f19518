import { join } from 'node:path';
import { watchConfig } from '../io/config-watch.ts';
import { serveControl } from '../io/control-socket.ts';
import type { ConfigPlaces } from '../io/config-content.ts';
import type { NoticeLevel } from '../model/notice.ts';
import { openDaemon, type Applied, type Daemon } from './compose.ts';
import { hasErrors, printProblems, readConfiguration } from './configuration.ts';
import { controlOf } from './control.ts';
import { counted } from './count-words.ts';
import { packageVersion } from './package-root.ts';
import { beginWatch, readPlaces, type WatchStart } from './watched-places.ts';
import { EXIT, type Exit, type World } from './world.ts';

/** What runs at a stop gets so long to finish. */
const GRACE_MS = 30_000;

export interface RunOptions {
  readonly config: string | undefined;
  readonly logLevel: NoticeLevel | undefined;
  readonly once: boolean;
  readonly strict: boolean;
}

/** The configuration files of a daemon. */
interface WatchedFiles {
  readonly configFile: string | undefined;
  /** Undefined where they cannot be watched. */
  readonly start: WatchStart | undefined;
}

/** `elementd run`: the daemon, until it is stopped; with `once`, one round of polls and deliveries. */
export async function run(options: RunOptions, world: World): Promise<Exit> {
  const start = options.once ? undefined : await beginWatch(options.config, world);
  const configuration = await readConfiguration(options.config, world);
  const errors = hasErrors(configuration.problems);
  if (configuration.lost || (options.strict && errors) || (errors && configuration.plan.feeds.size === 0)) {
    printProblems(configuration.problems, world);
    return EXIT.config;
  }
  const what = options.once ? 'elementd run --once' : 'elementd run';
  const daemon = await openDaemon(configuration, world, {
    configFile: options.config,
    logLevel: options.logLevel,
    what,
  });
  try {
    tellApplied(daemon, daemon.applied());
    if (hasErrors(daemon.applied().problems) && (options.strict || daemon.engine.plan.feeds.size === 0))
      return EXIT.config;
    if (options.once) return await once(daemon, world);
    return await serve(daemon, configuration.settings.state, world, { configFile: options.config, start });
  } finally {
    await daemon.close();
  }
}

async function once(daemon: Daemon, world: World): Promise<Exit> {
  const ok = await daemon.engine.once(world.stop);
  return ok ? EXIT.done : EXIT.failed;
}

async function serve(daemon: Daemon, state: string, world: World, files: WatchedFiles): Promise<Exit> {
  const { engine, clock, tell } = daemon;
  const hard = new AbortController();
  const reloads = reloadsOf(daemon, world, files);
  const control = await serveControl(
    join(state, 'elementd.sock'),
    controlOf({ ...daemon, applied: reloads.applied }, reloads.asked),
  );
  const unhook = world.onHangUp(() => void reloads.asked().catch(() => undefined));
  const says = `elementd ${packageVersion()} watches ${counted(engine.plan.feeds.size, 'feed')}`;
  tell({ name: 'daemon:started', level: 'info', at: clock.now(), says, facts: { pid: process.pid, state } });
  const unwatch = new AbortController();
  const watching = watchFiles(daemon, reloads, files.start, unwatch.signal);
  const onStop = (): void => {
    unwatch.abort();
    tell({
      name: 'daemon:stopping',
      level: 'info',
      at: clock.now(),
      says: 'stopping: what runs may finish within 30 s',
    });
    setTimeout(() => hard.abort(), GRACE_MS).unref();
  };
  world.stop.addEventListener('abort', onStop, { once: true });
  try {
    await engine.run(world.stop, hard.signal);
  } finally {
    unhook();
    unwatch.abort();
    await watching;
    world.stop.removeEventListener('abort', onStop);
    await control.close();
  }
  await daemon.close();
  tell({ name: 'daemon:stopped', level: 'info', at: clock.now(), says: 'stopped' });
  return EXIT.done;
}

/** The ways to a reload; whoever comes while one runs shares the next. */
interface Reloads {
  /** Somebody wants an answer: what came of it is told in any case. */
  asked(): Promise<Applied>;
  /** The files changed: told where that made a difference. */
  noticed(): Promise<Applied>;
  /** What the last one came to. */
  applied(): Applied;
  /** Where the files lie by the last config.yaml that could say it; undefined where it can be read only once. */
  places(): ConfigPlaces | undefined;
}

function reloadsOf(daemon: Daemon, world: World, { configFile, start }: WatchedFiles): Reloads {
  let applied = daemon.applied();
  let places = start?.places;
  let asked = false;
  const noticed = oneAtATime(async (): Promise<Applied> => {
    const [before, answer] = [applied, asked];
    asked = false;
    const named = await readPlaces(configFile, world);
    if (typeof named === 'object') places = named;
    applied = await daemon.reload();
    tellApplied(daemon, applied, answer || isNews(before, applied));
    return applied;
  });
  return {
    asked() {
      asked = true;
      return noticed();
    },
    noticed,
    applied: () => applied,
    places: () => places,
  };
}

function isNews(before: Applied, { diff, problems }: Applied): boolean {
  const moved = diff.added.length + diff.changed.length + diff.removed.length;
  return moved > 0 || JSON.stringify(problems) !== JSON.stringify(before.problems);
}

/** Reloads what changes until the signal. */
async function watchFiles(
  { clock, tell }: Daemon,
  reloads: Reloads,
  start: WatchStart | undefined,
  signal: AbortSignal,
): Promise<void> {
  const problem = (says: string): void => tell({ name: 'config:problem', level: 'warn', at: clock.now(), says });
  if (start === undefined) {
    problem('config.yaml is no plain file and can be read only once: changed files are applied by a restart');
    return;
  }
  const changed = async (): Promise<void> => void (await reloads.noticed());
  const places = (): ConfigPlaces => reloads.places() ?? start.places;
  await watchConfig({ places, since: start.since, clock, changed, problem, signal });
}

/** Says what the files came to; without news in a whisper. */
function tellApplied(daemon: Daemon, { diff, problems, broken }: Applied, news = true): void {
  const at = daemon.clock.now();
  for (const problem of news ? problems : []) {
    const { file, line, column, where, says, hint, severity } = problem;
    daemon.tell({
      name: 'config:problem',
      level: severity === 'error' ? 'error' : 'warn',
      at,
      says: `${file}:${line}:${column}: ${where}: ${says}${hint === undefined ? '' : ` (${hint})`}`,
    });
  }
  const counts = { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length };
  const kept = broken.size === 0 ? '' : `; ${counted(broken.size, 'instance')} with errors, kept as last good`;
  const says = `configuration applied: ${counted(counts.added, 'feed')} added, ${counts.changed} changed, ${counts.removed} removed${kept}`;
  daemon.tell({
    name: 'plan:applied',
    level: news ? 'info' : 'debug',
    at,
    says,
    facts: { ...counts, feeds: daemon.engine.plan.feeds.size },
  });
}

/** Calls that come while one runs share the next run. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let waiting: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const current = work().finally(() => {
      if (running === current) running = undefined;
    });
    running = current;
    return current;
  };
  return () => {
    if (running === undefined) return start();
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return start();
      });
    return waiting;
  };
}
