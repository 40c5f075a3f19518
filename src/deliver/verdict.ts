import { hashNumber } from '../language/identity.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { HttpOutcome } from '../model/ports.ts';
import { retryAfter } from './retry-after.ts';

/** What one attempt's outcome means for the delivery. `says` is for people and holds nothing that the receiver sent but its status. */
export type DeliveryVerdict =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'again';
      readonly nextAttemptAt: Instant;
      readonly says: string;
      /** The receiver named this instant, or one beyond what is granted to anybody. */
      readonly notBefore?: Instant;
      /** It named it for everybody who calls, not for this POST alone. */
      readonly callbackPausedUntil?: Instant;
    }
  | {
      readonly kind: 'dead';
      readonly says: string;
      /** As in `again`: this POST is given up, and the others still wait so long. */
      readonly callbackPausedUntil?: Instant;
    }
  | { readonly kind: 'stop'; readonly says: string };

/** What is known when an outcome is judged. */
export interface AttemptFacts {
  readonly deliveryId: string;
  /** Failed attempts before this one. */
  readonly attempts: number;
  /** When the first attempt began; of a first attempt, this one. */
  readonly firstAttemptAt: Instant;
  readonly now: Instant;
  /** How long failures are followed by further attempts. */
  readonly retryFor: Duration;
}

const second: Duration = 1_000;
const minute: Duration = 60 * second;
const hour: Duration = 60 * minute;

/** No receiver's Retry-After is kept for longer. */
const longestAsked: Duration = 30 * 24 * hour;

/** The pause after the first failure, after the second and so on; the last one is kept. */
const pauses: readonly Duration[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  1 * hour,
  2 * hour,
  4 * hour,
];

/**
 * Judges an outcome, by the status where the head of an answer came, whatever became of its body. 2xx is success, 410 stops the callback,
 * everything else is tried again after a pause that grows, until `retryFor` has passed since the first attempt. A receiver that asks for a
 * longer pause gets it, up to 30 days, and one attempt after it. Pure.
 */
export function judge(outcome: HttpOutcome, facts: AttemptFacts): DeliveryVerdict {
  const status = outcome.ok ? outcome.answer.status : outcome.status;
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'stop', says: sayStatus(status) };
  const says = outcome.ok ? sayStatus(outcome.answer.status) : `no answer: ${outcome.says}`;

  const { now, deliveryId, attempts } = facts;
  const asked = outcome.ok ? retryAfter(outcome.answer.headers, now) : undefined;
  const notBefore = asked === undefined ? undefined : Math.min(asked, now + longestAsked);
  const forAll = status !== undefined && (status === 429 || status >= 500);
  const pause = notBefore !== undefined && forAll ? { callbackPausedUntil: notBefore } : {};
  if (now >= facts.firstAttemptAt + facts.retryFor) return { kind: 'dead', says, ...pause };

  const own = now + grownPause(pauses, attempts, deliveryId);
  if (notBefore === undefined) return { kind: 'again', nextAttemptAt: own, says };
  return { kind: 'again', nextAttemptAt: Math.max(own, notBefore), says, notBefore, ...pause };
}

/** The entry of a table for this many failures before, lengthened by up to a fifth; by how much is a hash of the name and the number. */
export function grownPause(table: readonly Duration[], failures: number, name: string): Duration {
  const pause = table[Math.min(failures, table.length - 1)] ?? 0;
  return pause + Math.floor((pause * hashNumber(`${name} ${failures}`, 1_001)) / 5_000);
}

function sayStatus(status: number): string {
  if (status >= 300 && status < 400) {
    return `the receiver answered ${status}, and redirects are not followed: put the final address in event.notification.callback.url`;
  }
  if (status === 401 || status === 403) {
    return `the receiver answered ${status}: check the callback's credentials and headers`;
  }
  if (status === 410) return 'the receiver answered 410 Gone: it wants no more events at this address';
  return `the receiver answered ${status}`;
}
