import type { Duration, Instant } from '../model/instant.ts';
import type { Delivery, Journal, Settlement } from '../model/journal.ts';
import type { Tell } from '../model/ports.ts';
import { noteDead, noteFailure, noteSuccess } from './callback-state.ts';
import {
  deadNotice,
  deliveredNotice,
  deliveryFacts,
  diskFullNotice,
  failedNotice,
  pausedNotice,
  resumedNotice,
  type Parcel,
} from './drain-notices.ts';
import type { Lane, OutboxBound } from './lane.ts';
import type { Outbox } from './outbox.ts';
import type { Pending } from './pending.ts';
import { post, type Attempted, type PostOffice } from './post.ts';
import type { Route, Routes } from './routes.ts';
import { rememberAttempt, settleDurably } from './settle.ts';
import { judge, type DeliveryVerdict } from './verdict.ts';

/** What every flight of a drain shares. */
export interface Ground extends PostOffice {
  readonly journal: Journal;
  readonly tell: Tell;
  readonly outbox: Outbox;
  readonly routes: Routes;
  readonly perCallback: number;
  readonly bound: OutboxBound;
  readonly retryFor: Duration;
  /** How often a full disk is tried before that is a fault. */
  readonly patience: () => number;
  /** Makes `lastSuccessAt` of every lane right from that instant on, also for what an earlier process delivered. */
  readonly recall: (from: Instant) => Promise<void>;
}

/** One flight: to whom, by which route, and what ends it early. */
export interface Course {
  readonly lane: Lane;
  readonly route: Route;
  readonly signal: AbortSignal;
}

/** Tries a pending delivery once, and makes durable what came of it. Nothing is settled before the answer is there. */
export async function fly(pending: Pending, course: Course, ground: Ground): Promise<void> {
  const { outbox } = ground;
  const { lane } = course;
  const probe = lane.state.down;
  const letGo = (): void => {
    outbox.remove(pending);
    measure(outbox.lane(pending.key), ground);
  };
  const parcel = await ground.journal.delivery(pending.id);
  const body = parcel === undefined ? undefined : await ground.journal.body(pending.id);
  if (parcel === undefined || body === undefined || pending.gone) {
    letGo();
    if (parcel !== undefined && !pending.gone) tellBodyGone(parcel, lane, ground);
    return;
  }

  const attempted = await post({ ...parcel, body }, course.route.callback, ground, course.signal);
  const verdict = judge(attempted.outcome, {
    deliveryId: pending.id,
    attempts: pending.attempts,
    firstAttemptAt: pending.firstAttemptAt ?? attempted.at,
    now: attempted.endedAt,
    retryFor: ground.retryFor,
  });
  if (verdict.kind === 'delivered') {
    const settled = await settleDelivered(parcel, pending.attempts + 1, verdict.status, attempted, course, ground);
    // What was delivered is never sent again while the process lives, also where it could not be settled.
    if (settled) letGo();
    return;
  }
  if (pending.gone) return letGo();
  // A failure at an address or with credentials that are no longer the plan's counts for nothing.
  const stale = ground.routes.of(pending.feed)?.fingerprint !== course.route.fingerprint;
  if (stale || wasCalledBack(attempted, course)) {
    outbox.putBack(pending);
    return;
  }
  await fail(pending, parcel, verdict, attempted, probe, course, ground);
}

/** Sends a dead letter to see whether its callback works again; it stays dead unless it is delivered. */
export async function probeDead(dead: Delivery, course: Course, ground: Ground): Promise<void> {
  const { state } = course.lane;
  const body = await ground.journal.body(dead.id);
  if (body === undefined) {
    const at = ground.clock.now();
    noteFailure(state, { delivery: dead.id, at, says: 'its bytes are gone', probe: true }, ground.perCallback);
    return;
  }

  const attempted = await post({ ...dead, body }, course.route.callback, ground, course.signal);
  if (wasCalledBack(attempted, course)) return;
  const at = attempted.endedAt;
  const verdict = judge(attempted.outcome, {
    deliveryId: dead.id,
    attempts: dead.attempts,
    firstAttemptAt: at,
    now: at,
    retryFor: Math.max(1, ground.retryFor),
  });
  if (verdict.kind === 'delivered') {
    await settleDelivered(dead, dead.attempts + 1, verdict.status, attempted, course, ground);
    return;
  }
  if (verdict.kind === 'stop') stop(course.lane, verdict.says, at, ground);
  else {
    const pausedUntil = verdict.kind === 'again' ? verdict.notBefore : undefined;
    const failure = {
      delivery: dead.id,
      at,
      says: verdict.says,
      probe: true,
      ...(pausedUntil === undefined ? {} : { pausedUntil }),
    };
    noteFailure(state, failure, Number.POSITIVE_INFINITY);
  }
  const facts = deliveryFacts(dead, dead.attempts + 1, attempted.outcome);
  ground.tell(failedNotice(dead, state.key, at, { says: verdict.says, facts }));
}

/** Looks whether a callback's outbox became full or has room again, and tells it. */
export function measure(lane: Lane, ground: Ground): void {
  if (lane === ground.outbox.parked) return;
  const turned = lane.measure(ground.bound);
  const at = ground.clock.now();
  if (turned === 'full') ground.tell(pausedNotice(lane, 'full', at, ground.bound));
  if (turned === 'room') ground.tell(resumedNotice(lane.state.key, 'full', at));
}

/** Settles, waiting for room on the disk if need be; false where the signal ended that. */
export function settle(settlement: Settlement, feed: string, signal: AbortSignal, ground: Ground): Promise<boolean> {
  const { journal, clock } = ground;
  const onFull = (): void => ground.tell(diskFullNotice({ id: settlement.id, feed }, clock.now()));
  return settleDurably(settlement, { journal, clock, patience: ground.patience(), signal, onFull });
}

async function settleDelivered(
  parcel: Parcel,
  attempts: number,
  status: number,
  attempted: Attempted,
  course: Course,
  ground: Ground,
): Promise<boolean> {
  const at = attempted.endedAt;
  const { state } = course.lane;
  for (const reason of noteSuccess(state, at)) ground.tell(resumedNotice(state.key, reason, at));
  if (!(await settle({ id: parcel.id, outcome: 'delivered', at, status }, parcel.feed, course.signal, ground)))
    return false;
  const facts = { ...deliveryFacts(parcel, attempts), status, took: at - attempted.at };
  ground.tell(deliveredNotice(parcel, state.key, at, facts));
  return true;
}

async function fail(
  pending: Pending,
  parcel: Parcel,
  verdict: Exclude<DeliveryVerdict, { kind: 'delivered' }>,
  attempted: Attempted,
  probe: boolean,
  course: Course,
  ground: Ground,
): Promise<void> {
  const { lane } = course;
  const { state } = lane;
  const at = attempted.endedAt;
  const { says } = verdict;
  const facts = deliveryFacts(parcel, pending.attempts + 1, attempted.outcome);
  if (verdict.kind === 'stop') {
    stop(lane, says, at, ground);
    ground.outbox.putBack(pending);
    ground.tell(failedNotice(parcel, state.key, at, { says, facts }));
    return;
  }

  const pausedUntil = verdict.callbackPausedUntil;
  const failure = { delivery: parcel.id, at, says, probe, ...(pausedUntil === undefined ? {} : { pausedUntil }) };
  const wentDown = noteFailure(state, failure, ground.perCallback);
  const firstAttemptAt = pending.firstAttemptAt ?? attempted.at;
  if (verdict.kind === 'dead') {
    await bury(pending, parcel, firstAttemptAt, says, facts, course, ground, at);
  } else {
    const { nextAttemptAt } = verdict;
    pending.attempts += 1;
    pending.firstAttemptAt = firstAttemptAt;
    pending.nextAttemptAt = nextAttemptAt;
    pending.notBefore = verdict.notBefore;
    const { attempts } = pending;
    await rememberAttempt({ id: parcel.id, at, attempts, firstAttemptAt, nextAttemptAt, says }, ground.journal);
    ground.outbox.putBack(pending);
    ground.tell(failedNotice(parcel, state.key, at, { says, next: nextAttemptAt, facts }));
  }
  if (wentDown) ground.tell(pausedNotice(lane, 'down', at, ground.bound));
}

async function bury(
  pending: Pending,
  parcel: Parcel,
  firstAttemptAt: Instant,
  says: string,
  facts: ReturnType<typeof deliveryFacts>,
  course: Course,
  ground: Ground,
  at: Instant,
): Promise<void> {
  const { lane } = course;
  if (lane.state.lastSuccessAt < firstAttemptAt) await ground.recall(firstAttemptAt);
  if (!(await settle({ id: parcel.id, outcome: 'dead', at, says }, parcel.feed, course.signal, ground))) return;
  const paused = noteDead(lane.state, firstAttemptAt, at);
  ground.outbox.remove(pending);
  measure(ground.outbox.lane(pending.key), ground);
  ground.tell(deadNotice(parcel, lane.state.key, at, says, facts));
  if (paused) ground.tell(pausedNotice(lane, 'dead-letter', at, ground.bound));
}

function stop(lane: Lane, says: string, at: Instant, ground: Ground): void {
  lane.state.lastError = { at, says };
  if (lane.state.stopped) return;
  lane.state.stopped = true;
  ground.tell(pausedNotice(lane, 'stopped', at, ground.bound));
}

function wasCalledBack(attempted: Attempted, course: Course): boolean {
  return course.signal.aborted && !attempted.outcome.ok && attempted.outcome.failure === 'aborted';
}

function tellBodyGone(parcel: Parcel, lane: Lane, ground: Ground): void {
  const says = 'the journal no longer holds its bytes';
  const facts = deliveryFacts(parcel, 0);
  ground.tell(failedNotice(parcel, lane.state.key, ground.clock.now(), { says, facts }));
}
