import { join } from 'node:path';
import { askControl } from '../io/control-socket.ts';
import type { NoticeLevel } from '../model/notice.ts';
import { openDaemon } from './compose.ts';
import { printProblems, readConfiguration } from './configuration.ts';
import { controlOf, type Control } from './control.ts';
import { remoteState } from './state-remote.ts';
import { EXIT, type Exit, type World } from './world.ts';

export interface ControlOptions {
  readonly config: string | undefined;
  readonly logLevel: NoticeLevel | undefined;
  /** What the command does, for whoever finds the state directory taken. */
  readonly what: string;
}

/**
 * What a command does where no daemon runs: it looks, or changes what waits, or it polls and then tries each due delivery once, or it replays
 * and then tries once each that was.
 */
export type LocalWork = 'look' | 'poll' | 'replay';

/**
 * Lets a command speak to the daemon that runs on the configured state directory, through its socket; where none runs, the command takes
 * the lock and answers for itself. What is wrong with config.yaml is printed and makes the exit 78, but a daemon that runs answers all the same.
 */
export async function withControl(
  options: ControlOptions,
  world: World,
  command: (control: Control, local: boolean) => Promise<Exit>,
  work: LocalWork = 'look',
): Promise<Exit> {
  const configuration = await readConfiguration(options.config, world);
  const socket = join(configuration.state, 'elementd.sock');
  if (configuration.lost !== false) {
    printProblems(configuration.problems, world);
    const exit = (await isListening(socket)) ? await command(remoteControl(socket), false) : EXIT.config;
    return exit === EXIT.done ? EXIT.config : exit;
  }
  if (await isListening(socket)) return command(remoteControl(socket), false);

  const { config: configFile, what } = options;
  const logLevel = options.logLevel ?? 'warn';
  const daemon = await openDaemon(configuration, world, { configFile, logLevel, what, looking: work !== 'poll' });
  try {
    const exit = await command(controlOf(daemon), true);
    if (work === 'look' || world.stop.aborted) return exit;
    const delivered = await daemon.engine.deliver(world.stop, work === 'replay' ? 'replayed' : 'all');
    return delivered || exit !== EXIT.done ? exit : EXIT.failed;
  } finally {
    await daemon.close();
  }
}

async function isListening(socket: string): Promise<boolean> {
  return (await askControl(socket, 'ping', [])) !== undefined;
}

function remoteControl(socket: string): Control {
  const ask = async <T>(method: keyof Control, ...args: readonly unknown[]): Promise<T> => {
    const answer = await askControl(socket, method, args);
    return answer?.value as T;
  };
  return {
    ...remoteState(socket),
    ping: () => ask('ping'),
    status: () => ask('status'),
    poll: (feed, believe) => ask('poll', feed, believe),
    reload: () => ask('reload'),
    events: (query) => ask('events', query),
    replay: (selection) => ask('replay', selection),
    drop: (selection) => ask('drop', selection),
    event: async (id) => (await ask<Awaited<ReturnType<Control['event']>> | null>('event', id)) ?? undefined,
    stands: async (feed) => (await ask<Awaited<ReturnType<Control['stands']>> | null>('stands', feed)) ?? undefined,
    why: (feed, record) => ask('why', feed, record),
  };
}
