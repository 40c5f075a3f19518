import type { Change } from '../model/change.ts';
import type { Teller } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';

/** What one POST tells: changes of one feed, found by one poll. */
export interface Post {
  /** The `webhook-id`. */
  readonly id: string;
  /** In order; no record twice. */
  readonly changes: readonly [Change, ...Change[]];
  /** The poll's start. */
  readonly pollDate: Instant;
  /** When the POST was made up. */
  readonly at: Instant;
}

/** One way to write events. The same post always gives the same text. */
export interface Format {
  readonly contentType: string;
  /** The most events that one POST may hold. */
  readonly mostEvents: number;
  /** The whole body. Integers stay exact. */
  write(teller: Teller, post: Post): string;
}
