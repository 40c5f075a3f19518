import { join } from 'node:path';
import { watchConfig } from '../io/config-watch.ts';
import { serveControl } from '../io/control-socket.ts';
import type { ConfigPlaces } from '../io/config-content.ts';
import type { NoticeLevel } from '../model/notice.ts';
import { openDaemon, type Daemon } from './compose.ts';
import { hasErrors, printProblems, readConfiguration } from './configuration.ts';
import { controlOf } from './control.ts';
import { counted } from './count-words.ts';
import { packageVersion } from './package-root.ts';
import { reloadsOf, type Reloads, type WatchedFiles } from './reloads.ts';
import { stateStreams } from './state-remote.ts';
import { tellApplied } from './tell-applied.ts';
import { beginWatch, type WatchStart } from './watched-places.ts';
import { EXIT, type Exit, type World } from './world.ts';

/** What runs at a stop gets so long to finish. */
const GRACE_MS = 30_000;

export interface RunOptions {
  readonly config: string | undefined;
  readonly logLevel: NoticeLevel | undefined;
  readonly once: boolean;
  readonly strict: boolean;
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
  const methods = controlOf({ ...daemon, applied: reloads.applied }, reloads.asked);
  const control = await serveControl(join(state, 'elementd.sock'), methods, stateStreams(methods), world.stop);
  const unhook = world.onHangUp(() => void reloads.hungUp());
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
