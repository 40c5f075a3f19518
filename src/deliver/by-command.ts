import type { Instant } from '../model/instant.ts';
import type { EventQuery, Journal, ToldEvent } from '../model/journal.ts';

/** Which POSTs a command is about: by name, or else by what is known of them. */
export interface Selection {
  /** Of POSTs, or of events in them. With these nothing else counts. */
  readonly ids?: readonly string[];
  readonly feed?: string;
  /** Committed then or later. */
  readonly since?: Instant;
  readonly state?: ToldEvent['state'];
}

/** A POST that a command is about. */
export interface Chosen {
  /** Its `webhook-id`. */
  readonly delivery: string;
  readonly feed: string;
  /** Ids of its events. */
  readonly events: readonly string[];
  /** What it was until then. */
  readonly was: ToldEvent['state'];
}

/** What a command came to. */
export interface Amended {
  readonly done: readonly Chosen[];
  /** What it cannot be done to, and why. */
  readonly refused: readonly (Chosen & { readonly says: string })[];
  /** Ids that name nothing: then nothing was done at all. */
  readonly unknown: readonly string[];
}

const replayable: ReadonlySet<string> = new Set<ToldEvent['state']>(['delivered', 'kept', 'dead']);

/**
 * Makes POSTs pending again, durably: those named, also dropped ones, or else all that are asked for and were delivered, kept or given up.
 * Resolves when that is on the disk; nothing is sent by it. Rejects with a Fault of the journal.
 */
export async function replayByCommand(
  selection: Selection,
  journal: Journal,
  keyOf: (feed: string) => string | undefined,
): Promise<Amended> {
  const { chosen, unknown } = await choose(selection, journal);
  if (unknown.length > 0) return { done: [], refused: [], unknown };
  const asked = chosen.filter(
    ({ was }) => selection.ids !== undefined || selection.state === was || replayable.has(was),
  );
  const refused: Amended['refused'][number][] = [];
  const able = new Map<string, Chosen>();
  for (const one of asked) {
    if (one.was === 'pending') refused.push({ ...one, says: 'it waits to be delivered already' });
    else if (keyOf(one.feed) === undefined) refused.push({ ...one, says: 'its feed has no callback now' });
    else able.set(one.delivery, one);
  }
  const replays = [...able.values()].map(({ delivery, feed }) => ({ id: delivery, callback: keyOf(feed) ?? '' }));
  const done = await journal.replay(replays);
  const isDone = new Set(done);
  for (const one of able.values()) {
    if (!isDone.has(one.delivery)) refused.push({ ...one, says: 'what it held is not kept any more' });
  }
  return { done: [...able.values()].filter(({ delivery }) => isDone.has(delivery)), refused, unknown };
}

/** POSTs that are dropped together share a sync. */
const together = 64;

/**
 * Gives POSTs up, durably: those named, pending or dead, or else all dead letters that are asked for. Rejects with a Fault of the journal.
 */
export async function dropByCommand(selection: Selection, journal: Journal, at: Instant): Promise<Amended> {
  const { chosen, unknown } = await choose(
    selection.ids === undefined ? { ...selection, state: 'dead' } : selection,
    journal,
  );
  if (unknown.length > 0) return { done: [], refused: [], unknown };
  const done: Chosen[] = [];
  const refused: Amended['refused'][number][] = [];
  for (let from = 0; from < chosen.length; from += together) {
    const part = chosen.slice(from, from + together);
    const ends = await Promise.all(
      part.map(({ delivery }) => journal.settle({ id: delivery, outcome: 'dropped', at })),
    );
    for (const [index, one] of part.entries()) {
      if (ends[index] === true) done.push(one);
      else refused.push({ ...one, says: one.was === 'dropped' ? 'it was dropped before' : 'it is delivered already' });
    }
  }
  return { done, refused, unknown };
}

async function choose(
  { ids, feed, since, state }: Selection,
  journal: Journal,
): Promise<{ readonly chosen: readonly Chosen[]; readonly unknown: readonly string[] }> {
  const query: EventQuery =
    ids !== undefined
      ? { ids: await namesOf(ids, journal) }
      : {
          ...(feed === undefined ? {} : { feed }),
          ...(since === undefined ? {} : { since }),
          ...(state === undefined ? {} : { state }),
        };
  const chosen = new Map<string, Chosen & { readonly events: string[] }>();
  for (const { delivery, feed, id, state } of await journal.events(query)) {
    const one = chosen.get(delivery);
    if (one === undefined) chosen.set(delivery, { delivery, feed, events: [id], was: state });
    else one.events.push(id);
  }
  const known = new Set([...chosen.values()].flatMap(({ delivery, events }) => [delivery, ...events]));
  return { chosen: [...chosen.values()], unknown: (ids ?? []).filter((id) => !known.has(id)) };
}

/** The ids and those of the POSTs they belong to, so that each POST is chosen with all its events. */
async function namesOf(ids: readonly string[], journal: Journal): Promise<readonly string[]> {
  return [...new Set([...ids, ...(await journal.events({ ids })).map(({ delivery }) => delivery)])];
}
