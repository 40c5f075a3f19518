import type { FeedHead, Outcome, Page, Told } from '../model/change.ts';
import type { DeletionListing, Feed } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { dateIn, isBefore, precisionOf } from './dates.ts';
import { eventId } from './event-id.ts';
import { isFlagged } from './flag.ts';
import { nobody, type Because, type Witness } from './witness.ts';

const LINGERING: Duration = 60_000;

/** A search may still show a record for so long after its deletion. */
function lingeringOf(pollDelay: Duration): Duration {
  return Math.max(LINGERING, pollDelay);
}

/** One poll's work on a list of deletions. */
export interface Deletions {
  /** What a page comes to. Undefined where it holds rows and none of them has the id. */
  page(page: Page): readonly Outcome[] | undefined;
  /**
   * Records that only the reading of the records says to be gone, while rows may have moved between its pages: told where a further reading,
   * begun after that one, does not show them either.
   */
  unsure(): ReadonlyMap<string, () => Outcome>;
  /** Rows that were left out since their date is missing or cannot be read. */
  undated(): number;
}

/** What the reading of the records, which came first, says. */
export interface RecordsRead {
  /** All there is was read. */
  readonly everything: boolean;
  readonly start: Instant;
  /** The end of what is not the future. */
  readonly horizon: Instant;
  readonly seen: ReadonlySet<string>;
  /** It took several pages, between which a row may have moved to one that was read already. */
  readonly moving: boolean;
  /** An answer was empty: then what was not seen may be there all the same. */
  readonly silent: boolean;
  /** What is remembered of a record by now. */
  known(recordId: string): Told | undefined;
}

/**
 * Opens the deletions of one poll, to be read after its records; the witness is told of each row. Rows older than the version told, and
 * those told before, are ignored; of one dated like that version, the records say whether it is still there.
 */
export function openDeletions(
  feed: Feed,
  listing: DeletionListing,
  head: FeedHead,
  records: RecordsRead,
  witness: Witness = nobody,
): Deletions {
  const made = new Map<string, Told>();
  const { unit } = listing.date.pattern;
  const { everything, start, horizon, moving, seen, silent, known } = records;
  const unsure = new Map<string, () => Outcome>();
  const knowsAll = everything || head.looked === 'full';
  const shownFrom = everything ? Number.NEGATIVE_INFINITY : head.watermark - feed.pollDelay;
  const recordUnit = feed.reading.updated?.pattern.unit ?? 1;
  const lingering = lingeringOf(feed.pollDelay);
  let undated = 0;
  let because: Because = 'row-older';

  const deletion = (recordId: string, row: SourceRecord, date: Instant, version: Told | undefined): Outcome => {
    const { n = 0, digest = '' } = version ?? {};
    const { gone: _came, ...before } = version ?? { n, digest, at: start };
    because = 'DELETED';
    return {
      recordId,
      told: { ...before, n: n + 1, at: start, gone: 'deleted', deleted: date },
      change: {
        id: eventId(feed.id, head.birth, recordId, n, 'DELETED', { date, digest }),
        kind: 'DELETED',
        recordId,
        date,
        record: row,
      },
    };
  };

  const decide = (recordId: string, row: SourceRecord, date: Instant): Outcome | undefined => {
    const version = made.get(recordId) ?? known(recordId);
    because = 'row-older';
    if (version === undefined || version.gone === 'forgotten') {
      because = 'row-unknown';
      // What was never told and is gone again is nobody's news, where all that exists is known.
      return knowsAll || isBefore(date, head.since, unit) ? undefined : deletion(recordId, row, date, version);
    }
    if (version.gone === 'deleted') {
      because = 'row-told';
      return undefined;
    }
    // A date in the future would ward off every deletion until then, unless the provider's clock itself is ahead, as the row's date shows.
    const dated = version.date !== undefined && (version.date <= horizon || date > horizon);
    const newest = dated ? (version.date ?? version.at) : version.at;
    const met = version.deleted !== undefined && date <= version.deleted;
    if ((silent || seen.has(recordId)) && isPuzzling(version, date)) {
      because = 'row-early';
      return undefined;
    }
    if (seen.has(recordId) && isThere(version, newest, date)) {
      because = 'row-outlived';
      return met ? undefined : outlived(recordId, version, date);
    }
    const tickEnds = newest + precisionOf(newest, recordUnit);
    const inTick = !silent && date < tickEnds && date + precisionOf(date, unit) > newest;
    if (!met && date > newest) return deletion(recordId, row, date, version);
    // A row that was met before is the record's deletion only where the records, asked from before its version, show it no more.
    if (!inTick || (met && tickEnds <= shownFrom)) return undefined;
    if (!moving) return deletion(recordId, row, date, version);
    because = 'row-unsure';
    unsure.set(recordId, () => deletion(recordId, row, date, version));
    return undefined;
  };

  /**
   * Whether a row is no later than a record that is dated in the future: what was read just now may be a leftover of a search, and where nothing
   * was read it may be there. The next readings show that.
   */
  const isPuzzling = (version: Told, date: Instant): boolean =>
    version.date !== undefined && version.date > horizon && date <= version.date && start < date + lingering;

  /** Whether a record that was read in this poll outlived a deletion: by its date, or since the deletion is too long ago for a leftover. */
  const isThere = (version: Told, newest: Instant, date: Instant): boolean =>
    version.date === undefined || date <= newest || start >= date + lingering;

  /** Remembers that a row was met and is no deletion of this version; one that may be of what was read just now is met again. */
  const outlived = (recordId: string, version: Told, date: Instant): Outcome | undefined =>
    version.date === undefined && date >= start ? undefined : { recordId, told: { ...version, deleted: date } };

  return {
    undated: () => undated,
    unsure: () => unsure,
    page(page) {
      const outcomes: Outcome[] = [];
      let named = 0;
      for (const row of page.records) {
        const recordId = listing.reading.id(row);
        if (recordId === undefined) continue;
        named++;
        if (listing.flag !== undefined && !isFlagged(row, listing.flag)) continue;
        const date = dateIn(row, listing.date);
        if (date === undefined || Number.isNaN(date)) {
          undated++;
          witness.saw(recordId, 'row-undated', undefined, 'none', undefined, undefined);
          continue;
        }
        const outcome = decide(recordId, row, date);
        witness.saw(recordId, because, date, 'read', outcome?.change?.id, undefined);
        if (outcome === undefined) continue;
        made.set(recordId, outcome.told);
        if (outcome.told.gone === 'deleted') unsure.delete(recordId);
        outcomes.push(outcome);
      }
      return named === 0 && page.records.length > 0 ? undefined : outcomes;
    },
  };
}

/**
 * Whether a record that was listed as deleted is shown only because the provider's search has not heard of it yet. One dated in the tick of
 * the deletion is taken for a return: a return that is not told would be lost, while one that was none is told as deleted again.
 */
export function isLeftover(
  known: Told,
  shown: { readonly date: Instant | undefined; readonly unit: Duration },
  start: Instant,
  pollDelay: Duration,
): boolean {
  const { date, unit } = shown;
  if (known.deleted === undefined) return false;
  if (date !== undefined && date + precisionOf(date, unit) > known.deleted) return false;
  return start < known.deleted + lingeringOf(pollDelay);
}
