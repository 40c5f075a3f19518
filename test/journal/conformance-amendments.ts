import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal, Keepsake } from '../../src/model/journal.ts';
import type { Begin } from './steps.ts';
import {
  dead,
  deadIds,
  delivered,
  delivery,
  failed,
  head,
  kept,
  noon,
  pendingIds,
  step,
  telling,
  told,
} from './steps.ts';

async function allOf(journal: Journal): Promise<Keepsake[]> {
  const pieces: Keepsake[] = [];
  for await (const piece of journal.giveOut()) pieces.push(piece);
  return pieces;
}

async function* given(pieces: readonly Keepsake[], end?: Error): AsyncIterable<Keepsake> {
  yield* pieces;
  if (end !== undefined) throw end;
}

/** Tells two records of a feed and buries the first; a third one is delivered. */
async function busy(journal: Journal, feed: string): Promise<void> {
  await journal.commit(telling(feed, 0, '1', 1));
  await journal.commit(telling(feed, 1, '2', 1));
  await journal.commit(telling(feed, 2, '3', 1));
  await journal.attempt(failed(`${feed}#2@1`, 3));
  await journal.settle(dead(`${feed}#1@1`, noon + 5));
  await journal.settle(delivered(`${feed}#3@1`));
}

/** What a journal promises about changes to whole feeds. */
export function amendmentConformance(begin: Begin): void {
  test('a feed that is forgotten is unknown, begins at generation 0, and what it told stays', async () => {
    const { journal, twice } = await begin();
    await busy(journal, 'a/x');
    await journal.commit(step('b/y', 0));
    await journal.forget('unknown', noon);

    await journal.forget('a/x', noon);

    for await (const each of twice()) {
      assert.deepEqual(each.feeds(), ['b/y']);
      assert.equal(each.head('a/x'), undefined);
      assert.equal(await each.load('a/x'), undefined);
      assert.deepEqual(pendingIds(each), ['a/x#2@1']);
      assert.deepEqual(deadIds(each), ['a/x#1@1']);
      assert.equal((await each.events({ feed: 'a/x' })).length, 3);
    }
  });

  test('a feed born again under a forgotten name remembers nothing of the former one', async () => {
    const { journal, reopened, twice } = await begin();
    await busy(journal, 'a/x');
    const again = await reopened();
    await again.forget('a/x', noon);
    await again.commit(step('a/x', 0, { told: [['new', told(1)]] }));

    for await (const each of twice()) {
      const state = await each.load('a/x');
      assert.deepEqual([...(state?.snapshot.keys() ?? [])], ['new']);
      assert.equal(state?.generation, 1);
    }
  });

  test('a feed that is moved keeps its records, and what waits, what is dead and what is listed goes with it', async () => {
    const { journal, twice } = await begin();
    await busy(journal, 'a/x');
    await journal.commit(telling('b/y', 0, '9', 1));

    await journal.move('a/x', head('b/y', noon + 99), noon);

    for await (const each of twice()) {
      const state = await each.load('b/y');
      assert.deepEqual(each.feeds(), ['b/y']);
      assert.deepEqual(state?.head, head('b/y', noon + 99));
      assert.deepEqual([...(state?.snapshot.keys() ?? [])], ['1', '2', '3']);
      assert.deepEqual(pendingIds(each), ['a/x#2@1', 'b/y#9@1']);
      assert.deepEqual([...each.pending()].map(({ feed, attempts }) => [feed, attempts]), [['b/y', 3], ['b/y', 0]]); // prettier-ignore
      assert.deepEqual([...each.dead()].map(({ feed }) => feed), ['b/y']); // prettier-ignore
      assert.equal(await each.body('a/x#1@1'), delivery('a/x', '1', 1).body);
      assert.equal((await each.events({ feed: 'b/y' })).length, 4);
      assert.deepEqual(await each.events({ feed: 'a/x' }), []);
    }
  });

  test('a step computed before a feed was moved, forgotten or taken in is refused', async () => {
    const { journal } = await begin();
    for (const feed of ['a/x', 'b/y', 'c/z', 'd/w']) await journal.commit(step(feed, 0));
    await journal.forget('a/x', noon);
    await journal.move('b/y', head('c/z'), noon);
    await journal.takeIn(given([{ kind: 'feed', head: head('d/w') }]), noon);

    for (const feed of ['a/x', 'b/y', 'c/z', 'd/w'])
      await assert.rejects(journal.commit(step(feed, 1)), { code: 'stale-generation' });
  });

  test('what was never remembered cannot be moved', async () => {
    const { journal } = await begin();
    await journal.commit(step('a/x', 0));

    await assert.rejects(journal.move('b/y', head('a/x'), noon), { code: 'internal' });
    await assert.rejects(journal.move('a/x', head('a/x'), noon), { code: 'internal' });
    assert.deepEqual(journal.feeds(), ['a/x']);
  });

  test('what one journal gives out, another one takes in: the same is remembered, waiting and dead', async () => {
    const { journal } = await begin();
    const { journal: other, twice } = await begin();
    await busy(journal, 'a/x');
    await journal.commit(step('b/y', 0));
    await other.commit(telling('b/y', 0, 'former', 1));
    await other.commit(telling('c/z', 0, '1', 1));

    await other.takeIn(given(await allOf(journal)), noon);

    for await (const each of twice()) {
      const [state, was] = [await each.load('a/x'), await journal.load('a/x')];
      assert.deepEqual(each.feeds(), ['a/x', 'b/y', 'c/z']);
      assert.deepEqual(state?.head, was?.head);
      assert.deepEqual([...(state?.snapshot ?? [])], [...(was?.snapshot ?? [])]);
      assert.equal((await each.load('b/y'))?.snapshot.size, 0);
      assert.deepEqual(pendingIds(each), ['b/y#former@1', 'c/z#1@1', 'a/x#2@1']);
      assert.deepEqual(deadIds(each), ['a/x#1@1']);
      const waiting = [...each.pending()].at(-1);
      assert.deepEqual([waiting?.attempts, waiting?.lastSays], [3, 'attempt 3 failed']);
      assert.deepEqual([[...each.dead()][0]?.lastSays, await each.body('a/x#2@1')], ['refused for 72 hours', await journal.body('a/x#2@1')]); // prettier-ignore
      assert.equal((await each.events({ state: 'dead' }))[0]?.settledAt, noon + 5);
    }
  });

  test('pieces that break off leave nothing behind, and can be taken in again', async () => {
    const { journal } = await begin();
    const { journal: other, twice } = await begin();
    await busy(journal, 'a/x');
    const pieces = await allOf(journal);

    await assert.rejects(other.takeIn(given(pieces, new Error('cut off')), noon), /cut off/);
    for await (const each of twice()) {
      assert.deepEqual([each.feeds(), pendingIds(each), deadIds(each)], [[], [], []]);
      assert.deepEqual(await each.events({}), []);
    }

    for await (const each of twice()) {
      await each.takeIn(given(pieces), noon);
      assert.deepEqual([each.feeds(), pendingIds(each), deadIds(each)], [['a/x'], ['a/x#2@1'], ['a/x#1@1']]);
    }
  });

  test('what is given out is of one instant, whatever is committed meanwhile', async () => {
    const { journal } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.commit(telling('b/y', 0, '1', 1));
    const pieces: Keepsake[] = [];
    const committed: Promise<unknown>[] = [];

    for await (const piece of journal.giveOut()) {
      if (pieces.length === 0) {
        committed.push(journal.commit(telling('a/x', 1, '2', 1)), journal.commit(telling('b/y', 1, '2', 1)));
        committed.push(journal.commit(telling('new/born', 0, '1', 1)), journal.settle(kept('a/x#1@1')));
      }
      pieces.push(piece);
    }
    await Promise.all(committed);

    const ids = pieces.flatMap((piece) => (piece.kind === 'delivery' ? [piece.delivery.id] : []));
    const records = pieces.flatMap((piece) => (piece.kind === 'told' ? piece.told.map(([id]) => id) : []));
    assert.deepEqual(
      [ids, records],
      [
        ['a/x#1@1', 'b/y#1@1'],
        ['1', '1'],
      ],
    );
    assert.equal((await journal.load('b/y'))?.generation, 2);
  });
}
