import type { AppendFile, Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Settlement } from '../model/journal.ts';
import type { DeadLetter } from './dead-letters.ts';
import { heldLetter, listDeadLetters, removeDeadLetter } from './dead-letters.ts';
import { beginningPath, writeBeginning } from './beginning.ts';
import type { Copy } from './entry.ts';
import { isFull, removeIfPossible } from './full-disk.ts';
import type { KnownFeed } from './known-feeds.ts';
import { knowCommit, knowRoster } from './known-feeds.ts';
import type { LiveEntry, LiveLog } from './live-log.ts';
import { readLiveLog } from './live-log.ts';
import type { Outbox } from './outbox.ts';
import { attempted, byCommit, emptyOutbox, enter, indexed, settleIn } from './outbox.ts';
import { damaged, fsckFirst, newerState } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';
import type { Place, Segment } from './segment.ts';
import { listLive, listRetired, newSegment, placeOf, readSegment } from './segment.ts';
import type { Staged } from './staged.ts';
import { amend, nothingStaged, renameLetters, stage } from './staged.ts';

/** The format of the state directory that this version writes. */
export const format = 1;

/** Everything the journal keeps in memory about its files; changed only by what is durable. */
export interface Ledger {
  /** The live segments, ascending; the last one is written to. */
  readonly live: Segment[];
  /** The retired segments, ascending. */
  readonly retired: Segment[];
  readonly feeds: Map<string, KnownFeed>;
  /** A dead letter's body lies in its own file, so it may have no place. */
  readonly outbox: Outbox<Place | undefined>;
  readonly staged: Staged;
}

/** What opening comes to. */
export interface Recovered {
  readonly ledger: Ledger;
  /** The last live segment, open at its end. */
  readonly file: AppendFile;
  /** The sequence that comes next. */
  readonly next: number;
  /** What was mended, for the operator. */
  readonly notes: readonly string[];
}

/** Refuses a state directory of a later version with a Fault `state-newer`; true where it says its format. */
export async function checkFormat(disk: Disk): Promise<boolean> {
  const bytes = await disk.read('format');
  if (bytes === undefined) return false;
  const found = formatOf(bytes);
  if (found === undefined) throw damaged('format', 0, 'it should hold the number of a format');
  if (found > format) throw newerState('format', found, format);
  return true;
}

/** The number in the file `format`, or undefined where it holds none. */
export function formatOf(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().trim();
  const found = Number(text);
  return text !== '' && Number.isSafeInteger(found) && found >= 1 ? found : undefined;
}

/**
 * Reads the live log and the dead letters, and cuts a torn tail. Rejects with a Fault `journal-damaged` for anything that a power cut does not
 * explain, having changed nothing.
 */
export async function recover(disk: Disk): Promise<Recovered> {
  const formatted = await checkFormat(disk);
  const retired = await listRetired(disk);
  const ledger: Ledger = { live: [], retired, feeds: new Map(), outbox: emptyOutbox(), staged: nothingStaged() };
  const revived = new Set<string>();
  const log = await readLiveLog(disk, (entry) => replay(ledger, revived, entry));
  if (log.segments.length === 0) await refuseOrphans(disk);
  const letters = await listDeadLetters(disk);
  if (!formatted) await disk.replace('format', Buffer.from(`${format}\n`));

  sortPending(ledger.outbox);
  const file = await openLast(disk, ledger, log);
  // After the first segment is there: without one, this file says that it is missing.
  if (log.begins === undefined) await noteBeginning(disk, log.segments[0]?.first ?? log.next);
  for (const path of log.empty) if (path !== ledger.live.at(-1)?.path) await removeIfPossible(disk, path);
  await takeDeadLetters(disk, ledger.outbox, letters, revived);
  renameLetters(ledger);
  for (const name of ledger.staged.dropped) {
    if (!ledger.feeds.has(name)) await removeIfPossible(disk, checkpointPath(name));
  }
  ledger.staged.dropped.clear();
  // Batches that were never amended are nothing; their numbers are not used again while they can be read.
  ledger.staged.batches.clear();
  const notes = log.torn === undefined ? [] : [tornNote(log.torn)];
  return { ledger, file, next: log.next, notes };
}

/**
 * Rejects where checkpoints or retired segments lie without a log, or the log that was begun is gone: a checkpoint would be believed while
 * everything after it is gone, and what was not yet delivered with it.
 */
export async function refuseOrphans(disk: Disk): Promise<void> {
  const lost = (await disk.read(beginningPath)) !== undefined && (await listLive(disk)).length === 0;
  const left = [...(await disk.list('journal/retired')), ...(await disk.list('feeds'))];
  if (!lost && left.length === 0) return;
  throw new Fault('journal-damaged', 'The state directory remembers feeds, but its journal is missing', {
    hint: `${fsckFirst}; else restore journal/ from a backup of the same time, or move the whole state directory away to start anew`,
  });
}

function replay(ledger: Ledger, revived: Set<string>, at: LiveEntry): void {
  const { entry, segment } = at;
  const { outbox, feeds } = ledger;
  if (ledger.live.at(-1) !== segment) ledger.live.push(segment);
  switch (entry.kind) {
    case 'roster':
      knowRoster(feeds, entry.feeds);
      if (at.at === 0) segment.rosterBytes = at.length;
      return;
    case 'commit':
      knowCommit(feeds, entry, at);
      entry.deliveries.forEach((fresh, order) => {
        const delivery = indexed(fresh, at.sequence, fresh.length);
        enter(outbox, { delivery, order, place: placeOf(segment, at.bodiesAt, fresh) });
        isSaid(segment, fresh.committedAt);
      });
      return;
    case 'carry':
      takeCopy(outbox, segment, at.bodiesAt, entry.copy);
      return;
    case 'stage':
      stage(ledger, entry, at);
      return;
    case 'amend':
      amend(ledger, entry, at);
      return;
    case 'settle':
      settleDurably(outbox, segment, entry.settlement);
      if (entry.settlement.outcome === 'delivered') revived.add(entry.settlement.id);
      else revived.delete(entry.settlement.id);
      return;
    case 'attempt': {
      const held = outbox.pending.get(entry.attempt.id);
      if (held !== undefined) held.delivery = attempted(held.delivery, entry.attempt);
      isSaid(segment, entry.attempt.at);
      return;
    }
  }
}

/** Makes a copy the place where a pending delivery lies from now on. */
export function takeCopy(outbox: Ledger['outbox'], segment: Segment, bodiesAt: number, copy: Copy): void {
  const place = placeOf(segment, bodiesAt, copy);
  const held = outbox.pending.get(copy.delivery.id);
  if (held === undefined) enter(outbox, { delivery: copy.delivery, order: copy.order, place });
  else held.place = place;
  isSaid(segment, copy.delivery.committedAt);
}

/** Ends a delivery in the index; the segment of its body stays as long as the settlement is remembered. */
export function settleDurably(outbox: Ledger['outbox'], segment: Segment, settlement: Settlement): void {
  isSaid(segment, settlement.at);
  const held = settleIn(outbox, settlement);
  if (held?.place !== undefined) isSaid(held.place.segment, settlement.at);
}

/** Remembers that a time was said in a segment. */
export function isSaid(segment: Segment, at: number): void {
  if (at > segment.newest) segment.newest = at;
}

/** Copies come later in the log than commits of the same age. */
function sortPending(outbox: Ledger['outbox']): void {
  const sorted = [...outbox.pending].sort(([, a], [, b]) => byCommit(a, b));
  outbox.pending.clear();
  for (const [id, held] of sorted) outbox.pending.set(id, held);
}

async function noteBeginning(disk: Disk, first: number): Promise<void> {
  try {
    await writeBeginning(disk, first);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

async function openLast(disk: Disk, ledger: Ledger, log: LiveLog): Promise<AppendFile> {
  // Emptied before it is removed: it might come back after a power cut.
  if (log.torn?.from === 0) await cut(disk, log.torn.segment).then((file) => file.close());
  const last = ledger.live.at(-1);
  if (last === undefined) {
    const first = newSegment(log.next);
    ledger.live.push(first);
    return disk.append(first.path);
  }
  return rewrite(disk, last);
}

/**
 * Makes what was read of the last segment durable before anything is built on it. Its end may have been read from the system's memory
 * only, and after a failed sync the system calls that memory clean: a second sync would write nothing. So the bytes are written anew.
 */
async function rewrite(disk: Disk, last: Segment): Promise<AppendFile> {
  const bytes = await readSegment(disk, last);
  if (bytes === undefined) throw damaged(last.path, 0, 'it vanished while it was being read');
  try {
    await disk.replace(last.path, bytes);
  } catch (error) {
    if (!isFull(error)) throw error;
    return cut(disk, last);
  }
  return disk.append(last.path);
}

async function cut(disk: Disk, segment: Segment): Promise<AppendFile> {
  const file = await disk.append(segment.path);
  await file.truncate(segment.bytes);
  await file.sync();
  return file;
}

/**
 * A dead letter's file is written before its settlement and removed after the next one, so a crash can leave a file that the log knows better
 * about: such a file goes.
 */
async function takeDeadLetters(
  disk: Disk,
  outbox: Ledger['outbox'],
  letters: readonly DeadLetter[],
  revived: ReadonlySet<string>,
): Promise<void> {
  outbox.dead.clear();
  for (const letter of letters) {
    const { id } = letter.delivery;
    if (outbox.pending.has(id) || revived.has(id)) await removeDeadLetter(disk, id);
    else outbox.dead.set(id, heldLetter(letter));
  }
}

function tornNote(torn: NonNullable<LiveLog['torn']>): string {
  return (
    `The last write to ${torn.segment.path} was cut off (${torn.bytes} bytes after byte ${torn.from}), ` +
    'as happens in a power cut; it was never confirmed, and was removed'
  );
}
