import type { Instant } from '../model/instant.ts';
import type { Delivery, Journal } from '../model/journal.ts';

/** When something was last delivered to each callback, as far back as the journal keeps events; reads all of them. */
async function lastSuccesses(
  journal: Journal,
  keyOf: (feed: string) => string | undefined,
): Promise<ReadonlyMap<string, Instant>> {
  const latest = new Map<string, Instant>();
  for (const [feed, at] of await journal.lastDelivered()) {
    const key = keyOf(feed);
    if (key !== undefined) latest.set(key, Math.max(at, latest.get(key) ?? at));
  }
  return latest;
}

/** For each callback with dead letters, the latest first attempt among them: only a later success shows that it works. */
export function latestDeaths(
  journal: Journal,
  keyOf: (feed: string) => string | undefined,
): ReadonlyMap<string, Instant> {
  const latest = new Map<string, Instant>();
  for (const dead of journal.dead()) {
    const key = keyOf(dead.feed);
    if (key === undefined) continue;
    const first = dead.firstAttemptAt ?? dead.committedAt;
    latest.set(key, Math.max(first, latest.get(key) ?? first));
  }
  return latest;
}

/** Reads `lastSuccesses` once and gives it whenever it is asked for. */
export function recollection(
  journal: Journal,
  keyOf: (feed: string) => string | undefined,
): () => Promise<ReadonlyMap<string, Instant>> {
  let read: ReturnType<typeof lastSuccesses> | undefined;
  return () => (read ??= lastSuccesses(journal, keyOf));
}

/** The dead letter of a callback that died first. */
export function oldestDead(
  journal: Journal,
  keyOf: (feed: string) => string | undefined,
  key: string,
): Delivery | undefined {
  for (const dead of journal.dead()) if (keyOf(dead.feed) === key) return dead;
  return undefined;
}
