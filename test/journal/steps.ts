import type { FeedHead, Told } from '../../src/model/change.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Attempt, Commit, Journal, NewDelivery, Settlement } from '../../src/model/journal.ts';

/** The instant that the tests begin at. */
export const noon: Instant = 1_767_355_445_000;

export const week = 7 * 86_400_000;

export function head(feed: string, watermark: Instant = noon): FeedHead {
  return {
    feed,
    identity: `identity of ${feed}`,
    birth: noon,
    since: noon,
    watermark,
    looked: 'full',
    request: 'r',
    rules: [{ compare: 'both', ignoreFields: [], records: '', map: false, dropNulls: false }],
    noticed: [],
  };
}

export function told(n: number, digest = `digest ${n}`): Told {
  return { n, digest, at: noon, date: noon + n };
}

/** A POST about one record, `<feed>#<record>@<n>`. */
export function delivery(
  feed: string,
  recordId: string,
  n: number,
  more: { readonly body?: string; readonly committedAt?: Instant; readonly callback?: string } = {},
): NewDelivery {
  const id = `${feed}#${recordId}@${n}`;
  return {
    id,
    feed,
    callback: more.callback ?? 'https://receiver.test/hook',
    contentType: 'application/json',
    events: [{ id: `event ${id}`, kind: n === 1 ? 'CREATED' : 'UPDATED', recordId, date: noon + n }],
    body: more.body ?? `{"told":"${id}","of":"zażółć"}`,
    committedAt: more.committedAt ?? noon,
  };
}

export function step(
  feed: string,
  generation: number,
  more: Partial<Omit<Commit, 'feed' | 'generation'>> = {},
): Commit {
  return { feed, generation, head: head(feed, noon + generation), told: [], deliveries: [], ...more };
}

/** A step that tells one version of one record. */
export function telling(feed: string, generation: number, recordId: string, n: number, body?: string): Commit {
  return step(feed, generation, {
    told: [[recordId, told(n)]],
    deliveries: [delivery(feed, recordId, n, body === undefined ? {} : { body })],
  });
}

export function delivered(id: string, at: Instant = noon): Settlement {
  return { id, outcome: 'delivered', at, status: 200 };
}

export function kept(id: string, at: Instant = noon): Settlement {
  return { id, outcome: 'kept', at };
}

export function dead(id: string, at: Instant = noon): Settlement {
  return { id, outcome: 'dead', at, says: 'refused for 72 hours' };
}

export function failed(id: string, attempts: number, at: Instant = noon): Attempt {
  return {
    id,
    at,
    attempts,
    firstAttemptAt: noon,
    nextAttemptAt: at + 1000 * attempts,
    says: `attempt ${attempts} failed`,
  };
}

export function pendingIds(journal: Journal): readonly string[] {
  return [...journal.pending()].map((one) => one.id);
}

export function deadIds(journal: Journal): readonly string[] {
  return [...journal.dead()].map((one) => one.id);
}

/** A clock that stands still until it is set. */
export function standingClock(at: Instant = noon): { now(): Instant; at: Instant } {
  return {
    at,
    now() {
      return this.at;
    },
  };
}

/** A new journal, and ways to go on with it. */
export interface Begun {
  readonly clock: ReturnType<typeof standingClock>;
  readonly journal: Journal;
  readonly reopened: () => Promise<Journal>;
  /** The journal as it is, then reopened. */
  readonly twice: () => AsyncIterable<Journal>;
}

export type Begin = () => Promise<Begun>;
