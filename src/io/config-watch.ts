import { watch, type FSWatcher } from 'chokidar';
import { basename } from 'node:path';
import type { Duration } from '../model/instant.ts';
import type { Clock } from '../model/ports.ts';
import { contentOf, countsAsConfig, fingerprintOf, rootsOf, type ConfigPlaces } from './config-content.ts';

/** The files are looked at this often even where nothing tells of a change: many changes of folders and links go untold. */
const CHECK_EVERY: Duration = 5_000;
/** After a hint, so long without another one: a checkout comes in many steps, up to 90 ms apart. */
const QUIET: Duration = 200;
/** Between two readings that must be equal: who writes is done. */
const SETTLE: Duration = 150;

export interface WatchOptions {
  /** What to watch; asked before each look, since a reload may have moved it. */
  readonly places: () => ConfigPlaces;
  /** What was there when the configuration was read last, by `contentOf`; absent: what is there when the watch begins. */
  readonly since?: string;
  readonly clock: Clock;
  /** Reads the configuration anew. Never called while it runs; a rejection is told as a problem. */
  readonly changed: () => Promise<void>;
  /** Takes a sentence for the operator. */
  readonly problem: (says: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Calls `changed` once for every content of the files that stands still and differs from the one it was called for last. The system's
 * word about changes is only a hint to look sooner. Ends with the signal, and resolves once nothing is watched any more; rejects never.
 */
export async function watchConfig(options: WatchOptions): Promise<void> {
  const { places, clock, signal } = options;
  let hinted = false;
  let nap = new AbortController();
  const wake = (): void => nap.abort();
  const hint = (): void => {
    hinted = true;
    wake();
  };
  const hints = openHints(hint, options.problem);
  signal.addEventListener('abort', wake, { once: true });

  let attempted = options.since;
  let seen: string | undefined;

  const look = async (): Promise<void> => {
    await hints.follow(places());
    if ((await fingerprintOf(places())) === seen) return;
    const first = await contentOf(places());
    attempted ??= first;
    await clock.sleepUntil(clock.now() + SETTLE, signal);
    if (signal.aborted) return;
    // The fingerprint comes before the reading: what is written between the two is then seen as a change the next time.
    const fingerprint = await fingerprintOf(places());
    const content = await contentOf(places());
    if (content !== first) {
      hinted = true;
      return;
    }
    seen = fingerprint;
    if (content === attempted || signal.aborted) return;
    attempted = content;
    // Set before the reload: it may name other places, which are then looked at without waiting.
    hinted = true;
    await options.changed().catch((error: unknown) => {
      options.problem(
        `the changed files could not be applied: ${sayOf(error)}; mend that, then send SIGHUP or run elementd reload`,
      );
    });
  };

  const failures = oncePerSentence(options.problem);
  try {
    while (!signal.aborted) {
      await look().then(failures.over, (error: unknown) =>
        failures.tell(`the configuration files cannot be looked at: ${sayOf(error)}; tried again every 5 s`),
      );
      if (!hinted && !signal.aborted) {
        nap = new AbortController();
        await clock.sleepUntil(clock.now() + CHECK_EVERY, nap.signal);
      }
      const latest = clock.now() + CHECK_EVERY;
      while (hinted && clock.now() < latest && !signal.aborted) {
        hinted = false;
        await clock.sleepUntil(clock.now() + QUIET, signal);
      }
    }
  } finally {
    signal.removeEventListener('abort', wake);
    await hints.close();
  }
}

interface Hints {
  /** Watches these places, anew where a folder became another one. */
  follow(places: ConfigPlaces): Promise<void>;
  close(): Promise<void>;
}

/** The system's word about changes. Its first refusal is told and ends it for good: half of a watch hides that it is one. */
function openHints(hint: () => void, problem: (says: string) => void): Hints {
  let watcher: FSWatcher | undefined;
  let identity: string | undefined;
  let refused = false;

  const close = async (): Promise<void> => {
    const former = watcher;
    watcher = undefined;
    const closed = former?.close();
    // Closing takes all listeners away, and an error that is still under way and finds none would end the process.
    former?.on('error', () => undefined);
    await closed;
  };
  const refuse = (error: unknown): void => {
    if (refused) return;
    refused = true;
    problem(`${sayRefusal((error as NodeJS.ErrnoException).code)}; they are looked at every 5 s instead`);
    void close();
  };

  return {
    async follow(places) {
      if (refused) return;
      const roots = await rootsOf(places);
      if (roots.identity === identity || refused) return;
      identity = roots.identity;
      await close();
      // Only what exists is given to it, since it counts a missing path twice and then says too early that it watches.
      if (roots.paths.length === 0) return;
      const expected = new Set([...roots.paths, ...places.files, ...places.folders]);
      watcher = watch([...roots.paths], {
        ignoreInitial: true,
        depth: 0,
        atomic: false,
        // Whatever reads the files says better what it may not read.
        ignorePermissionErrors: true,
        ignored: (path) => !expected.has(path) && !countsAsConfig(basename(path)),
      });
      watcher.on('all', hint).on('ready', hint).on('error', refuse);
    },
    close,
  };
}

function sayRefusal(code: string | undefined): string {
  const cures: Readonly<Record<string, string>> = {
    ENOSPC: 'raise fs.inotify.max_user_watches',
    EMFILE: 'raise fs.inotify.max_user_instances or the limit of open files',
  };
  const cure = cures[code ?? ''];
  const reason = `${code ?? 'no reason given'}${cure === undefined ? '' : `: ${cure}, then restart elementd`}`;
  return `the system refuses to tell of changed configuration files (${reason})`;
}

/** Tells a sentence, and not again until it was over. */
function oncePerSentence(tell: (says: string) => void): { tell(says: string): void; over(): void } {
  let told: string | undefined;
  return {
    tell(says) {
      if (says !== told) tell(says);
      told = says;
    },
    over() {
      told = undefined;
    },
  };
}

function sayOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
