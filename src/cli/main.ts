#!/usr/bin/env node
import { exitOf } from './exit-of.ts';
import { runProgram } from './program.ts';
import type { World } from './world.ts';

const stop = new AbortController();
let signals = 0;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // The second one is meant: whoever sends it does not want to wait for what still runs.
    if (++signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
    stop.abort();
  });
}
// Without a listener, Node opens a debugger on this signal.
process.on('SIGUSR1', () => undefined);
const hangUps = new Set<() => void>();
process.on('SIGHUP', () => {
  for (const call of hangUps) call();
});
// A pipe closed by its reader, such as `head`, is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

const world: World = {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  drained: () =>
    process.stdout.writableNeedDrain
      ? new Promise((resolve) => process.stdout.once('drain', resolve))
      : Promise.resolve(),
  err: (text) => process.stderr.write(text),
  outIsTty: process.stdout.isTTY === true,
  errIsTty: process.stderr.isTTY === true,
  stop: stop.signal,
  onHangUp(call) {
    hangUps.add(call);
    return () => hangUps.delete(call);
  },
};

// Nothing should come here; should it all the same, one line says so and the journal is left as after a crash, which it is made for.
process.on('uncaughtException', (error) => process.exit(exitOf(error, world)));

process.exitCode = await runProgram(process.argv.slice(2), world);
