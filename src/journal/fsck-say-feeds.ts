import type { Instant } from '../model/instant.ts';
import type { FeedCase, Verdict } from './fsck-feeds.ts';
import type { Finding } from './fsck-finding.ts';
import type { OpenDelivery } from './fsck-log.ts';
import type { Rebuilt } from './fsck-rebuild.ts';
import { checkpointPath } from './safe-name.ts';

/** What is wrong with a feed that can go on. */
export function sayFeed(
  { feed, file, bad }: FeedCase,
  verdict: Exclude<Verdict, { kind: 'park' }>,
  rebuilt: Rebuilt | undefined,
): readonly Finding[] {
  const path = checkpointPath(feed);
  const findings: Finding[] = [];
  const base = { file: path, feed, weight: 'damage' as const };
  if (file?.mended !== undefined) {
    findings.push({
      ...base,
      says: 'one bit has flipped',
      means: `feed ${feed} cannot be polled`,
      repair: 'put the bit right: nothing is lost',
    });
  }
  if (verdict.kind === 'sound') {
    if (bad !== undefined) {
      findings.push({
        ...base,
        ...placeIn(bad.rest.badLines),
        says: bad.says,
        means: `feed ${feed} cannot be polled`,
        repair: 'remove it: the log holds everything that feed was told, nothing is lost',
      });
    }
    if (!verdict.named && file !== undefined) {
      findings.push({
        ...base,
        says: `the journal does not name feed ${feed}, although its checkpoint is there`,
        means: 'it would start as a new feed',
        repair: 'name it again: it goes on where its checkpoint stands',
      });
    }
    return findings;
  }
  if (rebuilt === undefined) return findings;
  const { head, snapshot, stood, untold } = rebuilt;
  const records = counted(snapshot.size, 'record');
  if (verdict.exact) {
    findings.push({
      ...base,
      ...placeIn(bad?.rest.badLines ?? []),
      says: bad?.says ?? (file === undefined ? 'it is missing' : 'it is older than the log goes on from'),
      means: `feed ${feed} cannot be polled`,
      repair: `work it out anew from the log and its retired segments: ${records}, nothing is lost and nothing is told again`,
    });
    return findings;
  }
  const back =
    head.watermark < stood
      ? `its watermark goes back from ${iso(stood)} to ${iso(head.watermark)}, so that what changed since then is read again`
      : `its watermark stays at ${iso(stood)}`;
  if (verdict.salvaged && bad !== undefined) {
    const { badLines, records: read, ended } = bad.rest;
    const lost =
      badLines.length === 0 && ended
        ? 'which line is wrong cannot be told'
        : `${counted(badLines.length, 'line')} cannot be read${ended ? '' : ', and its end is missing'}`;
    findings.push({
      ...base,
      ...placeIn(badLines),
      says: `${bad.says}; ${lost}`,
      means: `feed ${feed} cannot be polled`,
      repair: `keep ${counted(read.size, 'record')} of it and what the log says: ${records} in all; ${back}; what is not among them is told again`,
    });
    return findings;
  }
  const { gap } = verdict;
  const which =
    gap?.former === undefined
      ? `up to generation ${gap?.next.before ?? 0}`
      : `${gap.former.after} to ${gap.next.before - 1}`;
  const again =
    untold === 0
      ? ''
      : `; ${counted(untold, 'record')} told there ${untold === 1 ? 'goes' : 'go'} back to an earlier version and ${untold === 1 ? 'is' : 'are'} told again`;
  findings.push({
    ...base,
    file: gap?.next.step?.path ?? path,
    says: `commits of feed ${feed} are lost (generation ${which})`,
    means: 'what they told may not have been delivered, and what they remembered is not known',
    repair: `go on with ${records}; ${back}${again}`,
  });
  return findings;
}

/** A checkpoint of a feed that was forgotten, or moved, just before the process ended. */
export function sayLeftover(file: string, feed: string): Finding {
  const says = `feed ${feed} was forgotten or moved, and its checkpoint is still there`;
  return { file, feed, says, means: 'nothing', repair: 'remove it', weight: 'note' };
}

/** Deliveries of which the live log has lost what became of them. */
export function sayCarried(carried: readonly OpenDelivery[]): readonly Finding[] {
  const byFeed = new Map<string, OpenDelivery[]>();
  for (const open of carried) {
    const { feed } = open.delivery;
    const others = byFeed.get(feed);
    if (others === undefined) byFeed.set(feed, [open]);
    else others.push(open);
  }
  return [...byFeed].map(([feed, open]): Finding => {
    const events = open.reduce((sum, { delivery }) => sum + delivery.events.length, 0);
    const shown = open.slice(0, 3).map(({ delivery }) => delivery.id);
    return {
      file: open[0]?.path ?? '',
      says: `${counted(open.length, 'POST')} of feed ${feed} lost the copy that the live log held: ${shown.join(', ')}${open.length > 3 ? ', …' : ''}`,
      means: `${counted(events, 'event')} may not have been delivered`,
      repair: 'copy from here again what is to be sent; what was sent and lost only its settlement is sent once more',
      feed,
      weight: 'damage',
    };
  });
}

/** A feed that only the operator can decide about. */
export function sayParked({ feed, bad }: FeedCase): Finding {
  return {
    file: checkpointPath(feed),
    ...placeIn(bad?.rest.badLines.slice(0, 1) ?? []),
    says: bad?.says ?? 'it is missing',
    means: `feed ${feed} cannot be polled, and no file says any more what it was told; other feeds go on`,
    repair: `restore it from a backup, or decide to give it up: \`elementd state forget ${feed}\` lets the feed start anew`,
    feed,
    weight: 'stays',
  };
}

function placeIn(lines: readonly number[]): { readonly place?: string } {
  if (lines.length === 0) return {};
  const shown = lines.slice(0, 10).join(', ');
  return { place: `line${lines.length === 1 ? '' : 's'} ${shown}${lines.length > 10 ? ', …' : ''}` };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
