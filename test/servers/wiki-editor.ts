import { noteDeletion, noteReturn, noteVersion, type WikiLedger } from './wiki-ledger.ts';
import type { Edited, MediaWiki } from './mediawiki.ts';

/** Does things at the wiki and notes each in the ledger as soon as the wiki has answered. Pages go by their titles. */
export interface WikiEditor {
  /** Writes another text into a page, new or not. */
  edit(title: string): Promise<Edited>;
  /** Resolves with the time of the wiki's log. */
  remove(title: string): Promise<string>;
  restore(title: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  /** Things done so far. */
  done(): number;
}

/** An editor of a wiki in which these pages are. */
export function openEditor(wiki: MediaWiki, ledger: WikiLedger, found: ReadonlyMap<number, string>): WikiEditor {
  const ids = new Map([...found].map(([page, title]) => [title, page]));
  let done = 0;
  const idOf = (title: string): number => {
    const page = ids.get(title);
    if (page === undefined) throw new Error(`nobody made ${title}`);
    return page;
  };
  return {
    async edit(title) {
      done++;
      const edited = await wiki.edit(title, `text ${done}`);
      ids.set(title, edited.page);
      noteVersion(ledger, { ...edited, title, edit: true });
      return edited;
    },
    async remove(title) {
      done++;
      const at = await wiki.remove(title);
      noteDeletion(ledger, idOf(title));
      return at;
    },
    async restore(title) {
      done++;
      await wiki.restore(title);
      noteReturn(ledger, idOf(title));
    },
    async move(from, to) {
      done++;
      const rev = await wiki.move(from, to);
      const page = idOf(from);
      ids.set(to, page);
      noteVersion(ledger, { page, rev, title: to, edit: false });
    },
    done: () => done,
  };
}

/** Does something with each title, so many at a time. */
export async function inParallel(
  titles: readonly string[],
  writers: number,
  act: (title: string) => Promise<unknown>,
): Promise<void> {
  const left = titles.values();
  const write = async (): Promise<void> => {
    for (const title of left) await act(title);
  };
  await Promise.all(Array.from({ length: writers }, write));
}
