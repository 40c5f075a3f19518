import type { Feed, Plan } from '../model/feed.ts';

/**
 * The plan that may run: a broken instance keeps the feeds it had, instance and element as they were compiled together; everything else is as
 * the files say now.
 */
export function withLastGood(before: Plan, compiled: Plan, broken: ReadonlySet<string>): Plan {
  const feeds = new Map<string, Feed>();
  for (const feed of before.feeds.values()) if (broken.has(feed.instance)) feeds.set(feed.id, feed);
  for (const feed of compiled.feeds.values()) if (!broken.has(feed.instance)) feeds.set(feed.id, feed);
  return { feeds };
}
