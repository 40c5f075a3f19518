import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gate, hour, minute, pendingIds, second, stage } from './stage.ts';

const many = (count: number): Record<string, readonly string[]> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, [`${index}`]]));

test('a callback that fails as often as it has slots is tried with one delivery at a time, each in its turn', async () => {
  const { clock, drain, sent, heard, commit, play } = stage({ receiver: () => 503, limits: { perCallback: 2 } });
  const running = play();

  await commit('crm/contacts', many(6));
  await clock.advance(4 * minute);

  const [first, second_, ...probes] = sent;
  assert.equal(first?.at, second_?.at);
  assert.deepEqual(
    probes.slice(0, 4).map(({ id }) => id),
    ['d2', 'd3', 'd4', 'd5'],
  );
  const pauses = probes.map(({ at }, index) => at - ([second_, ...probes][index]?.at ?? 0));
  pauses.slice(1).forEach((pause, index) => assert.ok(pause > (pauses[index] ?? 0), `${pauses.join(' ')}`));
  assert.deepEqual(
    heard('callback:paused').map(({ facts }) => facts?.['reason']),
    ['down'],
  );
  assert.equal(drain.status().callbacks[0]?.state, 'down');
  assert.deepEqual(drain.pollable('https://crm.test'), { ok: true });
  await running.stop();
});

test('the first success opens it for everything that waits', async () => {
  const outageEnds = 10 * minute;
  const { clock, journal, sent, heard, commit, play } = stage({
    receiver: ({ at }) => (at - began < outageEnds ? 503 : 200),
    limits: { perCallback: 2 },
  });
  const began = clock.now();
  const running = play();

  await commit('crm/contacts', many(40));
  await clock.advance(40 * minute);

  const during = sent.filter(({ at }) => at - began < outageEnds);
  assert.ok(during.length < 12, `${during.length} attempts`);
  assert.deepEqual(pendingIds(journal), []);
  assert.deepEqual(
    heard('callback:resumed').map(({ facts }) => facts?.['reason']),
    ['down'],
  );
  await running.stop();
});

test('a poison delivery backs off by itself and holds nobody up', async () => {
  const { clock, drain, sent, heard, commit, play } = stage({ receiver: ({ id }) => (id === 'poison' ? 400 : 200) });
  const running = play();

  await commit('crm/contacts', { poison: ['p'] });
  await clock.advance(2 * hour);
  await commit('crm/contacts', { healthy: ['h'] });
  await clock.settle();

  assert.equal(sent.at(-1)?.id, 'healthy');
  assert.equal(sent.at(-1)?.at, clock.now());
  assert.deepEqual(heard('callback:paused'), []);
  assert.equal(drain.status().callbacks[0]?.state, 'open');
  await running.stop();
});

test('failures with a success between them are not failures in a row', async () => {
  const { clock, drain, heard, commit, play } = stage({
    receiver: ({ id }) => (id.startsWith('poison') ? 400 : 200),
    limits: { perCallback: 2 },
  });
  const running = play();

  for (const round of [1, 2, 3]) {
    await commit('crm/contacts', { [`poison${round}`]: [`p${round}`] });
    await clock.settle();
    await commit('crm/contacts', { [`healthy${round}`]: [`h${round}`] });
    await clock.settle();
  }

  assert.deepEqual(heard('callback:paused'), []);
  assert.equal(drain.status().callbacks[0]?.deliveries, 3);
  await running.stop();
});

test('410 stops that callback at once and its feeds, and nothing is lost', async () => {
  const { clock, journal, drain, sentIds, heard, commit, play } = stage({
    receiver: ({ url }) => (url === 'https://gone.test' ? 410 : 200),
    limits: { perCallback: 1 },
  });
  const running = play();

  await commit('gone/feed', { g1: ['a'], g2: ['b'] });
  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(100 * hour);
  await commit('gone/feed', { g3: ['c'] });
  await clock.advance(hour);

  assert.deepEqual(sentIds(), ['g1', 'd1']);
  assert.deepEqual(pendingIds(journal), ['g1', 'g2', 'g3']);
  const pollable = drain.pollable('https://gone.test');
  assert.ok(!pollable.ok);
  assert.match(pollable.says, /410 Gone.*callback\.url/);
  assert.deepEqual(drain.pollable('https://crm.test'), { ok: true });
  assert.deepEqual(
    heard('callback:paused').map(({ facts }) => facts?.['reason']),
    ['stopped'],
  );
  assert.equal(drain.status().callbacks[0]?.state, 'stopped');
  assert.equal(drain.status().callbacks[0]?.nextAttemptAt, undefined);
  await running.stop();
});

test('a restart tries a stopped callback again', async () => {
  const before = stage({ receiver: () => 410 });
  const running = before.play();
  await before.commit('gone/feed', { g1: ['a'] });
  await before.clock.settle();
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock });
  await after.drain.drainDue();

  assert.deepEqual(after.sentIds(), ['g1']);
  assert.deepEqual(pendingIds(after.journal), []);
});

test('a full outbox pauses its feeds until a tenth of it is free', async () => {
  const answers = Array.from({ length: 20 }, () => gate<number>());
  const { clock, drain, heard, commit, play } = stage({
    receiver: (_sent, n) => answers[n]?.passed ?? 200,
    limits: { perCallback: 1, outbox: { events: 20, bytes: 1e6 } },
  });
  const pollable = (): boolean => drain.pollable('https://crm.test').ok;
  const running = play();
  const seen: boolean[] = [];

  await commit('crm/contacts', many(19));
  seen.push(pollable());
  await commit('crm/contacts', { last: ['x'] });
  seen.push(pollable());
  const full = drain.pollable('https://crm.test');
  const { state } = drain.status().callbacks[0] ?? {};
  for (const answer of answers.slice(0, 3)) {
    answer.open(200);
    await clock.settle();
    seen.push(pollable());
  }

  assert.deepEqual(seen, [true, false, false, true, true]);
  assert.ok(!full.ok);
  assert.match(full.says, /full \(20 events.*at most 18 events/);
  assert.equal(state, 'full');
  assert.deepEqual(
    [...heard('callback:paused'), ...heard('callback:resumed')].map(({ facts }) => facts?.['reason']),
    ['full', 'full'],
  );
  for (const answer of answers) answer.open(200);
  await running.stop();
});

test('the bound on bytes counts as well, and one callback fills only its own outbox', async () => {
  const { drain, heard, commit } = stage({ limits: { outbox: { events: 1_000, bytes: 60 } } });

  await commit('crm/contacts', { d1: ['a'] });
  await commit('shop/orders', { d2: ['a'] });
  await commit('crm/contacts', { d3: ['b'], d4: ['c'] });

  assert.equal(drain.pollable('https://crm.test').ok, false);
  assert.equal(drain.pollable('https://shop.test').ok, true);
  assert.equal(heard('callback:paused').length, 1);
});

test('the status says what waits, since when, why and until when', async () => {
  const { clock, drain, commit, play } = stage({ receiver: () => 500 });
  const running = play();
  const committedAt = clock.now();

  await commit('crm/contacts', { d1: ['a', 'b'] });
  await clock.advance(second);

  const [callback] = drain.status().callbacks;
  assert.deepEqual(
    { ...callback, bytes: 0, nextAttemptAt: 0 },
    {
      key: 'https://crm.test',
      state: 'open',
      deliveries: 1,
      events: 2,
      bytes: 0,
      oldest: committedAt,
      lastError: { at: committedAt, says: 'the receiver answered 500' },
      nextAttemptAt: 0,
    },
  );
  assert.ok((callback?.nextAttemptAt ?? 0) >= committedAt + 5 * second);
  assert.deepEqual(drain.status().parked, { deliveries: 0, events: 0, bytes: 0 });
  assert.equal(drain.status().dead, 0);
  await running.stop();
});
