import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal } from '../../src/model/journal.ts';
import type { Begin } from './steps.ts';
import { dead, delivered, delivery, noon, step, telling, week } from './steps.ts';

/** What a journal promises about what was told. */
export function historyConformance(begin: Begin): void {
  test('events are listed by feed, record, time and state, oldest first, the newest where there is a limit', async () => {
    const { journal, twice } = await begin();
    await journal.commit(step('a/x', 0, { deliveries: [delivery('a/x', '1', 1), delivery('a/x', '2', 1)] }));
    await journal.commit(step('b/y', 0, { deliveries: [delivery('b/y', '1', 1, { committedAt: noon + 1 })] }));
    await journal.commit(step('a/x', 1, { deliveries: [delivery('a/x', '1', 2, { committedAt: noon + 2 })] }));
    await journal.settle(delivered('a/x#1@2', noon + 3));
    await journal.settle(delivered('a/x#1@1', noon + 4));
    await journal.settle(dead('b/y#1@1', noon + 5));
    const cases: readonly [Parameters<Journal['events']>[0], readonly string[]][] = [
      [{}, ['a/x#1@1', 'a/x#2@1', 'b/y#1@1', 'a/x#1@2']],
      [{ limit: 2 }, ['b/y#1@1', 'a/x#1@2']],
      [{ limit: 0 }, []],
      [{ limit: 9, feed: 'a/x' }, ['a/x#1@1', 'a/x#2@1', 'a/x#1@2']],
      [{ recordId: '1' }, ['a/x#1@1', 'b/y#1@1', 'a/x#1@2']],
      [{ recordId: '1', feed: 'a/x', limit: 1 }, ['a/x#1@2']],
      [{ since: noon + 1 }, ['b/y#1@1', 'a/x#1@2']],
      [{ state: 'pending' }, ['a/x#2@1']],
      [{ state: 'delivered' }, ['a/x#1@1', 'a/x#1@2']],
      [{ state: 'dead' }, ['b/y#1@1']],
      [{ state: 'kept' }, []],
    ];

    for await (const each of twice()) {
      for (const [query, expected] of cases) {
        const listed = await each.events(query);
        assert.deepEqual(
          listed.map((event) => event.delivery),
          expected,
          JSON.stringify(query),
        );
      }
      assert.deepEqual((await each.events({ state: 'dead' }))[0], {
        ...delivery('b/y', '1', 1).events[0],
        feed: 'b/y',
        delivery: 'b/y#1@1',
        committedAt: noon + 1,
        state: 'dead',
        callback: 'https://receiver.test/hook',
        attempts: 0,
        settledAt: noon + 5,
        lastSays: 'refused for 72 hours',
      });
    }
  });

  test('when something of each feed was delivered last is known for the retention', async () => {
    const { clock, journal, twice } = await begin();
    for (const [generation, id] of ['1', '2', '3'].entries()) await journal.commit(telling('a/x', generation, id, 1));
    for (const feed of ['b/y', 'c/z', 'd/w']) await journal.commit(telling(feed, 0, '1', 1));
    await journal.settle(delivered('a/x#1@1', noon + 7000));
    await journal.settle(delivered('a/x#2@1', noon + 5000));
    await journal.settle(dead('a/x#3@1', noon + 9000));
    await journal.settle(delivered('b/y#1@1', noon));
    await journal.settle(dead('c/z#1@1', noon + 9000));
    clock.at = noon + week + 1000;

    for await (const each of twice()) assert.deepEqual([...(await each.lastDelivered())], [['a/x', noon + 7000]]);
  });

  test('what was settled can be read for the retention, what is pending or dead for ever', async () => {
    const { clock, journal, twice } = await begin();
    for (const [generation, id] of ['1', '2', '3', '4'].entries()) {
      await journal.commit(telling('a/x', generation, id, 1));
    }
    await journal.settle(delivered('a/x#1@1', noon));
    await journal.settle(delivered('a/x#2@1', noon + 1000));
    await journal.settle(dead('a/x#3@1', noon));

    clock.at = noon + week + 1000;

    for await (const each of twice()) {
      assert.equal(await each.body('a/x#1@1'), undefined);
      for (const id of ['a/x#2@1', 'a/x#3@1', 'a/x#4@1']) assert.ok((await each.body(id))?.includes(id));
      const listed = (await each.events({})).map((event) => event.delivery);
      assert.deepEqual(listed, ['a/x#2@1', 'a/x#3@1', 'a/x#4@1']);
    }
  });
}
