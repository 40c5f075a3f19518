import type { Instant } from '../model/instant.ts';
import type { PollReport } from './cycle.ts';
import type { PollFailure } from './ask.ts';

/** What polls of a feed came to since the daemon started. */
export interface FeedRuns {
  /** The last poll that came to an end, well or not. */
  readonly lastAt: Instant | undefined;
  readonly lastOkAt: Instant | undefined;
  /** Failed polls in a row. */
  readonly failures: number;
  /** When the first of them ended. */
  readonly failingSince: Instant | undefined;
  readonly failure: PollFailure | undefined;
  readonly last: Omit<Extract<PollReport, { ok: true }>, 'undated'> | undefined;
}

const NO_RUNS: FeedRuns = {
  lastAt: undefined,
  lastOkAt: undefined,
  failures: 0,
  failingSince: undefined,
  failure: undefined,
  last: undefined,
};

/** Keeps the runs of all feeds in mind. */
export class FeedLog {
  readonly #runs = new Map<string, FeedRuns>();

  of(feed: string): FeedRuns {
    return this.#runs.get(feed) ?? NO_RUNS;
  }

  note(feed: string, report: PollReport, at: Instant): FeedRuns {
    const before = this.of(feed);
    const runs: FeedRuns = report.ok
      ? { ...NO_RUNS, lastAt: at, lastOkAt: at, last: report }
      : {
          ...before,
          lastAt: at,
          failures: before.failures + 1,
          failingSince: before.failingSince ?? at,
          failure: report.failure,
        };
    this.#runs.set(feed, runs);
    return runs;
  }

  forget(feed: string): void {
    this.#runs.delete(feed);
  }
}
