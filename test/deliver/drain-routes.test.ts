import assert from 'node:assert/strict';
import { test } from 'node:test';
import { literalSecret } from '../../src/language/secret.ts';
import type { Callback } from '../../src/model/feed.ts';
import {
  answered,
  callback,
  commitTo,
  delivery,
  gate,
  hour,
  minute,
  pendingIds,
  second,
  stage,
  start,
} from './stage.ts';

const feed = 'crm/contacts';

test('a new callback takes over what is pending at once, in order, and its attempts count anew', async () => {
  const play = stage({
    receiver: ({ url }, n) => (url === 'https://crm.test' || n === 6 ? 500 : 200),
    limits: { retryFor: hour, perCallback: 10 },
  });
  const running = play.play();
  await play.commit(feed, { d1: ['a'], d2: ['a'], d3: ['b'] });
  await play.clock.advance(2 * minute);
  const before = play.sent.length;

  play.routes.set(feed, callback('https://new.test'));
  play.drain.replanned();
  await play.clock.settle();
  const [waiting] = [...play.journal.pending()];
  await play.clock.advance(10 * second);

  assert.equal(before, 6);
  assert.equal(waiting?.attempts, 1);
  const taken = play.sent.slice(before);
  assert.deepEqual(new Set(taken.map(({ url }) => url)), new Set(['https://new.test']));
  assert.deepEqual(
    taken.map(({ id }) => id),
    ['d1', 'd3', 'd1', 'd2'],
  );
  assert.equal(taken[0]?.at, start + 2 * minute);
  assert.deepEqual(pendingIds(play.journal), []);
  assert.deepEqual(
    play.drain.status().callbacks.map(({ key }) => key),
    ['https://new.test'],
  );
  await running.stop();
});

test('what is under way to the old callback while the new one takes over fails for nobody', async () => {
  const old = gate<number>();
  const play = stage({ receiver: ({ url }) => (url === 'https://crm.test' ? old.passed : 200) });
  const running = play.play();
  await play.commit(feed, { d1: ['a'] });
  await play.clock.settle();

  play.routes.set(feed, callback('https://new.test'));
  play.drain.replanned();
  await play.clock.settle();
  const meanwhile = play.sent.length;
  old.open(410);
  await play.clock.settle();

  assert.equal(meanwhile, 1);
  assert.deepEqual(
    play.sent.map(({ url }) => url),
    ['https://crm.test', 'https://new.test'],
  );
  assert.deepEqual(pendingIds(play.journal), []);
  assert.deepEqual(play.heard('delivery:failed'), []);
  await running.stop();
});

test('feeds that are not in the plan, or have no callback now, are parked until they have one', async () => {
  const routes = new Map([
    ['crm/contacts', 'absent' as const],
    ['crm/leads', undefined],
  ]);
  const play = stage({ routes });
  const running = play.play();
  await play.commit('crm/contacts', { d1: ['a'] });
  await play.commit('crm/leads', { d2: ['a'] });
  await play.clock.advance(100 * hour);
  const { parked, callbacks } = play.drain.status();

  routes.clear();
  play.drain.replanned();
  await play.clock.settle();

  assert.equal(parked.deliveries, 2);
  assert.equal(parked.events, 2);
  assert.deepEqual(callbacks, []);
  assert.deepEqual(play.sentIds(), ['d1', 'd2']);
  assert.deepEqual(play.drain.status().parked, { deliveries: 0, events: 0, bytes: 0 });
  await running.stop();
});

test('a feed that leaves the plan takes what is pending out of the way, and comes back with its pauses', async () => {
  const play = stage({ receiver: (_sent, n) => (n === 0 ? answered(503, { 'retry-after': '3600' }) : 200) });
  const running = play.play();
  await play.commit(feed, { d1: ['a'] });
  await play.clock.settle();

  play.routes.set(feed, 'absent');
  play.drain.replanned();
  const away = play.drain.status();
  play.routes.delete(feed);
  play.drain.replanned();
  await play.clock.advance(hour - 1);
  const sooner = play.sent.length;
  await play.clock.advance(1);

  assert.deepEqual(away.callbacks, []);
  assert.equal(away.parked.deliveries, 1);
  assert.equal(sooner, 1);
  assert.equal(play.sent.length, 2);
  await running.stop();
});

test('deliveries without a callback are settled as kept, also those of an interrupted process', async () => {
  const play = stage();
  const kept = (id: string): ReturnType<typeof delivery> => {
    const { feed: of, contentType, events, body, committedAt } = delivery(feed, id, ['a'], start);
    return { id, feed: of, contentType, events, body, committedAt };
  };
  await commitTo(play.journal, feed, [kept('k1')]);
  const again = stage({ journal: play.journal });
  const running = again.play();
  await commitTo(play.journal, feed, [kept('k2')]);
  again.drain.committed([kept('k2')]);
  await again.clock.settle();

  assert.deepEqual(pendingIds(play.journal), []);
  assert.deepEqual(
    (await play.journal.events({})).map(({ state }) => state),
    ['kept', 'kept'],
  );
  assert.deepEqual(again.sentIds(), []);
  await running.stop();
});

const hidden = (value: string) => [literalSecret('[event.notification]', value)];
const credential = (value: string) => ({ signatureKeys: [hidden(value)] });

const edits: readonly (readonly [what: string, edit: (value: string) => Partial<Callback>])[] = [
  ['signature key', credential],
  ['password', (value) => ({ basic: { username: 'user', password: hidden(value) } })],
  ['user name', (value) => ({ basic: { username: value, password: 'p' } })],
  ['header', (value) => ({ headers: [['X-Key', hidden(value)]] })],
  ['address behind the same label', (value) => ({ url: ['https://crm.test/', ...hidden(value)] })],
];
for (const [what, edit] of edits) {
  test(`after a 410 another ${what} is reason to try again, and a reload that changes nothing is not`, async () => {
    const play = stage({ receiver: (_sent, n) => (n === 0 ? 410 : 200) });
    play.routes.set(feed, callback('https://crm.test', edit('old')));
    const running = play.play();
    await play.commit(feed, { d1: ['a'], d2: ['a'] });
    await play.clock.settle();

    play.routes.set(feed, callback('https://crm.test', edit('old')));
    play.drain.replanned();
    await play.clock.advance(hour);
    const unchanged = play.sent.length;
    play.routes.set(feed, callback('https://crm.test', edit('new')));
    play.drain.replanned();
    await play.clock.settle();

    assert.equal(unchanged, 1);
    assert.deepEqual(play.sentIds(), ['d1', 'd1', 'd2']);
    assert.deepEqual(play.drain.pollable('https://crm.test'), { ok: true });
    assert.deepEqual(
      play.heard('callback:resumed').map(({ facts }) => facts?.['reason']),
      ['stopped'],
    );
    await running.stop();
  });
}

test('mended credentials end the pauses of a callback, but not those that it asked for', async () => {
  const play = stage({
    receiver: ({ id }, n) => (n > 5 ? 200 : id === 'asked' ? answered(404, { 'retry-after': '7200' }) : 401),
    limits: { perCallback: 10 },
  });
  play.routes.set(feed, callback('https://crm.test', credential('wrong')));
  const running = play.play();
  await play.commit(feed, { plain: ['a'], asked: ['b'] });
  await play.clock.advance(30 * minute);
  const before = play.sent.length;

  play.routes.set(feed, callback('https://crm.test', credential('right')));
  play.drain.replanned();
  await play.clock.settle();
  const atOnce = play.sent.slice(before).map(({ id }) => id);
  await play.clock.advance(90 * minute);

  assert.deepEqual(atOnce, ['plain']);
  assert.deepEqual(play.sentIds().slice(before), ['plain', 'asked']);
  assert.equal(play.sent.at(-1)?.at, start + 2 * hour);
  await running.stop();
});

test('after a restart mended credentials end no pause, since the receiver may have asked for it', async () => {
  const before = stage({ receiver: () => answered(404, { 'retry-after': '7200' }) });
  const running = before.play();
  await before.commit(feed, { d1: ['a'] });
  await before.clock.settle();
  await running.stop();

  const after = stage({ journal: before.journal, clock: before.clock });
  const again = after.play();
  await after.clock.settle();
  after.routes.set(feed, callback('https://crm.test', credential('right')));
  after.drain.replanned();
  await after.clock.advance(2 * hour - 1);
  const sooner = after.sent.length;
  await after.clock.advance(1);

  assert.equal(sooner, 0);
  assert.deepEqual(after.sentIds(), ['d1']);
  await again.stop();
});
