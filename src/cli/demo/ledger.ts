import type { Duration, Instant } from '../../model/instant.ts';
import type { CampaignChange } from './campaign-story.ts';
import type { ReceivedEvent } from './receiver.ts';

/** How the two ends of the demo compare. */
export interface Balance {
  readonly made: number;
  readonly told: number;
  /** Made, then made again before a poll could see it: told with the later change. */
  readonly merged: number;
  readonly missing: number;
  /** Told although nothing of the kind was made. */
  readonly invented: number;
  /** From the change to the event. */
  readonly usualDelay: Duration;
  readonly longestDelay: Duration;
}

/** Holds what was done at the provider against what the receiver was told. */
export interface Ledger {
  made(change: CampaignChange): void;
  /** False where this very event was told before: delivery is at least once. */
  told(event: ReceivedEvent): boolean;
  balance(): Balance;
  /** Resolves once nothing is missing. */
  even(): Promise<void>;
}

/** Opens an empty ledger. */
export function openLedger(): Ledger {
  const open = new Map<string, { readonly at: Instant; readonly kind: string }[]>();
  const seen = new Set<string>();
  const delays: Duration[] = [];
  const counts = { made: 0, merged: 0, invented: 0 };
  const waiting = new Set<() => void>();

  const missing = (): number => [...open.values()].reduce((sum, changes) => sum + changes.length, 0);
  return {
    made({ campaign, at, kind }) {
      counts.made++;
      const changes = open.get(campaign) ?? [];
      changes.push({ at, kind });
      open.set(campaign, changes);
    },
    told({ eventId, objectId, eventType, changedAt, receivedAt }) {
      if (seen.has(eventId)) return false;
      seen.add(eventId);
      const changes = open.get(objectId) ?? [];
      const index = changes.findIndex(({ at }) => at === changedAt);
      const kinds = changes.slice(0, index + 1).map(({ kind }) => kind);
      // A campaign that was created and edited before anybody looked is told as created.
      if (index === -1 || kinds[0] !== eventType) counts.invented++;
      if (index >= 0) {
        counts.merged += index;
        delays.push(receivedAt - changedAt);
        changes.splice(0, index + 1);
      }
      if (missing() === 0) for (const wake of waiting) wake();
      return true;
    },
    balance() {
      const sorted = [...delays].sort((a, b) => a - b);
      const { made, merged, invented } = counts;
      return {
        made,
        told: delays.length,
        merged,
        missing: missing(),
        invented,
        usualDelay: sorted[Math.floor(sorted.length / 2)] ?? 0,
        longestDelay: sorted.at(-1) ?? 0,
      };
    },
    even: () =>
      new Promise((resolve) => {
        if (missing() === 0) resolve();
        else waiting.add(resolve);
      }),
  };
}
