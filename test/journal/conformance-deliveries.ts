import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Begin } from './steps.ts';
import { dead, deadIds, delivered, delivery, failed, kept, noon, pendingIds, step, telling } from './steps.ts';

/** What a journal promises about deliveries. */
export function deliveryConformance(begin: Begin): void {
  test('deliveries are pending in commit order with their bytes, until they are settled', async () => {
    const { journal, twice } = await begin();
    await journal.commit(step('a/x', 0, { deliveries: [delivery('a/x', '2', 1), delivery('a/x', '1', 1)] }));
    await journal.commit(step('b/y', 0, { deliveries: [delivery('b/y', '1', 1, { body: 'ü' })] }));
    await journal.commit(step('a/x', 1, { deliveries: [delivery('a/x', '1', 2, { body: '' })] }));
    await journal.settle(delivered('a/x#1@1'));

    for await (const each of twice()) {
      assert.deepEqual(pendingIds(each), ['a/x#2@1', 'b/y#1@1', 'a/x#1@2']);
      assert.equal(await each.body('b/y#1@1'), 'ü');
      assert.equal(await each.body('a/x#1@2'), '');
      const [first, second] = [...each.pending()];
      assert.equal(first?.attempts, 0);
      assert.equal(first?.contentType, 'application/json');
      assert.equal(first?.callback, 'https://receiver.test/hook');
      assert.deepEqual([first?.count, first?.order], [1, 0]);
      assert.deepEqual((await each.delivery('a/x#2@1'))?.events, delivery('a/x', '2', 1).events);
      assert.equal(second?.bytes, 2);
      assert.ok((first?.sequence ?? 0) < (second?.sequence ?? 0));
    }
  });

  test('a delivery without a callback has none, and is kept when it is settled so', async () => {
    const { journal, twice } = await begin();
    const { callback: _callback, ...bare } = delivery('a/x', '1', 1);
    await journal.commit(step('a/x', 0, { deliveries: [bare] }));
    assert.equal('callback' in ([...journal.pending()][0] ?? {}), false);

    await journal.settle(kept('a/x#1@1'));

    for await (const each of twice()) {
      assert.deepEqual(pendingIds(each), []);
      assert.equal((await each.events({}))[0]?.state, 'kept');
    }
  });

  test('a failed attempt is remembered with its delivery', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.attempt(failed('a/x#1@1', 1));
    await journal.attempt(failed('a/x#1@1', 2, noon + 5));
    await journal.attempt(failed('unknown', 1));

    for await (const each of twice()) {
      const [one] = [...each.pending()];
      assert.equal(one?.attempts, 2);
      assert.equal(one?.firstAttemptAt, noon);
      assert.equal(one?.nextAttemptAt, noon + 2005);
      assert.equal(one?.lastSays, 'attempt 2 failed');
    }
  });

  test('a settled delivery stays as it was when it is settled again', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(kept('a/x#1@1'));

    await journal.settle(delivered('a/x#1@1', noon + 1));
    await journal.settle(dead('a/x#1@1', noon + 2));
    await journal.settle(dead('unknown'));
    await journal.attempt(failed('a/x#1@1', 1));

    for await (const each of twice()) {
      const [event] = await each.events({});
      assert.deepEqual([event?.state, event?.settledAt, event?.attempts], ['kept', noon, 0]);
      assert.deepEqual(deadIds(each), []);
    }
  });

  test('settlements of one delivery that are asked for at once come one after the other', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));

    await Promise.all([
      journal.attempt(failed('a/x#1@1', 1)),
      journal.settle(dead('a/x#1@1')),
      journal.settle(delivered('a/x#1@1', noon + 1)),
      journal.settle(kept('a/x#1@1', noon + 2)),
    ]);

    for await (const each of twice()) {
      const events = await each.events({});
      assert.deepEqual(
        events.map((event) => [event.state, event.settledAt, event.attempts]),
        [['delivered', noon + 1, 1]],
      );
      assert.deepEqual(deadIds(each), []);
      assert.deepEqual(pendingIds(each), []);
    }
  });

  test('dead letters are kept with their bytes in the order of their death', async () => {
    const { journal, twice } = await begin();
    for (const [generation, id] of ['1', '2', '3'].entries()) {
      await journal.commit(telling('a/x', generation, id, 1, `body ${id}`));
    }
    await journal.attempt(failed('a/x#2@1', 4));
    await journal.settle(dead('a/x#3@1', noon + 1));
    await journal.settle(dead('a/x#2@1', noon + 2));

    for await (const each of twice()) {
      assert.deepEqual(deadIds(each), ['a/x#3@1', 'a/x#2@1']);
      assert.deepEqual(pendingIds(each), ['a/x#1@1']);
      assert.equal(await each.body('a/x#2@1'), 'body 2');
      const [, second] = [...each.dead()];
      assert.equal(second?.attempts, 4);
      assert.equal(second?.lastSays, 'refused for 72 hours');
      assert.deepEqual(second?.events, delivery('a/x', '2', 1).events);
    }
  });

  test('attempts on a dead letter are remembered, and it may still be delivered', async () => {
    const { journal, reopened, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(dead('a/x#1@1'));
    await journal.attempt(failed('a/x#1@1', 7));
    const again = await reopened();
    assert.deepEqual([[...again.dead()][0]?.attempts, [...again.dead()][0]?.lastSays], [7, 'attempt 7 failed']);

    await again.settle(delivered('a/x#1@1', noon + 9));

    for await (const each of twice()) {
      assert.deepEqual(deadIds(each), []);
      const [event] = await each.events({});
      assert.deepEqual([event?.state, event?.settledAt, event?.attempts], ['delivered', noon + 9, 7]);
      assert.equal(await each.body('a/x#1@1'), delivery('a/x', '1', 1).body);
    }
  });

  test('a delivery that is committed again while it is pending or dead is the same one', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.commit(telling('a/x', 1, '2', 1));
    await journal.settle(dead('a/x#2@1'));
    await journal.commit(step('a/x', 2, { deliveries: [delivery('a/x', '1', 1), delivery('a/x', '2', 1)] }));

    for await (const each of twice()) {
      assert.deepEqual(pendingIds(each), ['a/x#1@1']);
      assert.deepEqual(deadIds(each), ['a/x#2@1']);
      assert.equal((await each.events({})).length, 2);
    }
  });

  test('a delivery that is committed again after it was settled is pending again', async () => {
    const { journal, reopened, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(dead('a/x#1@1'));
    await journal.settle(delivered('a/x#1@1'));
    await journal.commit(telling('a/x', 1, '1', 1));

    for await (const each of twice()) {
      assert.deepEqual(pendingIds(each), ['a/x#1@1']);
      assert.deepEqual(
        (await each.events({})).map((event) => event.state),
        ['pending'],
      );
    }

    const last = await reopened();
    await last.settle(dead('a/x#1@1'));
    for await (const each of twice()) assert.deepEqual(deadIds(each), ['a/x#1@1']);
  });
}
