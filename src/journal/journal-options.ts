import type { Duration } from '../model/instant.ts';
import type { Clock, Tell } from '../model/ports.ts';

/** What a journal in files is opened with. */
export interface FileJournalOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** For how long settled deliveries can be listed and read. */
  readonly retention: Duration;
  /** A segment that has grown to this is followed by the next one. Default 8 MB. */
  readonly segmentBytes?: number;
  /** The live log may grow to this, or to twice what is pending, before its oldest segments are retired. Default 32 MB. */
  readonly liveBytes?: number;
  /** Room set aside for settlements on a full disk. Default 1 MB. */
  readonly reserveBytes?: number;
  readonly tell?: Tell;
}
