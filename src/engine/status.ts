import type { Doubt } from '../model/change.ts';
import type { Feed, Plan } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Journal } from '../model/journal.ts';
import type { DrainStatus } from '../deliver/drain-status.ts';
import type { Timing } from '../schedule/scheduler.ts';
import type { FeedLog, FeedRuns } from './feed-log.ts';
import type { PollFailure } from './ask.ts';

/** Where one feed stands. */
export interface FeedStatus {
  readonly feed: string;
  readonly element: string;
  readonly callback: string | undefined;
  readonly state: 'ok' | 'new' | 'polling' | 'failing' | 'paused' | 'doubted';
  /** Why it stands where it stands. */
  readonly says: string;
  readonly since: Instant | 'all' | undefined;
  readonly watermark: Instant | undefined;
  /** How far the watermark is behind now. */
  readonly lag: Duration | undefined;
  readonly firstLook: 'none' | 'partial' | 'full';
  readonly lastPoll: Instant | undefined;
  readonly lastOk: Instant | undefined;
  readonly nextPoll: Instant | undefined;
  readonly failures: number;
  readonly failure: PollFailure | undefined;
  readonly doubt: Doubt | undefined;
  readonly last: FeedRuns['last'];
}

export interface EngineStatus {
  readonly at: Instant;
  readonly feeds: readonly FeedStatus[];
  readonly delivery: DrainStatus;
  /** Polling waits for room on the disk. */
  readonly full: boolean;
}

/** What a status is made of. */
export interface StatusSource {
  readonly plan: Plan;
  readonly now: Instant;
  readonly journal: Journal;
  readonly runs: FeedLog;
  readonly timing: (feed: string) => Timing | undefined;
  readonly pollable: (feed: Feed) => { readonly ok: true } | { readonly ok: false; readonly says: string };
  readonly delivery: DrainStatus;
  readonly full: boolean;
}

/** Says where everything stands. Loads no feed. */
export function statusOf(source: StatusSource): EngineStatus {
  const feeds = [...source.plan.feeds.values()].map((feed) => feedStatus(feed, source));
  return { at: source.now, feeds, delivery: source.delivery, full: source.full };
}

function feedStatus(feed: Feed, source: StatusSource): FeedStatus {
  const head = source.journal.head(feed.id);
  const runs = source.runs.of(feed.id);
  const timing = source.timing(feed.id);
  const pollable = source.pollable(feed);
  const state = stateOf();
  return {
    feed: feed.id,
    element: feed.elementKey,
    callback: feed.callback?.key,
    state,
    says: saysOf(state),
    since: head?.since,
    watermark: head?.watermark,
    lag: head === undefined ? undefined : Math.max(0, source.now - head.watermark),
    firstLook: head?.looked ?? 'none',
    lastPoll: runs.lastAt,
    lastOk: runs.lastOkAt,
    nextPoll: timing?.next,
    failures: runs.failures,
    failure: runs.failure,
    doubt: head?.doubt,
    last: runs.last,
  };

  function stateOf(): FeedStatus['state'] {
    if (!pollable.ok || source.full) return 'paused';
    if (runs.failures > 0) return 'failing';
    if (head?.doubt !== undefined) return 'doubted';
    if (timing?.running === true) return 'polling';
    return head === undefined || head.looked === 'none' ? 'new' : 'ok';
  }

  function saysOf(current: FeedStatus['state']): string {
    if (!pollable.ok) return pollable.says;
    if (source.full) return 'the disk of the state directory is full';
    switch (current) {
      case 'failing':
        return `${runs.failures} polls failed in a row: ${runs.failure?.says ?? ''}${runs.failure?.hint === undefined ? '' : ` (${runs.failure.hint})`}`;
      case 'doubted':
        return `${head?.doubt?.absent ?? 0} of ${head?.doubt?.known ?? 0} known records are gone; accept it with: elementd poll ${feed.id} --believe`;
      case 'new':
        return 'its first look is still to come';
      default:
        return '';
    }
  }
}
