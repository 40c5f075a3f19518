import { Engine } from '../engine/engine.ts';
import { withLastGood } from '../engine/last-good.ts';
import { openAccounts, type OpenAccounts } from '../io/accounts.ts';
import { systemClock } from '../io/clock.ts';
import { openDisk } from '../io/disk.ts';
import { openHttp } from '../io/http.ts';
import { openLog } from '../io/log.ts';
import { scrubber } from '../io/scrub.ts';
import { takeStateLock } from '../io/state-lock.ts';
import { openVault } from '../io/vault.ts';
import { openFileJournal } from '../journal/file-journal.ts';
import type { Feed, Plan } from '../model/feed.ts';
import type { Journal } from '../model/journal.ts';
import type { NoticeLevel } from '../model/notice.ts';
import type { Clock, Tell } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { feedSecrets } from '../plan/feed-secrets.ts';
import type { PlanDiff } from '../plan/diff.ts';
import { rememberBroken, type Since } from './broken-since.ts';
import { readConfiguration, type Configuration, type Lost } from './configuration.ts';
import { packageVersion } from './package-root.ts';
import { placeOfSecret } from './secret-places.ts';
import { checkStateFolder } from './state-folder.ts';
import { waitingSettings } from './waiting-settings.ts';
import { mayColour, type World } from './world.ts';

/** What a daemon is made with. */
export interface DaemonOptions {
  readonly configFile: string | undefined;
  /** Wins over log.level of config.yaml. */
  readonly logLevel: NoticeLevel | undefined;
  /** What the process does, for whoever finds the state directory taken. */
  readonly what: string;
  /** Takes every notice beside the log. */
  readonly listen?: Tell;
  /** Writes no log; the listener alone hears. */
  readonly quiet?: boolean;
  /** Only to look: no feed is born, nothing is polled. */
  readonly looking?: boolean;
}

/** What an application of the files came to. */
export interface Applied {
  readonly diff: PlanDiff;
  readonly problems: readonly Problem[];
  /** Instances with errors. */
  readonly broken: ReadonlySet<string>;
  /** Why nothing was applied and everything runs on as it was; false where it was applied. */
  readonly lost: false | Lost;
  readonly since?: Since;
}

/** Everything put together: the one place where real adapters meet the rooms. */
export interface Daemon {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly accounts: Pick<OpenAccounts, 'tokens' | 'reread'>;
  readonly clock: Clock;
  readonly tell: Tell;
  /** Takes known secret values out of a text that is to be shown. */
  readonly scrub: (text: string) => string;
  /** The problems of the files as they were applied last. */
  applied(): Applied;
  /** Reads the files again and applies what is valid; what is invalid keeps its last good version. */
  reload(): Promise<Applied>;
  /** Flushes and lets the state directory go. */
  close(): Promise<void>;
}

/** Opens the state directory, which it locks, and applies the configuration. Rejects with a Fault. */
export async function openDaemon(first: Configuration, world: World, options: DaemonOptions): Promise<Daemon> {
  const { settings } = first;
  const version = packageVersion();
  const clock = systemClock();
  const vault = openVault({
    env: world.env,
    credentialsDirectory: world.env['CREDENTIALS_DIRECTORY'],
    root: first.root,
  });
  const log = openLog({
    level: options.logLevel ?? settings.log.level,
    pretty: world.errIsTty,
    colour: mayColour(world, world.errIsTty),
    scrub: () => vault.values(),
    write: options.quiet === true ? () => undefined : world.err,
  });
  const tell: Tell = (notice) => {
    log.tell(notice);
    options.listen?.(notice);
  };

  const doubt = await checkStateFolder(settings.state);
  if (doubt !== undefined) tell({ name: 'journal:note', level: 'warn', at: clock.now(), says: doubt });
  const disk = openDisk(settings.state);
  const lock = await takeStateLock(settings.state, { pid: process.pid, startedAt: clock.now(), what: options.what });
  let journal: Journal;
  try {
    journal = await openFileJournal(disk, { clock, tell, retention: settings.delivery.retention });
  } catch (error) {
    await lock.release();
    throw error;
  }
  const http = openHttp({ deny: settings.network.deny, clock, userAgent: `elementd/${version}` });
  const { timeout, maxResponseBytes } = settings.polling;
  const accounts = openAccounts({ http, vault, clock, disk, tell, timeout, maxBytes: maxResponseBytes });
  const engine = new Engine({
    clock,
    http,
    accounts,
    vault,
    journal,
    tell,
    polling: settings.polling,
    delivery: settings.delivery,
    version,
  });

  let applied: Applied;
  const since = rememberBroken();
  const apply = async (configuration: Configuration): Promise<Applied> => {
    const locked = await unlockFeeds(configuration);
    const broken = new Set([...configuration.broken, ...locked.instances]);
    const problems = [...waiting(configuration), ...configuration.problems, ...locked.problems];
    const plan = withLastGood(engine.plan, configuration.plan, broken);
    const diff = options.looking === true ? engine.look(plan) : await engine.apply(plan);
    applied = { diff, problems, broken, lost: false, since: since(broken, clock.now()) };
    return applied;
  };

  /** While nobody knows what should run, everything runs on as it is. */
  const keepAll = (problems: readonly Problem[], lost: Lost): Applied => {
    const diff: PlanDiff = { added: [], changed: [], removed: [] };
    applied = { diff, problems, broken: new Set(), lost, since: since('lost', clock.now()) };
    return applied;
  };

  const waiting = (configuration: Configuration): readonly Problem[] => {
    const log = options.logLevel === undefined ? configuration.settings.log : settings.log;
    return waitingSettings(configuration.configPath, settings, { ...configuration.settings, log });
  };

  /** Reads every secret that the feeds need; an instance with a missing one is not applied. */
  const unlockFeeds = async (
    configuration: Configuration,
  ): Promise<{ instances: ReadonlySet<string>; problems: readonly Problem[] }> => {
    const instances = new Set<string>();
    const problems: Problem[] = [];
    for (const [instance, feeds] of byInstance(configuration.plan)) {
      const missing = await vault.unlock(feeds.flatMap((feed) => feedSecrets(feed)));
      if (missing.length > 0) instances.add(instance);
      const read = configuration.catalog.instances.get(instance);
      if (read === undefined) continue;
      // Several feeds of an instance miss the same secret.
      for (const { secret, says, hint } of new Map(missing.map((each) => [each.secret.label, each])).values())
        problems.push(read.report.problem(placeOfSecret(read, secret), says, { hint }));
    }
    return { instances, problems };
  };

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await accounts.idle();
    http.close();
    try {
      await journal.close();
    } finally {
      await lock.release();
    }
  };
  try {
    applied = await apply(first);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return {
    engine,
    journal,
    accounts,
    clock,
    tell,
    scrub: scrubber(() => vault.values()),
    applied: () => applied,
    reload: async () => {
      const configuration = await readConfiguration(options.configFile, world);
      const { lost, problems } = configuration;
      return lost === false ? apply(configuration) : keepAll(problems, lost);
    },
    close: () => (closing ??= close()),
  };
}

function byInstance(plan: Plan): ReadonlyMap<string, readonly Feed[]> {
  const grouped = new Map<string, Feed[]>();
  for (const feed of plan.feeds.values()) {
    const feeds = grouped.get(feed.instance);
    if (feeds === undefined) grouped.set(feed.instance, [feed]);
    else feeds.push(feed);
  }
  return grouped;
}
