import { printDuration } from '../language/duration.ts';
import type { FeedHead, Standing } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import { nextSlot } from '../schedule/slots.ts';
import { phaseOf } from './preview.ts';
import { standingSays } from './standing-words.ts';
import type { StatusSource } from './status.ts';

/** Something that keeps a feed, or its watermark, from moving on. */
export interface Hold {
  readonly what:
    | 'disk-full'
    | 'callback-stopped'
    | 'callback-paused'
    | 'outbox-full'
    | 'failing'
    | 'not-before'
    | 'first-look'
    | 'edited'
    | 'doubt'
    | 'late'
    | 'not-planned'
    | 'broken'
    | 'config'
    | 'no-daemon';
  /** For people, with what to do, as a sentence without its full stop. */
  readonly says: string;
  readonly since?: Instant;
  readonly until?: Instant;
}

/** Through when a feed is complete, why no further, and what else holds it. */
export interface FeedStanding {
  readonly feed: string;
  readonly watermark: Instant | undefined;
  readonly by: Standing['by'] | undefined;
  /** The start of the last good poll, by our clock; remembered across restarts. */
  readonly asOf: Instant | undefined;
  /** The schedule, as a duration or a cron expression with its zone. */
  readonly schedule: string | undefined;
  /** When the first slot after the last good poll was, or is. */
  readonly due: Instant | undefined;
  readonly says: string;
  readonly holds: readonly Hold[];
}

/**
 * Says why a feed stands where it stands, from what is durable and what the daemon knows; undefined for a feed that nobody knows.
 * `deadSince`: without a daemon, since when its callback is known to pause.
 */
export function standingOf(id: string, source: StatusSource, deadSince?: Instant): FeedStanding | undefined {
  const feed = source.plan.feeds.get(id);
  const head = source.journal.head(id);
  if (feed === undefined && head === undefined) return undefined;
  const { lastOkAt } = source.runs.of(id);
  const { standing } = head ?? {};
  const valid = standing?.watermark === head?.watermark ? standing : undefined;
  const last = standing?.at ?? lastOkAt;
  const due = feed === undefined || last === undefined ? undefined : nextSlot(feed.schedule, phaseOf(feed), last);
  return {
    feed: id,
    watermark: head?.watermark,
    by: valid?.by,
    asOf: last,
    schedule: feed === undefined ? undefined : scheduleSays(feed),
    due,
    says:
      head === undefined
        ? 'nothing is remembered of it: it has not begun, and does so when the daemon runs'
        : standingSays(head, feed),
    holds:
      feed === undefined
        ? [notPlanned]
        : [...holdsOf(feed, head, source, deadSince), ...latenessOf(feed, due, source.now)],
  };
}

const notPlanned: Hold = {
  what: 'not-planned',
  says: 'no file names this feed now, so it is not polled; what is remembered of it is kept, and it goes on when a file names it again',
};

function holdsOf(
  feed: Feed,
  head: FeedHead | undefined,
  source: StatusSource,
  deadSince: Instant | undefined,
): readonly Hold[] {
  const holds: Hold[] = [];
  const { failure, failures, failingSince } = source.runs.of(feed.id);
  const pollable = source.pollable(feed);
  if (source.full) {
    const says = 'the disk of the state directory is full: make room, then polling goes on by itself';
    holds.push({ what: 'disk-full', says });
  }
  if (!pollable.ok) {
    const state = source.delivery.callbacks.find(({ key }) => key === feed.callback?.key)?.state;
    const what = state === 'stopped' ? 'callback-stopped' : state === 'paused' ? 'callback-paused' : 'outbox-full';
    holds.push({ what, says: pollable.says });
  } else if (deadSince !== undefined) {
    const says = `a delivery to ${feed.callback?.key ?? ''} was given up, and none has succeeded since its first attempt (\`elementd events list --state dead\`): its feeds are polled again when one does`;
    holds.push({ what: 'callback-paused', says, since: deadSince });
  }
  if (failure !== undefined) {
    const polls = failures === 1 ? 'the last poll failed' : `${failures} polls failed in a row`;
    const hint = failure.hint === undefined ? '' : ` (${failure.hint})`;
    const since = failingSince === undefined ? {} : { since: failingSince };
    holds.push({ what: 'failing', says: `${polls}: ${failure.says}${hint}`, ...since });
    const until = failure.notBefore;
    if (until !== undefined && until > source.now) {
      const says = `it is not polled before ${iso(until)}: the provider asked for that, or the disk is waited for; \`elementd poll ${feed.id}\` asks at once`;
      holds.push({ what: 'not-before', says, until });
    }
  }
  if (head === undefined || head.looked === 'none') {
    const how = feed.baseline ? 'reads everything, to learn what exists' : 'asks from its beginning';
    holds.push({ what: 'first-look', says: `its first look, which ${how}, is not done` });
  }
  if (head !== undefined && head.identity !== feed.identity) {
    const says =
      'an edit gave it another identity (instance, element, base URL, path or idField): what stands here is of the former one, until the first good poll of the new one';
    holds.push({ what: 'edited', says });
  }
  if (head?.doubt !== undefined) {
    const { absent, known, at } = head.doubt;
    const says = `a sweep missed ${absent} of ${known} known records, and that is doubted: none of them is told as deleted; if they are gone, accept it with \`elementd poll ${feed.id} --believe\``;
    holds.push({ what: 'doubt', says, since: at });
  }
  return holds;
}

/** A whole slot went by since the one that was due. */
function latenessOf(feed: Feed, due: Instant | undefined, now: Instant): readonly Hold[] {
  if (due === undefined || nextSlot(feed.schedule, phaseOf(feed), due) > now) return [];
  const says = `a good poll was due at ${iso(due)} (${scheduleSays(feed)}), and none has begun since`;
  return [{ what: 'late', says, since: due }];
}

function scheduleSays({ schedule }: Feed): string {
  return 'every' in schedule ? `every ${printDuration(schedule.every)}` : `cron ${schedule.cron} ${schedule.zone}`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
