import type { PageStory, WikiLedger } from './wiki-ledger.ts';
import { byRecord, type Told } from './wiki-told.ts';

/** The feeds whose records are pages. `lives` shows moves and pages that come back, `pages` only their next edit. */
const PAGE_FEEDS = ['pages', 'lives'];

/** What is in the ledger and must still be told, one line for each. */
export function missing(ledger: WikiLedger, told: readonly Told[]): readonly string[] {
  const rows = new Set(told.filter(({ feed }) => feed === 'edits').map(({ rev }) => rev));
  const edits = [...ledger.edits].flatMap(([rev, record]) => {
    // The rows of a deleted page are gone from the list and do not come back with it.
    const gone = (ledger.pages.get(record)?.deletions ?? 0) > 0;
    return gone || rows.has(rev) ? [] : [`edits: version ${rev} of page ${record}`];
  });
  const pages = PAGE_FEEDS.flatMap((feed) => {
    const events = byRecord(told, feed);
    return [...ledger.pages].flatMap(([record, story]) => {
      const what = missingOf(story, feed, events.get(record) ?? []);
      return what === undefined ? [] : [`${feed}: ${what} of page ${record} (${story.title})`];
    });
  });
  return [...edits, ...pages];
}

function missingOf(story: PageStory, feed: string, events: readonly Told[]): string | undefined {
  const last = events.at(-1);
  if (!story.alive || (story.back && feed === 'pages')) {
    // What came and went between two polls was never seen.
    const unseen = last === undefined && !story.old;
    return last?.kind === 'DELETED' || unseen ? undefined : 'the deletion';
  }
  if (story.back) return last?.raw.includes('"logaction":"restore"') === true ? undefined : 'the return';
  const rev = feed === 'pages' ? story.edit : story.rev;
  if (rev === 0) return undefined;
  return last?.kind !== 'DELETED' && last?.rev === rev ? undefined : `version ${rev}`;
}

/** What was told and must not have been: twice, of nothing that was done, or out of order. One line for each. */
export function faults(ledger: WikiLedger, told: readonly Told[]): readonly string[] {
  const pages = PAGE_FEEDS.flatMap((feed) =>
    [...byRecord(told, feed)].flatMap(([record, events]) => {
      const story = ledger.pages.get(record);
      const what = story === undefined ? ['nobody touched it'] : faultsOf(story, events);
      const seen = events.map(({ kind, rev }) => `${kind} ${rev}`).join(', ');
      return what.map((says) => `${feed}: page ${record} (${story?.title}): ${says}: ${seen}`);
    }),
  );
  return [...twice(told), ...faultsOfEdits(ledger, told), ...pages];
}

function twice(told: readonly Told[]): readonly string[] {
  const ids = new Map<string, string>();
  return told.flatMap(({ id, feed, record, kind, raw }) => {
    const what = `${feed}: ${kind} of ${record}: ${raw}`;
    const before = ids.get(what);
    ids.set(what, id);
    return before === undefined ? [] : [`told twice, as ${before} and ${id}: ${what}`];
  });
}

function faultsOfEdits(ledger: WikiLedger, told: readonly Told[]): readonly string[] {
  return told.flatMap(({ feed, kind, record, rev }) => {
    if (feed !== 'edits') return [];
    const changed = kind === 'CREATED' ? [] : [`edits: ${kind} of row ${record}, and rows never change`];
    return ledger.edits.has(rev) ? changed : [...changed, `edits: version ${rev}, which nobody made since`];
  });
}

function faultsOf(story: PageStory, events: readonly Told[]): readonly string[] {
  const kinds = events.map(({ kind }) => kind);
  const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length;
  const revs = events.filter(({ kind, rev }) => kind !== 'DELETED' && rev > 0).map(({ rev }) => rev);
  const rules = [
    [story.rev > 0 || story.deletions > 0, 'nobody touched it'],
    [kinds[0] !== (story.old ? 'CREATED' : 'UPDATED'), `${kinds[0]} first`],
    [count('CREATED') <= story.restorations + (story.old ? 0 : 1), 'created too often'],
    [count('DELETED') <= story.deletions, 'deleted too often'],
    [kinds.every((kind, n) => kinds[n - 1] !== 'DELETED' || kind === 'CREATED'), 'changed while it was deleted'],
    [revs.every((rev, n) => rev > (revs[n - 1] ?? 0)), 'versions out of order'],
  ] as const;
  return rules.flatMap(([holds, says]) => (holds ? [] : [says]));
}
