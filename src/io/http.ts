import { setMaxListeners } from 'node:events';
import { got } from 'got';
import type { Got } from 'got';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock, Http, HttpAnswer, HttpLimits, HttpOutcome, HttpRequest } from '../model/ports.ts';
import { failureOf } from './http-failure.ts';
import type { Failed } from './http-failure.ts';
import { denyList, guardedAgents } from './network-deny.ts';

export interface HttpOptions {
  /** Names of address ranges or CIDR blocks that are never connected to. Throws a Fault for an unknown one. */
  readonly deny: readonly string[];
  readonly clock: Clock;
  /** Sent unless the request has a `user-agent` of its own. */
  readonly userAgent: string;
  /** Resolves names; the system's resolver where absent. */
  readonly lookup?: LookupFunction;
}

/** The longest time that a timer can be set to. */
const LONGEST = 2 ** 31 - 1;

/**
 * Speaks HTTP over kept-alive connections, following the Http port. Reads no proxy variable, cookie, cache or netrc. A body that is
 * not UTF-8 is read with replacement characters. `close` ends unused connections and makes later requests open new ones.
 */
export function openHttp(options: HttpOptions): Http & { close(): void } {
  const agent = guardedAgents(denyList(options.deny), options.lookup);
  const client = got.extend({
    agent,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    headers: { 'user-agent': options.userAgent },
  });
  return {
    send: (request, limits, signal) => exchange(client, options.clock, request, limits, signal),
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

async function exchange(
  client: Got,
  clock: Clock,
  request: HttpRequest,
  limits: HttpLimits,
  signal: AbortSignal | undefined,
): Promise<HttpOutcome> {
  const target = readUrl(request.url);
  if (typeof target === 'string') return { ok: false, failure: 'invalid', says: target };
  const host = target.host;
  if (signal?.aborted === true) return { ok: false, ...failureOf(aborted(), host) };

  // got leaves its listener behind where an answer ends well, so it gets a signal of its own.
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  if (signal !== undefined) {
    setMaxListeners(0, signal);
    signal.addEventListener('abort', stop);
  }

  const sentAt = clock.now();
  let head: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly at: number } | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const failed = (why: Failed): HttpOutcome => ({
    ok: false,
    ...why,
    ...(head === undefined ? {} : { status: head.status }),
  });
  try {
    const bodiless = request.method === 'GET' || request.method === 'HEAD';
    const body = request.body ?? (bodiless ? undefined : '');
    const stream = client.stream(target, {
      method: request.method as 'GET',
      headers: { ...request.headers },
      // Allowed but without a body, got would wait for one.
      ...(body === undefined ? {} : { body, allowGetBody: true }),
      timeout: { request: Math.min(Math.max(1, limits.timeout), LONGEST) },
      signal: abort.signal,
    });
    stream.once('response', (response: { statusCode: number; headers: IncomingHttpHeaders }) => {
      head = { status: response.statusCode, headers: response.headers, at: clock.now() };
    });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > limits.maxBytes) {
        const says = `${host} sent more than ${limits.maxBytes} bytes`;
        return failed({ failure: 'too-large', says });
      }
      chunks.push(chunk);
    }
    if (head === undefined)
      return { ok: false, failure: 'cut', says: `${host} ended the connection without an answer` };

    const answer: HttpAnswer = {
      status: head.status,
      headers: flatten(head.headers),
      text: new TextDecoder().decode(Buffer.concat(chunks, size)),
      sentAt,
      took: Math.max(0, head.at - sentAt),
      endedAt: clock.now(),
    };
    return { ok: true, answer };
  } catch (error) {
    if (abort.signal.aborted) return failed(failureOf(aborted(), host));
    if (error instanceof Error && error.name === 'TimeoutError') {
      const says = `${host} did not ${head === undefined ? 'answer' : 'finish its answer'} within ${limits.timeout / 1_000} s`;
      return failed({ failure: 'timeout', says });
    }
    return failed(failureOf(error, host));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function aborted(): Error {
  return Object.assign(new Error('aborted'), { code: 'ABORT_ERR' });
}

/** The URL, or what is wrong with it. */
function readUrl(url: string): URL | string {
  if (!URL.canParse(url)) return 'the request has no valid URL';
  const target = new URL(url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    return `the request's URL is ${target.protocol} and only http: and https: are spoken`;
  // got takes this name for a socket file.
  if (target.hostname === 'unix') return 'the host name "unix" cannot be used';
  return target;
}

function flatten(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}
