import type { AccountOutcome } from '../model/account.ts';
import type { Page, ReadingTime } from '../model/change.ts';
import type { Feed, Grant, Position } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import { hashId } from '../language/identity.ts';
import { parsePath } from '../language/path.ts';
import { nextLinkOf } from '../poll/link-header.ts';
import { nextPage, shifts } from '../poll/pager.ts';
import { readPage } from '../poll/read-page.ts';
import { judgeAnswer, readingTime, type PollVerdict } from '../poll/verdict.ts';
import type { EnginePorts } from './ports.ts';

/** Why a poll failed, for the operator, and when it may be tried again at the earliest. */
export interface PollFailure {
  readonly says: string;
  readonly hint?: string;
  readonly notBefore?: Instant;
}

/** A reading that came to its end. */
export interface CompleteReading {
  readonly time: ReadingTime;
  readonly pages: number;
  /** Rows may have shifted between the pages. */
  readonly shifting: boolean;
  /** An answer was entirely empty. */
  readonly silent: boolean;
  /** Every answer held a list, so that absence from it means something. */
  readonly listed: boolean;
  /** The provider links a next page, and the feed has no pagination. */
  readonly unfollowed: boolean;
  /** Members of lists that were no records. */
  readonly unusable: number;
}

export type ReadingEnd =
  { readonly ok: true; readonly reading: CompleteReading } | { readonly ok: false; readonly failure: PollFailure };

/** A later page that is throttled or lost is asked for again so often, since the pages before it would be read in vain. */
const TRIES = 5;
const LONGEST_WAIT: Duration = 60_000;

/**
 * Reads page after page and hands each to `take`, which may end the reading with a failure. Complete only when the pager says so; every
 * loop ends: a request that comes again, a page that comes again, and the page cap fail the reading.
 */
export async function readPages(
  feed: Feed,
  position: Position,
  ports: EnginePorts,
  signal: AbortSignal,
  take: (page: Page, time: ReadingTime, first: HttpAnswer) => Promise<PollFailure | undefined>,
): Promise<ReadingEnd> {
  const account = await ports.accounts.grant(feed.account, signal);
  if (!account.ok) return failed(refusal(account));
  const asking: Asking = { feed, ports, signal, grant: account.grant, renewed: false };
  const place = { path: parsePath(feed.rule.records), map: feed.rule.map, dropNulls: feed.rule.dropNulls };
  const asked = new Set<string>();
  const contents = new Set<string>();
  let request = feed.request.first(position, asking.grant, ports.vault);
  let first: HttpAnswer | undefined;
  let silent = false;
  let listed = true;
  let unusable = 0;
  let shifting = false;
  for (let pages = 1; ; pages++) {
    if (pages > ports.polling.maxPages) {
      return failed({
        says: `more than ${ports.polling.maxPages} pages`,
        hint: 'raise polling.maxPages in config.yaml, or ask for larger pages',
      });
    }
    const print = hashId(request.method, request.url, request.body ?? '');
    if (asked.has(print))
      return failed({ says: `the pages run in a circle: page ${pages} is one that was asked for before` });
    asked.add(print);

    // A long reading outlives its grant: it is looked at for each page, and may be renewed once for each.
    const current = pages === 1 ? account : await ports.accounts.grant(feed.account, signal);
    if (current.ok && current.grant !== asking.grant) {
      request = withGrant(request, asking.grant, current.grant);
      asking.grant = current.grant;
    }
    asking.renewed = false;
    const answered = await ask(asking, request, pages);
    if (!answered.ok) return answered;
    const { answer, verdict } = answered;
    request = answered.request;
    first ??= answer;
    silent ||= verdict.silent;

    const read = readPage(verdict.body, place);
    if (!read.ok) return failed({ says: read.says, hint: read.hint });
    const records = read.page.records.length + read.unusable;
    if (records > 0 && feed.request.pagination.by !== 'none') {
      const content = hashId(answer.text);
      if (contents.has(content)) {
        return failed({
          says: `page ${pages} is the same as one before it`,
          hint: 'does the provider know the parameter that pagination uses?',
        });
      }
      contents.add(content);
    }
    // Past the end of numbered pages an answer may hold nothing at all; a page that a link announced must hold a list.
    const pastTheEnd = pages > 1 && feed.request.pagination.by === 'page';
    listed &&= read.listed || pastTheEnd;
    silent ||= !read.listed && pages > 1 && !pastTheEnd;
    unusable += read.unusable;
    const time = readingTime(first, answer);
    const refused = await take(read.page, time, first);
    if (refused !== undefined) return failed(refused);
    if (records > 0 && read.page.records.length === 0) return failed(noRecords());

    const next = nextPage(feed.request.pagination, {
      request,
      answer,
      body: verdict.body,
      records,
      pages,
      fullPage: feed.request.fullPage,
    });
    if (next.kind === 'broken') return failed({ says: next.says });
    if (next.kind === 'done') {
      const unfollowed = feed.request.pagination.by === 'none' && nextLinkOf(answer.headers['link']) !== undefined;
      const reading = { time, pages, shifting, silent, listed: listed && !unfollowed, unusable, unfollowed };
      return { ok: true, reading };
    }
    shifting ||= shifts(feed.request.pagination, next, request.url);
    if (next.kind === 'request') {
      request = next.request;
      continue;
    }
    const followed = feed.request.follow(next.link, request, asking.grant, ports.vault);
    if (followed === undefined) {
      return failed({
        says: 'the link to the next page leaves the provider',
        hint: 'an instance behind a proxy needs base.url as the provider writes it',
      });
    }
    request = followed;
  }
}

interface Asking {
  readonly feed: Feed;
  readonly ports: EnginePorts;
  readonly signal: AbortSignal;
  grant: Grant;
  /** The grant is renewed once for a page. */
  renewed: boolean;
}

type Answered =
  | {
      readonly ok: true;
      readonly answer: HttpAnswer;
      readonly verdict: Extract<PollVerdict, { kind: 'take' }>;
      readonly request: HttpRequest;
    }
  | { readonly ok: false; readonly failure: PollFailure };

async function ask(asking: Asking, request: HttpRequest, page: number): Promise<Answered> {
  const { feed, ports, signal } = asking;
  const limits = { timeout: ports.polling.timeout, maxBytes: ports.polling.maxResponseBytes };
  let current = request;
  for (let attempt = 1; ; attempt++) {
    const outcome = await ports.http.send(current, limits, signal);
    const verdict = judgeAnswer(outcome);
    if (verdict.kind === 'take' && outcome.ok) return { ok: true, answer: outcome.answer, verdict, request: current };
    if (signal.aborted) return failed({ says: 'the poll was stopped' });
    if (verdict.kind === 'renew' && !asking.renewed) {
      asking.renewed = true;
      const account = await ports.accounts.renew(feed.account, asking.grant, signal);
      if (!account.ok) return failed(refusal(account));
      current = withGrant(current, asking.grant, account.grant);
      asking.grant = account.grant;
      continue;
    }
    const failure = failureOf(verdict, page);
    const again = (verdict.kind === 'throttled' || verdict.kind === 'transient') && page > 1 && attempt < TRIES;
    if (!again) return failed(failure);
    const now = ports.clock.now();
    const until = Math.max(verdict.until ?? now, now + 1_000 * 2 ** (attempt - 1));
    if (until - now > LONGEST_WAIT) return failed(failure);
    await ports.clock.sleepUntil(until, signal);
    if (signal.aborted) return failed({ says: 'the poll was stopped' });
  }
}

/** The same request with another grant: what the former one added is replaced. */
function withGrant(request: HttpRequest, former: Grant, grant: Grant): HttpRequest {
  let url = request.url;
  for (const [index, [name, value]] of former.query.entries()) {
    const renewed = grant.query[index]?.[1] ?? value;
    url = url.replace(`${encodeURIComponent(name)}=${value}`, () => `${encodeURIComponent(name)}=${renewed}`);
  }
  return { ...request, url, headers: { ...request.headers, ...grant.headers } };
}

function failureOf(verdict: PollVerdict, page: number): PollFailure {
  const onPage = page === 1 ? '' : ` (page ${page})`;
  switch (verdict.kind) {
    case 'take':
      return { says: '' };
    case 'renew':
      return { says: `${verdict.says}${onPage}`, hint: 'the credentials of this instance are not accepted' };
    case 'broken':
      return { says: `${verdict.says}${onPage}`, hint: verdict.hint };
    case 'throttled':
    case 'transient':
      return { says: `${verdict.says}${onPage}`, ...(verdict.until === undefined ? {} : { notBefore: verdict.until }) };
  }
}

/** A page that has members and none of them is a record with the id. */
export function noRecords(): PollFailure {
  return {
    says: 'no record in the answer has the id field',
    hint: 'look at idField and records: another answer came than was configured',
  };
}

function refusal(account: Extract<AccountOutcome, { ok: false }>): PollFailure {
  return { says: account.says, ...(account.hint === undefined ? {} : { hint: account.hint }) };
}

function failed(failure: PollFailure): { readonly ok: false; readonly failure: PollFailure } {
  return { ok: false, failure };
}
