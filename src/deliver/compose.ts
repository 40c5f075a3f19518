import { hashId } from '../language/identity.ts';
import type { Change } from '../model/change.ts';
import type { Teller } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { NewDelivery } from '../model/journal.ts';
import { cloudElements } from './format-cloud-elements.ts';
import type { Format } from './format.ts';

/** What is the same for all POSTs of one commit. */
export interface Occasion {
  /** The poll's start. */
  readonly pollDate: Instant;
  /** When the commit is made. */
  readonly at: Instant;
  /** The key of the callback; undefined where the events are only kept. */
  readonly callback: string | undefined;
}

const formats: Readonly<Record<Teller['format'], Format>> = { 'cloud-elements': cloudElements };

const mostEvents = 10;

/**
 * Puts changes of one feed, in their order, into POSTs of at most 10 events, in none of which a record stands twice. The same
 * arguments give the same bytes and ids.
 */
export function composeDeliveries(teller: Teller, changes: readonly Change[], facts: Occasion): readonly NewDelivery[] {
  const format = formats[teller.format];
  return group(changes).map((group) => compose(teller, format, group, facts));
}

function group(changes: readonly Change[]): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  const held = new Set<string>();
  let current: Change[] = [];
  for (const change of changes) {
    if (current.length === 0 || current.length === mostEvents || held.has(change.recordId)) {
      current = [];
      groups.push(current);
      held.clear();
    }
    current.push(change);
    held.add(change.recordId);
  }
  return groups;
}

function compose(teller: Teller, format: Format, changes: readonly Change[], facts: Occasion): NewDelivery {
  const id = `msg_${hashId('post', ...changes.map((change) => change.id))}`;
  return {
    id,
    feed: teller.feed,
    ...(facts.callback === undefined ? {} : { callback: facts.callback }),
    contentType: format.contentType,
    events: changes.map((change) => ({
      id: change.id,
      kind: change.kind,
      recordId: change.recordId,
      date: change.date ?? facts.pollDate,
    })),
    body: format.write(teller, { id, changes, pollDate: facts.pollDate, at: facts.at }),
    committedAt: facts.at,
  };
}
