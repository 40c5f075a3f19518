import type { FeedHead } from '../model/change.ts';
import type { Disk } from '../model/disk.ts';
import { readLiveLog } from './live-log.ts';
import { checkFormat, refuseOrphans } from './recovery.ts';

/** A segment can be retired between being listed and being read, and a batch can be read while it is being written. */
const tries = 3;

/**
 * The heads of all feeds, as a dry run may see them: without the lock, without writing a byte, also while a daemon writes. A torn tail
 * is passed over. Rejects with a Fault `journal-damaged` or `state-newer` where opening the journal would too.
 */
export async function peekHeads(disk: Disk): Promise<ReadonlyMap<string, FeedHead>> {
  await checkFormat(disk);
  for (let tried = 1; ; tried += 1) {
    try {
      return await readHeads(disk);
    } catch (error) {
      if (tried === tries) throw error;
    }
  }
}

async function readHeads(disk: Disk): Promise<ReadonlyMap<string, FeedHead>> {
  const heads = new Map<string, FeedHead>();
  const log = await readLiveLog(disk, ({ entry }) => {
    if (entry.kind === 'commit') heads.set(entry.feed, entry.head);
    else if (entry.kind === 'roster') {
      for (const { head } of entry.feeds) if (!heads.has(head.feed)) heads.set(head.feed, head);
    } else if (entry.kind === 'amend') {
      for (const name of entry.dropped) heads.delete(name);
      for (const { head } of entry.feeds) heads.set(head.feed, head);
    }
  });
  if (log.segments.length === 0) await refuseOrphans(disk);
  return heads;
}
