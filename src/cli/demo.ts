import { join } from 'node:path';
import { systemClock } from '../io/clock.ts';
import { serveControl } from '../io/control-socket.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Notice, NoticeLevel } from '../model/notice.ts';
import type { Clock } from '../model/ports.ts';
import { openDaemon, type Daemon } from './compose.ts';
import { hasErrors, printProblems, readConfiguration } from './configuration.ts';
import { controlOf } from './control.ts';
import { openStory, type CampaignStory } from './demo/campaign-story.ts';
import { newSignatureKey, readSeed, writeDemoFiles, type DemoFiles } from './demo/demo-files.ts';
import { openLedger, type Ledger } from './demo/ledger.ts';
import { openDemoReceiver, type Receiver } from './demo/receiver.ts';
import { openSandboxProvider, type SandboxProvider } from './demo/sandbox-provider.ts';
import { openTeller, type Teller } from './demo/telling.ts';
import { EXIT, type Exit, type World } from './world.ts';

export interface DemoOptions {
  readonly json: boolean;
  /** The daemon's log goes to standard error where a level is given, and nowhere otherwise. */
  readonly logLevel: NoticeLevel | undefined;
  /** Stops by itself after so long. */
  readonly stopAfter: number | undefined;
}

const INTERVAL = '1s';
/** Not the interval of polling, so that a change meets every phase of it. */
const BETWEEN_CHANGES: Duration = 1_300;
const TOKEN_LIFE: Duration = 60_000;
/** How long the end waits for the last change to be told. */
const LAST_WAIT: Duration = 5_000;
/** A first look that takes longer than this is not waited for. */
const FIRST_LOOK_WAIT: Duration = 5_000;
/** What still runs at the end gets so long. */
const GRACE: Duration = 5_000;

/** Everything that has to be put away again. */
interface Stage {
  readonly clock: Clock;
  readonly story: CampaignStory;
  readonly ledger: Ledger;
  readonly teller: Teller;
  readonly refusals: string[];
  readonly provider: SandboxProvider;
  readonly receiver: Receiver;
  readonly files: DemoFiles;
}

/**
 * `elementd demo`: the ordinary daemon between a sandbox provider and a receiver, over HTTP on this machine. Exit 0 where every change
 * was told with good signatures, 3 where not.
 */
export async function demo(options: DemoOptions, world: World): Promise<Exit> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const stage = await openStage(options, world, undo);
    const configuration = await readConfiguration(stage.files.config, { cwd: stage.files.folder });
    if (hasErrors(configuration.problems)) {
      printProblems(configuration.problems, world);
      return EXIT.config;
    }
    const heard = openEar();
    const daemon = await openDaemon(configuration, world, {
      configFile: stage.files.config,
      logLevel: options.logLevel,
      what: 'elementd demo',
      listen: heard.listen,
      quiet: options.logLevel === undefined,
    });
    undo.push(() => daemon.close());
    const control = await serveControl(join(stage.files.state, 'elementd.sock'), controlOf(daemon));
    undo.push(() => control.close());

    const { baseUrl } = stage.provider;
    stage.teller.heading({
      baseUrl,
      callbackUrl: stage.receiver.url,
      files: stage.files,
      interval: INTERVAL,
      stopAfter: options.stopAfter,
    });
    await perform(stage, daemon, heard, ending(stage.clock, options.stopAfter, world.stop));

    const balance = stage.ledger.balance();
    stage.teller.ending({
      balance,
      counts: stage.provider.counts(),
      refusals: stage.refusals,
      complaint: heard.complaint(),
    });
    const isGood = balance.missing + balance.invented + stage.refusals.length === 0;
    return isGood ? EXIT.done : EXIT.failed;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function openStage(options: DemoOptions, world: World, undo: (() => Promise<void>)[]): Promise<Stage> {
  const clock = systemClock();
  const now = (): Instant => clock.now();
  const [story, ledger, teller, refusals] = [
    openStory(now()),
    openLedger(),
    openTeller(world, options.json),
    [] as string[],
  ];
  const [seed, signatureKey] = [await readSeed(), newSignatureKey()];

  const provider = await openSandboxProvider({
    clientId: seed.configuration['oauth.api.key'],
    clientSecret: seed.configuration['oauth.api.secret'],
    code: seed.providerData.code,
    redirectUri: seed.configuration['oauth.callback.url'],
    tokenLife: TOKEN_LIFE,
    now,
    campaigns: () => story.campaigns(),
  });
  undo.push(() => provider.close());
  const receiver = await openDemoReceiver({
    key: signatureKey,
    now,
    onEvent: (event) => {
      if (ledger.told(event)) teller.event(event);
    },
    onRefused: (why) => refusals.push(why),
  });
  undo.push(() => receiver.close());
  const overrides = {
    baseUrl: provider.baseUrl,
    tokenUrl: provider.tokenUrl,
    callbackUrl: receiver.url,
    interval: INTERVAL,
    signatureKey,
  };
  const files = await writeDemoFiles(seed, overrides);
  undo.push(() => files.remove());
  return { clock, story, ledger, teller, refusals, provider, receiver, files };
}

/** Runs the daemon while the story goes on; then lets it tell the rest, and stops it. Rejects with the Fault that ended the daemon. */
async function perform(stage: Stage, daemon: Daemon, heard: Ear, end: AbortSignal): Promise<void> {
  const { clock, story, ledger } = stage;
  const [stop, hard] = [new AbortController(), new AbortController()];
  const over = AbortSignal.any([end, stop.signal]);
  const running = daemon.engine.run(stop.signal, hard.signal).finally(() => stop.abort());
  // Awaited below; until then a Fault must not count as unhandled.
  running.catch(() => undefined);
  try {
    // What changes before the first look has seen it could only be told as created.
    await Promise.race([heard.firstLook, clock.sleepUntil(clock.now() + FIRST_LOOK_WAIT, over)]);
    for (let at = clock.now(); !over.aborted; at += BETWEEN_CHANGES) {
      ledger.made(story.goOn(clock.now()));
      await clock.sleepUntil(at + BETWEEN_CHANGES, over);
    }
    await Promise.race([ledger.even(), clock.sleepUntil(clock.now() + LAST_WAIT, stop.signal)]);
  } finally {
    stop.abort();
    const timer = setTimeout(() => hard.abort(), GRACE);
    await running.finally(() => clearTimeout(timer));
  }
}

/** Aborts when the world says so, or after a time. */
function ending(clock: Clock, after: Duration | undefined, stop: AbortSignal): AbortSignal {
  if (after === undefined) return stop;
  const end = new AbortController();
  void clock.sleepUntil(clock.now() + after, stop).then(() => end.abort());
  return end.signal;
}

interface Ear {
  readonly listen: (notice: Notice) => void;
  /** Resolves once a poll has succeeded. */
  readonly firstLook: Promise<void>;
  complaint(): string | undefined;
}

/** Listens to the daemon's notices. */
function openEar(): Ear {
  let looked: () => void = () => undefined;
  let complaint: string | undefined;
  const firstLook = new Promise<void>((resolve) => {
    looked = resolve;
  });
  return {
    firstLook,
    complaint: () => complaint,
    listen(notice) {
      if (notice.name === 'poll:done') looked();
      if (notice.level === 'warn' || notice.level === 'error') complaint = notice.says;
    },
  };
}
