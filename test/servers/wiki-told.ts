import type { Received } from '../support/receiver.ts';

/** An event as the receiver got it, its record read as a row of the wiki's lists. */
export interface Told {
  readonly id: string;
  readonly feed: string;
  readonly kind: string;
  readonly record: string;
  /** The version of the page that the row is about; 0 where it is about none. */
  readonly rev: number;
  /** The record, as text. */
  readonly raw: string;
}

/** Every event of the POSTs, once for each id, in the order in which they came first. */
export function toldBy(posts: readonly Received[]): readonly Told[] {
  const told = new Map<string, Told>();
  for (const post of posts) {
    const { message } = JSON.parse(post.body) as {
      message: {
        raw: Record<string, unknown> & { objectType: string };
        events: readonly { eventId: string; eventType: string; objectId: string }[];
      };
    };
    const feed = message.raw.objectType;
    const records = message.raw[feed] as readonly { revid?: number }[];
    for (const [n, event] of message.events.entries()) {
      if (told.has(event.eventId)) continue;
      const [raw, rev] = [JSON.stringify(records[n]), records[n]?.revid ?? 0];
      told.set(event.eventId, { id: event.eventId, feed, kind: event.eventType, record: event.objectId, rev, raw });
    }
  }
  return [...told.values()];
}

/** The events of one feed by their record. */
export function byRecord(told: readonly Told[], feed: string): ReadonlyMap<string, readonly Told[]> {
  const found = new Map<string, Told[]>();
  for (const event of told) {
    if (event.feed !== feed) continue;
    const events = found.get(event.record);
    if (events === undefined) found.set(event.record, [event]);
    else events.push(event);
  }
  return found;
}
