import { Fault } from '../model/fault.ts';
import type { AccountOutcome } from '../model/account.ts';
import type { AccountPlan, Grant } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { NoticeName } from '../model/notice.ts';
import type { Clock, Http, Tell } from '../model/ports.ts';
import type { JsonObject } from '../model/record.ts';
import type { Vault } from '../model/secret.ts';
import { givenTokens, isAlive, isEnding, isStartedWith, nextStep, readStart } from './oauth-start.ts';
import type { OAuthStart } from './oauth-start.ts';
import { askTokens } from './token-endpoint.ts';
import type { TokenAnswer, TokenRequest } from './token-endpoint.ts';
import type { StoredTokens, TokenStore } from './token-store.ts';

export interface OAuthContext {
  readonly http: Http;
  readonly vault: Vault & { remember(owner: string, values: readonly string[]): void };
  readonly clock: Clock;
  readonly store: TokenStore;
  readonly tell: Tell;
  /** Of one exchange at the token endpoint. */
  readonly timeout: Duration;
  readonly maxBytes: number;
}

type Plan = Extract<AccountPlan, { type: 'oauth2' }>;
type Refusal = Extract<AccountOutcome, { ok: false }>;

/** The tokens of one instance while the daemon runs. Rejects never. */
export interface OAuthSession {
  /** What to send now; with `refused`, the Authorization header that the provider did not take, another than that. */
  ask(plan: Plan, refused: string | undefined): Promise<AccountOutcome>;
  /** Resolves when no exchange is under way and what it gave is stored. */
  idle(): Promise<void>;
}

/** A token endpoint that failed is left alone so long, for it may allow one request a second. */
const PAUSE = 1_000;
/** Nobody's Retry-After stops an account for longer; a client that was refused is asked again so long after. */
const LONGEST_PAUSE = 15 * 60_000;

/** Opens the session of an instance; nothing is read before the first question. */
export function openSession(instance: string, context: OAuthContext): OAuthSession {
  const { clock, store, vault } = context;
  let stored: StoredTokens | undefined;
  let grant: Grant | undefined;
  let loaded = false;
  let unsaved = false;
  let running: { readonly key: string; readonly outcome: Promise<AccountOutcome> } | undefined;
  let pause: { readonly attempt: string; readonly until: Instant; readonly outcome: Refusal } | undefined;
  let told: string | undefined;

  const take = (tokens: StoredTokens | undefined): void => {
    stored = tokens;
    grant = tokens?.accessToken === undefined ? undefined : grantOf(tokens);
    const idToken = tokens?.extra['id_token'];
    const values = [tokens?.accessToken, tokens?.refreshToken, typeof idToken === 'string' ? idToken : undefined];
    vault.remember(
      instance,
      values.filter((value) => value !== undefined),
    );
  };
  const tell = (name: NoticeName, level: 'info' | 'error', says: string): void =>
    context.tell({ name, level, at: clock.now(), says, instance });

  const ready = (start: OAuthStart, refused: string | undefined): AccountOutcome | undefined => {
    if (!loaded || unsaved || stored?.failed?.codeHash === start.attemptHash || !isStartedWith(stored, start))
      return undefined;
    if (stored === undefined || grant === undefined || isEnding(stored, clock.now())) return undefined;
    return grant.headers['Authorization'] === refused ? undefined : { ok: true, grant };
  };

  const save = async (tokens: StoredTokens): Promise<void> => {
    take(tokens);
    unsaved = true;
    await store.save(instance, tokens);
    unsaved = false;
  };

  // Said once for what was tried, not at every poll.
  const refuse = (start: OAuthStart, says: string, hint: string): Refusal => {
    const saying = `${start.attemptHash} ${says}`;
    if (told !== saying) tell('account:refused', 'error', `instance ${instance} is not authorized: ${says}; ${hint}`);
    told = saying;
    return { ok: false, why: 'refused', says, hint };
  };

  const work = async (start: OAuthStart, refused: string | undefined): Promise<AccountOutcome> => {
    if (unsaved && stored !== undefined) await save(stored);
    // After a refusal somebody may have authorized anew, past this process.
    if (!loaded || stored?.failed !== undefined || pause?.outcome.why === 'refused') {
      const found = await store.load(instance);
      if (!found.ok) return refuse(start, found.says, found.hint);
      take(found.tokens);
      loaded = true;
    }
    if (!isStartedWith(stored, start)) {
      const given = givenTokens(start, stored?.spent ?? [], clock.now());
      if (given !== undefined && stored?.failed?.codeHash !== start.attemptHash) take(given);
    }
    if (stored?.failed?.codeHash === start.attemptHash) return refuse(start, stored.failed.says, stored.failed.hint);

    const now = clock.now();
    const isRefused = refused !== undefined && grant?.headers['Authorization'] === refused;
    const step = nextStep(stored, start, isRefused, now);
    if (step.do === 'nothing') return refuse(start, step.says, cure(start, instance));
    if (step.do === 'use' && grant !== undefined) return { ok: true, grant };
    if (step.do === 'use') return refuse(start, 'there is no access token', cure(start, instance));

    const alive =
      stored !== undefined && !isRefused && isStartedWith(stored, start) && isAlive(stored, now) ? grant : undefined;
    if (pause !== undefined && pause.attempt === start.attemptHash && now < pause.until)
      return alive === undefined ? pause.outcome : { ok: true, grant: alive };
    const { timeout, maxBytes } = context;
    const answer = await askTokens(context.http, { timeout, maxBytes }, start.client, step.request);
    if (answer.ok) return accept(answer, step.request, start);
    if (answer.why === 'refused') {
      const { says } = answer;
      const hint = cure(start, instance, answer.client);
      // A client may be let in at the provider, without any edit here: it is asked again, if seldom. A spent code never comes back.
      if (answer.client || start.grant === 'clientCredentials') {
        const outcome = refuse(start, says, hint);
        pause = { attempt: start.attemptHash, until: clock.now() + LONGEST_PAUSE, outcome };
        return alive === undefined ? outcome : { ok: true, grant: alive };
      }
      await save({ ...(stored ?? blank(now)), failed: { codeHash: start.attemptHash, says, hint } });
      return refuse(start, says, hint);
    }
    const outcome: Refusal = { ok: false, why: 'later', says: answer.says, hint: patience(instance, answer.client) };
    const until = Math.min(Math.max(clock.now() + PAUSE, answer.notBefore ?? 0), clock.now() + LONGEST_PAUSE);
    pause = { attempt: start.attemptHash, until, outcome };
    return alive === undefined ? outcome : { ok: true, grant: alive };
  };

  const accept = async (
    answer: Extract<TokenAnswer, { ok: true }>,
    request: TokenRequest,
    start: OAuthStart,
  ): Promise<AccountOutcome> => {
    // The provider may have ended the former refresh token: the new one is durable before its access token is used.
    await save(
      tokensOf(answer, request.grantType === 'refresh_token' ? stored : undefined, stored?.spent ?? [], start),
    );
    pause = undefined;
    told = undefined;
    const until = answer.expiresAt === undefined ? '' : `, good until ${new Date(answer.expiresAt).toISOString()}`;
    tell('account:renewed', 'info', `instance ${instance} has a new access token${until}`);
    return grant === undefined ? refuse(start, 'there is no access token', cure(start, instance)) : { ok: true, grant };
  };

  const safely = async (start: OAuthStart, refused: string | undefined): Promise<AccountOutcome> => {
    try {
      return await work(start, refused);
    } catch (error) {
      const fault = error instanceof Fault ? error : undefined;
      const says = `the tokens of instance ${instance} could not be ${unsaved ? 'stored' : 'read'}: ${fault?.message ?? 'the disk failed'}`;
      return { ok: false, why: 'later', says, ...(fault?.hint === undefined ? {} : { hint: fault.hint }) };
    }
  };

  return {
    async ask(plan, refused) {
      for (;;) {
        let start: OAuthStart;
        try {
          start = readStart(plan, vault);
        } catch (error) {
          const fault = error instanceof Fault ? error : undefined;
          const hint = fault?.hint === undefined ? {} : { hint: fault.hint };
          return { ok: false, why: 'refused', says: fault?.message ?? 'a secret cannot be read', ...hint };
        }
        const key = `${start.attemptHash} ${refused ?? ''}`;
        if (running === undefined) {
          const now = ready(start, refused);
          if (now !== undefined) return now;
          const outcome = safely(start, refused).finally(() => (running = undefined));
          running = { key, outcome };
          return outcome;
        }
        const shared = running;
        const outcome = await shared.outcome;
        if (shared.key === key) return outcome;
      }
    },
    async idle() {
      while (running !== undefined) await running.outcome;
    },
  };
}

function blank(now: Instant): StoredTokens {
  return { spent: [], obtainedAt: now, extra: {} };
}

function tokensOf(
  answer: Extract<TokenAnswer, { ok: true }>,
  former: StoredTokens | undefined,
  spent: readonly string[],
  start: OAuthStart,
): StoredTokens {
  const type = answer.body['token_type'];
  const kept = without(former?.extra ?? {}, ['expires_in']);
  const extra = without(answer.body, ['access_token', 'refresh_token', 'token_type']);
  const codeHash = former === undefined ? start.codeHash : former.codeHash;
  const refreshToken = answer.refreshToken ?? former?.refreshToken;
  const used =
    start.code === undefined || codeHash === undefined || spent.includes(codeHash) ? spent : [...spent, codeHash];
  return {
    ...(codeHash === undefined ? {} : { codeHash }),
    spent: used,
    accessToken: answer.accessToken,
    ...(typeof type === 'string' ? { tokenType: type } : {}),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(answer.expiresAt === undefined ? {} : { expiresAt: answer.expiresAt }),
    obtainedAt: answer.sentAt,
    extra: { ...kept, ...extra },
  };
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function grantOf(tokens: StoredTokens): Grant {
  const { accessToken = '', tokenType, refreshToken, extra } = tokens;
  const token: JsonObject = {
    ...extra,
    access_token: accessToken,
    ...(tokenType === undefined ? {} : { token_type: tokenType }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
  return { headers: { Authorization: `Bearer ${accessToken}` }, query: [], token };
}

function cure(start: OAuthStart, instance: string, client = false): string {
  return client || start.grant === 'clientCredentials'
    ? `check oauth.api.key and oauth.api.secret in instances/${instance}`
    : `put a fresh code under providerData.code in instances/${instance}`;
}

function patience(instance: string, client: boolean): string {
  const check = client ? '' : 'it is tried again; if this stays, ';
  return `${check}check oauth.token.url, oauth.api.key and oauth.api.secret in instances/${instance}`;
}
