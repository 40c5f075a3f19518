import type { FeedHead, Validator } from '../model/change.ts';
import type { Feed, Grant, Position } from '../model/feed.ts';
import type { Duration } from '../model/instant.ts';
import type { HttpAnswer } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { hashId } from '../language/identity.ts';
import { httpDate } from '../language/http-date.ts';
import { serverDate } from '../poll/verdict.ts';

/** A date to the second says nothing of a change within the same one (RFC 9110, section 8.8.2.2). */
const SETTLED: Duration = 2_000;
const LONGEST = 1_000;

const NOBODY: Grant = { headers: {}, query: [], token: {} };
const LABELS: Vault = { write: (secret) => secret.label };

/**
 * Headers that let the provider say that nothing changed; none where the listing that was read last is not the one that is asked for now, or
 * where this reading is to see it again: for a first look, an edit, or a sweep that was doubted.
 */
export function conditionsOf(
  feed: Feed,
  head: FeedHead,
  position: Position,
  reading: { readonly everything: boolean; readonly believe: boolean },
): Readonly<Record<string, string>> {
  const { validator } = head;
  const again = reading.believe || head.doubt !== undefined || head.relearn !== undefined;
  if (validator === undefined || again || (reading.everything && head.looked !== 'full')) return {};
  if (validator.request !== printOf(feed, head, position)) return {};
  return {
    ...(validator.etag === undefined ? {} : { 'If-None-Match': validator.etag }),
    ...(validator.modified === undefined ? {} : { 'If-Modified-Since': validator.modified }),
  };
}

/** What the next reading may ask by, where one answer held the whole listing. */
export function validatorOf(
  feed: Feed,
  head: FeedHead,
  position: Position,
  whole: HttpAnswer | undefined,
): Validator | undefined {
  if (whole === undefined || whole.status !== 200) return undefined;
  const etag = short(whole.headers['etag']);
  const modified = short(whole.headers['last-modified']);
  const [at, now] = [modified === undefined ? undefined : httpDate(modified), serverDate(whole)];
  const settled = at !== undefined && now !== undefined && now - at >= SETTLED;
  const request = printOf(feed, head, position);
  if (request === undefined || (etag === undefined && !settled)) return undefined;
  return {
    request,
    ...(etag === undefined ? {} : { etag }),
    ...(settled && modified !== undefined ? { modified } : {}),
  };
}

/** Undefined where the request holds fields of a token answer, which nobody knows before it is sent. */
function printOf(feed: Feed, head: FeedHead, position: Position): string | undefined {
  if (feed.request.usesToken) return undefined;
  const { method, url, headers, body = '' } = feed.request.first(position, NOBODY, LABELS);
  const sent = JSON.stringify([method, url, headers, body]);
  return hashId(sent, feed.account.fingerprint, feed.aspects.reading, head.rules.length);
}

function short(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value.length > LONGEST ? undefined : value;
}
