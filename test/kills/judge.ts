import { FEEDS, type Entry, type FeedName, type Ledger, type Story } from './ledger.ts';
import type { Heard } from './receiver.ts';

/** What must still be told, one line for each record; nothing where every change is accounted for. */
export function missing(ledger: Ledger, heard: readonly Heard[]): readonly string[] {
  const told = byRecord(heard);
  return eachStory(ledger).flatMap(([feed, record, story]) => {
    const latest = story.entries.at(-1);
    const last = told.get(`${feed} ${record}`)?.at(-1);
    if (latest === undefined) return [];
    if (latest.kind === 'put') {
      // What was there before and did not change is only learned.
      if (story.old && story.entries.length === 1) return [];
      return last?.version === latest.version && last.kind !== 'DELETED'
        ? []
        : [`${feed} ${record}: version ${latest.version} is not told: ${show(story, told.get(`${feed} ${record}`))}`];
    }
    // What came and went between two polls was never seen.
    if (last?.kind === 'DELETED' || (last === undefined && !story.old)) return [];
    return [`${feed} ${record}: its deletion is not told: ${show(story, told.get(`${feed} ${record}`))}`];
  });
}

/** What was told and must not have been, one line for each. */
export function wrong(ledger: Ledger, heard: readonly Heard[]): readonly string[] {
  const told = byRecord(heard);
  const flaws = [...idFlaws(heard), ...orderFlaws(heard)];
  const stories = new Map(eachStory(ledger).map(([feed, record, story]) => [`${feed} ${record}`, story]));
  for (const [name, events] of told) {
    const story = stories.get(name);
    const flaw = story === undefined ? 'it never was' : flawOf(story, events);
    if (flaw !== undefined) flaws.push(`${name}: ${flaw}: ${show(story, events)}`);
  }
  return flaws;
}

/** An id stands for one change, and a change has one id. */
function idFlaws(heard: readonly Heard[]): string[] {
  const flaws: string[] = [];
  const changes = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const { id, feed, record, kind, version } of heard) {
    const change = `${kind} ${version ?? ''} of ${feed} ${record}`;
    const before = changes.get(id);
    if (before !== undefined && before !== change) flaws.push(`the id ${id} stands for ${before} and for ${change}`);
    changes.set(id, change);
    if (version === undefined) continue;
    const other = ids.get(`${feed} ${record} ${version}`);
    if (other !== undefined && other !== id) flaws.push(`${change} has the ids ${other} and ${id}`);
    ids.set(`${feed} ${record} ${version}`, id);
  }
  return flaws;
}

/** What comes again comes before anything newer of its record does. */
function orderFlaws(heard: readonly Heard[]): string[] {
  const flaws: string[] = [];
  const latest = new Map<string, string>();
  const past = new Set<string>();
  for (const { id, feed, record, kind, version } of heard) {
    const name = `${feed} ${record}`;
    const before = latest.get(name);
    if (before === id) continue;
    if (past.has(id)) flaws.push(`${name}: ${kind} ${version ?? ''} came again after something newer`);
    if (before !== undefined) past.add(before);
    latest.set(name, id);
  }
  return flaws;
}

/** The events of a record are some of its changes, in their order, each told as what it was. */
function flawOf(story: Story, events: readonly Heard[]): string | undefined {
  let place = -1;
  let former: Heard | undefined;
  for (const event of events) {
    const next = story.entries.findIndex((entry, index) => index > place && isOf(event, entry));
    if (next < 0) return `${event.kind} ${event.version ?? ''} was not so, or not after what was told before`;
    if (story.old && next === 0) return 'it was there before and was told';
    const fresh = former === undefined ? !story.old : former.kind === 'DELETED';
    const kind = event.kind === 'DELETED' ? event.kind : fresh ? 'CREATED' : 'UPDATED';
    if (event.kind !== kind) return `${event.kind} ${event.version ?? ''} should be ${kind}`;
    if (former?.kind === 'DELETED' && event.kind === 'DELETED') return 'it was told twice as deleted';
    place = next;
    former = event;
  }
  return undefined;
}

function isOf({ kind, version }: Heard, entry: Entry): boolean {
  if ((kind === 'DELETED') !== (entry.kind === 'deleted')) return false;
  return version === entry.version || (version === undefined && kind === 'DELETED');
}

/** Events by record in the order of their first arrival, each once. */
export function byRecord(heard: readonly Heard[]): ReadonlyMap<string, readonly Heard[]> {
  const known = new Set<string>();
  const told = new Map<string, Heard[]>();
  for (const event of heard) {
    if (known.has(event.id)) continue;
    known.add(event.id);
    const name = `${event.feed} ${event.record}`;
    const events = told.get(name);
    if (events === undefined) told.set(name, [event]);
    else events.push(event);
  }
  return told;
}

function eachStory(ledger: Ledger): readonly (readonly [FeedName, number, Story])[] {
  return FEEDS.flatMap((feed) =>
    [...(ledger.stories.get(feed) ?? [])].map(([record, story]) => [feed, record, story] as const),
  );
}

function show(story: Story | undefined, events: readonly Heard[] | undefined): string {
  const was = story?.entries.map(({ kind, version }) => `${kind} ${version}`).join(', ');
  const told = events?.map(({ kind, version }) => `${kind} ${version ?? ''}`.trim()).join(', ');
  return `told ${told ?? 'nothing'}; it was ${was ?? 'nothing'}`;
}
