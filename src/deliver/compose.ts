import { hashId } from '../language/identity.ts';
import type { Change } from '../model/change.ts';
import type { Teller } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { NewDelivery } from '../model/journal.ts';
import { cloudElements } from './format-cloud-elements.ts';
import { cloudEvents } from './format-cloudevents.ts';
import { standard } from './format-standard.ts';
import type { Format, Post } from './format.ts';

/** What is the same for all POSTs of one commit. */
export interface Occasion {
  /** The poll's start. */
  readonly pollDate: Instant;
  /** When the commit is made. */
  readonly at: Instant;
  /** The key of the callback; undefined where the events are only kept. */
  readonly callback: string | undefined;
}

const formats: Readonly<Record<Teller['format'], Format>> = {
  'cloud-elements': cloudElements,
  cloudevents: cloudEvents,
  standard,
};

/**
 * Puts changes of one feed, in their order, into POSTs of at most as many events as the format takes, in none of which a record stands
 * twice. The same arguments give the same bytes and ids.
 */
export function composeDeliveries(teller: Teller, changes: readonly Change[], facts: Occasion): readonly NewDelivery[] {
  const format = formats[teller.format];
  return group(changes, format.mostEvents).map((group) => compose(teller, format, group, facts));
}

function group(changes: readonly Change[], mostEvents: number): readonly Post['changes'][] {
  const groups: [Change, ...Change[]][] = [];
  const held = new Set<string>();
  let current: [Change, ...Change[]] | undefined;
  for (const change of changes) {
    if (current !== undefined && current.length < mostEvents && !held.has(change.recordId)) current.push(change);
    else {
      current = [change];
      groups.push(current);
      held.clear();
    }
    held.add(change.recordId);
  }
  return groups;
}

function compose(teller: Teller, format: Format, changes: Post['changes'], facts: Occasion): NewDelivery {
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
