import type { Plan } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Journal } from '../model/journal.ts';
import { latestDeaths, recollection } from '../deliver/last-success.ts';

/** Since when a callback's feeds pause for a dead letter, worked out from the journal alone; undefined where they do not. */
export async function deadPause(plan: Plan, journal: Journal, key: string): Promise<Instant | undefined> {
  const keyOf = (feed: string): string | undefined => plan.feeds.get(feed)?.callback?.key;
  const death = latestDeaths(journal, keyOf).get(key);
  if (death === undefined) return undefined;
  const success = (await recollection(journal, keyOf)()).get(key);
  return success !== undefined && success >= death ? undefined : death;
}
