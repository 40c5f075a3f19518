import { nearest } from '../language/nearest.ts';
import type { FeedHead } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Journal, ToldEvent } from '../model/journal.ts';
import type { Because } from '../detect/witness.ts';
import { nearId } from './near-id.ts';
import type { Seen, Sighting } from './sightings.ts';
import { absenceSays, differingFields, sightingSays, unseenSays } from './why-seen.ts';
import { iso, nextSays, notesOf, toldSays, unknownSays, type Ground } from './why-words.ts';

/** So many readings of the record are listed. */
const LISTED = 10;

/** A reading of the record, for people and machines. */
export interface SeenRecord {
  /** When its poll began. */
  readonly at: Instant;
  readonly because: Because;
  /** The updated date as it was read, or that of the deletion. */
  readonly date?: Instant;
  readonly event?: string;
  /** Ignored fields that differ from what an earlier reading of the same version showed. */
  readonly differs?: readonly string[];
  readonly says: string;
}

/** All that is known of one record of one feed. */
export interface Why {
  readonly at: Instant;
  readonly feed: string;
  readonly record: string;
  readonly state: 'no-feed' | 'no-record' | 'learned' | 'told' | 'deleted' | 'forgotten';
  /** What it comes to, in sentences; the answer first. */
  readonly says: readonly string[];
  /** The version that was told or learned last. */
  readonly version?: {
    readonly changes: number;
    readonly at: Instant;
    readonly date?: Instant;
    readonly deleted?: Instant;
  };
  /** What the feed stood at. */
  readonly head?: Pick<FeedHead, 'since' | 'watermark' | 'looked' | 'doubt' | 'relearn'> & {
    readonly compare: string;
    readonly ignoreFields: readonly string[];
  };
  /** Where the running daemon began to watch; absent where none runs. */
  readonly watching?: Instant;
  /** What its readings saw of the record, the newest first. */
  readonly readings: readonly SeenRecord[];
  /** What was told of it, the oldest first. */
  readonly events: readonly ToldEvent[];
  /** The id, or the feed, that was probably meant. */
  readonly nearest?: string;
  /** An id of the feed. */
  readonly example?: string;
}

/** What the answer is made of. */
export interface WhySource {
  readonly now: Instant;
  readonly journal: Journal;
  readonly planned: ReadonlyMap<string, Feed>;
  readonly seen: Seen;
  /** When the daemon that runs began; undefined where none does. */
  readonly watching: Instant | undefined;
}

/** Says what was last seen of a record, which version was told, when, and why a reading told nothing. */
export async function whyOf(id: string, record: string, source: WhySource): Promise<Why> {
  const { now, journal, planned, seen, watching } = source;
  const feed = planned.get(id);
  const asked = { at: now, feed: id, record, ...(watching === undefined ? {} : { watching }) };
  if (feed === undefined && journal.head(id) === undefined) {
    const names = [...new Set([...planned.keys(), ...journal.feeds()])];
    const near = nearest(id, names);
    const says = [`there is no feed "${id}"`, ...(near === undefined ? [] : [`did you mean "${near}"?`])];
    return {
      ...asked,
      state: 'no-feed',
      says,
      readings: [],
      events: [],
      ...(near === undefined ? {} : { nearest: near }),
    };
  }
  const state = await journal.load(id);
  const events = await journal.events({ feed: id, recordId: record });
  if (state === undefined) {
    const says = ['the feed has not begun, so nothing is remembered of it: it begins when the daemon runs'];
    return { ...asked, state: 'no-record', says, readings: [], events };
  }
  const { head, snapshot } = state;
  const told = snapshot.get(record);
  const ground: Ground = { now, record, feed, head, told, events, seen, watching, pollDelay: feed?.pollDelay ?? 0 };
  const rule = head.rules.at(-1);
  const readings = seen.sightings.slice(0, LISTED).map((sighting) => seenRecord(sighting, ground));
  const facts = {
    ...asked,
    readings,
    events,
    head: {
      since: head.since,
      watermark: head.watermark,
      looked: head.looked,
      ...(head.doubt === undefined ? {} : { doubt: head.doubt }),
      ...(head.relearn === undefined ? {} : { relearn: head.relearn }),
      compare: rule?.compare ?? 'both',
      ignoreFields: rule?.ignoreFields ?? [],
    },
  };
  const latest = readings[0];
  const lately =
    latest === undefined ? unseenSays(ground) : `read at ${iso(latest.at)}${datedAs(latest)}: ${latest.says}`;
  const notes = [lately, ...absenceSays(ground), ...notesOf(ground)];
  if (told === undefined) {
    const near = nearId(record, snapshot.keys());
    const [example] = snapshot.keys();
    return {
      ...facts,
      state: 'no-record',
      says: [...unknownSays(ground, near, example), ...notes],
      ...(near === undefined ? {} : { nearest: near }),
      ...(example === undefined ? {} : { example }),
    };
  }
  return {
    ...facts,
    state: told.gone ?? (told.n === 0 ? 'learned' : 'told'),
    says: [toldSays(ground, told), ...notes, ...nextSays(ground, told)],
    version: {
      changes: told.n,
      at: told.at,
      ...(told.date === undefined ? {} : { date: told.date }),
      ...(told.deleted === undefined ? {} : { deleted: told.deleted }),
    },
  };
}

function seenRecord(sighting: Sighting, ground: Ground): SeenRecord {
  const { reading, because, date, event } = sighting;
  const differs = differingFields(sighting, ground);
  return {
    at: reading.at,
    because,
    ...(date === undefined ? {} : { date }),
    ...(event === undefined ? {} : { event }),
    ...(differs.length === 0 ? {} : { differs }),
    says: sightingSays(sighting, ground, differs),
  };
}

function datedAs({ date, because }: SeenRecord): string {
  if (date === undefined) return '';
  return because.startsWith('row-') ? ` in the list of deletions, deleted ${iso(date)}` : ` with updated ${iso(date)}`;
}
