import { mkdir, realpath, stat, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';

/** Who holds a state directory, for the one who comes second. */
export interface LockFacts {
  readonly pid: number;
  readonly startedAt: Instant;
  /** What it runs, such as `elementd run`. */
  readonly what: string;
}

export interface StateLock {
  release(): Promise<void>;
}

/** How long the holder may take to say who it is. */
const patience = 1_000;
/** A holder that ends between two looks is looked at again, after a breath. */
const tries = 5;
const breath = 20;

/**
 * Makes this process the only one that writes the state directory, until it releases the lock or dies, also by `kill -9`. Rejects with a Fault
 * `state-locked` that names the holder, or `state-unwritable`. On Linux the lock is an abstract socket named after the folder itself, so that
 * two paths to it meet; it is seen within one network namespace. Elsewhere it is a socket file, and one that nobody answers is taken over.
 */
export async function takeStateLock(
  root: string,
  facts: LockFacts,
  options: { readonly platform?: NodeJS.Platform } = {},
): Promise<StateLock> {
  const abstract = (options.platform ?? process.platform) === 'linux';
  const address = await addressOf(root, abstract);
  for (let tried = 1; ; tried += 1) {
    const server = await listen(address, facts, root);
    if (server !== undefined) return { release: () => closeServer(server) };
    const holder = await ask(address);
    if (holder !== 'nobody' || tried === tries) throw lockedBy(root, holder === 'nobody' ? undefined : holder);
    // A socket that nobody answers on may be one that is just being opened: only if it stays so it was left behind.
    await sleep(breath);
    if (!abstract && tried > 1) await unlink(address).catch(() => undefined);
  }
}

async function addressOf(root: string, abstract: boolean): Promise<string> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const real = await realpath(root);
    if (!abstract) return join(real, 'lock.sock');
    const { dev, ino } = await stat(real, { bigint: true });
    return `\0elementd-state-${dev}:${ino}`;
  } catch (error) {
    throw new Fault('state-unwritable', `The state directory ${root} cannot be used: ${reason(error)}`, {
      hint: 'make it a folder that the user who runs elementd may write to',
      cause: error,
    });
  }
}

/** The listening server, or undefined where somebody listens already. */
function listen(address: string, facts: LockFacts, root: string): Promise<Server | undefined> {
  const answer = JSON.stringify(facts);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.unref();
    socket.end(answer, () => socket.destroy());
  });
  // Holding a lock is no reason for a process to stay alive.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') return resolve(undefined);
      reject(
        new Fault('state-unwritable', `The state directory ${root} cannot be locked: ${reason(error)}`, {
          hint: 'let the user who runs elementd write to it; a very long path can be the reason too',
          cause: error,
        }),
      );
    });
    server.listen(address, () => resolve(server));
  });
}

/** Asks the holder who it is: its facts, undefined where it does not say, `nobody` where no one is there any more. */
function ask(address: string): Promise<LockFacts | undefined | 'nobody'> {
  return new Promise((resolve) => {
    let text = '';
    let nobody = false;
    const socket = connect(address);
    socket.setEncoding('utf8');
    socket.setTimeout(patience, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > 10_000) socket.destroy();
    });
    socket.on('error', (error) => {
      nobody = 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
    });
    socket.on('close', () => resolve(nobody ? 'nobody' : parseFacts(text)));
  });
}

function parseFacts(text: string): LockFacts | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if (!('pid' in parsed) || !('startedAt' in parsed) || !('what' in parsed)) return undefined;
  const { pid, startedAt, what } = parsed;
  if (typeof pid !== 'number' || typeof startedAt !== 'number' || typeof what !== 'string') return undefined;
  return Number.isNaN(new Date(startedAt).getTime()) ? undefined : { pid, startedAt, what };
}

function lockedBy(root: string, holder: LockFacts | undefined): Fault {
  if (holder === undefined) {
    return new Fault(
      'state-locked',
      `The state directory ${root} is in use by another process, which does not say who it is`,
      {
        hint: 'find it with `ps` and stop it, or give this one another state directory',
      },
    );
  }
  const { pid, startedAt, what } = holder;
  return new Fault(
    'state-locked',
    `The state directory ${root} is in use by process ${pid}, which runs \`${what}\` since ${new Date(startedAt).toISOString()}`,
    { hint: `stop process ${pid} first, or give this one another state directory` },
  );
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
