import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Journal } from '../../src/model/journal.ts';
import { callback, commitTo, delivery, gate, hour, minute, pendingIds, second, stage, start } from './stage.ts';

/** Commits so many POSTs of a feed, in commits of 100; the n-th holds the records given for n. */
async function fill(
  journal: Journal,
  feed: string,
  count: number,
  records: (n: number) => readonly string[] = (n) => [`${n}`],
): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const made = Array.from({ length: Math.min(100, count - from) }, (_, index) => {
      const n = from + index;
      return delivery(feed, `${feed}#${n}`, records(n), start);
    });
    await commitTo(journal, feed, made);
  }
}

/** A journal that counts what was read of waiting deliveries. */
function counting(journal: Journal): { readonly journal: Journal; readonly read: { count: number } } {
  const read = { count: 0 };
  const delivery: Journal['delivery'] = (id) => {
    read.count += 1;
    return journal.delivery(id);
  };
  return { journal: { ...journal, delivery }, read };
}

test('of much that waits for a callback that is down only what is next is read, and the figures are exact', async () => {
  const plain = openMemoryJournal();
  await fill(plain, 'crm/contacts', 5_000);
  const { journal, read } = counting(plain);
  const { clock, drain, sent, play } = stage({ journal, receiver: () => 500 });
  const running = play();

  await clock.advance(12 * hour);

  assert.ok(sent.length > 20 && sent.length < 200, `${sent.length} POSTs`);
  assert.ok(read.count < 1_000, `${read.count} deliveries were read`);
  const [status] = drain.status().callbacks;
  assert.deepEqual([status?.state, status?.deliveries, status?.events, status?.oldest], ['down', 5_000, 5_000, start]);
  await running.stop();
});

test('when a callback is back after days, all comes in order for each record, whatever else waits', async () => {
  const back = start + 70 * hour;
  const { clock, journal, drain, sent, play } = stage({
    receiver: ({ url, at }) => (url === 'https://crm.test' && at < back ? 503 : 200),
    limits: { outbox: { events: 2_000, bytes: 1e9 } },
  });
  await fill(journal, 'crm/contacts', 2_500, (n) => [`${n % 700}`, `x${n % 13}`]);
  await fill(journal, 'web/pages', 500);
  drain.committed([delivery('crm/contacts', 'crm/contacts#0', ['0'], start), delivery('web/pages', 'web/pages#0', ['0'], start)]); // prettier-ignore
  const running = play();

  await clock.advance(minute);
  const meanwhile = { crm: drain.pollable('https://crm.test').ok, web: drain.pollable('https://web.test').ok };
  const others = sent.filter(({ url }) => url === 'https://web.test').length;
  await clock.advance(80 * hour);

  assert.deepEqual([meanwhile, others], [{ crm: false, web: true }, 500]);
  assert.deepEqual(pendingIds(journal), []);
  assert.deepEqual(drain.pollable('https://crm.test'), { ok: true });
  const accepted = sent.filter(({ url, at }) => url === 'https://crm.test' && at >= back).map(({ id }) => Number(id.split('#')[1])); // prettier-ignore
  assert.equal(accepted.length, 2_500);
  const latest = new Map<string, number>();
  for (const n of accepted) {
    for (const record of [`${n % 700}`, `x${n % 13}`]) {
      assert.ok((latest.get(record) ?? -1) < n, `${n} came after ${latest.get(record)}`);
      latest.set(record, n);
    }
  }
  await running.stop();
});

test('thousands of POSTs that a receiver refuses do not hold up the others', async () => {
  const poison = (id: string): boolean => Number(id.split('#')[1]) % 2 === 0;
  const journal = openMemoryJournal();
  await fill(journal, 'crm/contacts', 6_000);
  const { clock, sent, play } = stage({ journal, receiver: ({ id }) => (poison(id) ? 400 : 200) });
  const running = play();

  await clock.advance(20 * second);

  assert.equal(new Set(sent.filter(({ id }) => !poison(id)).map(({ id }) => id)).size, 3_000);
  assert.equal(pendingIds(journal).length, 3_000);
  await running.stop();
});

test('a new callback takes over all that waits from the first on, also what was tried and what was parked', async () => {
  const journal = openMemoryJournal();
  await fill(journal, 'crm/contacts', 1_000, (n) => [`${n % 50}`]);
  await fill(journal, 'old/feed', 300);
  const { clock, drain, routes, sent, play } = stage({
    journal,
    receiver: ({ url }) => (url === 'https://new.test' ? 200 : 500),
  });
  routes.set('old/feed', 'absent');
  drain.replanned();
  const running = play();
  await clock.advance(hour);
  const parked = drain.status().parked.deliveries;
  const before = sent.length;

  routes.set('crm/contacts', callback('https://new.test'));
  routes.set('old/feed', callback('https://new.test'));
  drain.replanned();
  await clock.advance(minute);

  assert.equal(parked, 300);
  assert.deepEqual(pendingIds(journal), []);
  const moved = sent.slice(before).filter(({ url }) => url === 'https://new.test');
  assert.equal(moved.length, 1_300);
  const ofCrm = moved.filter(({ id }) => id.startsWith('crm')).map(({ id }) => Number(id.split('#')[1]));
  const latest = new Map<number, number>();
  for (const n of ofCrm) {
    assert.ok((latest.get(n % 50) ?? -1) < n);
    latest.set(n % 50, n);
  }
  await running.stop();
});

test('a restart goes on with the attempts of what lies far behind in the order', async () => {
  const journal = openMemoryJournal();
  await fill(journal, 'crm/contacts', 3_000);
  const late = 'crm/contacts#2999';
  const nextAttemptAt = start + hour;
  await journal.attempt({ id: late, at: start, attempts: 4, firstAttemptAt: start, nextAttemptAt, says: 'no answer' });
  const { clock, sent, play } = stage({ journal });
  const running = play();

  await clock.advance(minute);
  const soon = sent.length;
  await clock.advance(hour);

  assert.equal(soon, 2_999);
  assert.deepEqual([sent.at(-1)?.id, sent.at(-1)?.at], [late, nextAttemptAt]);
  await running.stop();
});

test('of much that waits for one record no more is read than goes soon', async () => {
  const plain = openMemoryJournal();
  await fill(plain, 'crm/contacts', 10_000, () => ['the one']);
  const { journal, read } = counting(plain);
  const last = gate<number>();
  const { clock, sentIds, play } = stage({ journal, receiver: (_sent, n) => (n < 5 ? 200 : last.passed) });
  const running = play();

  await clock.settle();

  assert.ok(read.count < 3_000, `${read.count} deliveries were read`);
  assert.deepEqual(sentIds(), Array.from({ length: 6 }, (_, n) => `crm/contacts#${n}`)); // prettier-ignore
  running.soft.abort();
  last.open(200);
  await running.stop();
});

test('feeds that come to a callback while its window is being filled are sent from their first POST on', async () => {
  const plain = openMemoryJournal();
  await fill(plain, 'old/feed', 50);
  await fill(plain, 'crm/contacts', 500);
  const reading = gate();
  const journal: Journal = { ...plain, delivery: (id) => reading.passed.then(() => plain.delivery(id)) };
  const { clock, drain, routes, sentIds, play } = stage({ journal });
  routes.set('old/feed', 'absent');
  drain.replanned();
  const running = play();
  await clock.settle();

  routes.set('old/feed', callback('https://crm.test'));
  drain.replanned();
  reading.open();
  await clock.advance(minute);

  assert.deepEqual(pendingIds(journal), []);
  assert.equal(new Set(sentIds()).size, 550);
  assert.equal(sentIds().length, 550);
  await running.stop();
});
