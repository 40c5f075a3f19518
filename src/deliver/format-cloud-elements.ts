import { hash } from 'node:crypto';
import { writeExact } from '../language/exact-json.ts';
import { hashNumber } from '../language/identity.ts';
import type { Teller } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Json } from '../model/record.ts';
import { dateOf } from './event-date.ts';
import type { Format, Post } from './format.ts';

/** The envelope of a Cloud Elements polling notification, with an id of its own in each event. */
export const cloudElements: Format = {
  contentType: 'application/json; charset=utf-8',
  mostEvents: 10,
  write: (teller, post) => writeExact(envelope(teller, post)),
};

function envelope(teller: Teller, post: Post): Json {
  return {
    severity: 'medium',
    createdDate: javaDate(post.at),
    topic: `instance-${teller.numericId}-${teller.elementKey}-events`,
    action: 'create',
    id: longOf(post.id),
    user: 'notifications@elementd',
    message: {
      elementKey: teller.elementKey,
      accountId: numberOf('account', teller),
      eventId: post.id,
      companyId: numberOf('company', teller),
      userId: numberOf('user', teller),
      instanceId: teller.numericId,
      instance_id: teller.numericId,
      instanceName: teller.instanceName,
      instanceTags: teller.tags,
      raw: raw(teller, post),
      events: events(teller, post),
    },
  };
}

/**
 * A resource may itself be called `objectType` or `pollDate`. Then the records keep the name, since they stand nowhere else, while both
 * of those facts stand in every event too.
 */
function raw(teller: Teller, post: Post): Json {
  const records = post.changes.map((change) => change.record);
  return { objectType: teller.objectType, pollDate: post.pollDate, [teller.objectType]: records };
}

function events(teller: Teller, post: Post): Json {
  const pollDate = isoSeconds(post.pollDate);
  return post.changes.map((change) => ({
    date: isoSeconds(dateOf(change, post.pollDate)),
    elementKey: teller.elementKey,
    pollDate,
    eventType: change.kind,
    hubKey: teller.hub,
    objectId: change.recordId,
    objectType: teller.objectType,
    eventId: change.id,
  }));
}

function isoSeconds(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** The form of java.util.Date.toString in UTC: `Mon Aug 20 15:30:07 UTC 2018`. */
function javaDate(instant: Instant): string {
  const [weekday = '', day, month, year, time] = new Date(instant).toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}

/** Fits a signed 32-bit integer and is never 0. */
function numberOf(what: string, teller: Teller): number {
  return hashNumber(`${what} ${teller.instance}`, 2 ** 31 - 1) + 1;
}

/** Digits that fit a signed 64-bit integer: receivers that know the original read the notification's id as one. */
function longOf(id: string): string {
  return String(hash('sha256', id, 'buffer').readBigUInt64BE() >> 1n);
}
