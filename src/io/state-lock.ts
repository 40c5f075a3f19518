import { mkdir, realpath, stat, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import { socketAddress } from './socket-address.ts';
import type { SocketAddress } from './socket-address.ts';

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
 * `state-locked` that names the holder, or `state-unwritable`. The lock is a socket file in the folder; one that nobody answers on was left
 * behind and is taken over. On Linux it is besides an abstract socket named after the folder itself: that one leaves nothing behind, but is
 * seen within one network namespace only, and containers that share a folder have one each.
 */
export async function takeStateLock(
  root: string,
  facts: LockFacts,
  options: { readonly platform?: NodeJS.Platform } = {},
): Promise<StateLock> {
  const held: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const letGo of held.splice(0).reverse()) await letGo();
  };
  const { real, abstract } = await prepare(root);
  try {
    // The abstract socket first: within one namespace nobody then comes to take over a file that another is just taking over.
    if ((options.platform ?? process.platform) === 'linux') held.push(await hold(abstract, undefined, facts, root));
    held.push(await holdFile(join(real, 'lock.sock'), facts, root));
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function holdFile(path: string, facts: LockFacts, root: string): Promise<() => Promise<void>> {
  let address: SocketAddress;
  try {
    address = socketAddress(path);
  } catch (error) {
    throw unusable(root, error);
  }
  try {
    const close = await hold(address.path, path, facts, root);
    return async () => {
      await close();
      address.release();
    };
  } catch (error) {
    address.release();
    throw error;
  }
}

/** Listens at an address, taking it over where its file was left behind; gives what ends that. */
async function hold(
  address: string,
  file: string | undefined,
  facts: LockFacts,
  root: string,
): Promise<() => Promise<void>> {
  let before: string | undefined;
  for (let tried = 1; ; tried += 1) {
    const server = await listen(address, facts, root);
    if (server !== undefined) return () => closeServer(server);
    const here = file === undefined ? undefined : await fileMark(file);
    const holder = await ask(address);
    if (holder !== 'nobody' || tried === tries) throw lockedBy(root, holder === 'nobody' ? undefined : holder);
    // A socket that nobody answers on may be one that is just being opened: only if it stays so it was left behind. One that was made
    // since then belongs to somebody who took over sooner.
    if (file !== undefined && here !== undefined && here === before && here === (await fileMark(file)))
      await unlink(file).catch(() => undefined);
    before = here;
    await sleep(breath);
  }
}

/** Tells a file from another that has its name later, also where that gets the same inode. */
async function fileMark(path: string): Promise<string | undefined> {
  try {
    const { ino, ctimeNs } = await stat(path, { bigint: true });
    return `${ino}:${ctimeNs}`;
  } catch {
    return undefined;
  }
}

/** The folder, made where it is missing: its real path, and its name among abstract sockets. */
async function prepare(root: string): Promise<{ readonly real: string; readonly abstract: string }> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const real = await realpath(root);
    const { dev, ino } = await stat(real, { bigint: true });
    return { real, abstract: `\0elementd-state-${dev}:${ino}` };
  } catch (error) {
    throw unusable(root, error);
  }
}

function unusable(root: string, error: unknown): Fault {
  return new Fault('state-unwritable', `The state directory ${root} cannot be used: ${reason(error)}`, {
    hint: 'make it a folder that the user who runs elementd may write to',
    cause: error,
  });
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
          hint: 'let the user who runs elementd write to it, on a file system that can hold sockets; outside Linux a very long path can be the reason too',
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
