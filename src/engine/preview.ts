import type { Accounts } from '../model/account.ts';
import type { FeedHead } from '../model/change.ts';
import type { Feed, Grant, Plan } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { HttpRequest } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { hashNumber } from '../language/identity.ts';
import { printDuration } from '../language/duration.ts';
import { nextSlot } from '../schedule/slots.ts';

/** A request as it may be shown: secrets by their labels. */
export interface PreviewRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What would be polled. */
export interface FeedPreview {
  readonly feed: string;
  readonly element: string;
  readonly instance: string;
  readonly schedule:
    | { readonly every: string; readonly next: string }
    | { readonly cron: string; readonly timezone: string; readonly next: string };
  readonly watermark: string;
  /** The configured url with its words filled in, as written. */
  readonly url: string;
  /** What the provider gets in a regular poll. */
  readonly request: PreviewRequest;
  /** Where the first look reads everything: what it asks. */
  readonly baseline?: { readonly request: PreviewRequest };
  /** Where deletions are listed: what is asked in a regular poll. */
  readonly deletes?: { readonly request: PreviewRequest };
  readonly callback?: string;
}

/** The world of a dry run: nothing in it sends or writes. */
export interface PreviewPorts {
  readonly accounts: Accounts;
  readonly vault: Vault;
  /** What is remembered of feeds, read without touching it. */
  readonly heads: ReadonlyMap<string, FeedHead>;
}

/** What a plan would poll at an instant. A feed with state shows its watermark; one without, the instant. */
export async function previewPlan(plan: Plan, at: Instant, ports: PreviewPorts): Promise<readonly FeedPreview[]> {
  const previews: FeedPreview[] = [];
  for (const feed of plan.feeds.values()) {
    const account = await ports.accounts.grant(feed.account);
    const grant: Grant = account.ok ? account.grant : { headers: {}, query: [], token: {} };
    previews.push(previewFeed(feed, at, grant, ports));
  }
  return previews;
}

function previewFeed(feed: Feed, at: Instant, grant: Grant, ports: PreviewPorts): FeedPreview {
  const remembered = ports.heads.get(feed.id);
  const head = remembered?.identity === feed.identity ? remembered : undefined;
  const watermark = head?.watermark ?? at;
  const looksAtAll = feed.baseline && (head === undefined || head.looked === 'none');
  const shown = (request: HttpRequest): PreviewRequest => ({
    method: request.method,
    url: request.url,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const ask = (from: Instant | undefined): PreviewRequest =>
    shown(feed.request.first({ watermark: from, now: at }, grant, ports.vault));
  return {
    feed: feed.id,
    element: feed.elementKey,
    instance: feed.instance,
    schedule: previewSchedule(feed, at),
    watermark: new Date(watermark).toISOString(),
    url: feed.request.configured({ watermark, now: at }),
    request: ask(watermark),
    ...(looksAtAll ? { baseline: { request: ask(undefined) } } : {}),
    ...(feed.deletes.by === 'feed'
      ? {
          deletes: {
            request: shown(feed.deletes.listing.request.first({ watermark, now: at }, grant, ports.vault)),
          },
        }
      : {}),
    ...(feed.callback === undefined ? {} : { callback: feed.callback.key }),
  };
}

function previewSchedule(feed: Feed, at: Instant): FeedPreview['schedule'] {
  const { schedule } = feed;
  const next = new Date(nextSlot(schedule, phaseOf(feed), at)).toISOString();
  if ('every' in schedule) return { every: printDuration(schedule.every), next };
  return { cron: schedule.cron, timezone: schedule.zone, next };
}

/** Where a feed's slots lie in absolute time: a hash, so that restarts do not stampede. */
export function phaseOf(feed: Feed): number {
  return 'every' in feed.schedule ? hashNumber(`phase ${feed.id}`, Math.max(1, Math.floor(feed.schedule.every))) : 0;
}
