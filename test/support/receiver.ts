import { createHmac } from 'node:crypto';
import { bodyOf, loopback } from './loopback.ts';

/** A POST as it came over the wire. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one POST is answered: 200 where nothing is said. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer waits for this. */
  readonly after?: Promise<unknown>;
  /** The connection is cut instead of an answer. */
  readonly drop?: boolean;
}

/** Answers the n-th POST, counted from 0. */
export type Script = (received: Received, n: number) => Answer;

export interface Receiver {
  readonly url: string;
  /** Everything that came so far. */
  readonly received: readonly Received[];
  /** Resolves once so many have come. */
  awaitCount(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real receiver on 127.0.0.1 that keeps what it gets and answers by script. */
export async function openReceiver(script: Script = () => ({})): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = await loopback((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
      const post = { method: request.method ?? '', path: request.url ?? '', headers, body };
      received.push(post);
      const answer = script(post, received.length - 1);
      for (const waiter of waiting) if (received.length >= waiter.count) waiter.resolve();
      await answer.after;
      if (answer.drop === true) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    })();
  });
  return {
    url: `${server.origin}/hook`,
    received,
    awaitCount: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () => server.close(),
  };
}

/** What a receiver that knows these keys finds wrong with a POST's signatures; nothing where all is well. Several keys: rotation. */
export function signatureFlaws(received: Received, keys: readonly string[]): readonly string[] {
  const flaws: string[] = [];
  const { headers, body } = received;
  const [id, timestamp] = [headers['webhook-id'] ?? '', headers['webhook-timestamp'] ?? ''];
  if (!/^[^.\s]+$/.test(id)) flaws.push(`webhook-id is ${JSON.stringify(id)}`);
  if (!/^\d{10}$/.test(timestamp)) flaws.push(`webhook-timestamp is ${JSON.stringify(timestamp)}`);
  if (headers['elements-webhook-id'] !== id) flaws.push('elements-webhook-id is another id');

  const expected = keys.map((key) => {
    const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice(6), 'base64') : Buffer.from(key);
    return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  if (headers['webhook-signature'] !== expected.join(' ')) flaws.push('webhook-signature does not verify');
  const first = createHmac('sha256', keys[0] ?? '')
    .update(body)
    .digest('base64');
  if (headers['elements-webhook-signature'] !== `sha256=${first}`)
    flaws.push('elements-webhook-signature does not verify');
  return flaws;
}
