import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../../src/cli/table.ts';
import { openReceiver, signatureFlaws, type Receiver } from '../support/receiver.ts';
import { startMediaWiki, type MediaWiki } from './mediawiki.ts';
import { FEEDS, prepareDaemon, type WikiDaemon } from './wiki-daemon.ts';
import { inParallel, openEditor, type WikiEditor } from './wiki-editor.ts';
import { faults, missing } from './wiki-judgement.ts';
import { disagreements, openLedger, type WikiLedger } from './wiki-ledger.ts';
import { wikiStory, type Chapter } from './wiki-story.ts';
import { toldBy, type Told } from './wiki-told.ts';

// Watches a real MediaWiki with the real daemon, prints what was done and told, and exits 0 if all of it was right and 1 if not.

const KEY = 'a key to sign with';
/** Longer than the tail of a chapter: five seconds of lag, the pause after a failed poll, some polls. */
const PATIENCE = 60_000;

/** All that takes part. */
interface Stage {
  readonly wiki: MediaWiki;
  readonly daemon: WikiDaemon;
  readonly receiver: Receiver;
  readonly ledger: WikiLedger;
  readonly editor: WikiEditor;
}

const told = (stage: Stage): readonly Told[] => toldBy(stage.receiver.received);

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Waits until nothing is missing but what was given up before; what is missing when patience ends is given up. */
async function untilTold(stage: Stage, givenUp: Set<string>): Promise<readonly string[]> {
  const { receiver } = stage;
  const patience = AbortSignal.timeout(PATIENCE);
  const over = new Promise((resolve) => patience.addEventListener('abort', resolve));
  for (;;) {
    const still = missing(stage.ledger, told(stage)).filter((line) => !givenUp.has(line));
    if (still.length === 0) return still;
    if (patience.aborted) {
      for (const line of still) givenUp.add(line);
      return still;
    }
    await Promise.race([receiver.awaitCount(receiver.received.length + 1), over]);
  }
}

/** Does one chapter and waits for its news. A row of the table, and what went wrong. */
async function play(stage: Stage, chapter: Chapter, givenUp: Set<string>): Promise<{ row: string[]; wrong: string[] }> {
  const { daemon, editor } = stage;
  say(chapter.name);
  const before = { told: told(stage).length, done: editor.done(), polls: daemon.polls().length };
  const remark = await chapter.act();
  const done = performance.now();
  const still = await untilTold(stage, givenUp);
  const seconds = ((performance.now() - done) / 1_000).toFixed(1);
  // What need not be told, and what must not, has its chance too.
  await daemon.polled(1);

  const news = told(stage).slice(before.told);
  const polls = daemon.polls().slice(before.polls);
  const failed = polls.filter(({ pages }) => pages === undefined);
  const wrong = still.map((line) => `${chapter.name}: not told: ${line}`);
  const unforeseen = failed.filter(({ says }) => chapter.fails === undefined || !says.includes(chapter.fails));
  wrong.push(...unforeseen.map(({ feed, says }) => `${chapter.name}: ${feed}: ${says}`));
  if (chapter.fails !== undefined && failed.length === 0) wrong.push(`${chapter.name}: no poll said so`);
  const numbers = [
    editor.done() - before.done,
    ...FEEDS.map((feed) => news.filter((event) => event.feed === feed).length),
    polls.length,
    failed.length,
    Math.max(0, ...polls.map(({ pages }) => pages ?? 0)),
  ];
  const verdict = still.length === 0 ? `${seconds} s` : `${still.length} MISSING`;
  return { row: [chapter.name, ...numbers.map(String), verdict, remark ?? ''], wrong };
}

/** Plays the whole story; what went wrong. */
async function watch(wiki: MediaWiki, receiver: Receiver, daemon: WikiDaemon): Promise<readonly string[]> {
  const titles = Array.from({ length: 30 }, (_, n) => `Old ${n + 1}`);
  const found = new Map<number, string>();
  await inParallel(titles, 3, async (title) => found.set((await wiki.edit(title, 'from before')).page, title));
  // What is dated in the very second of a feed's birth counts as new.
  await wiki.nextSecond();
  const ledger = openLedger(found);
  const editor = openEditor(wiki, ledger, found);
  const stage: Stage = { wiki, daemon, receiver, ledger, editor };
  const heard = async (rev: number): Promise<void> => {
    while (!told(stage).some((event) => event.feed === 'pages' && event.rev === rev))
      await receiver.awaitCount(receiver.received.length + 1);
  };
  const [rows, wrong, givenUp]: [string[][], string[], Set<string>] = [[], [], new Set()];
  await daemon.start();
  try {
    await daemon.polled(1);
    for (const chapter of wikiStory(wiki, editor, titles, daemon, heard)) {
      const played = await play(stage, chapter, givenUp);
      rows.push(played.row);
      wrong.push(...played.wrong);
    }
    // Nothing more may come of readings that overlap.
    await daemon.polled(3);
  } finally {
    const exit = daemon.running() ? await daemon.stop() : 'a signal';
    if (exit !== 0) wrong.push(`the daemon ended with ${exit}`);
  }
  wrong.push(...disagreements(ledger, await wiki.pages()), ...faults(ledger, told(stage)));
  wrong.push(...missing(ledger, told(stage)).map((line) => `in the end not told: ${line}`));
  wrong.push(...receiver.received.flatMap((post) => signatureFlaws(post, [KEY])));
  print(rows, told(stage));
  return wrong;
}

function print(rows: readonly string[][], events: readonly Told[]): void {
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const counts = ['deeds', ...FEEDS, 'polls', 'failed', 'pages', 'told after'].map(right);
  const kinds = ['CREATED', 'UPDATED', 'DELETED'];
  const totals = FEEDS.map((feed) => [
    feed,
    ...kinds.map((kind) => String(events.filter((event) => event.feed === feed && event.kind === kind).length)),
  ]);
  process.stdout.write(`\n${table([{ title: 'what was done' }, ...counts, { title: '' }], rows)}\n`);
  process.stdout.write(`${table([{ title: 'feed' }, ...kinds.map(right)], totals)}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'elementd-watch-'));
const receiver = await openReceiver();
let wiki: MediaWiki | undefined;
let daemon: WikiDaemon | undefined;
let interrupted = false;
const end = async (): Promise<void> => {
  if (daemon?.running() === true) await daemon.kill();
  await receiver.close();
  await wiki?.end();
  await rm(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true;
    void end().finally(() => process.exit(1));
  });
try {
  say('installing MediaWiki');
  wiki = await startMediaWiki();
  daemon = await prepareDaemon(folder, { WIKI_URL: wiki.url, HOOK_URL: receiver.url, HOOK_KEY: KEY });
  const wrong = await watch(wiki, receiver, daemon);
  process.stdout.write(wrong.length === 0 ? 'all told, nothing twice, in order\n' : `WRONG:\n${wrong.join('\n')}\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  if (!interrupted) throw error;
} finally {
  if (!interrupted) await end();
}
