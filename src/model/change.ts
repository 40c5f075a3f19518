import type { Duration, Instant } from './instant.ts';
import type { Json, SourceRecord } from './record.ts';

export type ChangeKind = 'CREATED' | 'UPDATED' | 'DELETED';

/** What is remembered of one record: the version that was told or learned last. */
export interface Told {
  /** Changes told of this record so far; 0 where it was only learned. */
  readonly n: number;
  /** The updated date of that version, also where it lies in the future; absent where none could be read. */
  readonly date?: Instant;
  /** Digest of the content, made under the comparing rule numbered `rule`. */
  readonly digest: string;
  /** The start of the poll that told or learned this version. */
  readonly at: Instant;
  /** Number of the comparing rule in `FeedHead.rules`; 0 where absent. */
  readonly rule?: number;
  /** The id is a number at the provider. */
  readonly numeric?: true;
  /** A tombstone: the record was told as deleted, or forgotten without an event after its request was edited. */
  readonly gone?: 'deleted' | 'forgotten';
  /** The date of the last deletion listed by a feed of deletions that was told, or that the record was seen to have outlived. */
  readonly deleted?: Instant;
}

/** Record id -> version told. The truth about what receivers know. A Map is one; iterations go in the order in which records came. */
export interface Snapshot extends Iterable<readonly [recordId: string, told: Told]> {
  readonly size: number;
  has(recordId: string): boolean;
  get(recordId: string): Told | undefined;
  keys(): Iterable<string>;
  values(): Iterable<Told>;
}

/** How two readings of a record are compared. Kept with what was stored under it, so that an edit tells nothing twice. */
export interface CompareRule {
  readonly compare: 'both' | 'date' | 'content';
  /** Dotted paths that do not count as a change. */
  readonly ignoreFields: readonly string[];
  /** Dotted path to the records in an answer; '' where the answer is the array. */
  readonly records: string;
  /** The records are an object of id -> record. */
  readonly map: boolean;
  /** Dotted path to the record inside each member of the list; absent where members are the records. */
  readonly record?: string;
  /** Null fields are dropped from a record before it is compared and told. */
  readonly dropNulls: boolean;
}

/** A sweep that would have deleted too much: nothing was told, and a person has to look. */
export interface Doubt {
  readonly at: Instant;
  readonly absent: number;
  readonly known: number;
}

/** What the provider calls the listing that the last poll read, to be asked whether it is still so. */
export interface Validator {
  /** Hash of the request, of the account and of how records are read; only the same one is asked again. */
  readonly request: string;
  readonly etag?: string;
  readonly modified?: string;
}

/** What a feed reads, beside whose account it is: with the instance this is its identity. Secrets by their labels. */
export interface FeedSubject {
  readonly element: string;
  readonly base: string;
  readonly path: string;
  readonly idFields: readonly string[];
}

/** Which of the bounds held the watermark (contract, promise 1), as the last good poll found. */
export interface Standing {
  readonly by:
    /** The poll's start, by our clock, or by the provider's. */
    | 'our-clock'
    | 'provider-clock'
    /** Without a `Date`: the newest record, or that there was none. */
    | 'newest-record'
    | 'no-record'
    /** The start of the previous reading whose pages may shift, or that there was none. */
    | 'shifting'
    | 'first-shifting'
    /** The upper bound that the url printed. */
    | 'upper-bound'
    /** The feed's beginning was moved back after the first look had asked from a later instant. */
    | 'beginning'
    /** An answer was entirely empty. */
    | 'empty-answer'
    /** The filter is finer than the dates. */
    | 'precision';
  /** The start of that poll, by our clock. */
  readonly at: Instant;
  /** The watermark that this explains; another one was set since. */
  readonly watermark: Instant;
  /** The bound lies before the watermark, which never moves backwards. */
  readonly kept?: true;
}

/** All that is remembered of a feed beside its snapshot. */
export interface FeedHead {
  /** `instance/resource`. */
  readonly feed: string;
  /** Hash of instance, element key, base URL, path and id field: another identity is another feed. */
  readonly identity: string;
  /** What the identity was made of; absent in what older versions wrote. */
  readonly subject?: FeedSubject;
  /** When this feed's life began; part of every event id. */
  readonly birth: Instant;
  /** From when on changes are told. */
  readonly since: Instant | 'all';
  /** The instant through which nothing is missing. */
  readonly watermark: Instant;
  /** Why the watermark stands there; absent until a poll of this version ended well. */
  readonly standing?: Standing;
  /** `none` until the first look is complete; `full` where it read everything. */
  readonly looked: 'none' | 'partial' | 'full';
  /** The start of the last reading that took several pages by page or offset. */
  readonly shiftingStart?: Instant;
  /** When the last listing that could prove absence began. */
  readonly sweptAt?: Instant;
  readonly doubt?: Doubt;
  readonly validator?: Validator;
  /** Hash of the request beside what belongs to the identity. */
  readonly request: string;
  /** Set where the request was edited: the next full reading learns unknown records older than this, and forgets absent ones. */
  readonly relearn?: Instant;
  /** An edit gave the feed another identity, which is still to be polled for the first time: its birth. */
  readonly successor?: { readonly identity: string; readonly birth: Instant };
  /** The comparing rules that stored versions were made under; the last one is the one in force. */
  readonly rules: readonly CompareRule[];
  /** Names of notices that are given once for a feed and were given. */
  readonly noticed: readonly string[];
}

/** Everything remembered of a feed. */
export interface FeedState {
  readonly head: FeedHead;
  /** Counts the commits of this feed; a commit made from an older generation is refused. */
  readonly generation: number;
  readonly snapshot: Snapshot;
}

/** Something that happened to a record and is to be told. */
export interface Change {
  /** The same for ever: hash(feed, birth, record id, n, kind, version). */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly recordId: string;
  /** The updated date of the version told; absent where the record has none. */
  readonly date?: Instant;
  /** The record; of a record found absent, only its id field. */
  readonly record: SourceRecord;
}

/** What one record's reading comes to: the version to remember, and what is to be told about it, if anything. */
export interface Outcome {
  readonly recordId: string;
  readonly told: Told;
  readonly change?: Change;
}

/** One answer of the provider, read. */
export interface Page {
  readonly records: readonly SourceRecord[];
  /** The whole parsed body, for a comparing rule that finds the records elsewhere. */
  readonly body: Json;
}

/** When a reading took place, on the provider's clock and ours. */
export interface ReadingTime {
  /** The poll's start: the earlier of our clock when sending and the first answer's `Date` less the time that answer took. */
  readonly start: Instant;
  /** The provider gave a `Date`, so `start` can be trusted as a watermark. */
  readonly dated: boolean;
  /** `start` is the provider's: its clock is behind ours. */
  readonly theirs?: true;
  /** A record dated later than this lies in the future. */
  readonly horizon: Instant;
  /** From the first request to the end of the last answer; 0 where one answer was all. */
  readonly spent: Duration;
}
