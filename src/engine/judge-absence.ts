import type { Doubt, Outcome } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';
import type { Absent } from '../detect/witness.ts';
import { absentFrom, deletionsOf, doubtOf, forget } from '../detect/absence.ts';
import type { Detection } from '../detect/detect.ts';
import type { PollFailure } from './ask.ts';
import { askEach, canAskEach } from './confirm.ts';
import type { CompleteReading } from './read-pages.ts';
import { flush, type Work } from './slices.ts';

/** A complete reading and what was detected in it. */
export interface Read {
  readonly detection: Detection;
  readonly reading: CompleteReading;
}

/** Another reading of everything, or why there is none. */
export type Reread = ({ readonly ok: true } & Read) | { readonly ok: false; readonly failure: PollFailure };

/** What a reading of everything says of records that it did not show. */
export interface Absence {
  readonly ok: true;
  readonly outcomes: readonly Outcome[];
  readonly doubt: Doubt | undefined;
  readonly forgotten: number;
}

/** Judges what a reading of everything did not show. Undefined where it proves nothing. */
export async function judgeAbsence(
  work: Work,
  listing: Read,
  options: { readonly believe: boolean; readonly known: number; readonly startedAt: Instant },
  readAgain: () => Promise<Reread>,
  signal: AbortSignal,
): Promise<Absence | { readonly ok: false; readonly failure: PollFailure } | undefined> {
  const { feed, ports, head } = work;
  const { detection, reading } = listing;
  const { startedAt } = options;
  const bounded = feed.request.upperBound({ watermark: undefined, now: startedAt }) !== undefined;
  if (!reading.listed || reading.silent) return undefined;
  // What was judged of this very listing before stands.
  if (reading.unchanged)
    return feed.deletes.by === 'sweep' ? { ok: true, outcomes: [], doubt: undefined, forgotten: 0 } : undefined;
  if (head.relearn !== undefined) {
    const absent = bounded ? [] : absentFrom(work.snapshot, detection.seen);
    const { learned } = detection.remarks;
    if (learned + absent.length > 0) {
      const says = `the request was edited: ${learned} records were learned and ${absent.length} forgotten without events`;
      ports.tell({
        name: 'feed:note',
        level: 'info',
        at: startedAt,
        feed: feed.id,
        says,
        facts: { learned, forgotten: absent.length },
      });
    }
    witnessAbsent(work, absent, 'forgotten');
    return { ok: true, outcomes: forget(work.snapshot, absent), doubt: undefined, forgotten: absent.length };
  }
  const complete = !bounded && reading.unusable === 0 && detection.remarks.withoutId === 0;
  if (feed.deletes.by !== 'sweep' || !complete) return undefined;

  let absent = absentFrom(work.snapshot, detection.seen);
  const doubt = options.believe ? undefined : doubtOf(options.known, absent.length, feed.deletes.maxShare, startedAt);
  if (doubt !== undefined) {
    witnessAbsent(work, absent, 'absent-doubted');
    if (head.doubt === undefined) {
      const says = `${doubt.absent} of ${doubt.known} known records are gone: that is doubted, and none is told as deleted (accept it: elementd poll ${feed.id} --believe)`;
      ports.tell({
        name: 'poll:doubted',
        level: 'warn',
        at: startedAt,
        feed: feed.id,
        says,
        facts: { absent: doubt.absent, known: doubt.known },
      });
    }
    return { ok: true, outcomes: [], doubt, forgotten: 0 };
  }
  if (absent.length > 0 && reading.pages > 1) {
    const missed = absent;
    if (canAskEach(feed, absent)) absent = await askEach(feed, absent, ports, signal);
    else {
      // Rows may have shifted between the pages: a second complete listing, begun after the first ended, must miss them too. What the
      // first one showed is committed before, so that the second compares with it.
      const stopped = await flush(work, head, 'all', signal);
      if (stopped !== undefined) return { ok: false, failure: stopped };
      const second = await readAgain();
      if (!second.ok) return second;
      const again = second.detection;
      const provesToo =
        second.reading.listed && !second.reading.silent && again.remarks.withoutId + second.reading.unusable === 0;
      absent = provesToo ? absent.filter((recordId) => !again.seen.has(recordId)) : [];
    }
    if (signal.aborted) return { ok: false, failure: { says: 'the poll was stopped' } };
    const gone = new Set(absent);
    witnessAbsent(
      work,
      missed.filter((recordId) => !gone.has(recordId)),
      'absent-unconfirmed',
    );
  }
  const outcomes = deletionsOf(feed, head, work.snapshot, absent, reading.time.start);
  for (const { recordId, change } of outcomes)
    work.witness.saw(recordId, 'DELETED', undefined, 'none', change?.id, undefined);
  return { ok: true, outcomes, doubt: undefined, forgotten: 0 };
}

function witnessAbsent({ witness }: Work, absent: readonly string[], because: Absent): void {
  for (const recordId of absent) witness.saw(recordId, because, undefined, 'none', undefined, undefined);
}
