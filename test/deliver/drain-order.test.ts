import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gate, hour, minute, pendingIds, second, stage } from './stage.ts';

test('a delivery waits for every earlier one with one of its records, across failures', async () => {
  const { clock, sentIds, commit, play } = stage({
    receiver: ({ id }, n) => (id === 'd1' && n < 3 ? 500 : 200),
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a', 'b'], d2: ['x'], d3: ['b', 'c'], d4: ['c'] });
  await clock.settle();
  const atOnce = [...sentIds()];
  await clock.advance(hour);

  assert.deepEqual(atOnce, ['d1', 'd2']);
  assert.deepEqual(sentIds(), ['d1', 'd2', 'd1', 'd1', 'd3', 'd4']);
  await running.stop();
});

test('the same record id of another feed is another record', async () => {
  const answer = gate<number>();
  const { clock, sentIds, commit, play } = stage({ receiver: ({ id }) => (id === 'd1' ? answer.passed : 200) });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await commit('crm/accounts', { d2: ['a'] });
  await clock.settle();

  assert.deepEqual(sentIds(), ['d1', 'd2']);
  answer.open(200);
  await running.stop();
});

test('a later delivery goes once the earlier one is dead', async () => {
  const { clock, journal, sentIds, commit, play } = stage({
    receiver: ({ id }) => (id === 'd1' ? 400 : 200),
    limits: { retryFor: minute },
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a'], d2: ['a'] });
  await clock.advance(hour);

  assert.deepEqual(sentIds(), ['d1', 'd1', 'd1', 'd1', 'd2'].slice(-sentIds().length));
  assert.equal(sentIds().at(-1), 'd2');
  assert.deepEqual(pendingIds(journal), []);
  await running.stop();
});

test('a callback gets so many at a time and no more, all callbacks together neither', async () => {
  const flying = new Map<string, number>();
  let [most, mostOfOne] = [0, 0];
  const { clock, commit, play, sent } = stage({
    receiver: async ({ url }) => {
      flying.set(url, (flying.get(url) ?? 0) + 1);
      most = Math.max(
        most,
        [...flying.values()].reduce((sum, count) => sum + count, 0),
      );
      mostOfOne = Math.max(mostOfOne, flying.get(url) ?? 0);
      await clock.sleepUntil(clock.now() + second);
      flying.set(url, (flying.get(url) ?? 0) - 1);
      return 200;
    },
    limits: { concurrency: 8, perCallback: 3 },
  });
  const running = play();

  for (const name of ['a', 'b', 'c']) {
    const ids = Array.from({ length: 10 }, (_, index) => [`${name}${index}`, [`${index}`]] as const);
    await commit(`${name}/feed`, Object.fromEntries(ids));
    await clock.settle();
  }
  await clock.advance(minute);

  assert.equal(sent.length, 30);
  assert.ok(most >= 6 && most <= 8, `${most} at a time`);
  assert.equal(mostOfOne, 3);
  await running.stop();
});

for (const [concurrency, perCallback] of [
  [4, 2],
  [4, 4],
] as const)
  test(`one slow callback never takes the slots of another, of ${concurrency} with ${perCallback} for each`, async () => {
    const never = gate<number>();
    const { clock, sentIds, commit, play } = stage({
      receiver: ({ url }) => (url === 'https://slow.test' ? never.passed : 200),
      limits: { concurrency, perCallback },
    });
    const running = play();

    await commit('slow/feed', Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`s${n}`, [`${n}`]])));
    await clock.settle();
    await commit('quick/feed', Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`q${n}`, [`${n}`]])));
    await clock.settle();

    assert.equal(sentIds().filter((id) => id.startsWith('s')).length, 2);
    assert.equal(sentIds().filter((id) => id.startsWith('q')).length, 20);
    never.open(200);
    await running.stop();
  });

test('callbacks take turns, whoever has more waiting', async () => {
  const { clock, sentIds, commit, play } = stage({
    receiver: async () => {
      await clock.sleepUntil(clock.now() + second);
      return 200;
    },
    limits: { concurrency: 1, perCallback: 1 },
  });
  await commit('a/feed', { a1: ['1'], a2: ['2'], a3: ['3'], a4: ['4'] });
  await commit('b/feed', { b1: ['1'], b2: ['2'] });
  const running = play();

  await clock.advance(minute);

  assert.deepEqual(sentIds(), ['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  await running.stop();
});

interface Plan {
  readonly commits: readonly { readonly feed: number; readonly records: readonly number[]; readonly pause: number }[];
  readonly outages: readonly { readonly from: number; readonly length: number }[];
  readonly poison: number;
  readonly perCallback: number;
  readonly concurrency: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  commits: fc.array(
    fc.record({
      feed: fc.nat(3),
      records: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
      pause: fc.nat(20 * minute),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  outages: fc.array(fc.record({ from: fc.nat(3 * hour), length: fc.nat(hour) }), { maxLength: 3 }),
  poison: fc.nat(30),
  perCallback: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

test('through outages and poison, everything is delivered in order for each record and nothing after it was accepted', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { commits, outages, poison, perCallback, concurrency } = plan;
      const records = new Map<string, readonly string[]>();
      const accepted: string[] = [];
      const flying = new Set<string>();
      const feedOf = (id: string): number => Number(id.split('-')[1]);
      const play = stage({
        receiver: async ({ id, at }) => {
          assert.ok(!accepted.includes(id), `${id} was sent again`);
          assert.ok(!flying.has(id), `${id} is under way twice`);
          flying.add(id);
          assert.ok(flying.size <= concurrency);
          await clock.sleepUntil(at + (Number(id.split('-')[0]) % 3) * second);
          flying.delete(id);
          const out = outages.some(({ from, length }) => at >= began + from && at < began + from + length);
          if (out || id.startsWith(`${poison}-`)) return 500;
          accepted.push(id);
          return 200;
        },
        limits: { perCallback, concurrency, retryFor: 24 * hour },
      });
      const { clock } = play;
      const began = clock.now();
      const running = play.play();

      for (const [index, { feed, records: held, pause }] of commits.entries()) {
        const id = `${index}-${feed}`;
        records.set(id, held.map(String));
        // Two feeds share a callback.
        await play.commit(`c${feed >> 1}/${feed}`, { [id]: held.map(String) });
        await clock.advance(pause);
      }
      await clock.advance(60 * hour);
      await running.stop();

      const ids = [...records.keys()];
      assert.deepEqual([...accepted].sort(), ids.filter((id) => !id.startsWith(`${poison}-`)).sort());
      assert.deepEqual(pendingIds(play.journal), []);
      for (const feed of [0, 1, 2, 3]) {
        for (const record of ['0', '1', '2', '3', '4']) {
          const holds = (id: string): boolean => feedOf(id) === feed && records.get(id)?.includes(record) === true;
          const expected = ids.filter((id) => holds(id) && accepted.includes(id));
          assert.deepEqual(accepted.filter(holds), expected);
        }
      }
    }),
    { numRuns: 40 },
  );
});
