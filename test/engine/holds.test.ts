import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadPause } from '../../src/engine/dead-pause.ts';
import { FeedLog } from '../../src/engine/feed-log.ts';
import { standingOf, type FeedStanding } from '../../src/engine/standing.ts';
import type { StatusSource } from '../../src/engine/status.ts';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { CallbackStatus } from '../../src/deliver/drain-status.ts';
import { feedOf } from '../support/feeds.ts';
import { birth, filtered, hour, minute, second, watched, type Watch } from './watch.ts';

const callback = 'https://hooks.test/a';
const withCallback = { configuration: `event.notification.callback.url: ${callback}` };

/** Where the feed of a watch stands, by a daemon that knows what is given. */
async function standing(w: Watch, more: Partial<StatusSource> = {}, deadSince?: number): Promise<FeedStanding> {
  const { head } = await w.state();
  const journal: Journal = { ...openMemoryJournal(), head: () => head };
  const found = standingOf(
    w.feed.id,
    {
      plan: { feeds: new Map([[w.feed.id, w.feed]]) },
      now: w.clock.now(),
      journal,
      runs: new FeedLog(),
      timing: () => undefined,
      pollable: () => ({ ok: true }),
      delivery: { callbacks: [], parked: { deliveries: 0, events: 0, bytes: 0 }, dead: 0 },
      full: false,
      ...more,
    },
    deadSince,
  );
  assert.ok(found !== undefined);
  return found;
}

function paused(state: CallbackStatus['state']): Partial<StatusSource> {
  return {
    pollable: () => ({ ok: false, says: `${callback} says ${state}` }),
    delivery: {
      callbacks: [{ key: callback, state, deliveries: 1, events: 1, bytes: 1 }],
      parked: { deliveries: 0, events: 0, bytes: 0 },
      dead: 0,
    },
  };
}

function failing(w: Watch): Partial<StatusSource> {
  const runs = new FeedLog();
  const failure = { says: 'the provider answered 503', hint: 'wait', notBefore: w.clock.now() + hour };
  runs.note(w.feed.id, { ok: false, failure: { says: 'first' }, told: 0 }, birth + second);
  runs.note(w.feed.id, { ok: false, failure, told: 0 }, birth + minute);
  return { runs };
}

const holds: readonly (readonly [
  what: string,
  expected: readonly string[],
  says: RegExp,
  more: (w: Watch) => Partial<StatusSource>,
])[] = [
  ['a full disk', ['disk-full'], /make room/, () => ({ full: true })],
  ['a callback that answered 410', ['callback-stopped'], /hooks\.test\/a says stopped/, () => paused('stopped')],
  ['a callback with a dead letter', ['callback-paused'], /hooks\.test\/a says paused/, () => paused('paused')],
  ['a full outbox', ['outbox-full'], /hooks\.test\/a says full/, () => paused('full')],
  ['a full outbox of a callback that is down', ['outbox-full'], /says down/, () => paused('down')],
  ['failures', ['failing', 'not-before'], /2 polls failed in a row: the provider answered 503 \(wait\)/, failing],
  ['nothing', [], /^$/, () => ({})],
];
for (const [what, expected, says, more] of holds) {
  test(`${what} holds a feed as ${expected.join(' and ') || 'nothing'}`, async () => {
    const w = await watched(filtered, withCallback);
    await w.poll();

    const { holds } = await standing(w, more(w));

    assert.deepEqual(
      holds.map((hold) => hold.what),
      expected,
    );
    assert.match(holds[0]?.says ?? '', says);
  });
}

test('failures say since when, and until when the provider is left alone', async () => {
  const w = await watched(filtered);
  await w.poll();

  const { holds } = await standing(w, failing(w));

  assert.equal(holds[0]?.since, birth + second);
  assert.equal(holds[1]?.until, w.clock.now() + hour);
});

test('a first look that is not done, a doubt, and an edit that makes another feed hold it', async () => {
  const w = await watched(`${filtered}  deletes: {by: sweep}\n`);
  const unborn = await standing(w);
  for (let n = 0; n < 12; n++) w.provider.put(`r${n}`, {}, { updated: birth - hour });
  await w.poll();
  for (let n = 0; n < 12; n++) w.provider.remove(`r${n}`);
  await w.poll({ believe: false });
  await w.clock.advance(25 * hour);
  await w.poll();
  const doubted = await standing(w);
  w.edit(filtered.replace('idField: id', 'idField: key'));
  const edited = await standing(w);

  assert.deepEqual([unborn.holds[0]?.what, unborn.by], ['first-look', undefined]);
  assert.match(unborn.holds[0]?.says ?? '', /reads everything, to learn what exists, is not done/);
  const doubt = doubted.holds.find(({ what }) => what === 'doubt');
  assert.match(doubt?.says ?? '', /missed 12 of 12 .*`elementd poll acme\/contacts --believe`/);
  assert.equal(doubt?.since, w.clock.now());
  assert.ok(edited.holds.some(({ what }) => what === 'edited'));
});

test('a feed that missed a slot is late, by the last good poll, also of an earlier process', async () => {
  const w = await watched(filtered);
  await w.poll();
  await w.clock.advance(20 * minute);
  const punctual = await standing(w);
  await w.clock.advance(11 * minute);

  const late = await standing(w);

  assert.deepEqual(punctual.holds, []);
  assert.deepEqual([late.holds[0]?.what, late.holds[0]?.since], ['late', late.due]);
  assert.equal(late.schedule, 'every 15m');
  assert.ok((late.due ?? 0) > birth && (late.due ?? 0) <= birth + 15 * minute);
});

test('a feed that no file names any more stands where it stood', async () => {
  const w = await watched(filtered);
  await w.poll();

  const { holds, watermark } = await standing(w, { plan: { feeds: new Map() } });

  assert.equal(holds[0]?.what, 'not-planned');
  assert.equal(watermark, await w.watermark());
});

test('a callback that paused for a dead letter is known from the journal alone', async () => {
  const journal = openMemoryJournal();
  const w = await watched(filtered, withCallback);
  const { head } = await w.state();
  const feed = feedOf(filtered, withCallback);
  const delivery = { feed: feed.id, callback, contentType: 'a/b', events: [], body: '', committedAt: birth };
  const event = { id: 'evt_1', kind: 'CREATED', recordId: 'a', date: birth } as const;
  await journal.commit({
    feed: feed.id,
    generation: 0,
    head,
    told: [],
    deliveries: [
      { ...delivery, id: 'one' },
      { ...delivery, id: 'two', events: [event] },
    ],
  });
  const plan = { feeds: new Map([[feed.id, feed]]) };
  await journal.settle({ id: 'one', outcome: 'dead', at: birth + hour, says: 'no' });

  const since = await deadPause(plan, journal, callback);
  await journal.settle({ id: 'two', outcome: 'delivered', at: birth + 2 * hour, status: 200 });
  const over = await deadPause(plan, journal, callback);

  assert.deepEqual([since, over], [birth, undefined]);
  const [hold] = (await standing(w, {}, since)).holds;
  assert.deepEqual([hold?.what, hold?.since], ['callback-paused', birth]);
  assert.match(hold?.says ?? '', /a delivery to https:\/\/hooks\.test\/a was given up/);
});
