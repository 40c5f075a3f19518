import type { Disk } from '../model/disk.ts';
import type { Instant } from '../model/instant.ts';
import type { Delivery, EventQuery, ToldEvent } from '../model/journal.ts';
import type { SettleEntry } from './entry.ts';
import { readFrames } from './frame.ts';
import type { LiveEntry } from './live-log.ts';
import { liveEntry } from './live-log.ts';
import { isOpen } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { fsckFirst } from './refusals.ts';
import type { Found } from './replaying.ts';
import type { Segment } from './segment.ts';
import { readBody, readSegment } from './segment.ts';
import type { Stored } from './stored.ts';
import { lairOf, storedIn } from './stored.ts';
import type { StoredReader } from './stored-reader.ts';
import type { Outcome } from './told-events.ts';
import { countAskedFor, listEvents } from './told-events.ts';
import type { Lair } from './waiting.ts';
import { listWaiting } from './waiting-events.ts';

/** A settled delivery, and where it lies. */
interface Past extends Outcome {
  readonly settledAt: Instant;
  readonly lair: Lair;
}

/** Where a settled delivery lies, and since when it is settled. */
type PastPlace = Pick<Past, 'lair' | 'order' | 'settledAt'> & { readonly feed: string };

/** What is known of deliveries that are done. */
export interface History {
  /** Events told, settled ones not before `since`; pending and dead ones of any age. */
  events(query: EventQuery, since: Instant): Promise<readonly ToldEvent[]>;
  /** The body of a delivery that was settled not before `since`, or undefined. */
  body(id: string, since: Instant): Promise<Buffer | undefined>;
  /** A delivery that was settled not before `since`, or undefined. */
  delivery(id: string, since: Instant): Promise<Delivery | undefined>;
  /** When something of each feed was delivered last, not before `since`. */
  lastDelivered(since: Instant): Promise<ReadonlyMap<string, Instant>>;
  /** Looks for settled deliveries in one reading; each is read when it is asked for, and undefined as in `body`. */
  find(ids: ReadonlySet<string>, since: Instant): Promise<(id: string) => Promise<Found | undefined>>;
}

interface Shelf {
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly reader: StoredReader;
}

/** Places kept from former readings: a body is asked for after its event was listed. */
const remembered = 20_000;

/**
 * Reads what is settled from the segments, newest first, as far back as a question needs. `note` hears, once for each segment, of damage
 * that makes lists shorter.
 */
export function openHistory({ disk, ledger, reader }: Shelf, note: (says: string) => void): History {
  const places = new Map<string, PastPlace>();
  const noted = new Set<number>();

  const noteDamage = (segment: Segment, at: number): void => {
    if (noted.has(segment.first)) return;
    noted.add(segment.first);
    note(
      `${segment.path} is damaged at byte ${at}: events that were told there or later in it are missing from lists (${fsckFirst})`,
    );
  };

  /** Forgets the one kept first. Readings go back in time, so that is one which the next reading finds soon. */
  const keep = (past: Past): void => {
    const { delivery } = past;
    places.delete(delivery.id);
    places.set(delivery.id, placeIn(past));
    if (places.size <= remembered) return;
    for (const first of places.keys()) {
      places.delete(first);
      break;
    }
  };

  /** Visits settled deliveries until the visitor of a finished segment has had enough. */
  const look = async (visit: (past: Past) => void, enough: (segment: Segment) => boolean): Promise<void> => {
    const seen: Seen = { settlements: new Map(), told: new Set(), names: new Map() };
    for (const segment of [...ledger.retired, ...ledger.live].reverse()) {
      for (const entry of (await entriesOf(disk, segment, noteDamage)).reverse()) {
        for (const past of pastOf(entry, seen)) {
          keep(past);
          visit(past);
        }
      }
      if (enough(segment)) return;
    }
  };

  const isThere = ({ lair, settledAt }: PastPlace, since: Instant): boolean =>
    settledAt >= since && (ledger.live.includes(lair.segment) || ledger.retired.includes(lair.segment));

  return {
    async events(query, since) {
      // What settles while this goes on was listed as pending first, or is met as settled.
      const asked: Outcome[] = await listWaiting({ disk, ledger, reader }, query);
      for (const { delivery, order, diedAt } of ledger.outbox.dead.values()) {
        const letter: Outcome = { delivery, order, state: 'dead', settledAt: diedAt };
        if (countAskedFor(letter, query) > 0) asked.push(letter);
      }
      const listed = new Set(asked.map(({ delivery }) => delivery.id));
      const missing = new Set(query.ids);
      for (const outcome of asked) forget(missing, outcome);
      const complete = (): boolean => query.ids !== undefined && missing.size === 0;
      if (complete()) return listEvents(asked, query);
      await look(
        (past) => {
          const { id } = past.delivery;
          if (past.settledAt < since || listed.has(id) || isOpen(ledger.outbox, id)) return;
          if (countAskedFor(past, query) === 0) return;
          asked.push(past);
          forget(missing, past);
        },
        // Copies lie in younger segments than their commit; what was committed in this one or later has been seen whole.
        (segment) => complete() || (query.limit !== undefined && newerThan(asked, segment.first, query) >= query.limit),
      );
      return listEvents(asked, query);
    },

    async body(id, since) {
      if (!places.has(id)) {
        let found = false;
        await look(
          (past) => {
            found ||= past.delivery.id === id;
          },
          () => found,
        );
      }
      const past = places.get(id);
      return past !== undefined && isThere(past, since) ? readBody(disk, past.lair) : undefined;
    },

    async delivery(id, since) {
      const found = await (await this.find(new Set([id]), since))(id);
      return found === undefined ? undefined : { ...found.delivery, feed: found.feedNow() };
    },

    async lastDelivered(since) {
      const latest = new Map<string, Instant>();
      await look(
        ({ delivery, state, settledAt }) => {
          if (state !== 'delivered' || settledAt < since || isOpen(ledger.outbox, delivery.id)) return;
          latest.set(delivery.feed, Math.max(settledAt, latest.get(delivery.feed) ?? settledAt));
        },
        () => false,
      );
      return latest;
    },

    async find(ids, since) {
      const found = new Map<string, PastPlace>();
      const { moves } = ledger.staged;
      const known = moves.length;
      await look(
        (past) => {
          if (ids.has(past.delivery.id)) found.set(past.delivery.id, placeIn(past));
        },
        () => found.size === ids.size,
      );
      return async (id) => {
        const past = found.get(id);
        if (past === undefined || !isThere(past, since)) return undefined;
        const { delivery } = await reader.read(past.lair, { id, order: past.order });
        const body = await readBody(disk, past.lair);
        const feedNow = (): string => moves.slice(known).reduce((feed, { from, to }) => (feed === from ? to : feed), past.feed); // prettier-ignore
        return { delivery, order: past.order, body, feedNow };
      };
    },
  };
}

function placeIn({ delivery, lair, order, settledAt }: Past): PastPlace {
  return { lair, order, settledAt, feed: delivery.feed };
}

/** Takes the ids that a delivery answers for out of those that are looked for. */
function forget(missing: Set<string>, { delivery }: Outcome): void {
  if (missing.size === 0) return;
  missing.delete(delivery.id);
  for (const event of delivery.events) missing.delete(event.id);
}

/** What a segment says, in order; nothing where it was removed meanwhile. */
async function entriesOf(
  disk: Disk,
  segment: Segment,
  damaged: (segment: Segment, at: number) => void,
): Promise<LiveEntry[]> {
  const bytes = await readSegment(disk, segment);
  const entries: LiveEntry[] = [];
  if (bytes === undefined) return entries;
  const { end } = readFrames(bytes, segment.first, (frame) => entries.push(liveEntry(segment, frame)));
  if (end < bytes.length) damaged(segment, end);
  return entries;
}

/** What a reading back in time has met so far. */
interface Seen {
  /** Settlements whose delivery lies further back. */
  readonly settlements: Map<string, SettleEntry>;
  /** Deliveries that were met: what lies further back about them is older. */
  readonly told: Set<string>;
  /** Feeds that were moved later in the log, and what they are named since. */
  readonly names: Map<string, string>;
}

/** The deliveries of an entry whose settlement was met before, that is later in the log. The last settlement of a delivery counts. */
function* pastOf(at: LiveEntry, seen: Seen): Iterable<Past> {
  const { entry } = at;
  if (entry.kind === 'settle') {
    const { id } = entry.settlement;
    if (!seen.told.has(id) && !seen.settlements.has(id)) seen.settlements.set(id, entry);
  }
  if (entry.kind === 'amend' && entry.moved !== undefined) {
    const { from, to } = entry.moved;
    seen.names.set(from, seen.names.get(to) ?? to);
  }
  for (const stored of storedIn(at)) {
    const settled = seen.settlements.get(stored.delivery.id);
    if (settled === undefined) continue;
    seen.settlements.delete(stored.delivery.id);
    seen.told.add(stored.delivery.id);
    const feed = seen.names.get(stored.delivery.feed) ?? stored.delivery.feed;
    yield pastFrom({ ...stored, delivery: { ...stored.delivery, feed } }, settled, lairOf(at, stored));
  }
}

function pastFrom({ delivery, order }: Stored, { settlement, attempts, lastSays }: SettleEntry, lair: Lair): Past {
  const says = settlement.outcome === 'dead' ? settlement.says : lastSays;
  const { lastSays: _former, ...rest } = delivery;
  return {
    delivery: { ...rest, attempts, ...(says === undefined ? {} : { lastSays: says }) },
    order,
    state: settlement.outcome,
    settledAt: settlement.at,
    lair,
  };
}

function newerThan(outcomes: readonly Outcome[], first: number, query: EventQuery): number {
  let count = 0;
  for (const outcome of outcomes) if (outcome.delivery.sequence >= first) count += countAskedFor(outcome, query);
  return count;
}
