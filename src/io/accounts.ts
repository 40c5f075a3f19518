import { printText, writeText } from '../language/text.ts';
import { Fault } from '../model/fault.ts';
import type { AccountOutcome, Accounts } from '../model/account.ts';
import type { Disk } from '../model/disk.ts';
import type { AccountPlan, Grant } from '../model/feed.ts';
import type { Duration } from '../model/instant.ts';
import type { Clock, Http, Tell } from '../model/ports.ts';
import type { JsonObject } from '../model/record.ts';
import type { Text, Vault } from '../model/secret.ts';
import { openSession } from './oauth-session.ts';
import type { OAuthContext, OAuthSession } from './oauth-session.ts';
import { openTokenStore, type TokenStore } from './token-store.ts';

export interface AccountsOptions {
  readonly http: Http;
  /** Takes every credential made or got here, so that the log can leave it out. */
  readonly vault: Vault & { remember(owner: string, values: readonly string[]): void };
  readonly clock: Clock;
  /** Of the state directory. */
  readonly disk: Disk;
  readonly tell: Tell;
  /** Of one exchange at a token endpoint. */
  readonly timeout: Duration;
  readonly maxBytes: number;
}

/** Accounts of a running daemon. */
export interface OpenAccounts extends Accounts {
  /** Resolves when no exchange is under way: what a provider gave is then stored. To be awaited before the process ends. */
  idle(): Promise<void>;
  readonly tokens: TokenStore;
  /** The tokens of an instance were changed on the disk: its account reads them before it goes on. */
  reread(instance: string): Promise<void>;
}

/**
 * Opens the accounts of a running daemon, following the Accounts port. A caller's signal ends its own waiting only: an exchange
 * that began is finished, since its tokens cannot be had twice.
 */
export function openAccounts(options: AccountsOptions): OpenAccounts {
  const { http, vault, clock, tell, timeout, maxBytes } = options;
  const context: OAuthContext = { http, vault, clock, store: openTokenStore(options.disk), tell, timeout, maxBytes };
  // By instance and not by plan: while an edit is applied, an old and a new plan must not renew side by side.
  const sessions = new Map<string, OAuthSession>();

  const sessionOf = (instance: string): OAuthSession => {
    const session = sessions.get(instance) ?? openSession(instance, context);
    sessions.set(instance, session);
    return session;
  };

  return {
    async grant(account, signal) {
      if (account.type === 'oauth2') return unlessStopped(sessionOf(account.instance).ask(account, undefined), signal);
      try {
        const grant = plainGrant(account, (text, escape) => writeText(text, vault, escape));
        if (account.type === 'basic') vault.remember(account.instance, Object.values(grant.headers).map(credentialOf));
        return { ok: true, grant };
      } catch (error) {
        const fault = error instanceof Fault ? error : undefined;
        const hint = fault?.hint === undefined ? {} : { hint: fault.hint };
        return { ok: false, why: 'refused', says: fault?.message ?? 'a secret cannot be read', ...hint };
      }
    },
    async renew(account, refused, signal) {
      if (account.type === 'oauth2')
        return unlessStopped(sessionOf(account.instance).ask(account, refused.headers['Authorization'] ?? ''), signal);
      const says =
        account.type === 'none'
          ? `the provider wants to know who asks, and the element of instance ${account.instance} has no auth`
          : `the provider does not accept the credentials of instance ${account.instance}`;
      return { ok: false, why: 'refused', says, hint: `check the credentials in instances/${account.instance}` };
    },
    tokens: context.store,
    async reread(instance) {
      await sessions.get(instance)?.idle();
      sessions.delete(instance);
    },
    async idle() {
      for (const session of sessions.values()) await session.idle();
    },
  };
}

/** Accounts of a dry run: labels for secrets, such as `Bearer [access token]` and, for every token field, `[token.FIELD]`. No I/O. */
export function maskingAccounts(): Accounts {
  const mask = (account: AccountPlan): Grant => {
    if (account.type === 'oauth2')
      return { headers: { Authorization: 'Bearer [access token]' }, query: [], token: labelledToken() };
    if (account.type === 'basic') return { ...NOTHING, headers: { Authorization: 'Basic [username:password]' } };
    return plainGrant(account, printText);
  };
  return {
    grant: (account) => Promise.resolve({ ok: true, grant: mask(account) }),
    renew: (account) => Promise.resolve({ ok: true, grant: mask(account) }),
  };
}

const NOTHING: Grant = { headers: {}, query: [], token: {} };

function plainGrant(
  account: Exclude<AccountPlan, { type: 'oauth2' }>,
  write: (text: Text, escape: (value: string) => string) => string,
): Grant {
  const print = (text: Text): string => write(text, (value) => value);
  switch (account.type) {
    case 'none':
      return NOTHING;
    case 'basic': {
      // RFC 7617: the pair as UTF-8.
      const pair = `${print(account.username)}:${print(account.password)}`;
      return { ...NOTHING, headers: { Authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` } };
    }
    case 'header':
      return { ...NOTHING, headers: { [account.name]: `${account.prefix}${print(account.value)}` } };
    case 'query':
      return { ...NOTHING, query: [[account.name, write(account.value, encodeURIComponent)]] };
  }
}

function credentialOf(header: string): string {
  return header.slice(header.indexOf(' ') + 1);
}

/** Has every field, each reading as its label; the keys of all objects aside. */
function labelledToken(): JsonObject {
  const isField = (key: string | symbol): key is string =>
    typeof key === 'string' && !(key in Object.prototype) && key !== 'then' && key !== 'toJSON';
  return new Proxy<JsonObject>(
    {},
    {
      has: (_, key) => isField(key),
      get: (target, key) => (isField(key) ? `[token.${key}]` : Reflect.get(target, key)),
      getOwnPropertyDescriptor: (_, key) =>
        isField(key) ? { value: `[token.${key}]`, configurable: true, enumerable: true, writable: false } : undefined,
    },
  );
}

async function unlessStopped(
  outcome: Promise<AccountOutcome>,
  signal: AbortSignal | undefined,
): Promise<AccountOutcome> {
  if (signal === undefined) return outcome;
  const stopped: AccountOutcome = { ok: false, why: 'later', says: 'stopped while waiting for the account' };
  if (signal.aborted) return stopped;
  let stop = (): void => {};
  const stopping = new Promise<AccountOutcome>((resolve) => {
    stop = () => resolve(stopped);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([outcome, stopping]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
