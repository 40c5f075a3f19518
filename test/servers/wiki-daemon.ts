import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Child } from '../support/child.ts';
import { projectRoot } from '../support/source-files.ts';

/** The feeds of wiki.yaml. */
export const FEEDS = ['pages', 'edits', 'lives'] as const;

/** A poll as the log tells of it. */
export interface Poll {
  readonly feed: string;
  /** Pages read; undefined where it failed. */
  readonly pages: number | undefined;
  readonly says: string;
}

/** The daemon that watches the wiki, over its lives. */
export interface WikiDaemon {
  start(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
  running(): boolean;
  /** Every poll so far. */
  polls(): readonly Poll[];
  /** Resolves once each feed has been polled so often from now on. */
  polled(times: number): Promise<void>;
  /** Resolves once a poll has failed from now on. */
  failed(): Promise<void>;
}

/** A daemon that is not started yet, with wiki.yaml as its only instance. */
export async function prepareDaemon(folder: string, env: Readonly<Record<string, string>>): Promise<WikiDaemon> {
  await mkdir(join(folder, 'instances'));
  await copyFile(join(projectRoot(), 'test/servers/wiki.yaml'), join(folder, 'instances/wiki.yaml'));
  const main = join(projectRoot(), 'dist/src/cli/main.js');
  const before: string[] = [];
  let child: Child | undefined;
  const running = (): Child => {
    if (child === undefined) throw new Error('the daemon is not started');
    return child;
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = running();
    const code = await ending.end(signal);
    before.push(...ending.lines);
    child = undefined;
    return code;
  };
  return {
    async start() {
      child = startChild(process.execPath, [main, 'run', '--log-level', 'debug'], { cwd: folder, env });
      await child.line((line) => line.includes('"daemon:started"'));
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    running: () => child !== undefined,
    polls: () => [...before, ...(child?.lines ?? [])].flatMap((line) => pollIn(line) ?? []),
    async polled(times) {
      const { lines, line } = running();
      const left = new Map<string, number>(FEEDS.map((feed) => [`wiki/${feed}`, times]));
      let past = lines.length;
      await line((text) => {
        if (past-- > 0) return false;
        const poll = pollIn(text);
        const count = poll?.pages === undefined ? undefined : left.get(poll.feed);
        if (poll === undefined || count === undefined) return false;
        if (count > 1) left.set(poll.feed, count - 1);
        else left.delete(poll.feed);
        return left.size === 0;
      });
    },
    async failed() {
      const { lines, line } = running();
      let past = lines.length;
      await line((text) => past-- <= 0 && text.includes('"poll:failed"'));
    },
  };
}

function pollIn(line: string): Poll | undefined {
  if (!/"poll:(done|failed)"/.test(line)) return undefined;
  const { feed, pages, msg } = JSON.parse(line) as { feed: string; pages?: number; msg: string };
  return { feed, pages, says: msg };
}
