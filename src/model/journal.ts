import type { ChangeKind, FeedHead, FeedState, Told } from './change.ts';
import type { Instant } from './instant.ts';

/** One event inside a delivery, as it is listed. */
export interface EventEntry {
  /** The change's id. */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly recordId: string;
  /** The updated date of the version told, or the poll's start where it has none. */
  readonly date: Instant;
}

/** One POST: what it holds is fixed when it is committed, and every attempt sends the same bytes. */
export interface NewDelivery {
  /** The `webhook-id`: names the POST for ever. */
  readonly id: string;
  readonly feed: string;
  /** Where it went to be told when it was committed, for lists; the address comes from the plan when it is sent. Absent: kept and listed only. */
  readonly callback?: string;
  readonly contentType: string;
  readonly events: readonly EventEntry[];
  /** The bytes to be sent, UTF-8. */
  readonly body: string;
  readonly committedAt: Instant;
}

/** A delivery as it was committed, and what became of it since; the body stays on the disk. */
export interface Delivery {
  readonly id: string;
  readonly feed: string;
  readonly callback?: string;
  readonly contentType: string;
  readonly events: readonly EventEntry[];
  readonly bytes: number;
  readonly committedAt: Instant;
  /** Position in the one order of all commits. */
  readonly sequence: number;
  /** Failed attempts so far. */
  readonly attempts: number;
  readonly firstAttemptAt?: Instant;
  /** Not to be tried before this instant. */
  readonly nextAttemptAt?: Instant;
  /** What the last attempt came to, for people. */
  readonly lastSays?: string;
  /** It was made pending again by command: it stands outside the order of its records. */
  readonly replayed?: true;
}

/** A delivery that waits, as far as that is known without reading the disk. */
export interface DeliveryHead extends Omit<Delivery, 'events'> {
  /** Its position among the deliveries of its commit. */
  readonly order: number;
  /** How many events it holds. */
  readonly count: number;
}

/** A place in the one order of all deliveries. */
export type DeliveryPlace = Pick<DeliveryHead, 'sequence' | 'order'>;

/** Which waiting deliveries are asked for. */
export interface PendingQuery {
  /** Only those behind this place. */
  readonly after?: DeliveryPlace;
  /** Only those for which this is true; asked once for all deliveries that are alike. */
  readonly where?: (delivery: Pick<DeliveryHead, 'feed' | 'callback' | 'replayed'>) => boolean;
}

/** How much waits for a callback to be told. */
export interface Backlog {
  readonly deliveries: number;
  readonly events: number;
  readonly bytes: number;
}

/** One durable step of one feed: everything in it becomes true together, or nothing does. */
export interface Commit {
  readonly feed: string;
  /** The generation that this step was computed from; 0 for a feed's first. */
  readonly generation: number;
  readonly head: FeedHead;
  /** Versions to remember, by record id. */
  readonly told: readonly (readonly [recordId: string, told: Told])[];
  /** The feed starts anew: everything remembered of its former identity is dropped first. */
  readonly reborn?: boolean;
  readonly deliveries: readonly NewDelivery[];
}

/** What became of a delivery. */
export type Settlement =
  | { readonly id: string; readonly outcome: 'delivered'; readonly at: Instant; readonly status: number }
  | { readonly id: string; readonly outcome: 'kept'; readonly at: Instant }
  /** Given up by command, pending or dead. */
  | { readonly id: string; readonly outcome: 'dropped'; readonly at: Instant }
  | { readonly id: string; readonly outcome: 'dead'; readonly at: Instant; readonly says: string };

/** A delivery that is to be sent once more, and the callback that it will go to as things are, for lists. */
export interface Replay {
  readonly id: string;
  readonly callback: string;
}

/** A failed attempt that will be followed by another. */
export interface Attempt {
  readonly id: string;
  readonly at: Instant;
  readonly attempts: number;
  readonly firstAttemptAt: Instant;
  readonly nextAttemptAt: Instant;
  readonly says: string;
}

/** An event as the journal still knows it. */
export interface ToldEvent extends EventEntry {
  readonly feed: string;
  readonly delivery: string;
  readonly committedAt: Instant;
  readonly state: 'pending' | 'delivered' | 'kept' | 'dropped' | 'dead';
  readonly callback?: string;
  readonly attempts: number;
  readonly settledAt?: Instant;
  readonly lastSays?: string;
}

/** A piece of what a journal remembers. The versions of a feed's records follow its head, in as many pieces as there need to be. */
export type Keepsake =
  | { readonly kind: 'feed'; readonly head: FeedHead }
  | { readonly kind: 'told'; readonly told: readonly (readonly [recordId: string, told: Told])[] }
  | {
      readonly kind: 'delivery';
      readonly delivery: Omit<Delivery, 'sequence' | 'bytes'>;
      readonly body: string;
      /** A dead letter: when it died. */
      readonly diedAt?: Instant;
    };

export interface EventQuery {
  readonly feed?: string;
  readonly recordId?: string;
  readonly since?: Instant;
  readonly state?: ToldEvent['state'];
  /** Only events with one of these ids, and those in POSTs with one of them. */
  readonly ids?: readonly string[];
  /** At most so many, the newest. */
  readonly limit?: number;
}

/**
 * The memory of the daemon. `commit`, `settle` and `attempt` resolve once what they say is on the disk, and not before.
 * Commits of one feed are never under way at the same time; those of different feeds are, and share a sync.
 */
export interface Journal {
  /** Names of all feeds that something is remembered of. */
  feeds(): readonly string[];
  /** The head of a feed as its last commit left it, without loading its snapshot; undefined for one that was never committed. */
  head(feed: string): FeedHead | undefined;
  /**
   * What is remembered of a feed, or undefined for one that was never committed. The snapshot is live: it shows every later commit.
   * Rejects with a Fault `checkpoint-missing` where the journal knows the feed but its checkpoint is gone.
   */
  load(feed: string): Promise<FeedState | undefined>;
  /** Rejects with a Fault: `stale-generation`, `disk-full` (nothing happened, try again later), `disk-failed` (fatal). */
  commit(commit: Commit): Promise<void>;
  /**
   * Ends a delivery. A settled delivery that is settled again stays as it was, except that a dead one may become delivered or dropped.
   * Resolves with whether anything changed by it.
   */
  settle(settlement: Settlement): Promise<boolean>;
  /** Remembers a failed attempt. */
  attempt(attempt: Attempt): Promise<void>;
  /**
   * Makes deliveries pending again that are delivered, kept, dropped or dead: the same id and bytes, no attempts so far, behind everything that
   * waits. Resolves with the ids of those that it did that to; a delivery that is pending, or not remembered, stays as it is. Rejects with a
   * Fault as `commit` does; some may be pending again by then, and to ask once more does the rest.
   */
  replay(replays: readonly Replay[]): Promise<readonly string[]>;
  /**
   * Deliveries that are neither delivered, kept, dropped nor dead, in commit order. Lazy: between two of them others may settle or come, and
   * those behind the place that was reached are as they are then.
   */
  pending(query?: PendingQuery): Iterable<DeliveryHead>;
  /** What is pending and has a callback to go to, by feed. Live: it shows every later commit and settlement. */
  backlog(): ReadonlyMap<string, Backlog>;
  /** Dead letters, in the order of their death. */
  dead(): Iterable<Delivery>;
  /** A delivery that is pending or dead, with what it holds; undefined for any other. */
  delivery(id: string): Promise<Delivery | undefined>;
  /** The bytes of a delivery that is pending, dead, or settled within the retention; undefined for any other. */
  body(id: string): Promise<string | undefined>;
  /** Events within the retention, oldest first. */
  events(query: EventQuery): Promise<readonly ToldEvent[]>;
  /** When something of each feed was delivered last, within the retention. */
  lastDelivered(): Promise<ReadonlyMap<string, Instant>>;
  /**
   * Drops what is remembered of a feed; a commit of its name begins at generation 0 then. What it told stays: deliveries that wait go
   * on waiting. Nothing happens where nothing is remembered. Rejects as `commit` does.
   */
  forget(feed: string, at: Instant): Promise<void>;
  /**
   * Makes all that is remembered of a feed that of the feed which the head names, under that head: snapshot, deliveries that wait, dead
   * letters, and what is listed of events. What was remembered of that feed is dropped first, but for its deliveries. One durable step.
   * Rejects as `commit` does, and with a Fault `internal` where nothing is remembered of the former name.
   */
  move(from: string, head: FeedHead, at: Instant): Promise<void>;
  /** Everything remembered at the instant of the first piece; commits of a feed wait until its pieces were given. */
  giveOut(): AsyncIterable<Keepsake>;
  /**
   * Remembers what another journal gave out, all of it together, once the last piece was read; nothing where the pieces reject. What was
   * remembered of those feeds is dropped, but for their deliveries; a delivery that is pending or dead here stays as it is. Rejects as
   * `commit` does, and as the pieces do.
   */
  takeIn(pieces: AsyncIterable<Keepsake>, at: Instant): Promise<void>;
  /** Writes checkpoints of what changed, and closes. Idempotent. */
  close(): Promise<void>;
}
