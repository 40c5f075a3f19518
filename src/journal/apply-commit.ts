import type { CommitEntry } from './entry.ts';
import { takeCommit } from './known-feeds.ts';
import type { Written } from './log-writer.ts';
import { enter } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { committed, lairOf } from './stored.ts';

/** Makes a commit true that was just written; its bodies begin there in the payload. */
export function applyCommit(ledger: Ledger, entry: CommitEntry, written: Written, bodiesAt: number): void {
  const { segment, sequence, payloadAt, at, length } = written;
  takeCommit(ledger.feeds, entry, written);
  for (const [order, fresh] of entry.deliveries.entries()) {
    const stored = committed(fresh, sequence, order);
    enter(ledger.outbox, stored, lairOf({ segment, at, length, bodiesAt: payloadAt + bodiesAt }, fresh));
  }
}
