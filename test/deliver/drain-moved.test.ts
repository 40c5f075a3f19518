import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Callback } from '../../src/model/feed.ts';
import { callback, commitTo, delivery, gate, minute, pendingIds, stage, start } from './stage.ts';

const head = {
  identity: 'i',
  birth: start,
  since: start,
  watermark: start,
  looked: 'full' as const,
  request: 'r',
  rules: [],
  noticed: [],
};

test('what waits of a feed that was moved goes where its events go now, before what that one tells of the same records', async () => {
  const routes = new Map<string, Callback | 'absent'>([
    ['old/contacts', 'absent'],
    ['new/contacts', callback('https://new.test')],
  ]);
  const play = stage({ routes });
  const running = play.play();
  await play.commit('old/contacts', { d1: ['a'], d2: ['b'] });
  await play.clock.advance(minute);
  const parked = play.drain.status().parked.deliveries;

  await play.journal.move('old/contacts', { ...head, feed: 'new/contacts' }, start);
  play.drain.moved('old/contacts', 'new/contacts');
  await play.commit('new/contacts', { d3: ['a'] });
  await play.clock.advance(minute);
  await running.stop();

  assert.equal(parked, 2);
  assert.deepEqual(play.sentIds(), ['d1', 'd2', 'd3']);
  assert.deepEqual(new Set(play.sent.map(({ url }) => url)), new Set(['https://new.test']));
  assert.deepEqual(pendingIds(play.journal), []);
});

test('records of two feeds that became one are told in order', async () => {
  const routes = new Map<string, Callback | 'absent'>([
    ['old/contacts', 'absent'],
    ['new/contacts', 'absent'],
  ]);
  const answered = gate<number>();
  const receiver = ({ id }: { readonly id: string }) => (id === 'd1' ? answered.passed : 200);
  const play = stage({ routes, receiver, limits: { perCallback: 10 } });
  const running = play.play();
  await play.commit('old/contacts', { d1: ['a'] });
  await play.commit('new/contacts', { d2: ['a'] });

  await play.journal.move('old/contacts', { ...head, feed: 'new/contacts' }, start);
  play.routes.set('new/contacts', callback('https://new.test'));
  play.drain.moved('old/contacts', 'new/contacts');
  await play.clock.settle();
  const early = play.sentIds();
  answered.open(200);
  await play.clock.settle();
  await running.stop();

  assert.deepEqual([early, play.sentIds()], [['d1'], ['d1', 'd2']]);
});

test('what the journal took in is delivered once it is looked at again, and nothing twice', async () => {
  const play = stage();
  const running = play.play();
  await play.commit('crm/contacts', { d1: ['a'] });
  await commitTo(play.journal, 'crm/deals', [delivery('crm/deals', 'd2', ['a'], start)]);

  play.drain.lookAgain();
  await play.clock.settle();
  await running.stop();

  assert.deepEqual([...play.sentIds()].sort(), ['d1', 'd2']);
});
