import { randomBytes } from 'node:crypto';
import type { Duration, Instant } from '../../model/instant.ts';
import type { Campaign } from './campaign-story.ts';
import { serveLoopback, type LoopbackAnswer, type LoopbackRequest } from './loopback-server.ts';

/** The account and the OAuth application that the sandbox knows. */
export interface SandboxOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The authorization code; good once. */
  readonly code: string;
  readonly redirectUri: string;
  /** How long an access token is good. */
  readonly tokenLife: Duration;
  readonly now: () => Instant;
  /** The latest change first. */
  readonly campaigns: () => readonly Campaign[];
}

/** What the sandbox has seen. */
export interface SandboxCounts {
  /** Lists and pages of lists that were answered. */
  readonly lists: number;
  /** Access tokens given for the code, and for refresh tokens. */
  readonly exchanged: number;
  readonly renewed: number;
  /** Requests that came with an expired access token. */
  readonly expired: number;
  /** Requests that were refused for anything else. */
  readonly refused: number;
}

export interface SandboxProvider {
  readonly origin: string;
  /** What an instance's `base.url` is to be. */
  readonly baseUrl: string;
  /** What an instance's `oauth.token.url` is to be. */
  readonly tokenUrl: string;
  counts(): SandboxCounts;
  close(): Promise<void>;
}

const TOKENS = '/oauth2/oauth/token';
const CAMPAIGNS = '/v2/emailmarketing/campaigns';
const LARGEST_PAGE = 50;
const INVALID_TOKEN = 'http.status.authentication.invalid_token';

interface Position {
  readonly from: number;
  readonly limit: number;
  readonly since: Instant;
}

/**
 * Serves what elements/constantcontact.yaml asks of Constant Contact's API version 2: tokens for a code, and the list of campaigns with
 * `modified_since`, `limit`, `next_link` and a required `api_key`. Unlike there, access tokens end soon, which nobody is told beforehand, and
 * can be renewed.
 */
export async function openSandboxProvider(options: SandboxOptions): Promise<SandboxProvider> {
  const counts = { lists: 0, exchanged: 0, renewed: 0, expired: 0, refused: 0 };
  const accessTokens = new Map<string, Instant>();
  const refreshTokens = new Set<string>();
  let codeIsUsed = false;

  const refuse = (status: number, json: unknown): LoopbackAnswer => {
    counts.refused++;
    return { status, json };
  };

  const giveTokens = (): LoopbackAnswer => {
    const [access, refresh] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')];
    accessTokens.set(access, options.now() + options.tokenLife);
    refreshTokens.add(refresh);
    const json = { token_type: 'Bearer', access_token: access, refresh_token: refresh };
    return { status: 200, json };
  };

  const tokens = (request: LoopbackRequest): LoopbackAnswer => {
    const form = new URLSearchParams(request.body.toString());
    if (request.method !== 'POST') return refuse(405, { error: 'invalid_request' });
    if (form.get('client_id') !== options.clientId || form.get('client_secret') !== options.clientSecret) {
      return refuse(401, { error: 'invalid_client', error_description: 'Unknown client id or wrong secret' });
    }
    const grant = form.get('grant_type');
    if (grant === 'authorization_code') {
      if (codeIsUsed || form.get('code') !== options.code || form.get('redirect_uri') !== options.redirectUri) {
        return refuse(400, { error: 'invalid_grant', error_description: 'The code is wrong or was used before' });
      }
      codeIsUsed = true;
      counts.exchanged++;
      return giveTokens();
    }
    if (grant === 'refresh_token') {
      if (!refreshTokens.delete(form.get('refresh_token') ?? '')) {
        return refuse(400, {
          error: 'invalid_grant',
          error_description: 'The refresh token is wrong or was used before',
        });
      }
      counts.renewed++;
      return giveTokens();
    }
    return refuse(400, { error: 'unsupported_grant_type' });
  };

  const list = (request: LoopbackRequest): LoopbackAnswer => {
    const { searchParams } = request.url;
    if (request.method !== 'GET') return refuse(405, problem('method.not_allowed', 'Only GET is served here'));
    if (searchParams.get('api_key') !== options.clientId)
      return refuse(403, problem('api_key', 'The api_key is missing or wrong'));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const goodUntil = accessTokens.get(token);
    if (goodUntil === undefined) return refuse(401, problem(INVALID_TOKEN, 'The access token is missing or wrong'));
    if (goodUntil <= options.now()) {
      counts.expired++;
      return { status: 401, json: problem(INVALID_TOKEN, 'The access token has expired') };
    }
    const position = readPosition(searchParams);
    if (typeof position === 'string') return refuse(400, problem('query', position));
    counts.lists++;
    return { status: 200, json: pageOf(options.campaigns(), position) };
  };

  const server = await serveLoopback((request) => {
    if (request.url.pathname === TOKENS) return tokens(request);
    if (request.url.pathname === CAMPAIGNS) return list(request);
    return refuse(404, problem('http.status.not_found', 'There is nothing here'));
  });
  return {
    origin: server.origin,
    baseUrl: `${server.origin}/v2`,
    tokenUrl: `${server.origin}${TOKENS}`,
    counts: () => ({ ...counts }),
    close: () => server.close(),
  };
}

function problem(key: string, message: string): unknown {
  return [{ error_key: key, error_message: message }];
}

/** Where a request stands in a list, or what is wrong with it. `next` says everything and stands alone. */
function readPosition(query: URLSearchParams): Position | string {
  const next = query.get('next');
  if (next !== null) {
    if (query.has('modified_since') || query.has('limit')) return 'next is used with no other parameter';
    const [from, limit, since] = Buffer.from(next, 'base64url').toString().split(' ').map(Number);
    const position = { from: from ?? Number.NaN, limit: limit ?? Number.NaN, since: since ?? Number.NaN };
    return Object.values(position).every(Number.isInteger) ? position : 'next is none that was given here';
  }
  const limit = Number(query.get('limit') ?? LARGEST_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE)
    return `limit is a number from 1 to ${LARGEST_PAGE}`;
  const since = query.get('modified_since');
  const instant = since === null ? 0 : Date.parse(since);
  return Number.isNaN(instant) ? 'modified_since is no date in ISO 8601' : { from: 0, limit, since: instant };
}

function pageOf(campaigns: readonly Campaign[], { from, limit, since }: Position): unknown {
  const found = campaigns.filter((campaign) => Date.parse(campaign.modified_date) >= since);
  const end = from + limit;
  const next = Buffer.from(`${end} ${limit} ${since}`).toString('base64url');
  const pagination = end < found.length ? { next_link: `${CAMPAIGNS}?next=${next}` } : {};
  return { meta: { pagination }, results: found.slice(from, end) };
}
