import type { AppendFile, Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { beginningPath, writeBeginning } from './beginning.ts';
import { listDeadLetters, removeDeadLetter } from './dead-letters.ts';
import { isFull, removeIfPossible } from './full-disk.ts';
import type { KnownFeed } from './known-feeds.ts';
import { knowCommit, knowRoster } from './known-feeds.ts';
import type { LiveEntry, LiveLog } from './live-log.ts';
import { readLiveLog } from './live-log.ts';
import type { Dead, Outbox } from './outbox.ts';
import { emptyOutbox, enter, settleIn, takeCopy } from './outbox.ts';
import { damaged, fsckFirst, newerState } from './refusals.ts';
import { checkpointPath } from './safe-name.ts';
import type { Segment } from './segment.ts';
import { isSaid, listLive, listRetired, newSegment, readSegment } from './segment.ts';
import type { Staged } from './staged.ts';
import { amend, nothingStaged, renameLetters, stage } from './staged.ts';
import { lairOf, storedIn } from './stored.ts';

/** The format of the state directory that this version writes. */
export const format = 1;

/** Everything the journal keeps in memory about its files; changed only by what is durable. */
export interface Ledger {
  /** The live segments, ascending; the last one is written to. */
  readonly live: Segment[];
  /** The retired segments, ascending. */
  readonly retired: Segment[];
  readonly feeds: Map<string, KnownFeed>;
  readonly outbox: Outbox;
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
  const letters = new Map((await listDeadLetters(disk)).map((letter) => [letter.delivery.id, letter]));
  // What the log does not end was dead before it begins, so that what is taken in meanwhile leaves it as it is.
  for (const [id, letter] of letters) ledger.outbox.dead.set(id, letter);
  const ended = new Set<string>();
  const log = await readLiveLog(disk, (entry) => replay(ledger, letters, ended, entry));
  if (log.segments.length === 0) await refuseOrphans(disk);
  if (!formatted) await disk.replace('format', Buffer.from(`${format}\n`));

  ledger.outbox.waiting.sort();
  const file = await openLast(disk, ledger, log);
  // After the first segment is there: without one, this file says that it is missing.
  if (log.begins === undefined) await noteBeginning(disk, log.segments[0]?.first ?? log.next);
  for (const path of log.empty) if (path !== ledger.live.at(-1)?.path) await removeIfPossible(disk, path);
  await takeDeadLetters(disk, ledger.outbox, letters, ended);
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

/** Makes an entry true. `ended`: the dead letters that were delivered or dropped after all, as far as they have a file. */
function replay(ledger: Ledger, letters: ReadonlyMap<string, Dead>, ended: Set<string>, at: LiveEntry): void {
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
      for (const stored of storedIn(at)) enter(outbox, stored, lairOf(at, stored));
      return;
    case 'carry':
      takeCopy(outbox, entry.copy, lairOf(at, entry.copy));
      return;
    case 'replay':
      outbox.dead.delete(entry.copy.delivery.id);
      for (const stored of storedIn(at)) enter(outbox, stored, lairOf(at, stored));
      return;
    case 'stage':
      stage(ledger, entry, at);
      return;
    case 'amend':
      amend(ledger, entry, at);
      return;
    case 'settle': {
      const { settlement } = entry;
      settleIn(outbox, segment, settlement);
      ledger.staged.dying.delete(settlement.id);
      if (settlement.outcome === 'dead') ended.delete(settlement.id);
      else if (letters.has(settlement.id)) ended.add(settlement.id);
      return;
    }
    case 'attempt': {
      const row = outbox.waiting.find(entry.attempt.id);
      if (row !== undefined) outbox.waiting.attempted(row, entry.attempt);
      isSaid(segment, entry.attempt.at);
      return;
    }
  }
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
  letters: ReadonlyMap<string, Dead>,
  ended: ReadonlySet<string>,
): Promise<void> {
  outbox.dead.clear();
  for (const [id, letter] of letters) {
    if (outbox.waiting.find(id) !== undefined || ended.has(id)) await removeDeadLetter(disk, id);
    else outbox.dead.set(id, letter);
  }
}

function tornNote(torn: NonNullable<LiveLog['torn']>): string {
  return (
    `The last write to ${torn.segment.path} was cut off (${torn.bytes} bytes after byte ${torn.from}), ` +
    'as happens in a power cut; it was never confirmed, and was removed'
  );
}
