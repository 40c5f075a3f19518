import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault } from '../../src/model/fault.ts';
import type { Duration, Instant } from '../../src/model/instant.ts';
import type { Journal } from '../../src/model/journal.ts';
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
  standingClock,
  step,
  telling,
  told,
  week,
} from './steps.ts';

export interface Ports {
  readonly clock: { now(): Instant };
  readonly retention: Duration;
}

/** Opens a journal that is empty at first. Called again after a close, it gives what was there before. */
export type Opener = () => Promise<Journal>;

/** What every Journal promises. `start` gives the opener of a new, empty place. */
export function journalConformance(name: string, start: (ports: Ports) => Opener | Promise<Opener>): void {
  const begin = async (): Promise<{
    clock: ReturnType<typeof standingClock>;
    journal: Journal;
    reopened: () => Promise<Journal>;
    /** The journal as it is, then reopened. */
    twice: () => AsyncIterable<Journal>;
  }> => {
    const clock = standingClock();
    const open = await start({ clock, retention: week });
    let journal = await open();
    const reopened = async (): Promise<Journal> => {
      await journal.close();
      journal = await open();
      return journal;
    };
    return {
      clock,
      journal,
      reopened,
      async *twice() {
        yield journal;
        yield await reopened();
      },
    };
  };

  describe(`${name} keeps the promises of a journal`, () => {
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
        assert.deepEqual(first?.events, delivery('a/x', '2', 1).events);
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

    test('closing twice is closing once', async () => {
      const { journal } = await begin();
      await journal.commit(telling('a/x', 0, '1', 1));

      await Promise.all([journal.close(), journal.close()]);
      await journal.close();
    });
  });
}
