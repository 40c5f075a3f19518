import { writeExact } from '../language/exact-json.ts';
import type { Teller } from '../model/feed.ts';
import type { Json } from '../model/record.ts';
import { dateOf } from './event-date.ts';
import type { Format, Post } from './format.ts';

/** The payload that Standard Webhooks recommends: one event a POST, with its type, its time and its data. */
export const standard: Format = {
  contentType: 'application/json; charset=utf-8',
  mostEvents: 1,
  write: (teller, post) => writeExact(event(teller, post)),
};

function event(teller: Teller, { changes: [change], pollDate }: Post): Json {
  return {
    type: `record.${change.kind.toLowerCase()}`,
    timestamp: new Date(dateOf(change, pollDate)).toISOString(),
    data: {
      eventId: change.id,
      feed: teller.feed,
      instance: teller.instance,
      elementKey: teller.elementKey,
      objectType: teller.objectType,
      objectId: change.recordId,
      pollDate: new Date(pollDate).toISOString(),
      record: change.record,
    },
  };
}
