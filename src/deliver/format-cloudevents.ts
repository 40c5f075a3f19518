import { writeExact } from '../language/exact-json.ts';
import type { Teller } from '../model/feed.ts';
import type { Json } from '../model/record.ts';
import { dateOf } from './event-date.ts';
import type { Format, Post } from './format.ts';

/** CloudEvents 1.0 in structured mode: one event a POST, whose data is the record. */
export const cloudEvents: Format = {
  contentType: 'application/cloudevents+json; charset=utf-8',
  mostEvents: 1,
  write: (teller, post) => writeExact(event(teller, post)),
};

/** Names of extension attributes are lower-case letters and digits only; their values are strings. */
function event(teller: Teller, { changes: [change], pollDate }: Post): Json {
  return {
    specversion: '1.0',
    id: change.id,
    source: `/elementd/${segment(teller.instance)}/${segment(teller.objectType)}`,
    type: `elementd.record.${change.kind.toLowerCase()}`,
    subject: allowed(change.recordId),
    time: new Date(dateOf(change, pollDate)).toISOString(),
    datacontenttype: 'application/json',
    instance: allowed(teller.instance),
    elementkey: allowed(teller.elementKey),
    objecttype: allowed(teller.objectType),
    polldate: new Date(pollDate).toISOString(),
    data: change.record,
  };
}

function segment(text: string): string {
  return encodeURIComponent(allowed(text));
}

/** A text as an attribute may hold it: control characters, halves of surrogate pairs and noncharacters become U+FFFD. */
function allowed(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\ufffd');
}
