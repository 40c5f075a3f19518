import { Fault } from '../model/fault.ts';
import type { Duration } from '../model/instant.ts';
import type { Attempt, Commit, EventQuery, Journal, Keepsake, Settlement, ToldEvent } from '../model/journal.ts';
import type { Clock } from '../model/ports.ts';
import type { FeedMemory } from './feed-memory.ts';
import { readable, remember } from './feed-memory.ts';
import {
  attempted,
  deadOf,
  emptyOutbox,
  enter,
  indexed,
  isOpen,
  isOpenTo,
  pendingOf,
  renameFeed,
  settleIn,
} from './outbox.ts';
import { foreignHead, staleGeneration, unknownFeed } from './refusals.ts';
import type { Outcome } from './told-events.ts';
import { listEvents, openOutcomes } from './told-events.ts';

interface MemoryOptions {
  /** With `retention`: what tells how old a settlement is. Without it nothing is ever forgotten. */
  readonly clock?: Pick<Clock, 'now'>;
  readonly retention?: Duration;
}

interface Settled extends Outcome {
  readonly body: string;
}

/** A journal that lasts as long as the object does; `close` leaves it usable, so that a restart can be played with the same object. */
export function openMemoryJournal(options: MemoryOptions = {}): Journal {
  const memories = new Map<string, FeedMemory>();
  const outbox = emptyOutbox<string>();
  const settled = new Map<string, Settled>();
  let sequence = 0;

  const oldest = (): number =>
    options.clock === undefined || options.retention === undefined
      ? -Infinity
      : options.clock.now() - options.retention;

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
      commit.deliveries.forEach((fresh, order) => {
        const delivery = indexed(fresh, sequence, Buffer.byteLength(fresh.body));
        settled.delete(fresh.id);
        enter(outbox, { delivery, order, place: fresh.body });
      });
    },

    async settle(settlement: Settlement) {
      if (!isOpenTo(outbox, settlement)) return;
      const held = settleIn(outbox, settlement);
      if (held === undefined)
        throw new Fault('internal', `Delivery ${settlement.id} was open and could not be settled`);
      if (settlement.outcome === 'dead') return;
      settled.set(settlement.id, {
        delivery: held.delivery,
        order: held.order,
        state: settlement.outcome,
        settledAt: settlement.at,
        body: held.place,
      });
    },

    async attempt(attempt: Attempt) {
      const held = outbox.pending.get(attempt.id) ?? outbox.dead.get(attempt.id);
      if (held !== undefined) held.delivery = attempted(held.delivery, attempt);
    },

    pending: () => pendingOf(outbox),
    dead: () => deadOf(outbox),

    async body(id: string) {
      const open = outbox.pending.get(id) ?? outbox.dead.get(id);
      if (open !== undefined) return open.place;
      const done = settled.get(id);
      return done === undefined || (done.settledAt ?? 0) < oldest() ? undefined : done.body;
    },

    async events(query: EventQuery): Promise<readonly ToldEvent[]> {
      const since = oldest();
      const done = [...settled.values()].filter((one) => (one.settledAt ?? 0) >= since);
      return listEvents([...openOutcomes(outbox), ...done], query);
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
      renameFeed(outbox, from, head.feed);
      for (const [id, one] of settled) {
        if (one.delivery.feed !== from) continue;
        settled.set(id, { ...one, delivery: { ...one.delivery, feed: head.feed } });
      }
    },

    async *giveOut() {
      const open = [...outbox.pending.values(), ...outbox.dead.values()];
      const given = [...memories.values()].map(({ head, snapshot }) => ({ head, told: [...snapshot] }));
      for (const { head, told } of given) {
        yield { kind: 'feed', head };
        if (told.length > 0) yield { kind: 'told', told };
      }
      for (const { delivery, place, diedAt } of open) {
        const { sequence: _sequence, bytes: _bytes, ...kept } = delivery;
        yield { kind: 'delivery', delivery: kept, body: place, ...(diedAt === undefined ? {} : { diedAt }) };
      }
    },

    async takeIn(pieces) {
      const taken: Keepsake[] = [];
      for await (const piece of pieces) taken.push(piece);
      sequence += 1;
      let memory: FeedMemory | undefined;
      taken.forEach((piece, order) => {
        if (piece.kind === 'feed') {
          const { head } = piece;
          const generation = memories.get(head.feed)?.generation ?? 0;
          memory = remember(undefined, { head, generation, told: [] });
          memories.set(head.feed, memory);
        } else if (piece.kind === 'told') {
          if (memory !== undefined)
            remember(memory, { head: memory.head, generation: memory.generation, told: piece.told });
        } else {
          const { body, diedAt } = piece;
          const { id } = piece.delivery;
          if (isOpen(outbox, id)) return;
          settled.delete(id);
          const delivery = { ...piece.delivery, bytes: Buffer.byteLength(body), sequence };
          enter(outbox, { delivery, order, place: body });
          const says = delivery.lastSays ?? 'it was a dead letter where it came from';
          if (diedAt !== undefined) settleIn(outbox, { id, outcome: 'dead', at: diedAt, says });
        }
      });
    },

    async close() {},
  };
}
