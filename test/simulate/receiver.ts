import { createHmac } from 'node:crypto';
import type { Instant } from '../../src/model/instant.ts';
import type { HttpRequest } from '../../src/model/ports.ts';
import type { JsonObject } from '../../src/model/record.ts';
import type { Dice } from './dice.ts';
import type { Said } from './provider.ts';
import type { Timeline } from './timeline.ts';

/** One event as it arrived for the first time. */
export interface Received {
  readonly feed: string;
  readonly id: string;
  readonly kind: string;
  readonly recordId: string;
  readonly record: JsonObject;
  readonly at: Instant;
}

/** Who takes the POSTs of a callback, when it is in the mood. */
export class Receiver {
  /** The share of POSTs that it does not answer well. */
  trouble = 0;
  /** An old state was put back: what was told since is told anew, and a POST made up anew. */
  forgetful = false;
  /** Events by the order of their first arrival. */
  readonly events: Received[];
  /** What is wrong whatever the ledgers say. */
  readonly wrongs: string[];
  /** POSTs taken, counted again when they came again. */
  posts = 0;
  readonly #dice: Dice;
  readonly #timeline: Timeline;
  readonly #bodies = new Map<string, string>();
  readonly #seen: Map<string, string>;

  constructor(
    timeline: Timeline,
    dice: Dice,
    shared: Pick<Receiver, 'events' | 'wrongs'> & { seen: Map<string, string> },
  ) {
    this.#timeline = timeline;
    this.#dice = dice;
    this.events = shared.events;
    this.wrongs = shared.wrongs;
    this.#seen = shared.seen;
  }

  answer(request: HttpRequest): Said {
    if (this.trouble === 0 || !this.#dice.chance(this.trouble)) {
      this.#take(request);
      return { status: this.#dice.one([200, 202, 204]), headers: {}, text: '' };
    }
    const seconds = this.#dice.whole(1, 3_600);
    const takes = this.#dice.one([
      { takes: true, said: { failure: 'cut' } },
      { takes: true, said: { failure: 'timeout' } },
      { takes: true, said: { status: 500, headers: {}, text: 'taken and fallen over' } },
      { takes: false, said: { failure: 'refused' } },
      { takes: false, said: { failure: 'timeout' } },
      { takes: false, said: { status: 500, headers: {}, text: '' } },
      { takes: false, said: { status: 302, headers: { location: 'https://else.test/' }, text: '' } },
      { takes: false, said: { status: 400, headers: {}, text: '' } },
      { takes: false, said: { status: 503, headers: { 'retry-after': String(seconds) }, text: '' } },
    ] as const);
    if (takes.takes) this.#take(request);
    return takes.said;
  }

  #take(request: HttpRequest): void {
    this.posts += 1;
    const body = request.body ?? '';
    const id = request.headers['webhook-id'] ?? '';
    const signature = `sha256=${createHmac('sha256', 'a-key-for-signing').update(body).digest('base64')}`;
    if (request.headers['Elements-Webhook-Signature'] !== signature) this.wrongs.push(`POST ${id} is not signed`);
    const before = this.#bodies.get(id);
    this.#bodies.set(id, body);
    if (before !== undefined && before !== body && !this.forgetful)
      this.wrongs.push(`POST ${id} came again with another body`);
    const { message } = JSON.parse(body) as {
      message: {
        elementKey: string;
        instanceName: string;
        raw: { things: readonly JsonObject[] };
        events: readonly { eventId: string; eventType: string; objectId: string }[];
      };
    };
    message.events.forEach((event, place) => {
      const record = message.raw.things[place] ?? {};
      const { eventId, eventType, objectId } = event;
      const what = JSON.stringify([eventType, objectId, { ...record, noise: 0 }]);
      const known = this.#seen.get(eventId);
      if (known !== undefined && known !== what)
        this.wrongs.push(`event ${eventId} stood for ${known}, and for ${what}`);
      if (known !== undefined) return;
      this.#seen.set(eventId, what);
      const at = this.#timeline.now;
      const feed = `${message.instanceName}/things`;
      this.events.push({ feed, id: eventId, kind: eventType, recordId: objectId, record, at });
    });
  }
}
