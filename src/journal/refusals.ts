import { Fault } from '../model/fault.ts';

/** A step that was computed from something that has changed since. */
export function staleGeneration(feed: string, from: number, now: number): Fault {
  return new Fault(
    'stale-generation',
    `A step of feed ${feed} was computed from generation ${from}, but the journal is at generation ${now}`,
    { hint: 'nothing is lost: the next poll computes it anew' },
  );
}

/** A step of a feed whose former step is still being written. */
export function stepUnderWay(feed: string): Fault {
  return new Fault('stale-generation', `A step of feed ${feed} came while another one was being written`, {
    hint: 'nothing is lost: the next poll computes it anew',
  });
}

/** Something in the log that a torn last write does not explain. */
export function damaged(path: string, at: number, says: string): Fault {
  return new Fault('journal-damaged', `The journal is damaged: ${path}, byte ${at}: ${says}`, {
    hint: 'nothing was changed; restore the state directory from a backup, or move it aside to start every feed anew',
  });
}

/** A file of the state that says something else than it should. */
export function unreadable(path: string, says: string, hint: string, cause?: unknown): Fault {
  return new Fault('journal-damaged', `${path} in the state directory cannot be used: ${says}`, { hint, cause });
}

/** What to do about a feed whose checkpoint is not as it should be. */
export const checkpointHint = 'restore it from a backup, or move the state directory aside to start every feed anew';

/** A feed that the journal knows, without the file that says what was told. */
export function checkpointMissing(feed: string, path: string): Fault {
  return new Fault(
    'checkpoint-missing',
    `What feed ${feed} was told is missing: there is no ${path} in the state directory`,
    { hint: checkpointHint },
  );
}

/** A state directory that a later version wrote. */
export function newerState(path: string, found: number, known: number): Fault {
  return new Fault('state-newer', `${path} says format ${found}; this version of elementd knows ${known}`, {
    hint: 'run the version of elementd that wrote it, or a later one',
  });
}

/** A whole entry of the log, its sum is right, that says something which this version has no word for. */
export function unknownEntry(path: string, at: number): Fault {
  return new Fault('state-newer', `${path}, byte ${at}, holds an entry that this version of elementd does not know`, {
    hint: 'nothing was changed; run the version of elementd that wrote it, or a later one',
  });
}

/** The journal was closed. */
export function closed(): Fault {
  return new Fault('stopped', 'The journal is closed');
}

/** The disk failed once, and what it says since then is not to be trusted. */
export function failedFor(cause: unknown): Fault {
  const says = cause instanceof Error ? cause.message : String(cause);
  const hint = cause instanceof Fault ? cause.hint : undefined;
  return new Fault('disk-failed', `The journal cannot be written any more: ${says}`, {
    hint: hint ?? 'check the disk and the kernel log, then start elementd again: it reads back what is really there',
    cause,
  });
}

/** A step whose head belongs to another feed. */
export function foreignHead(feed: string, found: string): Fault {
  return new Fault('internal', `A step of feed ${feed} came with the head of feed ${found}`);
}

/** A feed of which nothing is remembered. */
export function unknownFeed(feed: string): Fault {
  return new Fault('internal', `Nothing is remembered of feed ${feed} that could be moved`);
}

/** What went wrong and what to do, in one text. */
export function says(error: unknown): string {
  if (!(error instanceof Fault)) return error instanceof Error ? error.message : 'Unknown trouble';
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
}
