import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Journal } from '../../src/model/journal.ts';
import { delivery, hour, minute, pendingIds, second, stage, start } from './stage.ts';

/** A journal whose writes of one kind fail for as long as the test wants. */
function troubled(kind: 'settle' | 'attempt', code: 'disk-full' | 'disk-failed') {
  const journal = openMemoryJournal();
  const trouble = { on: true, tries: 0 };
  const write = <Came>(going: () => Promise<Came>): Promise<Came> => {
    trouble.tries += 1;
    return trouble.on ? Promise.reject(new Fault(code, 'the disk does not take it')) : going();
  };
  const wrapped: Journal = {
    ...journal,
    ...(kind === 'settle'
      ? { settle: (settlement) => write(() => journal.settle(settlement)) }
      : { attempt: (attempt) => write(() => journal.attempt(attempt)) }),
  };
  return { journal: wrapped, trouble };
}

test('a restart in the middle goes on where the last process was, with the same bytes', async () => {
  const before = stage({ receiver: () => 500 });
  const running = before.play();
  await before.commit('crm/contacts', { d1: ['a', 'b'], d2: ['a'] });
  await before.clock.advance(40 * second);
  await running.stop();
  const attempts = before.sent.length;
  const next = [...before.journal.pending()][0]?.nextAttemptAt ?? 0;

  const after = stage({ journal: before.journal, clock: before.clock, receiver: (_sent, n) => (n === 0 ? 500 : 200) });
  const again = after.play();
  await after.clock.advance(hour);

  assert.equal(attempts, 3);
  assert.deepEqual(after.sentIds(), ['d1', 'd1', 'd2']);
  assert.equal(after.sent[0]?.at, next);
  assert.ok((after.sent[1]?.at ?? 0) - next >= 10 * minute);
  const bodies = [...before.sent, ...after.sent].filter(({ id }) => id === 'd1').map(({ request }) => request.body);
  assert.equal(new Set(bodies).size, 1);
  const stamps = after.sent.map(({ request }) => Number(request.headers['webhook-timestamp']));
  assert.deepEqual(
    stamps,
    after.sent.map(({ at }) => Math.floor(at / second)),
  );
  await again.stop();
});

test('the time for retries goes on through a restart', async () => {
  const before = stage({ receiver: () => 500, limits: { retryFor: hour } });
  const running = before.play();
  await before.commit('crm/contacts', { d1: ['a'] });
  await before.clock.advance(minute);
  await running.stop();

  await before.clock.jumpTo(start + 2 * hour);
  const after = stage({
    journal: before.journal,
    clock: before.clock,
    receiver: () => 500,
    limits: { retryFor: hour },
  });
  await after.drain.drainDue();

  assert.equal(after.sent.length, 1);
  assert.deepEqual(
    [...after.journal.dead()].map(({ id }) => id),
    ['d1'],
  );
});

test('on a full disk a delivered POST is not sent again; it is settled when there is room', async () => {
  const { journal, trouble } = troubled('settle', 'disk-full');
  const { clock, sentIds, heard, commit, play } = stage({ journal });
  const running = play();

  await commit('crm/contacts', { d1: ['a'], d2: ['a'] });
  await clock.advance(10 * minute);
  const during = { sent: [...sentIds()], tries: trouble.tries, pending: pendingIds(journal) };
  trouble.on = false;
  await clock.advance(minute);

  assert.deepEqual(during, { sent: ['d1'], tries: during.tries, pending: ['d1', 'd2'] });
  assert.ok(during.tries > 5 && during.tries < 20, `${during.tries} tries`);
  assert.equal(heard('journal:full').length, 1);
  assert.deepEqual(sentIds(), ['d1', 'd2']);
  assert.deepEqual(pendingIds(journal), []);
  await running.stop();
});

test('an attempt that a full disk cannot remember is made again after its pause all the same', async () => {
  const { journal } = troubled('attempt', 'disk-full');
  const { clock, sent, commit, play } = stage({ journal, receiver: (_sent, n) => (n < 2 ? 500 : 200) });
  const running = play();

  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(minute);

  assert.equal(sent.length, 3);
  assert.ok((sent[2]?.at ?? 0) - (sent[1]?.at ?? 0) >= 30 * second);
  assert.deepEqual(pendingIds(journal), []);
  await running.stop();
});

for (const kind of ['settle', 'attempt'] as const) {
  test(`a disk that fails at ${kind} ends the run with that fault`, async () => {
    const { journal } = troubled(kind, 'disk-failed');
    const { clock, sentIds, commit, play } = stage({ journal, receiver: () => (kind === 'settle' ? 200 : 500) });
    const running = play();

    await commit('crm/contacts', { d1: ['a'] });
    await clock.advance(minute);
    await commit('crm/contacts', { d2: ['b'] });
    await clock.advance(minute);

    await assert.rejects(running.ended, { name: 'Fault', code: 'disk-failed' });
    assert.deepEqual(sentIds(), ['d1']);
  });
}

test('a fault calls back what else is under way', async () => {
  const { journal } = troubled('settle', 'disk-failed');
  const { clock, commit, play } = stage({
    journal,
    receiver: ({ id }, _n, signal) =>
      id === 'd1'
        ? 200
        : new Promise((resolve) =>
            signal?.addEventListener('abort', () =>
              resolve({ ok: false, failure: 'aborted', says: 'it was called back' }),
            ),
          ),
  });
  await commit('crm/contacts', { d2: ['b'], d1: ['a'] });
  const running = play();

  await clock.settle();

  await assert.rejects(running.ended, { code: 'disk-failed' });
});

test('one pass gives up on a disk that stays full', async () => {
  const { journal } = troubled('settle', 'disk-full');
  const { clock, drain, commit } = stage({ journal });
  await commit('crm/contacts', { d1: ['a'] });

  const pass = assert.rejects(drain.drainDue(), { code: 'disk-full' });
  await clock.advance(2 * minute);

  await pass;
});

test('the hard signal ends the waiting for room', async () => {
  const { journal } = troubled('settle', 'disk-full');
  const { clock, drain, commit, play } = stage({ journal });
  const running = play();
  await commit('crm/contacts', { d1: ['a'] });
  await clock.advance(minute);

  running.soft.abort();
  running.hard.abort();

  await running.ended;
  assert.equal(clock.sleeping(), 0);
  assert.equal(drain.status().callbacks[0]?.deliveries, 1);
});

test('a delivery whose bytes were dropped meanwhile is let go, and what waited for it goes on', async () => {
  const journal = openMemoryJournal();
  const dropping: Journal = { ...journal, body: async (id) => (id === 'd1' ? undefined : journal.body(id)) };
  const { clock, sentIds, commit, play } = stage({ journal: dropping });
  const running = play();

  await commit('crm/contacts', { d1: ['a'], d2: ['a'] });
  await clock.settle();

  assert.deepEqual(sentIds(), ['d2']);
  await running.stop();
});

test('what is handed over twice is sent once', async () => {
  const { clock, drain, sentIds, commit, play } = stage();
  await commit('crm/contacts', { d1: ['a'] });

  drain.committed([delivery('crm/contacts', 'd1', ['a'], start)]);
  const running = play();
  await clock.settle();

  assert.deepEqual(sentIds(), ['d1']);
  await running.stop();
});
