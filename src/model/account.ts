import type { AccountPlan, Grant } from './feed.ts';

export type AccountOutcome =
  | { readonly ok: true; readonly grant: Grant }
  /** `refused`: a person must authorize again. `later`: the token endpoint did not answer well; try again. Never holds a secret. */
  | { readonly ok: false; readonly why: 'refused' | 'later'; readonly says: string; readonly hint?: string };

/** Who we are to the provider. Rejects never. */
export interface Accounts {
  /** What to add to a request now; exchanges a code or renews an expired token first. One exchange at a time for each account. */
  grant(account: AccountPlan, signal?: AbortSignal): Promise<AccountOutcome>;
  /** The provider answered 401 to this grant: renews once, unless somebody else did meanwhile. */
  renew(account: AccountPlan, refused: Grant, signal?: AbortSignal): Promise<AccountOutcome>;
}
