import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { Fault } from '../../src/model/fault.ts';
import type { FaultCode } from '../../src/model/fault.ts';
import type { Commit, Journal } from '../../src/model/journal.ts';
import type { Notice, NoticeName } from '../../src/model/notice.ts';
import { planOf } from '../support/feeds.ts';
import { ScriptedProvider, type ProviderOptions } from '../support/scripted-provider.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { birth, filtered, hour, minute, scanned, undatedSweep } from './watch.ts';

interface House {
  readonly clock: VirtualClock;
  readonly provider: ScriptedProvider;
  readonly journal: Journal;
  readonly notices: Notice[];
  readonly engine: Engine;
  /** Throws at commits while it is set. */
  trouble: FaultCode | undefined;
  /** Another engine on the same memory, as after a restart. */
  restarted(): Engine;
  heard(name: NoticeName): readonly Notice[];
}

function house(options: ProviderOptions = {}): House {
  const clock = virtualClock(birth);
  const provider = new ScriptedProvider(clock, options);
  const journal = openMemoryJournal();
  const notices: Notice[] = [];
  const troubled: Journal = {
    ...journal,
    async commit(commit: Commit) {
      if (self.trouble !== undefined) throw new Fault(self.trouble, 'the disk says no');
      await journal.commit(commit);
    },
  };
  const open = (): Engine =>
    new Engine({
      clock,
      http: provider,
      accounts: {
        grant: async () => ({ ok: true, grant: { headers: {}, query: [], token: {} } }),
        renew: async () => ({ ok: false, why: 'refused', says: 'nobody to renew' }),
      },
      vault: { write: (secret) => secret.label },
      journal: troubled,
      tell: (notice) => notices.push(notice),
      polling: { concurrency: 2, timeout: minute, maxResponseBytes: 1e9, maxPages: 100 },
      delivery: {
        concurrency: 2,
        perCallback: 1,
        timeout: minute,
        retryFor: hour,
        outbox: { events: 1_000, bytes: 1e9 },
        retention: hour,
      },
      version: '1.2.3',
    });
  const self: House = {
    clock,
    provider,
    journal,
    notices,
    engine: open(),
    trouble: undefined,
    restarted: open,
    heard: (name) => notices.filter((notice) => notice.name === name),
  };
  return self;
}

const feed = 'acme/contacts';

async function poll(engine: Engine, believe = false): Promise<string> {
  const report = await engine.poll(feed, believe);
  assert.ok(report !== undefined);
  return report.ok ? `${report.created} ${report.updated} ${report.deleted}` : report.failure.says;
}

test('a feed is born durably when its plan is applied, before its first look', async () => {
  const h = house();
  await h.clock.advance(minute);
  await h.engine.apply(planOf({ contacts: filtered }));
  await h.clock.advance(hour);

  const engine = h.restarted();
  await engine.apply(planOf({ contacts: filtered }));
  h.provider.put('meanwhile', {}, { updated: birth + 2 * minute });
  const told = await poll(engine);

  assert.equal(h.journal.head(feed)?.since, birth + minute);
  assert.equal(told, '1 0 0');
  assert.equal(h.heard('feed:born').length, 1);
});

test('the since of a new identity is when its plan was applied, however late its first look is', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await poll(h.engine);
  await h.clock.advance(hour);
  await h.engine.apply(planOf({ contacts: filtered.replace('idField: id', 'idField: [id]') }));
  await h.engine.apply(planOf({ contacts: filtered.replace('idField: id', 'idField: key') }));
  await h.clock.advance(hour);

  h.provider.answer(
    '[{"id":"a","key":"k","updated":"2026-01-02T04:30:00Z"},{"id":"b","key":"l","updated":"2026-01-02T03:59:00Z"}]',
  );
  const told = await poll(h.engine);

  assert.equal(told, '1 0 0');
  assert.equal(h.journal.head(feed)?.birth, birth + hour);
});

test('a feed that was taken away and is there again goes on from its watermark', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await poll(h.engine);
  const before = h.journal.head(feed);
  await h.engine.apply(planOf({ deals: filtered }));
  await h.clock.advance(hour);
  h.provider.put('a', {}, { updated: birth + minute });
  await h.engine.apply(planOf({ contacts: filtered, deals: filtered }));

  const told = await poll(h.engine);

  assert.equal(told, '1 0 0');
  assert.equal(h.journal.head(feed)?.birth, before?.birth);
});

test('when most undated records differ in every poll, a notice at the third names the fields to ignore', async () => {
  const h = house({ write: (row) => ({ id: row.id, ...row.fields }) });
  const entry = 'url: /contacts\nidField: id\nignoreFields: [known]\n';
  await h.engine.apply(planOf({ contacts: entry }));
  const named: number[] = [];

  for (let n = 1; n <= 4; n++) {
    for (const id of ['a', 'b', 'c']) h.provider.put(id, { views: n, known: n, name: 'x' });
    await poll(h.engine);
    named.push(h.heard('feed:note').length);
  }

  assert.deepEqual(named, [0, 0, 1, 1]);
  assert.deepEqual(h.heard('feed:note')[0]?.facts, { fields: ['views'] });
});

test('a doubted sweep stands in the status until it is believed', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: undatedSweep }));
  for (let n = 0; n < 12; n++) h.provider.put(`r${n}`);
  await poll(h.engine);
  for (let n = 0; n < 12; n++) h.provider.remove(`r${n}`);

  const doubted = await poll(h.engine);
  const status = await h.engine.status();
  const believed = await poll(h.engine, true);

  assert.deepEqual([doubted, believed], ['0 0 0', '0 0 12']);
  assert.match(JSON.stringify(status), /12 of 12 known records are gone/);
  assert.doesNotMatch(JSON.stringify(await h.engine.status()), /are gone/);
});

test('a full disk fails the poll and loses nothing: it is told once there is room', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await h.clock.advance(minute);
  h.provider.put('a');
  h.trouble = 'disk-full';

  const full = [await poll(h.engine), await poll(h.engine)];
  h.trouble = undefined;
  const told = await poll(h.engine);

  assert.deepEqual([full, told], [['the disk says no', 'the disk says no'], '1 0 0']);
});

test('a feed whose birth finds the disk full is born by its first look, at the instant its plan was applied', async () => {
  const h = house();
  h.trouble = 'disk-full';
  await h.engine.apply(planOf({ contacts: filtered }));
  h.trouble = undefined;
  await h.clock.advance(hour);
  h.provider.put('meanwhile', {}, { updated: birth + minute });

  assert.equal(await poll(h.engine), '1 0 0');
  assert.equal(h.journal.head(feed)?.birth, birth);
});

test('a disk that failed ends the daemon', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  h.trouble = 'disk-failed';

  await assert.rejects(h.engine.run(new AbortController().signal, new AbortController().signal), {
    code: 'disk-failed',
  });
});

test('failures in a row are counted, and forgotten after a poll that succeeds', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  h.provider.answer(500, 1);
  h.provider.answer(500, 2);
  h.provider.answer(500, 4);

  for (let n = 0; n < 4; n++) await poll(h.engine);

  assert.deepEqual(
    h.heard('poll:failed').map(({ facts }) => facts?.['failures']),
    [1, 2, 1],
  );
});

test('polling everything once says whether all of it succeeded', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered, deals: filtered.replace('/contacts', '/contacts?x=1&') }));
  h.provider.answer(500, 2);

  const first = await h.engine.once(new AbortController().signal);
  const second = await h.engine.once(new AbortController().signal);

  assert.deepEqual([first, second, h.provider.requests.length], [false, true, 4]);
});

test('a running engine looks at a new feed at once and then by its interval, and stops when told', async () => {
  const h = house();
  const stop = new AbortController();
  await h.engine.apply(planOf({ contacts: `${scanned}  schedule: 1m\n` }));
  const ended = h.engine.run(stop.signal, new AbortController().signal);
  await h.clock.settle();
  const atOnce = h.provider.requests.length;

  await h.clock.advance(10 * minute);
  stop.abort();
  await ended;
  const polled = h.provider.requests.length;
  await h.clock.advance(10 * minute);

  assert.deepEqual([atOnce, polled, h.provider.requests.length], [1, 11, 11]);
});

test('an edit while a poll is under way ends that poll, and the next one goes by the new plan', async () => {
  const h = house();
  const stop = new AbortController();
  await h.engine.apply(planOf({ contacts: scanned }));
  let applied: Promise<unknown> | undefined;
  h.provider.before(1, () => {
    applied = h.engine.apply(planOf({ contacts: scanned.replace('?since', '?kind=vip&since') }));
  });
  const ended = h.engine.run(stop.signal, new AbortController().signal);
  await h.clock.settle();
  await applied;
  await h.clock.settle();
  stop.abort();
  await ended;

  assert.equal(h.provider.requests.length, 2);
  assert.match(h.provider.requests[1]?.url ?? '', /kind=vip/);
  assert.equal(h.heard('poll:failed').length, 0);
  assert.equal(h.journal.head(feed)?.looked, 'full');
});

test('a new identity keeps the birth of its first application over a restart before its first good poll', async () => {
  const h = house();
  const edited = planOf({ contacts: filtered.replace('idField: id', 'idField: updated') });
  await h.engine.apply(planOf({ contacts: filtered }));
  await poll(h.engine);
  await h.clock.advance(minute);
  await h.engine.apply(edited);
  const appliedAt = h.clock.now();
  await h.clock.advance(hour);

  const again = h.restarted();
  await again.apply(edited);
  await h.clock.advance(minute);
  await poll(again);

  assert.equal(h.journal.head(feed)?.birth, appliedAt);
});

test('an identity that is taken back before its first good poll goes on where it stood', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await poll(h.engine);
  await h.clock.advance(minute);
  await h.engine.apply(planOf({ contacts: filtered.replace('idField: id', 'idField: updated') }));
  await h.clock.advance(minute);

  await h.engine.apply(planOf({ contacts: filtered }));
  await poll(h.engine);

  assert.equal(h.journal.head(feed)?.birth, birth);
  assert.equal(h.journal.head(feed)?.successor, undefined);
});
