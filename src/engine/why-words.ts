import { printDuration } from '../language/duration.ts';
import type { FeedHead, Told } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { ToldEvent } from '../model/journal.ts';
import type { Seen } from './sightings.ts';

/** What one sentence may need. */
export interface Ground {
  readonly now: Instant;
  readonly record: string;
  readonly feed: Feed | undefined;
  readonly head: FeedHead;
  readonly told: Told | undefined;
  readonly events: readonly ToldEvent[];
  readonly seen: Seen;
  readonly watching: Instant | undefined;
  readonly pollDelay: Duration;
}

/** What became of an event, for people. */
export function eventSays(event: ToldEvent): string {
  const answer = event.lastSays === undefined ? '' : `; the last answer: ${event.lastSays}`;
  const failed = event.attempts === 0 ? '' : ` after ${attempts(event.attempts)}`;
  const settled = event.settledAt === undefined ? '' : ` ${iso(event.settledAt)}`;
  switch (event.state) {
    case 'delivered':
      return `delivered${settled}${failed} in POST ${event.delivery}`;
    case 'pending':
      return event.attempts === 0
        ? `waiting to be delivered in POST ${event.delivery}`
        : `not delivered yet, ${attempts(event.attempts)} of POST ${event.delivery}${answer}`;
    case 'kept':
      return `kept and listed only, since the feed had no callback`;
    case 'dropped':
      return `dropped by command${settled}${failed}, in POST ${event.delivery}${answer}`;
    case 'dead':
      return `given up${settled}${failed}, a dead letter in POST ${event.delivery}${answer}`;
  }
}

/** What receivers know of the record. */
export function toldSays(ground: Ground, told: Told): string {
  const { head, events } = ground;
  const dated = told.date === undefined ? 'without an updated date' : `dated ${iso(told.date)}`;
  if (told.gone === 'forgotten')
    return `forgotten without an event: the request was edited, and what it asks for now did not show it; the version known before was ${dated}`;
  const last = events.at(-1);
  const kind = last?.kind ?? (told.gone === 'deleted' ? 'DELETED' : 'CREATED or UPDATED');
  const fate =
    last === undefined
      ? 'its event is older than delivery.retention and not listed any more'
      : `event ${last.id}, ${eventSays(last)}`;
  if (told.gone === 'deleted') {
    if (told.n === 0)
      return `learned as deleted by the poll at ${iso(told.at)}: its deletion is older than the feed's since, so it was never told`;
    const when = told.deleted === undefined ? '' : ` (deleted ${iso(told.deleted)})`;
    return `told as DELETED by the poll at ${iso(told.at)}${when}: ${fate}`;
  }
  if (told.n > 0) return `told as ${kind}, the version ${dated}, by the poll at ${iso(told.at)}: ${fate}`;
  const learned = `learned by the poll at ${iso(told.at)} in the version ${dated}, and not told`;
  if (told.date !== undefined && head.since !== 'all' && told.date < head.since)
    return `${learned}: it was updated before the feed's since, ${iso(head.since)} (start)`;
  if (told.date === undefined)
    return `${learned}: no date says that it is newer than the feed, whose first look found it`;
  return `${learned}: the request was edited after that date, and the reading that followed learned what it found`;
}

/** What it means that nothing is remembered under this id. */
export function unknownSays(ground: Ground, near: string | undefined, example: string | undefined): readonly string[] {
  const { record, feed, head, events } = ground;
  const fields = feed?.reading.idPaths.map((path) => path.join('.')).join(' | ');
  const composed =
    fields === undefined
      ? ''
      : ` (idField ${fields}${feed?.reading.idPaths.length === 1 ? '' : ', its parts joined by |'})`;
  const shown =
    example === undefined ? 'no record of the feed is known yet' : `a known id looks like this: "${example}"`;
  const missing = `no record "${record}" is known: either no good poll has read it, or its id is composed otherwise${composed}; ${shown}`;
  return [
    missing,
    ...(near === undefined ? [] : [`did you mean "${near}"?`]),
    ...(events.length === 0 ? [] : ['what is listed of it was told in a former life of the feed']),
    ...(head.looked === 'partial'
      ? [
          `the first look did not read everything (baseline): what was not updated since ${sinceSays(ground)} was never read`,
        ]
      : []),
  ];
}

/** What of the feed's own state bears on the record. */
export function notesOf({ feed, head, now, watching }: Ground): readonly string[] {
  const notes: string[] = [];
  if (feed === undefined) notes.push('no file names the feed now: it is not polled');
  else if (head.identity !== feed.identity)
    notes.push(
      'an edit gave the feed another identity: what is known is of the former one, until the first good poll of the new one',
    );
  if (head.looked === 'none')
    notes.push(`the first look of the feed is not done; it tells what changes since ${sinceSays({ head })}`);
  if (head.relearn !== undefined)
    notes.push(
      'the request was edited: the next reading of everything learns what it finds, older than the edit, without telling it',
    );
  if (
    watching !== undefined &&
    head.watermark < now &&
    feed !== undefined &&
    'every' in feed.schedule &&
    now - head.watermark > 3 * feed.schedule.every
  )
    notes.push(`the feed is complete through ${iso(head.watermark)} only: \`elementd status ${feed.id}\` says why`);
  return notes;
}

/** What would have to happen for the record to be told. */
export function nextSays({ feed, head }: Ground, told: Told): readonly string[] {
  if (feed === undefined || told.gone !== undefined) return [];
  const { compare, ignoreFields } = head.rules.at(-1) ?? feed.rule;
  const dated = feed.reading.updated !== undefined && told.date !== undefined;
  const ignored = ignoreFields.length === 0 ? '' : ` outside ${ignoreFields.join(', ')}`;
  const by =
    compare === 'content' || !dated
      ? `its content${ignored} differs`
      : compare === 'date'
        ? 'its updated date differs'
        : `its updated date differs and its content${ignored} does too`;
  return [`it is told again when ${by} (compare: ${compare})`];
}

function sinceSays({ head }: Pick<Ground, 'head'>): string {
  return head.since === 'all' ? 'ever (start: all)' : iso(head.since);
}

function attempts(count: number): string {
  return `${count} failed attempt${count === 1 ? '' : 's'}`;
}

/** An instant in ISO 8601. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** How long a feed of deletions' search may lag, for people. */
export function lingeringSays(pollDelay: number): string {
  return printDuration(Math.max(60_000, pollDelay));
}
