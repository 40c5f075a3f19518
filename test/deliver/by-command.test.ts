import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callback, deadIds, gate, hour, minute, pendingIds, second, stage, start } from './stage.ts';

const key = 'https://crm.test';

test('a replayed POST neither waits for the others of its records nor lets them wait', async () => {
  const answers = { old: gate<number>(), late: gate<number>() };
  const slow = new Set<string>();
  const { clock, drain, sentIds, commit, play } = stage({
    receiver: ({ id }) => (!slow.has(id) ? 200 : id === 'old' ? answers.old.passed : answers.late.passed),
  });
  const running = play();
  await commit('crm/contacts', { old: ['a'] });
  await clock.settle();
  slow.add('late').add('old');
  await commit('crm/contacts', { late: ['a'] });
  await clock.settle();

  const { done } = await drain.replay({ ids: ['old-a'] });
  await clock.settle();
  const whileLateIsSlow = [...sentIds()];
  answers.late.open(200);
  await commit('crm/contacts', { later: ['a'] });
  await clock.settle();

  assert.deepEqual(done, [{ delivery: 'old', feed: 'crm/contacts', events: ['old-a'], was: 'delivered' }]);
  assert.deepEqual(whileLateIsSlow, ['old', 'late', 'old']);
  assert.deepEqual(sentIds(), ['old', 'late', 'old', 'later']);
  answers.old.open(200);
  await running.stop();
});

test('a replayed dead letter goes at once, has all its time for retries again, and its success lets the feeds go on', async () => {
  let mended = false;
  const { clock, journal, drain, sent, commit, play } = stage({
    receiver: () => (mended ? 200 : 500),
    limits: { retryFor: hour },
  });
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(5 * hour);
  const dead = [...deadIds(journal)];
  const before = sent.length;

  await drain.replay({ state: 'dead' });
  await clock.settle();
  const atOnce = sent.length - before;
  await clock.advance(30 * minute);
  const pendingThen = [...pendingIds(journal)];
  const pausedThen = drain.pollable(key).ok;
  mended = true;
  await clock.advance(30 * minute);

  assert.deepEqual([dead, atOnce, pendingThen, pausedThen], [['d1'], 1, ['d1'], false]);
  assert.deepEqual([pendingIds(journal), deadIds(journal)], [[], []]);
  assert.deepEqual(drain.pollable(key), { ok: true });
  await running.stop();
});

test('what is replayed comes between what waits, however much that is', async () => {
  const { clock, drain, sentIds, commit, play } = stage({
    receiver: async () => {
      await clock.sleepUntil(clock.now() + second);
      return 200;
    },
  });
  const running = play();
  await commit('crm/contacts', { told: ['a'] });
  await clock.advance(2 * second);
  for (let batch = 0; batch < 10; batch += 1) {
    const ids = Array.from({ length: 300 }, (_, n) => [`d${batch}-${n}`, [`${batch}-${n}`]] as const);
    await commit('crm/contacts', Object.fromEntries(ids));
  }
  await clock.settle();

  await drain.replay({ ids: ['told'] });
  await clock.advance(hour);

  const again = sentIds().lastIndexOf('told');
  assert.equal(sentIds().length, 3002);
  assert.ok(again > 1 && again < 1000, `it came as number ${again}`);
  await running.stop();
});

test('what is replayed goes to where the feed goes now, and not where it goes nowhere', async () => {
  const { clock, drain, routes, sent, journal, commit, play } = stage();
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await commit('gone/feed', { d2: ['a'] });
  await clock.settle();
  routes.set('crm/contacts', callback('https://new.test'));
  routes.set('gone/feed', 'absent');
  drain.replanned();

  const amended = await drain.replay({ since: start });
  await clock.settle();

  assert.deepEqual(amended.done.map(({ delivery }) => delivery), ['d1']); // prettier-ignore
  assert.deepEqual(amended.refused.map(({ delivery, says }) => [delivery, says]), [['d2', 'its feed has no callback now']]); // prettier-ignore
  assert.deepEqual(sent.slice(2).map(({ id, url }) => [id, url]), [['d1', 'https://new.test']]); // prettier-ignore
  assert.deepEqual(pendingIds(journal), []);
  await running.stop();
});

test('the last dead letter of a callback that is dropped lets its feeds go on at once', async () => {
  const { clock, journal, drain, heard, commit, play } = stage({ receiver: () => 500, limits: { retryFor: minute } });
  const running = play();
  await commit('crm/contacts', { d1: ['a'], d2: ['b'] });
  await clock.advance(hour);
  const [first, second] = deadIds(journal);

  await drain.drop({ ids: [first ?? ''] });
  const afterOne = drain.pollable(key).ok;
  await drain.drop({ ids: [second ?? ''] });

  assert.equal(afterOne, false);
  assert.deepEqual(drain.pollable(key), { ok: true });
  assert.match(heard('callback:resumed').at(-1)?.says ?? '', /has no dead letters any more/);
  assert.equal(drain.status().dead, 0);
  await running.stop();
});

test('a POST that is dropped while it waits is not sent, and what waited for it goes', async () => {
  const { clock, drain, sentIds, commit, play } = stage({ receiver: ({ id }) => (id === 'd1' ? 500 : 200) });
  const running = play();
  await commit('crm/contacts', { d1: ['a'], d2: ['a'] });
  await clock.advance(second);

  await drain.drop({ ids: ['d1'] });
  await clock.advance(hour);

  assert.deepEqual(sentIds(), ['d1', 'd2']);
  assert.equal(drain.status().callbacks[0]?.deliveries, 0);
  await running.stop();
});

test('a POST that is dropped while it is under way is not tried again, and what waited for it goes after it', async () => {
  const answer = gate<number>();
  const { clock, drain, sentIds, commit, play, journal } = stage({
    receiver: ({ id }) => (id === 'd1' ? answer.passed : 200),
  });
  const running = play();
  await commit('crm/contacts', { d1: ['a'], d2: ['a'] });
  await clock.settle();

  await drain.drop({ ids: ['d1'] });
  await clock.settle();
  const during = [...sentIds()];
  answer.open(500);
  await clock.advance(hour);

  assert.deepEqual(during, ['d1']);
  assert.deepEqual(sentIds(), ['d1', 'd2']);
  assert.deepEqual((await journal.events({ state: 'dropped' })).map(({ id }) => id), ['d1-a']); // prettier-ignore
  await running.stop();
});

test('an outbox that is full has room again by what is dropped', async () => {
  const { clock, drain, commit, play } = stage({
    receiver: () => 500,
    limits: { outbox: { events: 10, bytes: 1e9 } },
  });
  const running = play();
  await commit('crm/contacts', Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`d${n}`, [`${n}`]])));
  await clock.settle();
  const full = drain.pollable(key).ok;

  await drain.drop({ ids: ['d3', 'd4', 'd5'] });

  assert.equal(full, false);
  assert.deepEqual(drain.pollable(key), { ok: true });
  await running.stop();
});
