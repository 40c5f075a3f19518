import { printSize } from '../language/size.ts';
import type { Instant } from '../model/instant.ts';
import type { Delivery } from '../model/journal.ts';
import type { Notice } from '../model/notice.ts';
import type { HttpOutcome } from '../model/ports.ts';
import type { PauseReason } from './callback-state.ts';
import { roomAgain, type Lane, type OutboxBound } from './lane.ts';

/** What is told of a delivery. */
export type Parcel = Pick<Delivery, 'id' | 'feed' | 'events'>;

type Facts = NonNullable<Notice['facts']>;

/** A delivery's figures, the same in every notice about it. */
export function deliveryFacts(parcel: Parcel, attempts: number, outcome?: HttpOutcome): Facts {
  return {
    delivery: parcel.id,
    attempts,
    events: parcel.events.map((event) => event.id),
    ...(outcome === undefined ? {} : outcomeFacts(outcome)),
  };
}

function outcomeFacts(outcome: HttpOutcome): Facts {
  if (outcome.ok) return { status: outcome.answer.status };
  const { failure, status } = outcome;
  return status === undefined ? { failure } : { failure, status };
}

/** Events were delivered; `facts` are those of deliveryFacts. */
export function deliveredNotice(parcel: Parcel, callback: string, at: Instant, facts: Facts): Notice {
  const says = `Delivered ${count(parcel.events.length, 'event')} of ${parcel.feed} to ${callback}.`;
  return { name: 'delivery:done', level: 'info', at, says, feed: parcel.feed, callback, facts };
}

/** An attempt failed and is followed by another. */
export function failedNotice(
  parcel: Parcel,
  callback: string,
  at: Instant,
  why: { readonly says: string; readonly next?: Instant; readonly facts: Facts },
): Notice {
  const next = why.next === undefined ? '' : ` It is tried again at ${iso(why.next)}.`;
  return {
    name: 'delivery:failed',
    level: 'warn',
    at,
    says: `Could not deliver ${count(parcel.events.length, 'event')} of ${parcel.feed} to ${callback}: ${why.says}.${next}`,
    feed: parcel.feed,
    callback,
    facts: why.next === undefined ? why.facts : { ...why.facts, nextAttemptAt: iso(why.next) },
  };
}

/** A delivery is given up. */
export function deadNotice(parcel: Parcel, callback: string, at: Instant, says: string, facts: Facts): Notice {
  return {
    name: 'delivery:dead',
    level: 'error',
    at,
    says:
      `Gave up delivering ${count(parcel.events.length, 'event')} of ${parcel.feed} to ${callback}: ${says}. ` +
      'They are kept as dead letters (`elementd events list --state dead`): mend the receiver.',
    feed: parcel.feed,
    callback,
    facts,
  };
}

/** What was delivered cannot be written down. */
export function diskFullNotice(parcel: Pick<Parcel, 'id' | 'feed'>, at: Instant): Notice {
  return {
    name: 'journal:full',
    level: 'error',
    at,
    says: 'The disk is full: what became of a delivery cannot be written down yet. Make room; it is tried again until then.',
    feed: parcel.feed,
    facts: { delivery: parcel.id },
  };
}

/** A callback, or the polling of its feeds, pauses. */
export function pausedNotice(lane: Lane, reason: PauseReason, at: Instant, bound: OutboxBound): Notice {
  return {
    name: 'callback:paused',
    level: reason === 'stopped' || reason === 'dead-letter' ? 'error' : 'warn',
    at,
    says: `${sayPause(lane, reason, bound)}.`,
    callback: lane.state.key,
    facts: { reason, events: lane.waiting.events, bytes: lane.waiting.bytes },
  };
}

/** That pause is over; `dropped`: the one for a dead letter, since there is none any more. */
export function resumedNotice(key: string, reason: PauseReason | 'dropped', at: Instant): Notice {
  return {
    name: 'callback:resumed',
    level: 'info',
    at,
    says: `${key} ${resumptions[reason]}.`,
    callback: key,
    facts: { reason: reason === 'dropped' ? 'dead-letter' : reason },
  };
}

const resumptions: Readonly<Record<PauseReason | 'dropped', string>> = {
  down: 'answers again: everything that waits for it is delivered',
  'dead-letter': 'works again: its feeds are polled again',
  dropped: 'has no dead letters any more: its feeds are polled again',
  stopped: 'has another address or other credentials: it is tried again and its feeds are polled again',
  full: 'has room in its outbox: its feeds are polled again',
};

/** Why it pauses and what ends that, as a sentence without its full stop. */
export function sayPause(lane: Lane, reason: PauseReason, bound: OutboxBound): string {
  const { key, lastError } = lane.state;
  const because = lastError === undefined ? '' : ` (${lastError.says})`;
  switch (reason) {
    case 'down':
      return `${key} does not take deliveries${because}: one at a time is tried, until one succeeds`;
    case 'dead-letter':
      return `The feeds of ${key} are not polled: a delivery was given up${because} and none has succeeded since its first attempt; they go on by themselves when one succeeds`;
    case 'stopped':
      return `${key} answered 410 Gone: nothing more is sent to it and its feeds are not polled; change event.notification.callback.url or the credentials, or restart elementd to try again`;
    case 'full':
      return (
        `The feeds of ${key} are not polled: its outbox is full (${count(lane.waiting.events, 'event')}, ${printSize(lane.waiting.bytes)}${because}); ` +
        `they go on by themselves when it holds at most ${Math.floor(bound.events * roomAgain)} events and ${printSize(Math.floor(bound.bytes * roomAgain))}`
      );
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
