import { mkdir, realpath, stat, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../model/fault.ts';
import type { Instant } from '../model/instant.ts';
import { socketAddress } from './socket-address.ts';
import type { SocketAddress } from './socket-address.ts';
import { userName } from './user-name.ts';

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
  return refused(root, 'used', error, 'make it a folder that the user who runs elementd may write to');
}

/** Says why the folder cannot be used or locked, and what helps against that. */
function refused(root: string, what: 'used' | 'locked', error: unknown, otherwise: string): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const says = `The state directory ${root} cannot be ${what}: ${reason(error)}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Fault('disk-full', says, {
        hint: `make room on the disk that holds ${root}: a small file must fit`,
        cause: error,
      });
    case 'EROFS': {
      const hint = 'it is mounted read-only: mount it for writing, or name another folder with state: in config.yaml';
      return new Fault('state-unwritable', says, { hint, cause: error });
    }
    case 'EACCES':
    case 'EPERM': {
      const hint = `run elementd as the user whom it belongs to, or let the user ${userName()} write to it and to everything in it`;
      return new Fault('state-unwritable', says, { hint, cause: error });
    }
    default:
      return new Fault('state-unwritable', says, { hint: otherwise, cause: error });
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
      const hint =
        'it must lie on a file system that can hold sockets; outside Linux a very long path can be the reason, too';
      reject(refused(root, 'locked', error, hint));
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

/** The system's words without the call and the path. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  const words = /^\w+: [^,]+?(?= \/|,|$)/.exec(error.message.replace(`${syscall} ${code}`, code));
  return words?.[0] ?? error.message;
}
