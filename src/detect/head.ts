import type { CompareRule, FeedHead } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import { askableFrom } from './watermark.ts';

/** Clocks that differ by less agree: a `Date` is given to the second, and answers take their time. */
const AGREEING: Duration = 5_000;
/** A clock further behind than this is broken. */
const DAY: Duration = 86_400_000;

/** The head of a feed that begins now. */
export function newborn(feed: Feed, appliedAt: Instant): FeedHead {
  const since = feed.start === 'now' ? appliedAt : feed.start;
  return {
    feed: feed.id,
    identity: feed.identity,
    subject: feed.subject,
    birth: appliedAt,
    since,
    watermark: since === 'all' ? 0 : askableFrom(feed, since, undefined),
    looked: 'none',
    request: feed.aspects.request,
    rules: [feed.rule],
    noticed: [],
  };
}

/** What the first answer of a first look says about clocks. */
export interface FirstAnswer {
  /** Our clock when it was asked for. */
  readonly sentAt: Instant;
  /** How far the provider's clock was behind ours then; 0 where it does not say. */
  readonly behind: Duration;
  /** The newest updated date on its page. */
  readonly newest: Instant | undefined;
}

/**
 * A feed is born on our clock, but its records are dated on the provider's. Where that one was behind when the first look began, the feed's
 * beginning is told by it: else what changes until it has caught up would count as old. A clock that is more than a day behind, or behind
 * the provider's own records, is not believed. Where our own clock was ahead at the birth, the beginning is not later than now.
 */
export function onProvidersClock(head: FeedHead, feed: Feed, first: FirstAnswer): FeedHead {
  if (head.looked !== 'none' || feed.start !== 'now' || head.since !== head.birth) return head;
  const claimed = first.sentAt - first.behind;
  const belied = first.newest !== undefined && first.newest > claimed + AGREEING;
  const believed = first.behind > AGREEING && first.behind <= DAY && !belied;
  const since = Math.min(first.sentAt, believed ? head.birth - first.behind : head.birth);
  return since === head.birth ? head : { ...head, since, watermark: askableFrom(feed, since, undefined) };
}

/** The head with which an edited feed goes on: what an edit keeps is promise 11 of the contract. Undefined for another identity. */
export function adopt(head: FeedHead, feed: Feed): FeedHead | undefined {
  if (head.identity !== feed.identity) return undefined;
  const { successor: _reverted, ...rest } = head;
  let next: FeedHead = rest;
  if (head.request !== feed.aspects.request) {
    next = { ...next, request: feed.aspects.request, ...(head.looked === 'none' ? {} : { relearn: head.watermark }) };
  }
  const rule = head.rules.at(-1);
  if (rule === undefined || !sameRule(rule, feed.rule)) next = { ...next, rules: [...head.rules, feed.rule] };
  return next;
}

function sameRule(a: CompareRule, b: CompareRule): boolean {
  return (
    a.compare === b.compare &&
    a.records === b.records &&
    a.map === b.map &&
    (a.record ?? '') === (b.record ?? '') &&
    a.dropNulls === b.dropNulls &&
    a.ignoreFields.length === b.ignoreFields.length &&
    a.ignoreFields.every((path, index) => path === b.ignoreFields[index])
  );
}
