import type { Received, Receiver } from '../support/receiver.ts';

/** An event as a receiver sees it. */
export interface SeenEvent {
  readonly id: string;
  readonly kind: string;
  readonly resource: string;
  readonly record: string;
  readonly raw: unknown;
  readonly post: Received;
}

/** The events of a POST in the format of Cloud Elements. */
export function eventsOf(post: Received): readonly SeenEvent[] {
  const { message } = JSON.parse(post.body) as {
    message: {
      raw: Record<string, unknown> & { objectType: string };
      events: readonly { eventId: string; eventType: string; objectId: string; objectType: string }[];
    };
  };
  const records = message.raw[message.raw.objectType] as readonly { id: unknown }[];
  return message.events.map((event) => ({
    id: event.eventId,
    kind: event.eventType,
    resource: event.objectType,
    record: event.objectId,
    raw: records.find((record) => String(record.id) === event.objectId),
    post,
  }));
}

/** Every event that a receiver got, in order; one that came again under its id counts once. */
export function seenBy(receiver: Receiver): readonly SeenEvent[] {
  const seen = new Map<string, SeenEvent>();
  for (const post of receiver.received) {
    for (const event of eventsOf(post)) if (!seen.has(event.id)) seen.set(event.id, event);
  }
  return [...seen.values()];
}

/** Resolves once what the receiver has seen satisfies the condition; looked at after every POST. */
export async function until(receiver: Receiver, condition: (events: readonly SeenEvent[]) => boolean): Promise<void> {
  while (!condition(seenBy(receiver))) await receiver.awaitCount(receiver.received.length + 1);
}
