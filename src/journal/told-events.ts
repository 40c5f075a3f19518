import type { Instant } from '../model/instant.ts';
import type { Delivery, EventQuery, ToldEvent } from '../model/journal.ts';
import type { Held, Outbox } from './outbox.ts';
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

/** The deliveries that are pending or dead, as outcomes. */
export function* openOutcomes<Place>(outbox: Outbox<Place>): Iterable<Outcome> {
  for (const held of outbox.pending.values()) yield outcomeOf(held, 'pending');
  for (const held of outbox.dead.values()) yield outcomeOf(held, 'dead');
}

function outcomeOf<Place>(held: Held<Place>, state: 'pending' | 'dead'): Outcome {
  return {
    delivery: held.delivery,
    order: held.order,
    state,
    ...(held.diedAt === undefined ? {} : { settledAt: held.diedAt }),
  };
}

/** Whether any event of it can be asked for, as far as the delivery alone tells. `since` counts from the commit. */
export function isAskedFor(outcome: Outcome, query: EventQuery): boolean {
  return (
    (query.feed === undefined || outcome.delivery.feed === query.feed) &&
    (query.since === undefined || outcome.delivery.committedAt >= query.since) &&
    (query.state === undefined || outcome.state === query.state) &&
    (query.recordId === undefined || outcome.delivery.events.some((event) => event.recordId === query.recordId))
  );
}

/** How many events of it are asked for. */
export function countAskedFor(outcome: Outcome, query: EventQuery): number {
  if (!isAskedFor(outcome, query)) return 0;
  if (query.recordId === undefined) return outcome.delivery.events.length;
  return outcome.delivery.events.filter((event) => event.recordId === query.recordId).length;
}

/** The events asked for, in the order they were committed; with a limit the newest. */
export function listEvents(outcomes: Iterable<Outcome>, query: EventQuery): readonly ToldEvent[] {
  const listed: ToldEvent[] = [];
  for (const outcome of [...outcomes].filter((one) => isAskedFor(one, query)).sort(byCommit)) {
    for (const event of outcome.delivery.events) {
      if (query.recordId !== undefined && event.recordId !== query.recordId) continue;
      listed.push(toldEvent(outcome, event));
    }
  }
  return query.limit === undefined ? listed : listed.slice(Math.max(0, listed.length - query.limit));
}

function toldEvent(outcome: Outcome, event: Delivery['events'][number]): ToldEvent {
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
