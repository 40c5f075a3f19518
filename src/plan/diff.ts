import type { Feed, Plan } from '../model/feed.ts';

/** Which aspect of a feed an edit moved. */
export type Aspect = 'identity' | 'request' | 'schedule' | 'routing' | 'reading';

/** What a new plan changes. */
export interface PlanDiff {
  readonly added: readonly Feed[];
  readonly changed: readonly { readonly feed: Feed; readonly aspects: readonly Aspect[] }[];
  readonly removed: readonly Feed[];
}

/** The difference between two plans; from the empty plan everything is added. */
export function diffPlans(before: Plan, after: Plan): PlanDiff {
  const added: Feed[] = [];
  const changed: { feed: Feed; aspects: readonly Aspect[] }[] = [];
  for (const feed of after.feeds.values()) {
    const former = before.feeds.get(feed.id);
    if (former === undefined) {
      added.push(feed);
      continue;
    }
    const aspects = movedAspects(former, feed);
    if (aspects.length > 0) changed.push({ feed, aspects });
  }
  const removed = [...before.feeds.values()].filter((feed) => !after.feeds.has(feed.id));
  return { added, changed, removed };
}

function movedAspects(former: Feed, feed: Feed): readonly Aspect[] {
  const aspects: Aspect[] = former.identity === feed.identity ? [] : ['identity'];
  for (const aspect of ['request', 'schedule', 'routing', 'reading'] as const) {
    if (former.aspects[aspect] !== feed.aspects[aspect]) aspects.push(aspect);
  }
  return aspects;
}
