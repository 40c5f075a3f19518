import type { ConfigPlaces } from '../io/config-content.ts';
import type { Applied, Daemon } from './compose.ts';
import { tellApplied } from './tell-applied.ts';
import { readPlaces, type WatchStart } from './watched-places.ts';
import type { World } from './world.ts';

/** The configuration files of a daemon. */
export interface WatchedFiles {
  readonly configFile: string | undefined;
  /** Undefined where they cannot be watched. */
  readonly start: WatchStart | undefined;
}

/** The ways to a reload; whoever comes while one runs shares the next. */
export interface Reloads {
  /** Somebody wants an answer: what came of it is told in any case. */
  asked(): Promise<Applied>;
  /** A signal asks, and nobody waits for the answer: a failure is told. Rejects never. */
  hungUp(): Promise<void>;
  /** The files changed: told where that made a difference. */
  noticed(): Promise<Applied>;
  /** What the last one came to. */
  applied(): Applied;
  /** Where the files lie by the last config.yaml that could say it; undefined where it can be read only once. */
  places(): ConfigPlaces | undefined;
}

/** Opens the ways to a reload of a daemon. */
export function reloadsOf(
  daemon: Pick<Daemon, 'applied' | 'reload' | 'tell' | 'clock' | 'engine'>,
  world: Pick<World, 'cwd'>,
  { configFile, start }: WatchedFiles,
): Reloads {
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
  const ask = (): Promise<Applied> => {
    asked = true;
    return noticed();
  };
  return {
    asked: ask,
    async hungUp() {
      await ask().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown';
        const says = `the files could not be applied: ${reason}; mend that, then send SIGHUP again or run elementd reload`;
        daemon.tell({ name: 'config:problem', level: 'error', at: daemon.clock.now(), says });
      });
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
