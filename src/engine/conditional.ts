import type { FeedHead, Validator } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Duration } from '../model/instant.ts';
import type { HttpRequest } from '../model/ports.ts';
import { hashId } from '../language/identity.ts';
import { httpDate } from '../language/http-date.ts';
import { serverDate } from '../poll/verdict.ts';
import type { CompleteReading } from './read-pages.ts';

/** A date to the second says nothing of a change within the same one (RFC 9110, section 8.8.2.2). */
const SETTLED: Duration = 2_000;
const LONGEST = 1_000;

/**
 * Headers that let the provider say that nothing changed; none where the listing that was read last was not asked for with this very
 * request, or where this reading is to see it again: for a first look, an edit, a sweep that was doubted, or a list of deletions, whose
 * rows mean something else as time goes by, by what the listing shows.
 */
export function conditionsOf(
  feed: Feed,
  head: FeedHead,
  request: HttpRequest,
  reading: { readonly everything: boolean; readonly believe: boolean },
): Readonly<Record<string, string>> {
  const { validator } = head;
  const again = feed.deletes.by === 'feed' || reading.believe || head.doubt !== undefined || head.relearn !== undefined;
  if (validator === undefined || again || (reading.everything && head.looked !== 'full')) return {};
  if (validator.request !== printOf(feed, head, request)) return {};
  return {
    ...(validator.etag === undefined ? {} : { 'If-None-Match': validator.etag }),
    ...(validator.modified === undefined ? {} : { 'If-Modified-Since': validator.modified }),
  };
}

/** What the next reading may ask by, where one answer held the whole listing. */
export function validatorOf(feed: Feed, head: FeedHead, whole: CompleteReading['whole']): Validator | undefined {
  if (whole === undefined || whole.answer.status !== 200) return undefined;
  const { headers } = whole.answer;
  const etag = short(headers['etag']);
  const modified = short(headers['last-modified']);
  const [at, now] = [modified === undefined ? undefined : httpDate(modified), serverDate(whole.answer)];
  const settled = at !== undefined && now !== undefined && now - at >= SETTLED;
  if (etag === undefined && !settled) return undefined;
  return {
    request: printOf(feed, head, whole.request),
    ...(etag === undefined ? {} : { etag }),
    ...(settled && modified !== undefined ? { modified } : {}),
  };
}

/** Names a request to the letter, credentials included, together with how its answer is read. */
function printOf(feed: Feed, head: FeedHead, { method, url, headers, body = '' }: HttpRequest): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return hashId(JSON.stringify([method, url, sorted, body]), feed.aspects.reading, head.rules.length);
}

function short(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value.length > LONGEST ? undefined : value;
}
