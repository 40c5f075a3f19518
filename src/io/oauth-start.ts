import { hashId } from '../language/identity.ts';
import { writeText } from '../language/text.ts';
import type { OAuthPlan } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Vault } from '../model/secret.ts';
import type { TokenClient, TokenRequest } from './token-endpoint.ts';
import type { StoredTokens } from './token-store.ts';

/** What an account has to begin with, its secrets in clear. */
export interface OAuthStart {
  readonly client: TokenClient;
  readonly grant: OAuthPlan['grant'];
  readonly scopes: readonly string[];
  readonly redirectUri: string | undefined;
  readonly code: string | undefined;
  readonly userToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Names what tokens are got for: the code, else the given tokens, else, for client credentials, the client; else undefined. */
  readonly codeHash: string | undefined;
  /** Names all that an attempt is made with: what was refused for good is not tried again before this is another. */
  readonly attemptHash: string;
}

/** What is to be done before a request can be sent. `nothing`: a person has to give something. */
export type OAuthStep =
  | { readonly do: 'use' }
  | { readonly do: 'ask'; readonly request: TokenRequest }
  | { readonly do: 'nothing'; readonly says: string };

/** Renewed so long before the end, or at half of a life shorter than two minutes. */
const MARGIN = 60_000;

/** Reads a plan with its secrets. Throws the vault's Fault where one is missing. */
export function readStart(plan: OAuthPlan, vault: Vault): OAuthStart {
  const read = (text: OAuthPlan['code']): string | undefined => {
    const value = text === undefined ? '' : writeText(text, vault, (raw) => raw);
    return value === '' ? undefined : value;
  };
  const client: TokenClient = {
    tokenUrl: read(plan.tokenUrl) ?? '',
    id: read(plan.clientId) ?? '',
    secret: read(plan.clientSecret) ?? '',
    auth: plan.clientAuth,
  };
  const given = { code: read(plan.code), userToken: read(plan.userToken), refreshToken: read(plan.refreshToken) };
  const redirectUri = read(plan.redirectUri);
  const asClient = [client.tokenUrl, client.id, client.secret, client.auth, redirectUri ?? '', ...plan.scopes];

  let codeHash: string | undefined;
  if (plan.grant === 'clientCredentials') codeHash = hashId('client', ...asClient);
  else if (given.code !== undefined) codeHash = hashId('code', given.code);
  else if (given.userToken !== undefined || given.refreshToken !== undefined)
    codeHash = hashId('tokens', given.userToken ?? '', given.refreshToken ?? '');
  return {
    client,
    grant: plan.grant,
    scopes: plan.scopes,
    redirectUri,
    ...given,
    codeHash,
    attemptHash: hashId('attempt', codeHash ?? '', ...asClient),
  };
}

/** Whether the tokens are those to go on with, or others were put in the file that were never used. */
export function isStartedWith(stored: StoredTokens | undefined, start: OAuthStart): boolean {
  if (start.codeHash === undefined) return true;
  if (stored === undefined) return false;
  // A code that was exchanged before, as in a plan that is on its way out, must not be exchanged again: it would end the newer tokens.
  return stored.codeHash === start.codeHash || stored.spent.includes(start.codeHash);
}

/** The tokens that the file itself gives, as a start without any exchange; undefined where it gives a code or nothing. */
export function givenTokens(start: OAuthStart, spent: readonly string[], now: Instant): StoredTokens | undefined {
  if (start.grant === 'clientCredentials' || start.code !== undefined || start.codeHash === undefined) return undefined;
  return {
    codeHash: start.codeHash,
    spent: [...spent, start.codeHash],
    ...(start.userToken === undefined ? {} : { accessToken: start.userToken }),
    ...(start.refreshToken === undefined ? {} : { refreshToken: start.refreshToken }),
    obtainedAt: now,
    extra: {},
  };
}

/** Whether the access token ends so soon that another should be got. */
export function isEnding(stored: StoredTokens, now: Instant): boolean {
  if (stored.expiresAt === undefined) return false;
  const life = stored.expiresAt - stored.obtainedAt;
  return now >= stored.expiresAt - Math.min(MARGIN, life / 2);
}

/** Whether the access token can still be sent. */
export function isAlive(stored: StoredTokens, now: Instant): boolean {
  return stored.accessToken !== undefined && (stored.expiresAt === undefined || now < stored.expiresAt);
}

/** Decides the next step; `refused`: the provider did not take the present access token. Pure. */
export function nextStep(
  stored: StoredTokens | undefined,
  start: OAuthStart,
  refused: boolean,
  now: Instant,
): OAuthStep {
  if (start.grant === 'clientCredentials') {
    const usable =
      stored?.codeHash === start.codeHash && stored?.accessToken !== undefined && !refused && !isEnding(stored, now);
    if (usable) return { do: 'use' };
    const parameters: Record<string, string> = start.scopes.length === 0 ? {} : { scope: start.scopes.join(' ') };
    return { do: 'ask', request: { grantType: 'client_credentials', parameters } };
  }
  if (start.code !== undefined && !isStartedWith(stored, start)) {
    const where: Record<string, string> = start.redirectUri === undefined ? {} : { redirect_uri: start.redirectUri };
    return { do: 'ask', request: { grantType: 'authorization_code', parameters: { code: start.code, ...where } } };
  }
  if (stored === undefined) return { do: 'nothing', says: 'there is neither a code nor a token' };
  if (stored.accessToken !== undefined && !refused && !isEnding(stored, now)) return { do: 'use' };
  if (stored.refreshToken !== undefined)
    return { do: 'ask', request: { grantType: 'refresh_token', parameters: { refresh_token: stored.refreshToken } } };
  if (refused)
    return { do: 'nothing', says: 'the provider does not take the access token any more, and gave no refresh token' };
  if (isAlive(stored, now)) return { do: 'use' };
  if (stored.accessToken === undefined) return { do: 'nothing', says: 'there is neither a code nor a token' };
  return { do: 'nothing', says: 'the access token has expired, and the provider gave no refresh token' };
}
