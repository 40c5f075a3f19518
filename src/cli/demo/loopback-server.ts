import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request, read to its end. */
export interface LoopbackRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  readonly body: Buffer;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly json?: unknown;
}

export interface LoopbackServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Cuts what is still connected, so that the process can end. */
  close(): Promise<void>;
}

/** The largest body that is read. */
const MOST_BYTES = 5_000_000;

/** Serves HTTP to this machine alone, at a port that the system chooses. Every answer bears a `Date`. */
export async function serveLoopback(answer: (request: LoopbackRequest) => LoopbackAnswer): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    void exchange(request, response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: LoopbackRequest) => LoopbackAnswer,
): Promise<void> {
  try {
    const body = await read(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { status, json } =
      body === undefined
        ? { status: 413 }
        : answer({ method: request.method ?? '', url, headers: request.headers, body });
    if (json === undefined) response.writeHead(status).end();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  } catch {
    // The other side went away, or sent what cannot be read: its connection ends, the server stays.
    request.destroy();
  }
}

/** The whole body; undefined where it is too large. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  return size > MOST_BYTES ? undefined : Buffer.concat(chunks);
}
