import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callback, deadIds, hour, minute, pendingIds, second, stage, start } from './stage.ts';

const key = 'https://crm.test';

test('a dead letter is kept and told, and pauses the feeds until a pending delivery succeeds', async () => {
  const { clock, journal, drain, sentIds, heard, commit, play } = stage({
    receiver: ({ id, at }) => (id === 'd2' && at >= start + 130 * minute ? 200 : 400),
    limits: { retryFor: hour },
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(100 * minute);
  await commit('crm/contacts', { d2: ['b'] });
  await clock.advance(25 * minute);
  const dead = [...deadIds(journal)];
  const paused = drain.pollable(key);
  await clock.advance(hour);

  assert.deepEqual(dead, ['d1']);
  assert.ok(!paused.ok);
  assert.match(paused.says, /not polled.*given up.*answered 400/);
  assert.equal(heard('delivery:dead').length, 1);
  assert.match(heard('delivery:dead')[0]?.says ?? '', /events list --state dead/);
  assert.deepEqual(heard('delivery:dead')[0]?.facts?.['events'], ['d1-a']);
  assert.equal(sentIds().at(-1), 'd2');
  assert.deepEqual(drain.pollable(key), { ok: true });
  assert.deepEqual(deadIds(journal), ['d1']);
  assert.equal(drain.status().dead, 1);
  await running.stop();
});

test('a callback that took something since the first attempt of a dead letter is not paused', async () => {
  const { clock, journal, drain, heard, commit, play } = stage({
    receiver: ({ id }) => (id === 'poison' ? 400 : 200),
    limits: { retryFor: hour },
  });
  const running = play();

  await commit('crm/contacts', { poison: ['a'] });
  await clock.advance(minute);
  await commit('crm/contacts', { healthy: ['b'] });
  await clock.advance(3 * hour);

  assert.deepEqual(deadIds(journal), ['poison']);
  assert.deepEqual(drain.pollable(key), { ok: true });
  assert.deepEqual(heard('callback:paused'), []);
  await running.stop();
});

test('where nothing is pending the oldest dead letter is tried with growing pauses, and delivered in the end', async () => {
  const back = start + 6 * hour;
  const { clock, journal, drain, sent, heard, commit, play } = stage({
    receiver: ({ at }) => (at >= back ? 200 : 503),
    limits: { retryFor: hour },
  });
  const running = play();

  await commit('crm/contacts', { d1: ['a'], d2: ['b'] });
  await clock.advance(4 * hour);
  const pausedThen = drain.pollable(key).ok;
  const pendingThen = pendingIds(journal);
  const [oldest, younger] = deadIds(journal);
  await clock.advance(4 * hour);

  const deathAt = heard('delivery:dead').at(-1)?.at ?? 0;
  const probes = sent.filter(({ at }) => at > deathAt);
  const pauses = probes.slice(1).map(({ at }, index) => at - (probes[index]?.at ?? 0));
  assert.equal(pausedThen, false);
  assert.deepEqual(pendingThen, []);
  assert.deepEqual(new Set(probes.map(({ id }) => id)), new Set([oldest]));
  assert.ok(pauses.every((pause, index) => index === 0 || pause >= Math.min(pauses[index - 1] ?? 0, 30 * minute)));
  assert.ok(pauses.every((pause) => pause <= 36 * minute));
  assert.deepEqual(deadIds(journal), [younger]);
  assert.equal((await journal.events({ state: 'delivered' })).length, 1);
  assert.deepEqual(drain.pollable(key), { ok: true });
  await running.stop();
});

test('a restart keeps the pause, and one pass tries the dead letter', async () => {
  const before = stage({ receiver: () => 500, limits: { retryFor: minute } });
  const running = before.play();
  await before.commit('crm/contacts', { d1: ['a'] });
  await before.clock.advance(hour);
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock, receiver: (_sent, n) => (n === 0 ? 500 : 200) });
  await after.drain.begin();
  const pausedBefore = after.drain.pollable(key).ok;
  await after.drain.drainDue();
  const stillPaused = after.drain.pollable(key).ok;
  await after.clock.advance(minute);
  await after.drain.drainDue();

  assert.equal(pausedBefore, false);
  assert.equal(stillPaused, false);
  assert.deepEqual(after.sentIds(), ['d1', 'd1']);
  assert.deepEqual(after.drain.pollable(key), { ok: true });
  assert.deepEqual(deadIds(after.journal), []);
});

test('a daemon that restarts keeps the pause until its probe succeeds', async () => {
  const before = stage({ receiver: () => 500, limits: { retryFor: minute } });
  const running = before.play();
  await before.commit('crm/contacts', { d1: ['a'] });
  await before.clock.advance(hour);
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock, receiver: (_sent, n) => (n === 0 ? 500 : 200) });
  const again = after.play();
  await after.clock.settle();
  const paused = after.drain.pollable(key).ok;
  const { state } = after.drain.status().callbacks[0] ?? {};
  await after.clock.advance(minute);

  assert.equal(paused, false);
  assert.equal(state, 'paused');
  assert.deepEqual(after.sentIds(), ['d1', 'd1']);
  assert.deepEqual(after.drain.pollable(key), { ok: true });
  await again.stop();
});

test('a restart pauses no callback that took something after the dead letter', async () => {
  const before = stage({ receiver: ({ id }) => (id === 'poison' ? 400 : 200), limits: { retryFor: minute } });
  const running = before.play();
  await before.commit('crm/contacts', { poison: ['a'] });
  await before.clock.advance(hour);
  await before.commit('crm/contacts', { healthy: ['b'] });
  await before.clock.advance(hour);
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock });
  await after.drain.drainDue();

  assert.deepEqual(after.sentIds(), []);
  assert.deepEqual(after.drain.pollable(key), { ok: true });
});

test('a success before the restart counts for a delivery that dies after it', async () => {
  const receiver = ({ id }: { readonly id: string }): number => (id === 'poison' ? 400 : 200);
  const before = stage({ receiver, limits: { retryFor: hour } });
  const running = before.play();
  await before.commit('crm/contacts', { poison: ['a'] });
  await before.clock.advance(second);
  await before.commit('crm/contacts', { healthy: ['b'] });
  await before.clock.advance(minute);
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock, receiver, limits: { retryFor: hour } });
  const again = after.play();
  await after.clock.advance(3 * hour);

  assert.deepEqual(deadIds(after.journal), ['poison']);
  assert.deepEqual(after.drain.pollable(key), { ok: true });
  await again.stop();
});

test('where the dead letter itself is gone the feeds go on', async () => {
  const { clock, journal, drain, heard, commit, play } = stage({ receiver: () => 500, limits: { retryFor: minute } });
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(5 * minute);
  const paused = drain.pollable(key).ok;

  await journal.settle({ id: 'd1', outcome: 'delivered', at: clock.now(), status: 200 });
  await clock.advance(hour);

  assert.equal(paused, false);
  assert.deepEqual(drain.pollable(key), { ok: true });
  assert.equal(heard('callback:resumed').length, 1);
  await running.stop();
});

test('the dead letters of a feed that left the plan are left alone', async () => {
  const before = stage({ receiver: () => 500, limits: { retryFor: minute } });
  const running = before.play();
  await before.commit('crm/contacts', { d1: ['a'] });
  await before.clock.advance(hour);
  await running.stop();

  const routes = new Map([['crm/contacts', 'absent' as const]]);
  const after = stage({ journal: before.journal, clock: before.clock, routes });
  await after.drain.drainDue();

  assert.deepEqual(after.sentIds(), []);
  assert.deepEqual(deadIds(after.journal), ['d1']);
});

test('a callback with another address is not paused for what died at the old one', async () => {
  const play = stage({ receiver: ({ url }) => (url === key ? 500 : 200), limits: { retryFor: minute } });
  const running = play.play();
  await play.commit('crm/contacts', { d1: ['a'] });
  await play.clock.advance(hour);

  play.routes.set('crm/contacts', callback('https://new.test'));
  play.drain.replanned();
  await play.commit('crm/contacts', { d2: ['a'] });
  await play.clock.settle();

  assert.deepEqual(play.drain.pollable('https://new.test'), { ok: true });
  assert.equal(play.sent.at(-1)?.url, 'https://new.test');
  assert.deepEqual(pendingIds(play.journal), []);
  await running.stop();
});
