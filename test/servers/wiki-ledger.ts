/** What was done to one page since somebody watches. */
export interface PageStory {
  readonly title: string;
  /** It was there before anybody watched. */
  readonly old: boolean;
  /** The latest version made since, 0 where there is none. */
  rev: number;
  /** The latest of them that was made by an edit. */
  edit: number;
  alive: boolean;
  deletions: number;
  restorations: number;
  /** It came back and got no version since. */
  back: boolean;
}

/** What was done at the wiki since somebody watches. */
export interface WikiLedger {
  /** By the page's id. */
  readonly pages: Map<string, PageStory>;
  /** The version of each edit with its page. */
  readonly edits: Map<number, string>;
}

/** A ledger of what is there before anybody watches: ids of pages with their titles. */
export function openLedger(found: ReadonlyMap<number, string>): WikiLedger {
  const pages = new Map<string, PageStory>();
  for (const [page, title] of found) pages.set(String(page), untouched(title, true));
  return { pages, edits: new Map() };
}

/** Notes a version of a page that is there or new by it. A move makes a version, too, and is no edit. */
export function noteVersion(
  ledger: WikiLedger,
  made: { page: number; rev: number; title: string; edit: boolean },
): void {
  const record = String(made.page);
  const story = ledger.pages.get(record) ?? untouched(made.title, false);
  ledger.pages.set(record, story);
  story.rev = made.rev;
  story.back = false;
  if (!made.edit) return;
  story.edit = made.rev;
  ledger.edits.set(made.rev, record);
}

/** Notes that a page was deleted. */
export function noteDeletion(ledger: WikiLedger, page: number): void {
  const story = storyOf(ledger, page);
  story.alive = false;
  story.back = false;
  story.deletions++;
}

/** Notes that a deleted page is there again. */
export function noteReturn(ledger: WikiLedger, page: number): void {
  const story = storyOf(ledger, page);
  story.alive = true;
  story.back = true;
  story.restorations++;
}

/** Where ledger and wiki do not agree on which pages there are and on their versions: then the test itself is wrong. */
export function disagreements(ledger: WikiLedger, wiki: ReadonlyMap<number, number>): readonly string[] {
  return [...ledger.pages].flatMap(([record, { title, rev, alive, back }]) => {
    const now = wiki.get(Number(record));
    if ((now !== undefined) !== alive) return [`ledger: ${title} is ${alive ? 'not ' : ''}in the wiki`];
    if (now === undefined || rev === 0 || back || now === rev) return [];
    return [`ledger: ${title} is at version ${now} in the wiki, at ${rev} here`];
  });
}

function untouched(title: string, old: boolean): PageStory {
  return { title, old, rev: 0, edit: 0, alive: true, deletions: 0, restorations: 0, back: false };
}

function storyOf(ledger: WikiLedger, page: number): PageStory {
  const story = ledger.pages.get(String(page));
  if (story === undefined) throw new Error(`nobody made page ${page}`);
  return story;
}
