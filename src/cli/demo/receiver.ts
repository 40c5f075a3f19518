import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duration, Instant } from '../../model/instant.ts';
import { serveLoopback, type LoopbackAnswer, type LoopbackRequest } from './loopback-server.ts';

/** An event as a receiver understands it from a POST alone. */
export interface ReceivedEvent {
  readonly receivedAt: Instant;
  readonly eventId: string;
  readonly webhookId: string;
  readonly eventType: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly name: string;
  readonly status: string;
  /** When the record says that it was changed. */
  readonly changedAt: Instant;
}

export interface ReceiverOptions {
  /** The key that both sides know. */
  readonly key: string;
  readonly now: () => Instant;
  /** Takes each event of a POST whose signatures are good. */
  readonly onEvent: (event: ReceivedEvent) => void;
  /** Takes what is wrong with a POST that is turned away. */
  readonly onRefused: (why: string) => void;
}

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

/** A POST that is older or newer is somebody's replay. */
const TOLERANCE: Duration = 5 * 60_000;

/** Serves a callback URL as a careful user would: nothing is believed before both signatures are checked. */
export async function openDemoReceiver(options: ReceiverOptions): Promise<Receiver> {
  const refuse = (status: number, why: string): LoopbackAnswer => {
    options.onRefused(why);
    return { status, json: { error: why } };
  };
  const server = await serveLoopback((request) => {
    if (request.method !== 'POST' || request.url.pathname !== '/events')
      return refuse(404, 'events are POSTed to /events');
    const receivedAt = options.now();
    const flaw = signatureFlaw(request, options.key, receivedAt);
    if (flaw !== undefined) return refuse(401, flaw);
    const events = readEvents(request, receivedAt);
    if (events === undefined) return refuse(400, 'the body is no notification');
    for (const event of events) options.onEvent(event);
    return { status: 200 };
  });
  return { url: `${server.origin}/events`, close: () => server.close() };
}

/** What is wrong with the signatures of a POST: the Cloud Elements one, over the body, and that of Standard Webhooks. */
export function signatureFlaw(
  post: { readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  key: string,
  now: Instant,
): string | undefined {
  const header = (name: string): string => String(post.headers[name] ?? '');
  const plain = createHmac('sha256', key).update(post.body).digest('base64');
  if (!same(header('elements-webhook-signature'), `sha256=${plain}`))
    return 'Elements-Webhook-Signature does not verify';

  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
  const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key);
  const standard = createHmac('sha256', bytes).update(`${id}.${timestamp}.`).update(post.body).digest('base64');
  const signatures = header('webhook-signature').split(' ');
  if (!signatures.some((signature) => same(signature, `v1,${standard}`))) return 'webhook-signature does not verify';
  const isFresh = Math.abs(now - Number(timestamp) * 1_000) <= TOLERANCE;
  return isFresh ? undefined : 'webhook-timestamp lies too far from now';
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

interface Notification {
  readonly message?: {
    readonly raw?: Readonly<Record<string, unknown>>;
    readonly events?: readonly Readonly<Record<string, unknown>>[];
  };
}

function readEvents(request: LoopbackRequest, receivedAt: Instant): readonly ReceivedEvent[] | undefined {
  let notification: Notification | null;
  try {
    notification = JSON.parse(request.body.toString()) as Notification | null;
  } catch {
    return undefined;
  }
  const { raw, events } = notification?.message ?? {};
  if (raw === undefined || !Array.isArray(events)) return undefined;
  return (events as readonly Readonly<Record<string, unknown>>[]).map((event) => {
    const [objectType, objectId] = [String(event['objectType']), String(event['objectId'])];
    const record = recordOf(raw[objectType], objectId);
    return {
      receivedAt,
      eventId: String(event['eventId']),
      webhookId: String(request.headers['webhook-id']),
      eventType: String(event['eventType']),
      objectType,
      objectId,
      name: String(record['name'] ?? ''),
      status: String(record['status'] ?? ''),
      changedAt: Date.parse(String(record['modified_date'] ?? event['date'])),
    };
  });
}

function recordOf(records: unknown, id: string): Readonly<Record<string, unknown>> {
  if (!Array.isArray(records)) return {};
  const found = (records as readonly unknown[]).find(
    (record) => typeof record === 'object' && record !== null && 'id' in record && String(record.id) === id,
  );
  return (found ?? {}) as Readonly<Record<string, unknown>>;
}
