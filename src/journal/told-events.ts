import type { Instant } from '../model/instant.ts';
import type { Delivery, EventEntry, EventQuery, ToldEvent } from '../model/journal.ts';
import { byCommit } from './outbox.ts';

/** A delivery and what became of it. */
export interface Outcome {
  readonly delivery: Delivery;
  /** Its position among the deliveries of its commit. */
  readonly order: number;
  readonly state: ToldEvent['state'];
  /** Absent while it is pending. */
  readonly settledAt?: Instant;
}

/** Whether a delivery can hold anything that is asked for, as far as can be told without what it holds. `since` counts from the commit. */
export function mayBeAskedFor(
  delivery: Pick<Delivery, 'feed' | 'committedAt'>,
  state: ToldEvent['state'],
  query: EventQuery,
): boolean {
  return (
    (query.feed === undefined || delivery.feed === query.feed) &&
    (query.since === undefined || delivery.committedAt >= query.since) &&
    (query.state === undefined || state === query.state)
  );
}

/** How many events of a delivery are asked for. */
export function countAskedFor({ delivery, state }: Outcome, query: EventQuery): number {
  return mayBeAskedFor(delivery, state, query) ? eventsAskedFor(delivery, query).length : 0;
}

/** The events asked for, in the order they were committed; with a limit the newest. */
export function listEvents(outcomes: Iterable<Outcome>, query: EventQuery): readonly ToldEvent[] {
  const listed: ToldEvent[] = [];
  for (const outcome of [...outcomes].sort(byCommit)) {
    if (!mayBeAskedFor(outcome.delivery, outcome.state, query)) continue;
    for (const event of eventsAskedFor(outcome.delivery, query)) listed.push(toldEvent(outcome, event));
  }
  return query.limit === undefined ? listed : listed.slice(Math.max(0, listed.length - query.limit));
}

function eventsAskedFor({ id, events }: Delivery, { recordId, ids }: EventQuery): readonly EventEntry[] {
  if (recordId === undefined && (ids === undefined || ids.includes(id))) return events;
  return events.filter(
    (event) =>
      (recordId === undefined || event.recordId === recordId) &&
      (ids === undefined || ids.includes(id) || ids.includes(event.id)),
  );
}

function toldEvent(outcome: Outcome, event: EventEntry): ToldEvent {
  const { delivery } = outcome;
  return {
    id: event.id,
    kind: event.kind,
    recordId: event.recordId,
    date: event.date,
    feed: delivery.feed,
    delivery: delivery.id,
    committedAt: delivery.committedAt,
    state: outcome.state,
    ...(delivery.callback === undefined ? {} : { callback: delivery.callback }),
    attempts: delivery.attempts,
    ...(outcome.settledAt === undefined ? {} : { settledAt: outcome.settledAt }),
    ...(delivery.lastSays === undefined ? {} : { lastSays: delivery.lastSays }),
  };
}
