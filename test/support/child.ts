import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of its own whose lines are awaited. */
export interface Child {
  readonly process: ChildProcess;
  /** Everything it wrote so far, both streams, line by line. */
  readonly lines: readonly string[];
  /** Resolves with the first line, past or to come, that the predicate takes; rejects when the process ends before. */
  line(wanted: (line: string) => boolean): Promise<string>;
  /** Sends a signal and resolves with the exit code, null where the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code. */
  exit(): Promise<number | null>;
}

/** Starts a process. */
export function startChild(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Child {
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  const lines: string[] = [];
  const waiting = new Set<(line: string | undefined) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const call of waiting) call(line);
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  void ended.then(() => {
    for (const call of waiting) call(undefined);
  });
  return {
    process: child,
    lines,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const found = lines.find(wanted);
        if (found !== undefined) return resolve(found);
        const call = (line: string | undefined): void => {
          if (line === undefined) reject(new Error(`the process ended:\n${lines.slice(-20).join('\n')}`));
          else if (wanted(line)) resolve(line);
          else return;
          waiting.delete(call);
        };
        waiting.add(call);
      }),
    async end(signal) {
      child.kill(signal);
      return ended;
    },
    exit: () => ended,
  };
}
