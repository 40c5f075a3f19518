import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Fault } from '../model/fault.ts';
import type { SocketAddress } from './socket-address.ts';

/** A method whose question and answer are streams: lines come out, bytes go in. */
export type StreamMethod = (args: readonly unknown[], incoming: AsyncIterable<Uint8Array>) => AsyncIterable<string>;

/** Who takes nothing for so long is not waited for: the daemon holds things still meanwhile. */
const PATIENCE_MS = 30_000;
/** Lines sent in one go. */
const CHUNK = 64_000;

/** Answers a question with lines. What goes wrong on the way is said behind them, so that an answer that was cut off is never taken for whole. */
export async function answerStream(
  method: StreamMethod,
  query: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  wordsOf: (error: unknown) => object,
): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'application/x-ndjson', trailer: 'x-end' });
  let end: object = {};
  let text = '';
  try {
    const args = JSON.parse(decodeURIComponent(query)) as readonly unknown[];
    for await (const line of method(args, incoming)) {
      text += `${line}\n`;
      if (text.length >= CHUNK) {
        await send(outgoing, text);
        text = '';
      }
      if (outgoing.destroyed) return;
    }
  } catch (error) {
    end = wordsOf(error);
  }
  await send(outgoing, text);
  incoming.resume();
  outgoing.addTrailers({ 'x-end': encodeURIComponent(JSON.stringify(end)) });
  outgoing.end();
}

async function send(outgoing: ServerResponse, text: string): Promise<void> {
  if (text === '' || outgoing.destroyed || outgoing.write(text)) return;
  const timer = setTimeout(() => outgoing.destroy(), PATIENCE_MS);
  await drained(outgoing).finally(() => clearTimeout(timer));
}

/** Resolves once there is room for more, or nobody is there any more. */
async function drained(stream: Writable): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => undefined);
  heard.abort();
}

/** Asks the daemon behind a socket, sends it bytes, and gives its lines. Rejects with the Fault it met, at the end of the lines. */
export async function* askStream(
  address: SocketAddress,
  method: string,
  args: readonly unknown[],
  body: AsyncIterable<Uint8Array> | undefined,
  faultOf: (value: unknown) => Fault,
): AsyncIterable<string> {
  const path = `/stream/${method}?${encodeURIComponent(JSON.stringify(args))}`;
  const outgoing = request({ socketPath: address.path, path, method: 'POST' });
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
    });
    answered.catch(() => undefined);
    const sent = sendBody(outgoing, body);
    const incoming = await Promise.race([answered, sent.then(() => answered)]);
    incoming.setEncoding('utf8');
    let rest = '';
    for await (const chunk of incoming as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    const end: unknown = JSON.parse(decodeURIComponent(incoming.trailers['x-end'] ?? 'null'));
    if (end === null) throw new Fault('internal', 'the daemon ended the conversation');
    if (typeof end === 'object' && 'says' in end) throw faultOf(end);
    await sent;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('internal', 'the daemon ended the conversation', { cause: error });
  } finally {
    outgoing.destroy();
    address.release();
  }
}

async function sendBody(
  outgoing: ReturnType<typeof request>,
  body: AsyncIterable<Uint8Array> | undefined,
): Promise<void> {
  for await (const bytes of body ?? []) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(bytes)) await drained(outgoing);
  }
  outgoing.end();
}
