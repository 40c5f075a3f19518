import type { AccountOutcome } from '../model/account.ts';
import type { Grant, Listing } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import { judgeAnswer, type PollVerdict } from '../poll/verdict.ts';
import type { EnginePorts } from './ports.ts';

/** Why a poll failed, for the operator, and when it may be tried again at the earliest. */
export interface PollFailure {
  readonly says: string;
  readonly hint?: string;
  readonly notBefore?: Instant;
}

/** One reading's talk with the provider. */
export interface Asking {
  readonly listing: Listing;
  readonly ports: EnginePorts;
  readonly signal: AbortSignal;
  grant: Grant;
  /** The grant is renewed once for a page. */
  renewed: boolean;
}

/** An answer that can be taken, and the request as it was sent last. */
export type Answered =
  | {
      readonly ok: true;
      readonly answer: HttpAnswer;
      readonly verdict: Extract<PollVerdict, { kind: 'take' }>;
      readonly request: HttpRequest;
    }
  | { readonly ok: false; readonly failure: PollFailure };

/** A later page that is throttled or lost is asked for again so often, since the pages before it would be read in vain. */
const TRIES = 5;
const LONGEST_WAIT: Duration = 60_000;

/** Asks for one page. `pastEnd`: the status that says that there is no such page, which is then an empty one. */
export async function ask(
  asking: Asking,
  request: HttpRequest,
  page: number,
  pastEnd: number | undefined,
): Promise<Answered> {
  const { listing, ports, signal } = asking;
  const limits = { timeout: ports.polling.timeout, maxBytes: ports.polling.maxResponseBytes };
  let current = request;
  for (let attempt = 1; ; attempt++) {
    const outcome = await ports.http.send(current, limits, signal);
    const verdict = judgeAnswer(outcome, listing.errorWhen);
    if (outcome.ok && verdict.kind === 'take') return { ok: true, answer: outcome.answer, verdict, request: current };
    if (outcome.ok && page > 1 && outcome.answer.status === pastEnd) {
      const empty = { kind: 'take', body: null, silent: false, unchanged: false } as const;
      return { ok: true, answer: outcome.answer, verdict: empty, request: current };
    }
    if (signal.aborted) return failed({ says: 'the poll was stopped' });
    if (verdict.kind === 'renew' && !asking.renewed) {
      asking.renewed = true;
      const account = await ports.accounts.renew(listing.account, asking.grant, signal);
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
export function withGrant(request: HttpRequest, former: Grant, grant: Grant): HttpRequest {
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

/** Why an account gives no grant, as the failure of a poll. */
export function refusal(account: Extract<AccountOutcome, { ok: false }>): PollFailure {
  return { says: account.says, ...(account.hint === undefined ? {} : { hint: account.hint }) };
}

/** The end of a reading that failed. */
export function failed(failure: PollFailure): { readonly ok: false; readonly failure: PollFailure } {
  return { ok: false, failure };
}
