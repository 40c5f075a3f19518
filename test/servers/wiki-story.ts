import type { MediaWiki } from './mediawiki.ts';
import type { WikiDaemon } from './wiki-daemon.ts';
import { inParallel, type WikiEditor } from './wiki-editor.ts';

/** Something that is done at the wiki, after which everything must be told. What it resolves with is for people. */
export interface Chapter {
  readonly name: string;
  readonly act: () => Promise<string | undefined>;
  /** What polls that fail meanwhile say; absent where none may fail. */
  readonly fails?: string;
}

/** What happens at a wiki that holds these pages, thirty of them, in this order. `heard` resolves once `pages` has told a version. */
export function wikiStory(
  wiki: MediaWiki,
  editor: WikiEditor,
  old: readonly string[],
  daemon: Pick<WikiDaemon, 'start' | 'kill' | 'failed'>,
  heard: (rev: number) => Promise<void>,
): readonly Chapter[] {
  const made = numbered('New', 24);
  return [
    { name: 'new pages', act: () => each(made, 4, editor.edit) },
    { name: 'edits', act: () => each(old.slice(0, 20), 4, editor.edit) },
    { name: 'three edits of a page within one second', act: () => threeInASecond(editor, made[0] ?? '') },
    { name: 'pages deleted', act: () => each([...old.slice(20, 26), ...made.slice(1, 5)], 2, editor.remove) },
    { name: 'edited and deleted at once', act: () => each(made.slice(5, 8), 1, editAndRemove(editor)) },
    { name: 'made and deleted at once', act: () => each(numbered('Short', 3), 1, editAndRemove(editor)) },
    { name: 'told and deleted within one second', act: () => toldAndDeleted(editor, heard) },
    {
      name: 'deleted and made again under the title',
      act: () =>
        each(made.slice(8, 11), 1, async (title) => void (await editor.remove(title), await editor.edit(title))),
    },
    {
      name: 'deleted and brought back',
      act: () =>
        each(made.slice(11, 14), 1, async (title) => void (await editor.remove(title), await editor.restore(title))),
    },
    { name: 'edited after that', act: () => each(made.slice(11, 14), 1, editor.edit) },
    {
      name: 'edited and moved',
      act: () =>
        each(made.slice(14, 18), 2, async (title) => {
          await editor.edit(title);
          await editor.move(title, `${title} moved`);
        }),
    },
    {
      name: 'everything at once while pages are read',
      act: async () => {
        const titles = [...old.slice(0, 20), ...numbered('Storm', 20)];
        const twice = [...titles, ...titles];
        await Promise.all([inParallel(twice, 3, editor.edit), inParallel(old.slice(26, 30), 1, editor.remove)]);
        return undefined;
      },
    },
    {
      name: 'the wiki lags for a while',
      fails: 'seconds lagged',
      act: async () => {
        const failed = daemon.failed();
        await wiki.lag(true);
        await Promise.all([failed, inParallel(old.slice(0, 8), 2, editor.edit)]);
        await editor.remove(old[19] ?? '');
        await wiki.lag(false);
        return undefined;
      },
    },
    {
      name: 'the daemon is killed, and started after more',
      act: async () => {
        await inParallel(old.slice(8, 12), 2, editor.edit);
        await daemon.kill();
        await inParallel([...old.slice(10, 16), ...numbered('Unwatched', 4)], 2, editor.edit);
        await inParallel([old[17] ?? '', old[18] ?? ''], 1, editor.remove);
        await daemon.start();
        return undefined;
      },
    },
  ];
}

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${name} ${n + 1}`);
}

async function each(
  titles: readonly string[],
  writers: number,
  act: (title: string) => Promise<unknown>,
): Promise<undefined> {
  await inParallel(titles, writers, act);
}

function editAndRemove(editor: WikiEditor): (title: string) => Promise<void> {
  return async (title) => {
    await editor.edit(title);
    await editor.remove(title);
  };
}

/** Edits a page until three edits in a row bear the same second. */
async function threeInASecond(editor: WikiEditor, title: string): Promise<string> {
  const times: string[] = [];
  while (times.length < 60) {
    times.push((await editor.edit(title)).at);
    const [third, , first] = times.toReversed();
    if (first !== undefined && first === third) return `all at ${third}, after ${times.length} edits`;
  }
  return 'never so quick in sixty edits';
}

/** Edits pages and deletes each as soon as that is told, until a deletion bears the second of the edit. */
async function toldAndDeleted(editor: WikiEditor, heard: (rev: number) => Promise<void>): Promise<string> {
  for (const title of numbered('Brief', 30)) {
    const { rev, at } = await editor.edit(title);
    await heard(rev);
    if ((await editor.remove(title)) === at) return `${title} at ${at}`;
  }
  return 'never so quick in thirty tries';
}
