import type { DeletionListing, Position } from '../model/feed.ts';
import { openDeletions, type RecordsRead } from '../detect/deletions.ts';
import type { Detection } from '../detect/detect.ts';
import { failed, type PollFailure } from './ask.ts';
import type { Reread } from './judge-absence.ts';
import { noRecords, readPages, type ReadingEnd } from './read-pages.ts';
import { flush, type Work } from './slices.ts';

/**
 * Reads the list of deletions since the watermark. After the records, never before: what was deleted and came back between the two is then
 * met as the row of a deletion that is older than the record.
 */
export async function readDeletions(
  work: Work,
  listing: DeletionListing,
  detection: Detection,
  reading: Omit<RecordsRead, 'seen' | 'known'>,
  position: Position,
  readAgain: () => Promise<Reread>,
  signal: AbortSignal,
): Promise<ReadingEnd> {
  const { feed, ports, head } = work;
  const records = { ...reading, seen: detection.seen, known: detection.known };
  const deletions = openDeletions(feed, listing, head, records, work.witness);
  const end = await readPages(listing, position, ports, signal, async (page): Promise<PollFailure | undefined> => {
    const outcomes = deletions.page(page);
    if (outcomes === undefined) return noRecords();
    work.pending.push(...outcomes);
    return flush(work, head, 'slices', signal);
  });
  if (!end.ok) {
    const { says, ...rest } = end.failure;
    return { ok: false, failure: { ...rest, says: `the list of deletions: ${says}` } };
  }
  if (deletions.unsure().size > 0) {
    // What was read so far is committed before, so that the further reading compares with it.
    const stopped = await flush(work, head, 'all', signal);
    if (stopped !== undefined) return { ok: false, failure: stopped };
    const again = await readAgain();
    if (!again.ok) return again;
    const { listed, silent } = again.reading;
    if (!listed || silent)
      return failed({ says: 'a further reading, to see which records are gone, was answered with nothing' });
    for (const [recordId, deletion] of deletions.unsure()) {
      if (again.detection.seen.has(recordId)) continue;
      const outcome = deletion();
      work.pending.push(outcome);
      work.witness.saw(recordId, 'DELETED', outcome.told.deleted, 'read', outcome.change?.id, undefined);
    }
  }
  if (deletions.undated() > 0 && !head.noticed.includes(UNDATED)) {
    work.noticed.push(UNDATED);
    ports.tell({
      name: 'feed:note',
      level: 'warn',
      at: position.now,
      feed: feed.id,
      says: `${deletions.undated()} rows in the list of deletions have no date that can be read at "${listing.date.path.join('.')}": they are ignored`,
      facts: { rows: deletions.undated() },
    });
  }
  return end;
}

const UNDATED = 'undated-deletions';
