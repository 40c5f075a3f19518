import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settlement } from '../../src/model/journal.ts';
import type { Begin } from './steps.ts';
import { dead, deadIds, delivered, delivery, failed, kept, noon, pendingIds, step, telling, week } from './steps.ts';

const elsewhere = 'https://receiver.test/new';

function dropped(id: string, at = noon): Settlement {
  return { id, outcome: 'dropped', at };
}

/** What a journal promises about what people make pending again, and what they give up. */
export function commandConformance(begin: Begin): void {
  for (const [was, settle] of [
    ['delivered', delivered],
    ['kept', kept],
    ['dead', dead],
    ['dropped', dropped],
  ] as const) {
    test(`a delivery that is ${was} is pending again when it is replayed, as if it had never been tried`, async () => {
      const { journal, twice } = await begin();
      await journal.commit(telling('a/x', 0, '1', 1));
      await journal.commit(telling('a/x', 1, '2', 1));
      await journal.attempt(failed('a/x#1@1', 3));
      await journal.settle(settle('a/x#1@1', noon + 1));

      const done = await journal.replay([{ id: 'a/x#1@1', callback: elsewhere }]);

      assert.deepEqual(done, ['a/x#1@1']);
      for await (const each of twice()) {
        assert.deepEqual([pendingIds(each), deadIds(each)], [['a/x#2@1', 'a/x#1@1'], []]);
        assert.equal(await each.body('a/x#1@1'), delivery('a/x', '1', 1).body);
        const { sequence: _sequence, ...found } = (await each.delivery('a/x#1@1')) ?? { sequence: 0 };
        const { body, ...fresh } = delivery('a/x', '1', 1);
        const bytes = Buffer.byteLength(body);
        assert.deepEqual(found, { ...fresh, callback: elsewhere, bytes, attempts: 0, replayed: true });
        const listed = (await each.events({ recordId: '1' })).map((event) => [event.state, event.callback]);
        assert.deepEqual(listed, [['pending', elsewhere]]);
        assert.equal(each.backlog().get('a/x')?.deliveries, 2);
      }
    });
  }

  test('what is pending or unknown is not replayed, and nothing twice', async () => {
    const { journal, twice } = await begin();
    await journal.commit(step('a/x', 0, { deliveries: ['1', '2', '3'].map((id) => delivery('a/x', id, 1)) }));
    for (const id of ['1', '2']) await journal.settle(delivered(`a/x#${id}@1`));

    const replays = ['2', '3', '9', '1'].map((id) => ({ id: `a/x#${id}@1`, callback: elsewhere }));
    const done = await journal.replay([...replays, ...replays]);

    assert.deepEqual(done, ['a/x#2@1', 'a/x#1@1']);
    for await (const each of twice()) {
      const [first, ...replayed] = pendingIds(each);
      assert.deepEqual([first, ...replayed.sort()], ['a/x#3@1', 'a/x#1@1', 'a/x#2@1']);
    }
  });

  test('a replayed delivery is settled anew, and can be replayed as often as somebody wants', async () => {
    const { journal, twice } = await begin();
    await journal.commit(telling('a/x', 0, '1', 1));
    await journal.settle(delivered('a/x#1@1', noon));
    for (let times = 1; times <= 3; times += 1) {
      await journal.replay([{ id: 'a/x#1@1', callback: elsewhere }]);
      await journal.attempt(failed('a/x#1@1', times));
      await journal.settle(times === 2 ? dead('a/x#1@1', noon + times) : delivered('a/x#1@1', noon + times));
    }

    for await (const each of twice()) {
      const listed = (await each.events({})).map((event) => [event.state, event.settledAt, event.attempts]);
      assert.deepEqual(listed, [['delivered', noon + 3, 3]]);
      assert.deepEqual([pendingIds(each), deadIds(each)], [[], []]);
    }
  });

  test('what is settled for longer than the retention cannot be replayed, a dead letter can', async () => {
    const { clock, journal } = await begin();
    for (const [generation, id] of ['1', '2'].entries()) await journal.commit(telling('a/x', generation, id, 1));
    await journal.settle(delivered('a/x#1@1', noon));
    await journal.settle(dead('a/x#2@1', noon));
    clock.at = noon + week + 1;

    const done = await journal.replay(['1', '2'].map((id) => ({ id: `a/x#${id}@1`, callback: elsewhere })));

    assert.deepEqual(done, ['a/x#2@1']);
  });

  test('a dropped delivery is listed as dropped, pending or dead as it was, and nothing else is dropped', async () => {
    const { journal, twice } = await begin();
    for (const [generation, id] of ['1', '2', '3'].entries()) await journal.commit(telling('a/x', generation, id, 1));
    await journal.settle(dead('a/x#1@1', noon));
    await journal.settle(delivered('a/x#3@1', noon));

    const changed: boolean[] = [];
    for (const id of ['1', '2', '3', '1']) changed.push(await journal.settle(dropped(`a/x#${id}@1`, noon + 5)));

    assert.deepEqual(changed, [true, true, false, false]);
    for await (const each of twice()) {
      const listed = (await each.events({})).map((event) => [event.recordId, event.state, event.settledAt]);
      assert.deepEqual(listed, [
        ['1', 'dropped', noon + 5],
        ['2', 'dropped', noon + 5],
        ['3', 'delivered', noon],
      ]);
      assert.deepEqual([pendingIds(each), deadIds(each)], [[], []]);
      assert.equal((await each.events({ state: 'dropped' }))[0]?.lastSays, 'refused for 72 hours');
      assert.equal(await each.body('a/x#1@1'), delivery('a/x', '1', 1).body);
    }
  });

  test('events are found by their ids and by those of their POSTs, whatever became of them', async () => {
    const { journal, twice } = await begin();
    for (const [generation, id] of ['1', '2', '3', '4'].entries()) {
      await journal.commit(telling('a/x', generation, id, 1));
    }
    await journal.settle(delivered('a/x#1@1'));
    await journal.settle(dead('a/x#2@1'));
    const cases: readonly [readonly string[], readonly string[]][] = [
      [['a/x#1@1'], ['1']],
      [['event a/x#1@1', 'a/x#1@1'], ['1']],
      [
        ['event a/x#2@1', 'a/x#3@1', 'event a/x#4@1'],
        ['2', '3', '4'],
      ],
      [['nothing', 'event a/x#3@1'], ['3']],
      [[], []],
    ];

    for await (const each of twice()) {
      for (const [ids, expected] of cases) {
        const listed = (await each.events({ ids })).map((event) => event.recordId);
        assert.deepEqual(listed, expected, ids.join());
      }
    }
  });
}
