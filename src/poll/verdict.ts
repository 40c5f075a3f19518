import { parseExact } from '../language/exact-json.ts';
import { httpDate } from '../language/http-date.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { ErrorRule } from '../model/pagination.ts';
import type { HttpAnswer, HttpOutcome } from '../model/ports.ts';
import type { Json } from '../model/record.ts';
import { errorIn } from './error-in-answer.ts';
import { providerSays } from './provider-says.ts';

/** What an answer of a provider means. Every kind but `take` fails the poll; then the watermark stays. */
export type PollVerdict =
  | {
      readonly kind: 'take';
      readonly body: Json;
      /** Nothing at all was in it, so it proves nothing. */
      readonly silent: boolean;
      /** 304: what was read last is still so. */
      readonly unchanged: boolean;
    }
  /** 401: the grant may have expired. */
  | { readonly kind: 'renew'; readonly says: string }
  /** Slow down; nothing before that instant where the provider named one. */
  | { readonly kind: 'throttled'; readonly says: string; readonly until: Instant | undefined }
  /** It may work later by itself. */
  | { readonly kind: 'transient'; readonly says: string; readonly until: Instant | undefined }
  /** It will not work until somebody mends the configuration, the account or the provider. */
  | { readonly kind: 'broken'; readonly says: string; readonly hint: string };

/** No provider is obeyed for longer: a count that is meant otherwise (a point in time, milliseconds) would end a feed for years. */
const LONGEST_WAIT: Duration = 86_400_000;

/** Judges the answer to a list request; `errorWhen` says how one with a good status is an error all the same. Pure. */
export function judgeAnswer(outcome: HttpOutcome, errorWhen?: ErrorRule): PollVerdict {
  if (!outcome.ok) return judgeSilence(outcome.failure, outcome.says);
  const verdict = judgeStatus(outcome.answer);
  if (verdict.kind !== 'take' || errorWhen === undefined) return verdict;
  const says = errorIn(verdict.body, errorWhen);
  return says === undefined ? verdict : { kind: 'transient', says, until: retryAfter(outcome.answer) };
}

function judgeStatus(answer: HttpAnswer): PollVerdict {
  const { status } = answer;
  if (status === 204 || status === 304) return { kind: 'take', body: null, silent: false, unchanged: status === 304 };
  if (status === 202)
    return { kind: 'transient', says: 'the provider is still preparing the answer (202)', until: retryAfter(answer) };
  if (status >= 200 && status < 300) return judgeBody(answer);
  const said = `the provider answered ${status}${providerSays(answer.text)}`;
  if (status === 401) return { kind: 'renew', says: said };
  // GitHub and others say 403 for too many requests, and then when to come back.
  if (status === 429 || (status === 403 && retryAfter(answer) !== undefined))
    return { kind: 'throttled', says: said, until: retryAfter(answer) };
  if (status === 408 || status === 425 || status >= 500)
    return { kind: 'transient', says: said, until: retryAfter(answer) };
  return { kind: 'broken', says: said, hint: hintFor(status, answer) };
}

/** The instant before which the provider wants no further request, at most a day ahead, or undefined (RFC 9110, section 10.2.3). */
export function retryAfter(answer: HttpAnswer): Instant | undefined {
  const value = answer.headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  const latest = answer.endedAt + LONGEST_WAIT;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(latest, answer.endedAt + Math.ceil(Number(value) * 1_000));
  const at = httpDate(value);
  if (at === undefined) return undefined;
  // An HTTP date is the provider's: counted from its own clock where it gave one.
  const theirs = serverDate(answer);
  return Math.min(latest, Math.max(answer.endedAt, theirs === undefined ? at : answer.endedAt + at - theirs));
}

/** The provider's clock when it answered, to the second; undefined where it did not say or nobody can read it. */
export function serverDate(answer: HttpAnswer): Instant | undefined {
  const value = answer.headers['date'];
  return value === undefined ? undefined : httpDate(value);
}

/** The start of a poll and the end of what is not the future, by its first and by each further answer. */
export function readingTime(
  first: HttpAnswer,
  latest: HttpAnswer,
): { start: Instant; dated: boolean; theirs?: true; horizon: Instant; spent: Duration } {
  const theirs = serverDate(first);
  const start = theirs === undefined ? first.sentAt : Math.min(first.sentAt, theirs - first.took);
  const latestTheirs = serverDate(latest);
  const answering: Duration = latest.endedAt - latest.sentAt;
  const horizon = Math.max(latest.endedAt, latestTheirs === undefined ? 0 : latestTheirs + 1_000 + answering);
  const spent = first.sentAt === latest.sentAt ? 0 : latest.endedAt - first.sentAt;
  return { start, dated: theirs !== undefined, ...(start < first.sentAt ? { theirs: true } : {}), horizon, spent };
}

function judgeSilence(failure: string, says: string): PollVerdict {
  if (failure === 'denied') {
    return { kind: 'broken', says, hint: 'the address is in network.deny of config.yaml' };
  }
  if (failure === 'invalid') return { kind: 'broken', says, hint: 'mend the url or the headers of the resource' };
  if (failure === 'too-large') {
    return {
      kind: 'broken',
      says,
      hint: 'ask for smaller pages (pageSize), or raise polling.maxResponseBytes in config.yaml',
    };
  }
  return { kind: 'transient', says, until: undefined };
}

function judgeBody(answer: HttpAnswer): PollVerdict {
  if (answer.text.trim() === '') return { kind: 'take', body: null, silent: true, unchanged: false };
  const parsed = parseExact(answer.text);
  if (parsed.ok) return { kind: 'take', body: parsed.value, silent: false, unchanged: false };
  return {
    kind: 'broken',
    says: `the answer is not JSON: ${parsed.says}`,
    hint: 'look at the url: a log-in or error page answered with 200, or the provider cut it short',
  };
}

function hintFor(status: number, answer: HttpAnswer): string {
  if (status >= 300 && status < 400) {
    const location = answer.headers['location'];
    return location === undefined
      ? 'redirects are not followed'
      : 'redirects are not followed: write the final address into the configuration';
  }
  if (status === 403) return 'the account may not read this resource';
  if (status === 404 || status === 410)
    return 'the provider has no such resource: look at base.url and the url of the resource';
  return 'look at the url of the resource: `elementd poll FEED --dry-run` shows the request';
}
