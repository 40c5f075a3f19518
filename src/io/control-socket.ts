import { createServer, request } from 'node:http';
import { chmod, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../model/fault.ts';
import { answerStream, askStream, type StreamMethod } from './control-stream.ts';
import { socketAddress } from './socket-address.ts';

/** How a system says that nobody listens: no such file, nobody behind it, or no folder where it should lie. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/**
 * Lets commands call methods through a socket file (mode 0600), and take streams of lines, which the signal cuts off. A file left over by a
 * killed process is replaced; the caller holds the lock.
 */
export async function serveControl(
  path: string,
  methods: object,
  streams: Readonly<Record<string, StreamMethod>> = {},
  stop?: AbortSignal,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    const [, name = '', args = ''] = /^\/stream\/(\w+)\?(.*)$/.exec(incoming.url ?? '') ?? [];
    const stream = Object.hasOwn(streams, name) ? streams[name] : undefined;
    if (stream !== undefined) {
      const cutOff = (): void => void outgoing.destroy();
      stop?.addEventListener('abort', cutOff);
      outgoing.once('close', () => stop?.removeEventListener('abort', cutOff));
      return void answerStream(stream, args, incoming, outgoing, wordsOf);
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const answer = (status: number, value: unknown): void => {
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(value ?? null));
      };
      call(methods, (incoming.url ?? '/').slice(1), Buffer.concat(chunks).toString('utf8')).then(
        (value) => answer(200, value),
        (error: unknown) => answer(500, wordsOf(error)),
      );
    });
  });
  const address = socketAddress(path);
  await rm(path, { force: true });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.path, resolve);
    });
    await chmod(path, 0o600);
  } catch (error) {
    address.release();
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const hint = full
      ? `make room on the disk that holds ${path}: a small file must fit`
      : 'the state directory must be on a file system that can hold sockets, and belong to the user who runs elementd';
    const says = `the control socket ${path} cannot be made: ${error instanceof Error ? error.message : 'unknown error'}`;
    throw new Fault(full ? 'disk-full' : 'state-unwritable', says, { hint, cause: error });
  }
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      address.release();
      await rm(path, { force: true });
    },
  };
}

/** Asks for a stream of lines from the daemon behind a socket file, sending it bytes; see `askStream`. */
export async function* askControlStream(
  path: string,
  method: string,
  args: readonly unknown[],
  body?: AsyncIterable<Uint8Array>,
): AsyncIterable<string> {
  yield* askStream(socketAddress(path), method, args, body, faultOf);
}

/** Calls a method of the daemon behind a socket file. Undefined where nobody listens there; rejects with the Fault it met. */
export async function askControl(
  path: string,
  method: string,
  args: readonly unknown[],
): Promise<{ readonly value: unknown } | undefined> {
  let address: ReturnType<typeof socketAddress>;
  try {
    address = socketAddress(path);
  } catch {
    return undefined;
  }
  try {
    return await new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: address.path, path: `/${method}`, method: 'POST' }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          if (incoming.statusCode === 200) resolve({ value });
          else reject(faultOf(value));
        });
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (NOBODY.has(error.code ?? '')) resolve(undefined);
        else if (error.code === 'EACCES') {
          const hint = 'run the command as the user whom it belongs to and the daemon runs as';
          reject(
            new Fault('state-locked', `the state directory ${dirname(path)} belongs to another user`, {
              hint,
              cause: error,
            }),
          );
        } else reject(new Fault('internal', 'the daemon ended the conversation', { cause: error }));
      });
      outgoing.end(JSON.stringify(args));
    });
  } finally {
    address.release();
  }
}

async function call(methods: object, name: string, text: string): Promise<unknown> {
  const method: unknown = Object.hasOwn(methods, name) ? (methods as Record<string, unknown>)[name] : undefined;
  if (typeof method !== 'function')
    throw new Fault('internal', `the daemon knows no "${name}"`, {
      hint: 'is it of another version than this command?',
    });
  const args: unknown = text === '' ? [] : JSON.parse(text);
  return method.apply(methods, Array.isArray(args) ? args : []);
}

function wordsOf(error: unknown): { code: string; says: string; hint?: string } {
  if (error instanceof Fault)
    return { code: error.code, says: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  return { code: 'internal', says: error instanceof Error ? error.message : 'unknown' };
}

function faultOf(value: unknown): Fault {
  const { says, hint } = (typeof value === 'object' && value !== null ? value : {}) as { says?: string; hint?: string };
  return new Fault('internal', says ?? 'the daemon failed', hint === undefined ? {} : { hint });
}
