import type { Disk } from '../model/disk.ts';
import type { Instant } from '../model/instant.ts';
import type { EventQuery, ToldEvent } from '../model/journal.ts';
import type { BodyPlace, SettleEntry } from './entry.ts';
import { readFrames } from './frame.ts';
import type { LiveEntry } from './live-log.ts';
import { liveEntry } from './live-log.ts';
import { indexed } from './outbox.ts';
import type { Ledger } from './recovery.ts';
import { fsckFirst } from './refusals.ts';
import type { Place, Segment } from './segment.ts';
import { placeOf, readBody, readSegment } from './segment.ts';
import type { Outcome } from './told-events.ts';
import { countAskedFor, isAskedFor, listEvents, openOutcomes } from './told-events.ts';

/** A settled delivery, and where its body lies. */
interface Past extends Outcome {
  readonly settledAt: Instant;
  readonly place: Place;
}

/** What is known of deliveries that are done. */
export interface History {
  /** Events told, settled ones not before `since`; pending and dead ones of any age. */
  events(query: EventQuery, since: Instant): Promise<readonly ToldEvent[]>;
  /** The body of a delivery that was settled not before `since`, or undefined. */
  body(id: string, since: Instant): Promise<Buffer | undefined>;
}

/** Places kept from former readings: a replay asks for the bodies of what was just listed. */
const remembered = 20_000;

/**
 * Reads what is settled from the segments, newest first, as far back as a question needs. `note` hears, once for each segment, of damage
 * that makes lists shorter.
 */
export function openHistory(disk: Disk, ledger: Ledger, note: (says: string) => void): History {
  const places = new Map<string, Pick<Past, 'place' | 'settledAt'>>();
  const noted = new Set<number>();

  const noteDamage = (segment: Segment, at: number): void => {
    if (noted.has(segment.first)) return;
    noted.add(segment.first);
    note(
      `${segment.path} is damaged at byte ${at}: events that were told there or later in it are missing from lists (${fsckFirst})`,
    );
  };

  /** Forgets the one kept first. Readings go back in time, so that is one which the next reading finds soon. */
  const keep = ({ delivery, place, settledAt }: Past): void => {
    places.delete(delivery.id);
    places.set(delivery.id, { place, settledAt });
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

  return {
    async events(query, since) {
      const open = [...openOutcomes(ledger.outbox)];
      const openIds = new Set(open.map((outcome) => outcome.delivery.id));
      const asked: Outcome[] = open.filter((outcome) => isAskedFor(outcome, query));
      await look(
        (past) => {
          if (past.settledAt < since || openIds.has(past.delivery.id)) return;
          if (isAskedFor(past, query)) asked.push(past);
        },
        // Copies lie in younger segments than their commit; what was committed in this one or later has been seen whole.
        (segment) => query.limit !== undefined && newerThan(asked, segment.first, query) >= query.limit,
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
      if (past === undefined || past.settledAt < since) return undefined;
      const kept = ledger.live.includes(past.place.segment) || ledger.retired.includes(past.place.segment);
      return kept ? readBody(disk, past.place) : undefined;
    },
  };
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
  const { entry, segment } = at;
  switch (entry.kind) {
    case 'settle': {
      const { id } = entry.settlement;
      if (!seen.told.has(id) && !seen.settlements.has(id)) seen.settlements.set(id, entry);
      if (entry.copy === undefined) return;
      yield* settledPast(entry.copy, segment, at.bodiesAt, seen);
      return;
    }
    case 'amend': {
      const { moved } = entry;
      if (moved !== undefined) seen.names.set(moved.from, seen.names.get(moved.to) ?? moved.to);
      return;
    }
    case 'stage':
      if (entry.copy !== undefined) yield* settledPast(entry.copy, segment, at.bodiesAt, seen);
      return;
    case 'carry':
      yield* settledPast(entry.copy, segment, at.bodiesAt, seen);
      return;
    case 'commit':
      for (const [order, fresh] of entry.deliveries.entries()) {
        const delivery = indexed(fresh, at.sequence, fresh.length);
        yield* settledPast({ delivery, order, ...fresh }, segment, at.bodiesAt, seen);
      }
  }
}

function* settledPast(
  copy: BodyPlace & Pick<Past, 'delivery' | 'order'>,
  segment: Segment,
  bodiesAt: number,
  seen: Seen,
): Iterable<Past> {
  const settled = seen.settlements.get(copy.delivery.id);
  if (settled === undefined) return;
  seen.settlements.delete(copy.delivery.id);
  seen.told.add(copy.delivery.id);
  const { settlement, attempts } = settled;
  const lastSays = settlement.outcome === 'dead' ? settlement.says : settled.lastSays;
  const { lastSays: _former, ...delivery } = copy.delivery;
  yield {
    delivery: {
      ...delivery,
      feed: seen.names.get(delivery.feed) ?? delivery.feed,
      attempts,
      ...(lastSays === undefined ? {} : { lastSays }),
    },
    order: copy.order,
    state: settlement.outcome,
    settledAt: settlement.at,
    place: placeOf(segment, bodiesAt, copy),
  };
}

function newerThan(outcomes: readonly Outcome[], first: number, query: EventQuery): number {
  let count = 0;
  for (const outcome of outcomes) if (outcome.delivery.sequence >= first) count += countAskedFor(outcome, query);
  return count;
}
