import { at } from '../language/path.ts';
import type { ChangeKind, CompareRule, FeedHead, Outcome, Page, ReadingTime, Snapshot, Told } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { dateIsIgnored, openDigests, sameVersion } from './compare.ts';
import { dateIn, isBefore } from './dates.ts';
import { isLeftover } from './deletions.ts';
import { eventId } from './event-id.ts';
import { isFlagged } from './flag.ts';
import { noRemarks, type Remarks } from './remarks.ts';
import { openScale } from './scale.ts';
import { nobody, type Because, type Untold, type Witness } from './witness.ts';

/** One poll's work on what was read: pages go in, outcomes come out, in the order of the records. */
export interface Detection {
  /** What is remembered of a record, as this poll has it by now. */
  known(recordId: string): Told | undefined;
  /** What a page comes to. Undefined where it holds records and none of them has the id: then the answer is not what was configured. */
  page(page: Page, time: ReadingTime): readonly Outcome[] | undefined;
  /** Ids read so far. */
  readonly seen: ReadonlySet<string>;
  /** The newest updated date that is not in the future, of all records read. */
  newest(): Instant | undefined;
  readonly remarks: Remarks;
  /** The first few records read without a date that counts, to see which of their fields differ in every reading. */
  readonly undated: ReadonlyMap<string, SourceRecord>;
}

/** So many undated records are kept for comparing fields. */
const UNDATED_KEPT = 20;

/** What one record's reading shows of its dates. */
interface Dates {
  /** As it stands in the record, also in the future; undefined where absent or unreadable. */
  readonly written: Instant | undefined;
  /** Readable and not in the future. */
  readonly date: Instant | undefined;
  readonly future: boolean;
  readonly created: Instant | undefined;
}

const NO_DATES: Dates = { written: undefined, date: undefined, future: false, created: undefined };

/** One record as it was read. */
interface Read {
  readonly recordId: string;
  readonly record: SourceRecord;
  readonly dates: Dates;
  readonly digest: string;
  /** Changes told of it before, and the last deletion that a feed of deletions told. */
  readonly n: number;
  readonly deleted: Instant | undefined;
  /** The start of the poll. */
  readonly at: Instant;
}

/**
 * Opens the detection of one poll. `everything` says that the reading is of all there is, not of what changed since the watermark.
 * The snapshot is read, never written: what is to be remembered is in the outcomes. The witness is told of each record.
 */
export function openDetection(
  feed: Feed,
  head: FeedHead,
  snapshot: Snapshot,
  everything: boolean,
  witness: Witness = nobody,
): Detection {
  const { reading, rule } = feed;
  const digests = openDigests(head, reading);
  const remarks = noRemarks();
  const seen = new Set<string>();
  const undated = new Map<string, SourceRecord>();
  // Outcomes of this poll that the live snapshot may not show yet.
  const told = new Map<string, Told>();
  const first = head.looked === 'none' || (everything && head.looked !== 'full');
  const relearn = everything ? head.relearn : undefined;
  const updatedUnit = reading.updated?.pattern.unit ?? 1;
  const createdUnit = reading.created?.pattern.unit ?? 1;
  const settling = { unit: updatedUnit, pollDelay: feed.pollDelay };
  const countsUnder = (counted: CompareRule): boolean =>
    reading.updated !== undefined && !dateIsIgnored(counted, reading.updated.path);
  const dateCounts = countsUnder(rule);
  const updatedScale = openScale(reading.updated);
  const createdScale = openScale(reading.created);
  let newest: Instant | undefined;
  // Of the record at hand, for the witness: set where it is decided, so that a record costs no further object.
  let because: Because = 'unchanged';
  let shown: Dates = NO_DATES;

  const readDates = (record: SourceRecord, recordId: string, horizon: Instant): Dates => {
    const written = dateIn(record, reading.updated);
    const created = dateIn(record, reading.created);
    const createdKnown = created === undefined || Number.isNaN(created) ? undefined : created;
    if (createdKnown !== undefined) createdScale.see(record, createdKnown);
    if (written === undefined) {
      if (reading.updated !== undefined) remarks.withoutDate++;
      return { written: undefined, date: undefined, future: false, created: createdKnown };
    }
    if (Number.isNaN(written)) {
      remarks.unreadable++;
      remarks.unreadableExample ??= String(at(record, reading.updated?.path ?? []));
      return { written: undefined, date: undefined, future: false, created: createdKnown };
    }
    updatedScale.see(record, written);
    if (written > horizon) {
      remarks.future++;
      remarks.futureExample ??= recordId;
      return { written, date: undefined, future: true, created: createdKnown };
    }
    if (newest === undefined || written > newest) newest = written;
    return { written, date: written, future: false, created: createdKnown };
  };

  /** Why an unknown record is only learned: updated before the feed's since, or nobody can say and this is the first look. */
  const oldness = (dates: Dates): Untold | undefined => {
    if (dates.future) return undefined;
    if (dates.date !== undefined) {
      if (isBefore(dates.date, head.since, updatedUnit)) return 'before-since';
      return relearn !== undefined && isBefore(dates.date, relearn, updatedUnit) ? 'before-edit' : undefined;
    }
    if (relearn !== undefined) return 'before-edit';
    if (!first || head.since === 'all') return undefined;
    if (dates.created === undefined) return 'first-look';
    return isBefore(dates.created, head.since, createdUnit) ? 'first-look' : undefined;
  };

  const kindOfUnknown = (dates: Dates): ChangeKind => {
    if (head.looked === 'full' || dates.created === undefined) return 'CREATED';
    if (!isBefore(dates.created, head.since, createdUnit)) return 'CREATED';
    const apart = dates.written === undefined ? Number.POSITIVE_INFINITY : Math.abs(dates.written - dates.created);
    return apart <= feed.createdTolerance ? 'CREATED' : 'UPDATED';
  };

  const numericId = (record: SourceRecord): boolean =>
    reading.idPaths.every((path) => typeof at(record, path) !== 'string');

  const versionOf = ({ record, dates, digest, n, deleted, at: readAt }: Read): Told => ({
    n,
    ...(deleted === undefined ? {} : { deleted }),
    ...(dates.written === undefined ? {} : { date: dates.written }),
    digest,
    at: readAt,
    ...(digests.rule === 0 ? {} : { rule: digests.rule }),
    ...(numericId(record) ? { numeric: true as const } : {}),
  });

  const tell = (read: Read, kind: ChangeKind): Outcome => {
    const { recordId, record, dates, n } = read;
    const version = versionOf(read);
    because = kind;
    return {
      recordId,
      told: { ...version, n: n + 1, ...(kind === 'DELETED' ? { gone: 'deleted' as const } : {}) },
      change: {
        id: eventId(feed.id, head.birth, recordId, n, kind, version),
        kind,
        recordId,
        ...(dates.written === undefined ? {} : { date: dates.written }),
        record,
      },
    };
  };

  const learn = (read: Read, gone: boolean, old: Untold): Outcome => {
    remarks.learned++;
    because = old;
    const version = versionOf(read);
    return { recordId: read.recordId, told: gone ? { ...version, gone: 'deleted' } : version };
  };

  const ruleOf = (known: Told): CompareRule =>
    (known.rule ?? 0) === digests.rule ? rule : (head.rules[known.rule ?? 0] ?? rule);

  /** Whether what was read is another version than what is remembered. */
  const isNews = (known: Told, { recordId, record, dates, digest }: Read, page: Page): boolean => {
    const storedRule = ruleOf(known);
    const compared = digests.under(known.rule ?? 0, page, recordId, record, digest);
    const counts = storedRule === rule ? dateCounts : countsUnder(storedRule);
    const same = sameVersion(known, { date: dates.date, digest: compared }, storedRule, counts, settling);
    because = same ?? because;
    return same === undefined;
  };

  const decide = (recordId: string, record: SourceRecord, page: Page, time: ReadingTime): Outcome | undefined => {
    const known = told.get(recordId) ?? snapshot.get(recordId);
    const dates = (shown = readDates(record, recordId, time.horizon));
    if ((dates.written === undefined || !dateCounts) && undated.size < UNDATED_KEPT) undated.set(recordId, record);
    const digest = digests.current(record);
    const { n = 0, deleted } = known ?? {};
    // Without the provider's own clock, the newest of its records says how late it is there at least.
    const readAt = time.dated ? time.start : Math.min(time.start, newest ?? time.start);
    const read: Read = { recordId, record, dates, digest, n, deleted, at: readAt };
    const flagged = feed.deletes.by === 'flag' && isFlagged(record, feed.deletes);

    // A record that was forgotten without an event is still known to receivers in the version told.
    if (known === undefined || (known.gone === 'forgotten' && (flagged || isNews(known, read, page)))) {
      const old = oldness(dates);
      if (old !== undefined) return learn(read, flagged, old);
      return tell(read, flagged ? 'DELETED' : kindOfUnknown(dates));
    }
    if (known.gone === 'deleted') {
      because = flagged ? 'still-deleted' : 'leftover';
      // Where the deletion itself is dated in the future, the provider's clock is ahead, and its dates are to be compared as they are.
      const ahead = known.deleted !== undefined && known.deleted > time.horizon;
      const lately = { date: ahead ? dates.written : dates.date, unit: updatedUnit };
      return flagged || isLeftover(known, lately, time.start, feed.pollDelay) ? undefined : tell(read, 'CREATED');
    }
    if (flagged) {
      const stale = dates.date !== undefined && known.date !== undefined && dates.date < known.date;
      because = 'older-deletion';
      return stale ? undefined : tell(read, 'DELETED');
    }
    if (known.gone === undefined && isNews(known, read, page)) return tell(read, 'UPDATED');
    const storedRule = ruleOf(known);
    const storedAsRead = storedRule === rule && (!dateCounts || known.date === dates.written);
    if (storedAsRead && known.gone === undefined) return undefined;
    const restored = versionOf(read);
    return { recordId, told: { ...restored, digest: storedRule === rule ? known.digest : digest, at: known.at } };
  };

  const isLater = (recordId: string, record: SourceRecord): boolean => {
    const known = told.get(recordId) ?? snapshot.get(recordId);
    const written = dateIn(record, reading.updated);
    return known?.date !== undefined && written !== undefined && written > known.date;
  };

  /** Of rows on one page that share an id, the place of the one that stands for them: that of the latest date, or else the first. */
  const choose = (page: Page, ids: readonly (string | undefined)[]): ReadonlyMap<string, number> => {
    const places = new Map<string, number>();
    for (const [place, record] of page.records.entries()) {
      const recordId = ids[place];
      if (recordId === undefined) continue;
      const former = places.get(recordId);
      const before = former === undefined ? undefined : page.records[former];
      if (before === undefined) {
        places.set(recordId, place);
        continue;
      }
      if (digests.current(before) !== digests.current(record)) remarks.sharedId++;
      if ((dateIn(record, reading.updated) ?? 0) > (dateIn(before, reading.updated) ?? 0)) places.set(recordId, place);
    }
    return places;
  };

  return {
    known: (recordId) => told.get(recordId) ?? snapshot.get(recordId),
    seen,
    undated,
    remarks,
    newest: () => newest,
    page(page, time) {
      const outcomes: Outcome[] = [];
      const ids = page.records.map(reading.id);
      const known = ids.filter((recordId) => recordId !== undefined);
      const chosen = new Set(known).size === known.length ? undefined : choose(page, ids);
      for (const [place, record] of page.records.entries()) {
        const recordId = ids[place];
        if (recordId === undefined) {
          remarks.withoutId++;
          continue;
        }
        if (chosen !== undefined && chosen.get(recordId) !== place) continue;
        // Rows shift: one that is met again counts only where it shows a later date, or it would be told forth and back.
        if (seen.has(recordId) && !isLater(recordId, record)) continue;
        seen.add(recordId);
        const outcome = decide(recordId, record, page, time);
        const { written, future } = shown;
        const found = written === undefined ? 'none' : future ? 'future' : 'read';
        witness.saw(recordId, because, written, found, outcome?.change?.id, record);
        if (outcome === undefined) continue;
        told.set(recordId, outcome.told);
        outcomes.push(outcome);
      }
      const [updatedOff, createdOff] = [updatedScale.endPage(), createdScale.endPage()];
      remarks.updatedOffScale ??= updatedOff;
      remarks.createdOffScale ??= createdOff;
      return known.length === 0 && page.records.length > 0 ? undefined : outcomes;
    },
  };
}
