import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, deadIds, gate, hour, minute, pendingIds, second, stage, start } from './stage.ts';

test('what is committed is sent at once, settled after the answer, and told', async () => {
  const answer = gate<number>();
  const { clock, journal, drain, told, sentIds, commit, play } = stage({ receiver: () => answer.passed });
  const running = play();

  await commit('crm/contacts', { d1: ['a', 'b'] });
  await clock.advance(3 * second);
  const before = pendingIds(journal);
  answer.open(202);
  await clock.settle();

  assert.deepEqual(sentIds(), ['d1']);
  assert.deepEqual(before, ['d1']);
  assert.deepEqual(pendingIds(journal), []);
  const [event] = await journal.events({ recordId: 'a' });
  assert.equal(event?.state, 'delivered');
  assert.deepEqual(
    told.map(({ name }) => name),
    ['delivery:done'],
  );
  assert.deepEqual(told[0]?.facts, { delivery: 'd1', attempts: 1, events: ['d1-a', 'd1-b'], status: 202, took: 3_000 });
  assert.deepEqual(drain.status().callbacks[0]?.deliveries, 0);
  await running.stop();
});

test('failed attempts follow the schedule until one succeeds', async () => {
  const { clock, journal, sent, heard, commit, play } = stage({ receiver: (_sent, n) => (n < 4 ? 500 : 200) });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(hour);

  const pauses = sent.slice(1).map(({ at }, index) => (at - (sent[index]?.at ?? 0)) / second);
  assert.equal(sent.length, 5);
  [5, 30, 120, 600].forEach((pause, index) => {
    const taken = pauses[index] ?? 0;
    assert.ok(taken >= pause && taken <= pause * 1.2, `${taken} s for ${pause} s`);
  });
  assert.deepEqual(
    heard('delivery:failed').map(({ facts }) => facts?.['attempts']),
    [1, 2, 3, 4],
  );
  assert.deepEqual(pendingIds(journal), []);
  await running.stop();
});

test('a failed attempt is durable before the next one', async () => {
  const { clock, journal, commit, play } = stage({ receiver: () => 503 });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(10 * second);

  const [pending] = [...journal.pending()];
  assert.equal(pending?.attempts, 2);
  assert.equal(pending?.firstAttemptAt, start);
  assert.ok((pending?.nextAttemptAt ?? 0) >= start + 35 * second);
  assert.match(pending?.lastSays ?? '', /answered 503/);
  await running.stop();
});

test('redirects and silence are failures like any other', async () => {
  const outcomes = [301, 307, { ok: false, failure: 'timeout', says: 'it took too long' } as const, 204];
  const { clock, heard, commit, play, sent } = stage({ receiver: (_sent, n) => outcomes[n] ?? 500 });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(10 * minute);

  assert.equal(sent.length, 4);
  assert.deepEqual(
    heard('delivery:failed').map(({ facts }) => facts?.['status'] ?? facts?.['failure']),
    [301, 307, 'timeout'],
  );
  await running.stop();
});

test('an answer with 200 is a delivery, whatever becomes of its body', async () => {
  const { clock, journal, told, sent, commit, play } = stage({
    receiver: () => ({ ok: false, failure: 'too-large', says: 'it sent too much', status: 200 }),
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(hour);

  assert.equal(sent.length, 1);
  assert.deepEqual(pendingIds(journal), []);
  assert.deepEqual(
    told.map(({ name, facts }) => [name, facts?.['status'], facts?.['failure']]),
    [['delivery:done', 200, undefined]],
  );
  await running.stop();
});

test('a Retry-After beyond the time for retries is waited for, one attempt follows, and its own is kept as well', async () => {
  const { clock, journal, sent, commit, play } = stage({
    receiver: () => answered(503, { 'retry-after': '7200' }),
    limits: { retryFor: hour },
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(2 * hour - 1);
  const early = sent.length;
  await clock.advance(1);
  const dead = [...deadIds(journal)];
  await clock.advance(2 * hour - 1);
  const silent = sent.length;
  await clock.advance(2 * hour + 1);

  assert.deepEqual([early, dead, silent], [1, ['d1'], 2]);
  assert.deepEqual(
    sent.map(({ at }) => (at - start) / hour),
    [0, 2, 4, 6],
  );
  await running.stop();
});

test('a busy receiver is left alone as a whole for as long as it asked', async () => {
  const { clock, sent, commit, play } = stage({
    receiver: (_sent, n) => (n === 0 ? answered(429, { 'retry-after': '600' }) : 200),
  });
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await clock.settle();

  await commit('crm/contacts', { d2: ['b'] });
  await commit('shop/orders', { d3: ['c'] });
  await clock.advance(600 * second - 1);
  const meanwhile = sent.map(({ id }) => id);
  await clock.advance(2);

  assert.deepEqual(meanwhile, ['d1', 'd3']);
  assert.deepEqual(
    sent.map(({ id }) => id),
    ['d1', 'd3', 'd1', 'd2'],
  );
  await running.stop();
});

test('the loop sleeps until something is due and never turns in between', async () => {
  const { clock, commit, play } = stage({ receiver: () => 500 });
  const running = play();
  await clock.settle();
  const idle = clock.nextWake();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.settle();

  assert.equal(idle, Number.POSITIVE_INFINITY);
  assert.equal(clock.sleeping(), 1);
  assert.ok((clock.nextWake() ?? 0) >= start + 5 * second);
  await running.stop();
});

test('after the abort nothing new is sent and what is under way is settled', async () => {
  const answer = gate<number>();
  const { clock, journal, sentIds, commit, play } = stage({
    receiver: () => answer.passed,
    limits: { perCallback: 1 },
  });
  const running = play();
  await commit('crm/contacts', { d1: ['a'], d2: ['b'] });
  await clock.settle();

  running.soft.abort();
  await clock.settle();
  answer.open(200);
  await running.ended;

  assert.deepEqual(sentIds(), ['d1']);
  assert.deepEqual(pendingIds(journal), ['d2']);
});

test('the hard signal calls back what is under way, and that is no failed attempt', async () => {
  const { clock, journal, heard, commit, play } = stage({
    receiver: (_sent, _n, signal) =>
      new Promise((resolve) =>
        signal?.addEventListener('abort', () => resolve({ ok: false, failure: 'aborted', says: 'it was called back' })),
      ),
  });
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await clock.settle();

  running.soft.abort();
  await clock.settle();
  running.hard.abort();
  await running.ended;

  const [pending] = [...journal.pending()];
  assert.equal(pending?.attempts, 0);
  assert.deepEqual(heard('delivery:failed'), []);
});

test('one pass tries each due delivery once, with those that come free by it, and leaves the rest', async () => {
  const failing = new Set(['d2']);
  const { clock, journal, drain, sentIds, commit } = stage({
    receiver: async ({ id }) => {
      // Time goes on while the pass runs, past the first pause.
      await clock.sleepUntil(clock.now() + 4 * second);
      return failing.has(id) ? 500 : 200;
    },
    limits: { perCallback: 1 },
  });
  await commit('crm/contacts', { d1: ['a'], d2: ['b'], d3: ['a'], d4: ['b'], d5: ['c'] });

  const pass = drain.drainDue();
  await clock.advance(minute);
  await pass;

  assert.deepEqual(sentIds(), ['d1', 'd2']);
  assert.deepEqual(pendingIds(journal), ['d2', 'd3', 'd4', 'd5']);
});

test('one pass with room for failures goes through everything that is due', async () => {
  const { journal, drain, sentIds, commit } = stage({ receiver: ({ id }) => (id === 'd2' ? 500 : 200) });
  await commit('crm/contacts', { d1: ['a'], d2: ['b'], d3: ['a'], d4: ['b'], d5: ['c'] });

  await drain.drainDue();

  assert.deepEqual([...sentIds()].sort(), ['d1', 'd2', 'd3', 'd5']);
  assert.deepEqual(pendingIds(journal), ['d2', 'd4']);
});
