import type { FeedHead } from '../model/change.ts';
import type { Feed, Plan } from '../model/feed.ts';
import type { Journal } from '../model/journal.ts';
import { feedIdentity } from '../language/identity.ts';

/** A move that nothing speaks against. */
export interface Move {
  readonly from: string;
  /** Under the new name. */
  readonly head: FeedHead;
  /** What is remembered under the new name, and is dropped. */
  readonly dropped: { readonly head: FeedHead; readonly known: number; readonly told: number } | undefined;
}

/** Says whether a feed can go on under another name, and with which head. */
export async function judgeMove(
  from: string,
  to: string,
  replace: boolean,
  journal: Pick<Journal, 'head' | 'load'>,
  plan: Plan,
): Promise<
  { readonly ok: true; readonly move: Move } | { readonly ok: false; readonly says: string; readonly hint?: string }
> {
  const head = journal.head(from);
  if (head === undefined) return { ok: false, says: `nothing is remembered of feed ${from}` };
  if (plan.feeds.has(from)) {
    const hint = 'rename it in the files first, or its instance with git mv; then run this again';
    return { ok: false, says: `the files still name ${from}, which would begin anew at once`, hint };
  }
  const planned = plan.feeds.get(to);
  if (planned !== undefined && feedIdentity(instanceOf(from), planned.subject) !== head.identity) {
    const says = `${to} is not what ${from} was: ${differenceOf(head, planned)}`;
    return { ok: false, says, hint: 'a feed goes on under another name only where it reads the same' };
  }
  const { successor: _never, ...rest } = head;
  const subject = planned?.subject ?? head.subject;
  if (subject === undefined) {
    const hint = `put its file in place first; ${from} was written by an older version`;
    return { ok: false, says: `no file names ${to}, so nobody knows what it reads`, hint };
  }
  const moved: FeedHead = { ...rest, feed: to, identity: feedIdentity(instanceOf(to), subject), subject };
  const there = await journal.load(to);
  if (there === undefined) return { ok: true, move: { from, head: moved, dropped: undefined } };

  let told = 0;
  for (const version of there.snapshot.values()) if (version.n > 0) told++;
  const dropped = { head: there.head, known: there.snapshot.size, told };
  if (told === 0 || replace) return { ok: true, move: { from, head: moved, dropped } };
  const says = `${to} is a feed of its own already: it told of ${told} of the ${dropped.known} records it knows, and is complete to ${iso(there.head.watermark)}`;
  return { ok: false, says, hint: '--replace drops what is remembered of it' };
}

/** How a planned feed differs from what is remembered under its name or a former one, for people. */
export function differenceOf(head: FeedHead, planned: Feed): string {
  const { subject } = head;
  const now = planned.subject;
  if (subject === undefined) return 'its element, base URL, path or id field is another one';
  const differences = [
    ['the element', subject.element, now.element],
    ['the base URL', subject.base, now.base],
    ['the path', subject.path, now.path],
    ['the id field', subject.idFields.join(' and '), now.idFields.join(' and ')],
  ].filter(([, before, after]) => before !== after);
  if (differences.length === 0) return 'it is of another instance';
  return differences.map(([what, before, after]) => `${what} was ${before} and is ${after}`).join('; ');
}

function instanceOf(feed: string): string {
  return feed.slice(0, feed.indexOf('/'));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
