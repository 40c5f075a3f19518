import type { CompareRule, FeedSubject } from './change.ts';
import type { DatePattern, Duration, Instant } from './instant.ts';
import type { ErrorRule, PageParameter, Pagination } from './pagination.ts';
import type { HttpRequest } from './ports.ts';
import type { JsonObject, SourceRecord } from './record.ts';
import type { Secret, Text, Vault } from './secret.ts';

/** When a feed is polled. */
export type Schedule =
  | { readonly every: Duration }
  /** `zone` is an IANA name, `UTC` where the file gives none; `next` is the first slot after an instant. */
  | { readonly cron: string; readonly zone: string; readonly next: (after: Instant) => Instant };

/** Where a callback's POSTs go. Several feeds may share one. */
export interface Callback {
  /** The URL as it may be printed; names the callback in bounds, lists and notices. */
  readonly key: string;
  readonly url: Text;
  readonly headers: readonly (readonly [name: string, value: Text])[];
  readonly basic?: { readonly username: Text; readonly password: Text };
  /** Keys to sign with: the current one first. Empty: not signed. */
  readonly signatureKeys: readonly Text[];
}

/** What an event says about where it comes from. */
export interface Teller {
  readonly format: 'cloud-elements' | 'cloudevents' | 'standard';
  readonly feed: string;
  readonly objectType: string;
  readonly elementKey: string;
  readonly hub: string;
  readonly instance: string;
  readonly instanceName: string;
  readonly tags: readonly string[];
  /** The number in the instance file, or a stable hash of its id. */
  readonly numericId: number;
}

/** What a request is made for. */
export interface Position {
  /** The feed's watermark, or undefined for a reading of everything. */
  readonly watermark: Instant | undefined;
  /** The poll's start. */
  readonly now: Instant;
}

/** What an account adds to every request. */
export interface Grant {
  readonly headers: Readonly<Record<string, string>>;
  /** Query parameters, in order; values are escaped already. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The token answer, for `${token.FIELD}`; empty without OAuth. */
  readonly token: JsonObject;
}

/** How a record is read: made once for a plan. */
export interface Reading {
  /** The id as text, parts of a composite one joined by `|`; undefined where the record has none. */
  id(record: SourceRecord): string | undefined;
  readonly idPaths: readonly (readonly string[])[];
  /** The updated date's value as it stands, undefined where absent or not configured. */
  updated: DateField | undefined;
  created: DateField | undefined;
}

export interface DateField {
  readonly path: readonly string[];
  readonly pattern: DatePattern;
}

/** How a feed asks. Pure: everything that varies comes by argument. */
export interface RequestPlan {
  /** The configured url with its words filled in, as written; secrets by their labels. */
  configured(position: Position): string;
  first(position: Position, grant: Grant, vault: Vault): HttpRequest;
  /** The request for a link that the provider gave, with what the element adds to every call; undefined where it leaves the origin. */
  follow(link: string, from: HttpRequest, grant: Grant, vault: Vault): HttpRequest | undefined;
  /** The request for the page that a parameter asks for; undefined where the body is none that it can be written into. */
  turn(parameter: PageParameter, from: HttpRequest, grant: Grant): HttpRequest | undefined;
  /** The request that says whether one record is still there; undefined where the element does not say how. */
  item: ((recordId: string, grant: Grant, vault: Vault) => HttpRequest) | undefined;
  /** The upper bound that such a request prints, or undefined where it holds none. */
  upperBound(position: Position): Instant | undefined;
  /** The secrets that such requests are written with. */
  readonly secrets: readonly Secret[];
  /** A request is written with fields of the token answer. */
  readonly usesToken: boolean;
  /** The url, headers or body hold a word for the watermark. */
  readonly hasWatermark: boolean;
  /** The finest unit that such a word can say; undefined where there is none. */
  readonly watermarkUnit: Duration | undefined;
  readonly pagination: Pagination;
  /** Records asked for on a page, where the provider is known to give that many; a shorter page is then the last. */
  readonly fullPage: number | undefined;
}

/** A list of the provider that is read page by page. */
export interface Listing {
  readonly request: RequestPlan;
  readonly account: AccountPlan;
  readonly rule: CompareRule;
  readonly reading: Pick<Reading, 'idPaths'>;
  /** How an answer with a good status says that it is an error. */
  readonly errorWhen: ErrorRule | undefined;
}

/** Which rows mean a deletion, or which records are deleted. `values` undefined: any that is not empty. */
export interface DeletionFlag {
  readonly field: readonly string[];
  readonly values: readonly string[] | undefined;
}

/** A list of deletions, read with every poll. */
export interface DeletionListing extends Listing {
  readonly reading: Pick<Reading, 'idPaths' | 'id'>;
  readonly date: DateField;
  /** Undefined: all rows are deletions. */
  readonly flag: DeletionFlag | undefined;
}

/** How deletions are found. */
export type Deletes =
  | { readonly by: 'none' }
  | { readonly by: 'sweep'; readonly every: Duration; readonly maxShare: number }
  | ({ readonly by: 'flag' } & DeletionFlag)
  | { readonly by: 'feed'; readonly listing: DeletionListing };

/** A resource of an account, compiled: what is scheduled, polled and remembered. */
export interface Feed extends Listing {
  /** `instance/resource`. */
  readonly id: string;
  readonly instance: string;
  readonly resource: string;
  readonly elementKey: string;
  readonly identity: string;
  /** What the identity is made of, with the instance. */
  readonly subject: FeedSubject;
  /** Hashes that say which aspect an edit moved. */
  readonly aspects: {
    readonly request: string;
    readonly schedule: string;
    readonly routing: string;
    readonly reading: string;
  };
  readonly schedule: Schedule;
  readonly start: 'now' | 'all' | Instant;
  /** The first look reads everything. */
  readonly baseline: boolean;
  readonly reading: Reading;
  /** Seconds of the contract, here in ms. */
  readonly createdTolerance: Duration;
  readonly pollDelay: Duration;
  readonly deletes: Deletes;
  readonly callback: Callback | undefined;
  readonly teller: Teller;
}

/** How an instance proves who it is. */
export type AccountPlan = {
  readonly instance: string;
  /** Changes when anything here does, so that a grant kept in memory is not used for other credentials. */
  readonly fingerprint: string;
} & (
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: Text; readonly password: Text }
  /** `prefix` stands before the value, such as `Bearer `. */
  | { readonly type: 'header'; readonly name: string; readonly prefix: string; readonly value: Text }
  | { readonly type: 'query'; readonly name: string; readonly value: Text }
  | ({ readonly type: 'oauth2' } & OAuthPlan)
);

export interface OAuthPlan {
  readonly grant: 'authorizationCode' | 'clientCredentials';
  readonly tokenUrl: Text;
  readonly authorizationUrl: Text | undefined;
  readonly clientId: Text;
  readonly clientSecret: Text;
  readonly clientAuth: 'basic' | 'body';
  readonly redirectUri: Text | undefined;
  readonly scopes: readonly string[];
  readonly pkce: boolean;
  /** `providerData.code`: exchanged once. */
  readonly code: Text | undefined;
  /** `oauth.user.token` and `oauth.user.refresh_token`, where an account comes with them. */
  readonly userToken: Text | undefined;
  readonly refreshToken: Text | undefined;
}

/** All feeds as they shall run. */
export interface Plan {
  readonly feeds: ReadonlyMap<string, Feed>;
}
