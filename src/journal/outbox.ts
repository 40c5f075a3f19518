import type { Instant } from '../model/instant.ts';
import type { Attempt, Delivery, Settlement } from '../model/journal.ts';
import { isSaid } from './segment.ts';
import type { Segment } from './segment.ts';
import type { Stored } from './stored.ts';
import type { Lair } from './waiting.ts';
import { WaitingTable } from './waiting.ts';

/** A dead letter; its body lies in a file of its own. */
export interface Dead {
  readonly delivery: Delivery;
  /** Its position among the deliveries of its commit. */
  readonly order: number;
  readonly diedAt: Instant;
  /** Its file knows the name of its feed as of this sequence; 0 where absent. */
  readonly named?: number;
}

/** The deliveries that are not done. */
export interface Outbox {
  readonly waiting: WaitingTable;
  readonly dead: Map<string, Dead>;
}

/** An outbox that holds nothing. */
export function emptyOutbox(): Outbox {
  return { waiting: new WaitingTable(), dead: new Map() };
}

/** Whether a delivery is pending or dead. */
export function isOpen(outbox: Outbox, id: string): boolean {
  return outbox.waiting.find(id) !== undefined || outbox.dead.has(id);
}

/** Takes a delivery in as pending. One whose id is pending already is the same POST, and stays as it is. */
export function enter({ waiting }: Outbox, stored: Stored, lair: Lair): void {
  if (waiting.find(stored.delivery.id) === undefined) waiting.add(stored.delivery, stored.order, lair);
  isSaid(lair.segment, stored.delivery.committedAt);
}

/** Makes a copy the place where a pending delivery lies from now on. */
export function takeCopy(outbox: Outbox, copy: Stored, lair: Lair): void {
  const row = outbox.waiting.find(copy.delivery.id);
  if (row !== undefined) outbox.waiting.move(row, lair);
  enter(outbox, copy, lair);
}

/** Ends a delivery; the segment of its body stays as long as the settlement is remembered. `letter` is what it is if it died. */
export function settleIn({ waiting, dead }: Outbox, segment: Segment, settlement: Settlement, letter?: Dead): void {
  const { id, at, outcome } = settlement;
  isSaid(segment, at);
  const row = waiting.find(id);
  // The name that its feed has now: it may have been moved since the letter was made.
  const feed = row === undefined ? letter?.delivery.feed : waiting.head(row).feed;
  if (row !== undefined) {
    isSaid(waiting.lair(row).segment, at);
    waiting.remove(row);
  }
  if (outcome !== 'dead') dead.delete(id);
  else if (letter !== undefined && feed !== undefined) {
    dead.set(id, { ...letter, delivery: { ...letter.delivery, feed } });
  }
}

/** Makes what one feed told what another one told; gives the ids of those that are dead letters. */
export function renameFeed({ waiting, dead }: Outbox, from: string, to: string): readonly string[] {
  waiting.renameFeed(from, to);
  const letters: string[] = [];
  for (const [id, letter] of dead) {
    if (letter.delivery.feed !== from) continue;
    dead.set(id, { ...letter, delivery: { ...letter.delivery, feed: to } });
    letters.push(id);
  }
  return letters;
}

/** Whether a settlement changes a dead letter: it may still become delivered, or be dropped. */
export function endsDead({ outcome }: Settlement): boolean {
  return outcome === 'delivered' || outcome === 'dropped';
}

/** The dead letter that a pending delivery becomes. */
export function died({ delivery, order }: Pick<Dead, 'delivery' | 'order'>, at: Instant, says: string): Dead {
  return { delivery: { ...delivery, lastSays: says }, order, diedAt: at };
}

/** The delivery after one more failed attempt. */
export function attempted<Tried extends Pick<Delivery, 'attempts'>>(delivery: Tried, attempt: Attempt): Tried {
  return {
    ...delivery,
    attempts: attempt.attempts,
    firstAttemptAt: attempt.firstAttemptAt,
    nextAttemptAt: attempt.nextAttemptAt,
    lastSays: attempt.says,
  };
}

/** The delivery as it is when it is to be sent once more: as if it had never been tried. */
export function replayed(delivery: Delivery, callback: string): Delivery {
  const { firstAttemptAt: _first, nextAttemptAt: _next, lastSays: _says, ...rest } = delivery;
  return { ...rest, callback, attempts: 0, replayed: true };
}

/** Dead letters by the instant of their death, those of one instant in commit order. */
export function inOrderOfDeath(dead: Iterable<Dead>): readonly Delivery[] {
  return [...dead].sort((a, b) => a.diedAt - b.diedAt || byCommit(a, b)).map((letter) => letter.delivery);
}

/** Orders by commit, and within a commit as it listed them. */
export function byCommit(
  a: { readonly delivery: Pick<Delivery, 'sequence'>; readonly order: number },
  b: { readonly delivery: Pick<Delivery, 'sequence'>; readonly order: number },
): number {
  return a.delivery.sequence - b.delivery.sequence || a.order - b.order;
}
