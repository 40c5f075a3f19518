import type { Page, ReadingTime } from '../model/change.ts';
import type { Listing, Position } from '../model/feed.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import { hashId } from '../language/identity.ts';
import { recordsPlace } from '../language/records.ts';
import { nextLinkOf } from '../poll/link-header.ts';
import type { NextPage } from '../poll/page-turn.ts';
import { isCounted, nextPage, shifts } from '../poll/pager.ts';
import { readPage } from '../poll/read-page.ts';
import { readingTime } from '../poll/verdict.ts';
import { ask, failed, refusal, withGrant, type Asking, type PollFailure } from './ask.ts';
import type { EnginePorts } from './ports.ts';

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
  /** The provider said that what it answered last time is still so. */
  readonly unchanged: boolean;
  /** The exchange that showed the whole listing; undefined where it took several, or there was no list. */
  readonly whole: { readonly request: HttpRequest; readonly answer: HttpAnswer } | undefined;
}

export type ReadingEnd =
  { readonly ok: true; readonly reading: CompleteReading } | { readonly ok: false; readonly failure: PollFailure };

/** Takes a page; may end the reading with a failure. */
export type TakePage = (page: Page, time: ReadingTime, first: HttpAnswer) => Promise<PollFailure | undefined>;

/**
 * Reads page after page and hands each to `take`. Complete only when the pager says so; every loop ends: a request that comes again, a
 * page that comes again, and the page cap fail the reading. `conditionsOf` gives headers for the first request, which may then be answered
 * with 304.
 */
export async function readPages(
  listing: Listing,
  position: Position,
  ports: EnginePorts,
  signal: AbortSignal,
  take: TakePage,
  conditionsOf: (request: HttpRequest) => Readonly<Record<string, string>> = () => ({}),
): Promise<ReadingEnd> {
  const { pagination } = listing.request;
  const account = await ports.accounts.grant(listing.account, signal);
  if (!account.ok) return failed(refusal(account));
  const asking: Asking = { listing, ports, signal, grant: account.grant, renewed: false };
  const place = { ...recordsPlace(listing.rule, listing.reading.idPaths), dropNulls: listing.rule.dropNulls };
  const asked = new Set<string>();
  const contents = new Set<string>();
  let request = listing.request.first(position, asking.grant, ports.vault);
  const conditions = conditionsOf(request);
  request = { ...request, headers: { ...request.headers, ...conditions } };
  let first: HttpAnswer | undefined;
  let silent = false;
  let listed = true;
  let unusable = 0;
  let shifting = false;
  let rows = 0;
  for (let pages = 1; ; pages++) {
    if (pages > ports.polling.maxPages) {
      return failed({
        says: `more than ${ports.polling.maxPages} pages`,
        hint: 'raise polling.maxPages in config.yaml, or ask for larger pages',
      });
    }
    const print = printOf(request, pagination);
    if (asked.has(print))
      return failed({ says: `the pages run in a circle: page ${pages} is one that was asked for before` });
    asked.add(print);

    // A long reading outlives its grant: it is looked at for each page, and may be renewed once for each.
    const current = pages === 1 ? account : await ports.accounts.grant(listing.account, signal);
    if (current.ok && current.grant !== asking.grant) {
      request = withGrant(request, asking.grant, current.grant);
      asking.grant = current.grant;
    }
    asking.renewed = false;
    const answered = await ask(asking, request, pages, isCounted(pagination) ? pagination.pastEnd : undefined);
    if (!answered.ok) return answered;
    const { answer, verdict } = answered;
    request = pages === 1 ? without(answered.request, conditions) : answered.request;
    first ??= answer;
    silent ||= verdict.silent;
    const time = readingTime(first, answer);
    if (verdict.unchanged && pages === 1 && Object.keys(conditions).length > 0) {
      const nothing = {
        shifting: false,
        silent: false,
        listed: true,
        unfollowed: false,
        unusable: 0,
        whole: undefined,
      };
      return { ok: true, reading: { time, pages, ...nothing, unchanged: true } };
    }

    const read = readPage(verdict.body, place);
    if (!read.ok) return failed({ says: read.says, hint: read.hint });
    const records = read.page.records.length + read.unusable;
    if (records > 0 && pagination.by !== 'none') {
      const content = hashId(answer.text);
      if (contents.has(content)) {
        return failed({
          says: `page ${pages} is the same as one before it`,
          hint: 'does the provider know the parameter that pagination uses?',
        });
      }
      contents.add(content);
    }
    // Past the end of counted pages an answer may hold nothing at all; a page that a link announced must hold a list.
    const pastTheEnd = pages > 1 && isCounted(pagination);
    listed &&= read.listed || pastTheEnd;
    silent ||= !read.listed && pages > 1 && !pastTheEnd;
    unusable += read.unusable;
    rows += records;
    const refused = await take(read.page, time, first);
    if (refused !== undefined) return failed(refused);
    if (records > 0 && read.page.records.length === 0) return failed(noRecords());

    const turn = { request, answer, body: verdict.body, records, last: read.page.records.at(-1), pages, rows };
    const next = nextPage(pagination, { ...turn, fullPage: listing.request.fullPage });
    const turned = turnTo(next, request, asking, records);
    if (turned.kind === 'broken') return failed(turned.failure);
    if (turned.kind === 'done') {
      const unfollowed = pagination.by === 'none' && nextLinkOf(answer.headers['link']) !== undefined;
      const { fullPage } = listing.request;
      // A page that is full may stay as it is to the letter when another one follows it: only a header says so.
      const closed = pagination.by !== 'link' || (fullPage !== undefined && records < fullPage);
      const whole = pages === 1 && read.listed && !unfollowed && closed ? { request, answer } : undefined;
      const flags = { shifting, silent, listed: listed && !unfollowed, unusable, unfollowed, unchanged: false };
      return { ok: true, reading: { time, pages, ...flags, whole } };
    }
    shifting ||= shifts(pagination, next, request.url);
    request = turned.request;
  }
}

type Turned =
  | { readonly kind: 'done' }
  | { readonly kind: 'request'; readonly request: HttpRequest }
  | { readonly kind: 'broken'; readonly failure: PollFailure };

/** The next request, made by the plan. */
function turnTo(next: NextPage, from: HttpRequest, asking: Asking, records: number): Turned {
  const { listing, grant, ports } = asking;
  switch (next.kind) {
    case 'done':
      return next;
    case 'broken':
      return { kind: 'broken', failure: { says: next.says } };
    case 'link': {
      const request = listing.request.follow(next.link, from, grant, ports.vault);
      if (request !== undefined) return { kind: 'request', request };
      const says = 'the link to the next page leaves the provider';
      return {
        kind: 'broken',
        failure: { says, hint: 'an instance behind a proxy needs base.url as the provider writes it' },
      };
    }
    case 'parameter': {
      const request = listing.request.turn(next.parameter, from, grant);
      if (request === undefined) {
        const says = `"${next.parameter.name}" cannot be written into the body of the request`;
        return { kind: 'broken', failure: { says, hint: 'give a body that is a JSON object, or a form' } };
      }
      // A cursor that stays what it was, on a page without records, is a provider's way to say that there is nothing more yet.
      const { pagination } = listing.request;
      const stays = printOf(request, pagination) === printOf(from, pagination);
      return stays && records === 0 ? { kind: 'done' } : { kind: 'request', request };
    }
  }
}

/** Names a request among those of its reading; credentials may change between them. */
function printOf(request: HttpRequest, pagination: Listing['request']['pagination']): string {
  const inHeader = pagination.by === 'cursor' && pagination.in === 'header';
  const cursor = inHeader ? request.headers[pagination.param] : undefined;
  return hashId(request.method, request.url, request.body ?? '', cursor ?? '');
}

function without(request: HttpRequest, conditions: Readonly<Record<string, string>>): HttpRequest {
  const headers = Object.entries(request.headers).filter(([name]) => !Object.hasOwn(conditions, name));
  return { ...request, headers: Object.fromEntries(headers) };
}

/** A page that has members and none of them is a record with the id. */
export function noRecords(): PollFailure {
  return {
    says: 'no record in the answer has the id field',
    hint: 'look at idField and records: another answer came than was configured',
  };
}
