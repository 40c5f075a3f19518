import type { Duration, Instant } from '../model/instant.ts';
import type { Commit, Delivery, EventQuery, Journal, Keepsake, PendingQuery, ToldEvent } from '../model/journal.ts';
import type { Clock } from '../model/ports.ts';
import { Backlogs } from './backlogs.ts';
import { commitEntry } from './entry.ts';
import type { FeedMemory } from './feed-memory.ts';
import { readable, remember } from './feed-memory.ts';
import type { Dead } from './outbox.ts';
import { attempted, died, endsDead, inOrderOfDeath, replayed } from './outbox.ts';
import { foreignHead, staleGeneration, unknownFeed } from './refusals.ts';
import { committed, headOf } from './stored.ts';
import type { Outcome } from './told-events.ts';
import { listEvents } from './told-events.ts';

interface MemoryOptions {
  /** With `retention`: what tells how old a settlement is. Without it nothing is ever forgotten. */
  readonly clock?: Pick<Clock, 'now'>;
  readonly retention?: Duration;
}

interface Kept {
  readonly delivery: Delivery;
  readonly order: number;
  readonly body: string;
}

/** A journal that lasts as long as the object does; `close` leaves it usable, so that a restart can be played with the same object. */
export function openMemoryJournal(options: MemoryOptions = {}): Journal {
  const memories = new Map<string, FeedMemory>();
  /** In commit order. */
  const pending = new Map<string, Kept>();
  const dead = new Map<string, Kept & Dead>();
  const settled = new Map<string, Kept & Outcome & { readonly settledAt: number }>();
  const backlogs = new Backlogs();
  let sequence = 0;

  const oldest = (): number =>
    options.clock === undefined || options.retention === undefined
      ? -Infinity
      : options.clock.now() - options.retention;

  const enter = (kept: Kept): void => {
    pending.set(kept.delivery.id, kept);
    backlogs.add(kept.delivery, kept.delivery.events.length, kept.delivery.bytes);
  };

  const rename = <One extends Kept>(all: Map<string, One>, from: string, feed: string): void => {
    for (const [id, one] of all) {
      if (one.delivery.feed === from) all.set(id, { ...one, delivery: { ...one.delivery, feed } });
    }
  };

  const past = (id: string): Kept | undefined => {
    const done = settled.get(id);
    return done === undefined || done.settledAt < oldest() ? undefined : done;
  };

  return {
    feeds: () => [...memories.keys()].sort(),

    head: (feed) => memories.get(feed)?.head,

    async load(feed) {
      const memory = memories.get(feed);
      return memory === undefined ? undefined : readable(memory);
    },

    async commit(commit: Commit) {
      if (commit.head.feed !== commit.feed) throw foreignHead(commit.feed, commit.head.feed);
      const memory = memories.get(commit.feed);
      const generation = memory?.generation ?? 0;
      if (commit.generation !== generation) throw staleGeneration(commit.feed, commit.generation, generation);
      sequence += 1;
      memories.set(commit.feed, remember(memory, commit));
      const { entry } = commitEntry(commit);
      for (const [order, { id, body }] of commit.deliveries.entries()) {
        const fresh = entry.deliveries[order];
        if (fresh === undefined || pending.has(id) || dead.has(id)) continue;
        settled.delete(id);
        enter({ delivery: committed(fresh, sequence, order).delivery, order, body });
      }
    },

    async settle(settlement) {
      const { id, at } = settlement;
      const waiting = pending.get(id);
      const kept = waiting ?? (endsDead(settlement) ? dead.get(id) : undefined);
      if (kept === undefined) return false;
      pending.delete(id);
      dead.delete(id);
      const { delivery, order, body } = kept;
      if (waiting !== undefined) backlogs.remove(delivery, delivery.events.length, delivery.bytes);
      if (settlement.outcome === 'dead') dead.set(id, { ...died(kept, at, settlement.says), body });
      else settled.set(id, { delivery, order, body, state: settlement.outcome, settledAt: at });
      return true;
    },

    async attempt(attempt) {
      const waiting = pending.get(attempt.id);
      const letter = dead.get(attempt.id);
      if (waiting !== undefined) {
        pending.set(attempt.id, { ...waiting, delivery: attempted(waiting.delivery, attempt) });
      } else if (letter !== undefined) {
        dead.set(attempt.id, { ...letter, delivery: attempted(letter.delivery, attempt) });
      }
    },

    async replay(replays) {
      const done: string[] = [];
      for (const { id, callback } of replays) {
        const kept = dead.get(id) ?? past(id);
        if (kept === undefined || pending.has(id)) continue;
        dead.delete(id);
        settled.delete(id);
        sequence += 1;
        enter({ ...kept, delivery: { ...replayed(kept.delivery, callback), sequence } });
        done.push(id);
      }
      return done;
    },

    *pending({ after, where }: PendingQuery = {}) {
      for (const kept of pending.values()) {
        const { sequence: at } = kept.delivery;
        if (after !== undefined && (at < after.sequence || (at === after.sequence && kept.order <= after.order)))
          continue;
        if (where === undefined || where(kept.delivery)) yield headOf(kept);
      }
    },

    backlog: () => backlogs.byFeed,

    dead: () => inOrderOfDeath(dead.values()),

    delivery: async (id) => (pending.get(id) ?? dead.get(id))?.delivery,

    body: async (id) => (pending.get(id) ?? dead.get(id) ?? past(id))?.body,

    async events(query: EventQuery): Promise<readonly ToldEvent[]> {
      const outcomes: Outcome[] = [...settled.values()].filter((one) => one.settledAt >= oldest());
      for (const { delivery, order } of pending.values()) outcomes.push({ delivery, order, state: 'pending' });
      for (const { diedAt, ...letter } of dead.values()) outcomes.push({ ...letter, state: 'dead', settledAt: diedAt });
      return listEvents(outcomes, query);
    },

    async lastDelivered() {
      const latest = new Map<string, Instant>();
      for (const { delivery, state, settledAt } of settled.values()) {
        if (state !== 'delivered' || settledAt < oldest()) continue;
        latest.set(delivery.feed, Math.max(settledAt, latest.get(delivery.feed) ?? settledAt));
      }
      return latest;
    },

    async forget(feed) {
      memories.delete(feed);
    },

    async move(from, head) {
      const memory = memories.get(from);
      if (memory === undefined || from === head.feed) throw unknownFeed(from);
      const generation = (memories.get(head.feed)?.generation ?? 0) + 1;
      memories.delete(from);
      memories.set(head.feed, Object.assign(memory, { head, generation }));
      for (const { delivery } of pending.values()) {
        if (delivery.feed !== from) continue;
        backlogs.remove(delivery, delivery.events.length, delivery.bytes);
        backlogs.add({ ...delivery, feed: head.feed }, delivery.events.length, delivery.bytes);
      }
      rename(pending, from, head.feed);
      rename(dead, from, head.feed);
      rename(settled, from, head.feed);
    },

    async *giveOut() {
      const open = [...pending.values(), ...dead.values()];
      const given = [...memories.values()].map(({ head, snapshot }) => ({ head, told: [...snapshot] }));
      for (const { head, told } of given) {
        yield { kind: 'feed', head };
        if (told.length > 0) yield { kind: 'told', told };
      }
      for (const { delivery, body } of open) {
        const { sequence: _sequence, bytes: _bytes, ...kept } = delivery;
        const letter = dead.get(delivery.id);
        yield { kind: 'delivery', delivery: kept, body, ...(letter === undefined ? {} : { diedAt: letter.diedAt }) };
      }
    },

    async takeIn(pieces) {
      const taken: Keepsake[] = [];
      for await (const piece of pieces) taken.push(piece);
      sequence += 1;
      let memory: FeedMemory | undefined;
      for (const [order, piece] of taken.entries()) {
        if (piece.kind === 'feed') {
          const { head } = piece;
          const generation = memories.get(head.feed)?.generation ?? 0;
          memory = remember(undefined, { head, generation, told: [] });
          memories.set(head.feed, memory);
        } else if (piece.kind === 'told') {
          const { told } = piece;
          if (memory !== undefined) remember(memory, { head: memory.head, generation: memory.generation, told });
        } else {
          const { body, diedAt } = piece;
          const { id } = piece.delivery;
          if (pending.has(id) || dead.has(id)) continue;
          settled.delete(id);
          const kept = { delivery: { ...piece.delivery, bytes: Buffer.byteLength(body), sequence }, order, body };
          const says = kept.delivery.lastSays ?? 'it was a dead letter where it came from';
          if (diedAt === undefined) enter(kept);
          else dead.set(id, { ...died(kept, diedAt, says), body });
        }
      }
    },

    async close() {},
  };
}
