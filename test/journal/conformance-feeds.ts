import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../src/model/fault.ts';
import type { Begin } from './steps.ts';
import { head, noon, pendingIds, step, telling, told } from './steps.ts';

/** What a journal promises about feeds. */
export function feedConformance(begin: Begin): void {
  test('a journal without commits knows nothing', async () => {
    const { journal } = await begin();

    assert.deepEqual(journal.feeds(), []);
    assert.equal(journal.head('a/x'), undefined);
    assert.equal(await journal.load('a/x'), undefined);
    assert.deepEqual([...journal.pending()], []);
    assert.deepEqual([...journal.dead()], []);
    assert.equal(await journal.body('none'), undefined);
    assert.deepEqual(await journal.events({}), []);
  });

  test('what was committed is remembered, also after reopening', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.commit(telling('a/x', 1, '2', 1));
    await journal.commit(telling('a/x', 2, '1', 2));

    for await (const each of twice()) {
      const state = await each.load('a/x');
      assert.equal(state?.generation, 3);
      assert.deepEqual(state?.head, head('a/x', noon + 2));
      assert.deepEqual(each.head('a/x'), head('a/x', noon + 2));
      assert.deepEqual(new Map(state?.snapshot), new Map([['1', told(2)], ['2', told(1)]])); // prettier-ignore
      assert.deepEqual(each.feeds(), ['a/x']);
    }
  });

  test('the head of a feed is known without loading it', async () => {
    const { journal, reopened } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    const first = await reopened();
    await first.commit(step('b/y', 0));

    const second = await reopened();

    assert.deepEqual(second.head('a/x'), head('a/x', noon));
    assert.deepEqual(second.head('b/y'), head('b/y', noon));
    assert.equal(second.head('c/z'), undefined);
  });

  test('a loaded snapshot shows later commits, head and generation stay those of the loading', async () => {
    const { journal } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    const state = await journal.load('a/x');

    await journal.commit(telling('a/x', 1, '2', 1));

    assert.deepEqual([...(state?.snapshot.keys() ?? [])], ['1', '2']);
    assert.equal(state?.generation, 1);
    assert.equal((await journal.load('a/x'))?.generation, 2);
  });

  test('a commit from another generation is refused and changes nothing', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.commit(telling('a/x', 1, '2', 1));

    for await (const each of twice()) {
      for (const generation of [0, 1, 3]) {
        await assert.rejects(
          each.commit(telling('a/x', generation, '9', 1)),
          (error) => error instanceof Fault && error.code === 'stale-generation',
        );
      }
      await assert.rejects(each.commit(step('new/feed', 1)), { code: 'stale-generation' });
      assert.deepEqual([...((await each.load('a/x'))?.snapshot.keys() ?? [])], ['1', '2']);
      assert.deepEqual(pendingIds(each), ['a/x#1@1', 'a/x#2@1']);
      assert.deepEqual(each.feeds(), ['a/x']);
    }
  });

  test('a rebirth drops what was remembered, and the generation goes on', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, 'old', 1));
    await journal.commit(step('a/x', 1, { reborn: true, told: [['new', told(1)]] }));

    for await (const each of twice()) {
      const state = await each.load('a/x');
      assert.deepEqual([...(state?.snapshot.keys() ?? [])], ['new']);
      assert.equal(state?.generation, 2);
    }
  });

  test('record ids and feed names may be anything', async () => {
    const { journal, reopened } = await begin();
    const ids = ['__proto__', 'constructor', '', ' ', '10', '9', 'ż/"\n', 'toString'];
    const feeds = ['a/__proto__', './..', 'a/../../x', 'a/ż ü/%', 'A/x', 'noslash', 'a/', `long/${'é'.repeat(300)}`];
    for (const feed of feeds) {
      await journal.commit(step(feed, 0, { told: ids.map((id) => [id, told(1, `${feed} ${id}`)]) }));
    }

    const again = await reopened();

    assert.deepEqual(again.feeds(), [...feeds].sort());
    for (const feed of feeds) {
      const state = await again.load(feed);
      assert.deepEqual([...(state?.snapshot.keys() ?? [])].sort(), [...ids].sort());
      for (const id of ids) assert.equal(state?.snapshot.get(id)?.digest, `${feed} ${id}`);
    }
  });

  test('closing twice is closing once', async () => {
    const { journal } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));

    await Promise.all([journal.close(), journal.close()]);
    await journal.close();
  });
}
