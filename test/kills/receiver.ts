import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, loopback } from '../support/loopback.ts';
import type { Dice } from './dice.ts';
import type { FeedName } from './ledger.ts';

/** One event of a POST that the receiver took. */
export interface Heard {
  readonly feed: FeedName;
  readonly record: number;
  readonly id: string;
  readonly kind: string;
  /** Of the record that came with it; a deletion may come without. */
  readonly version: number | undefined;
}

/** A receiver of POSTs. */
export interface Receiver {
  readonly origin: string;
  /** In the order in which it came; what came again is there again. */
  readonly heard: readonly Heard[];
  /** Names of POSTs that did not hold the same bytes every time. */
  readonly changed: readonly string[];
  /** From now on it takes everything at once. */
  calmDown(): void;
  counts(): Counts;
  close(): Promise<void>;
}

/** How many POSTs came, were refused, were taken without a word, and came again although they had been taken. */
export interface Counts {
  readonly posts: number;
  readonly refused: number;
  readonly dropped: number;
  readonly again: number;
}

/** Opens a receiver that, until it calms down, refuses, is slow, or takes a POST and then hangs up. */
export async function openReceiver(dice: Dice): Promise<Receiver> {
  const counts = { posts: 0, refused: 0, dropped: 0, again: 0 };
  const heard: Heard[] = [];
  let calm = false;
  const sums = new Map<string, string>();
  const taken = new Set<string>();
  const changed: string[] = [];
  const server = await loopback((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const name = String(request.headers['webhook-id']);
      const sum = createHash('sha1').update(body).digest('hex');
      if ((sums.get(name) ?? sum) !== sum) changed.push(name);
      sums.set(name, sum);
      counts.posts += 1;
      const how = calm ? 'well' : dice.pick({ well: 86, slow: 5, busy: 1, refuse: 5, drop: 3 });
      if (how === 'slow') await sleep(dice.below(400));
      if (how === 'busy' || how === 'refuse') {
        counts.refused += 1;
        const headers: Record<string, string> = how === 'busy' ? { 'retry-after': '1' } : {};
        response.writeHead(how === 'busy' ? 429 : 503, headers).end();
        return;
      }
      if (taken.has(name)) counts.again += 1;
      taken.add(name);
      heard.push(...eventsIn(body));
      if (how !== 'drop') return void response.writeHead(204).end();
      counts.dropped += 1;
      request.socket.destroy();
    })();
  });
  return {
    origin: server.origin,
    heard,
    changed,
    calmDown: () => (calm = true),
    counts: () => ({ ...counts }),
    close: () => server.close(),
  };
}

interface CloudElements {
  readonly message: {
    readonly raw: { readonly objectType: FeedName } & Partial<Record<FeedName, readonly Shown[]>>;
    readonly events: readonly { readonly eventId: string; readonly eventType: string; readonly objectId: string }[];
  };
}

interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly objecttype: FeedName;
  readonly data: Shown;
}

interface Shown {
  readonly id: number;
  readonly version?: number;
}

function eventsIn(body: string): readonly Heard[] {
  const parsed = JSON.parse(body) as CloudElements | CloudEvent;
  if (!('message' in parsed)) {
    const { id, type, subject, objecttype, data } = parsed;
    const kind = (type.split('.').at(-1) ?? '').toUpperCase();
    return [{ feed: objecttype, record: Number(subject), id, kind, version: data.version }];
  }
  const { raw, events } = parsed.message;
  const feed = raw.objectType;
  return events.map((event) => ({
    feed,
    record: Number(event.objectId),
    id: event.eventId,
    kind: event.eventType,
    version: raw[feed]?.find((record) => String(record.id) === event.objectId)?.version,
  }));
}
