import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventId } from '../../src/detect/event-id.ts';
import { birth, filtered, minute, scanned, swept, watched } from './watch.ts';

test('a version that was told is not told again, although readings overlap', async () => {
  const w = await watched(filtered);
  await w.clock.advance(minute);
  w.provider.put('a', { v: 1 });
  await w.poll();

  const again = [...(await w.poll()), ...(await w.poll())];

  assert.equal(w.query(2).get('since'), '2026-01-02T03:00:59.999Z');
  assert.deepEqual(again, []);
});

test('what is read again after a restart from an older journal has the ids it had', async () => {
  const w = await watched(swept);
  await w.poll();
  const old = w.commits.length;
  w.provider.put('a', { v: 1 });
  w.provider.put('b', { v: 1 });
  await w.poll();
  await w.clock.advance(2 * 60 * minute);
  w.provider.remove('b');
  await w.poll();
  const before = w.events().map(({ id }) => id);

  await w.restart(old + 1);
  await w.poll();
  const again = w.events().slice(before.length);

  assert.deepEqual(
    again.map(({ kind, recordId }) => `${kind} ${recordId}`),
    ['DELETED b'],
  );
  assert.deepEqual(
    again.map(({ id }) => id),
    before.slice(-1),
  );
});

test('a poll that is begun anew after a crash at its commit tells under the same ids', async () => {
  const tried: string[][] = [];
  for (const crash of [false, true]) {
    let crashing = crash;
    const w = await watched(filtered, {
      beforeCommit: (made) => {
        if (made === 0 || !crashing) return;
        crashing = false;
        throw new Error('the machine stops');
      },
    });
    for (const id of ['a', 'b', 'c']) w.provider.put(id);
    await w.clock.advance(minute);
    await w.tryPoll().catch(() => undefined);
    if (crash) await w.poll();
    tried.push(w.events().map(({ id }) => id));
  }

  assert.equal(tried[0]?.length, 3);
  assert.deepEqual(tried[1], tried[0]);
});

test('each change of a record has an id of its own, also where a version comes again', async () => {
  const w = await watched(`${scanned}  compare: content\n`, {
    provider: { write: (row) => ({ id: row.id, ...row.fields }) },
  });
  await w.poll();

  for (const open of [true, false, true, false]) {
    w.provider.put('a', { open });
    await w.clock.advance(minute);
    await w.poll();
  }

  const ids = w.events().map(({ id }) => id);
  assert.deepEqual(
    w.events().map(({ kind }) => kind),
    ['CREATED', 'UPDATED', 'UPDATED', 'UPDATED'],
  );
  assert.equal(new Set(ids).size, 4);
});

test('a record that comes back after its deletion goes on counting: the tombstone keeps n', async () => {
  const w = await watched(`url: /contacts\nidField: id\ndeletes: {by: sweep}\nstart: all\n`);
  w.provider.put('a', { v: 1 }, { updated: birth });
  w.provider.put('b', {}, { updated: birth });
  const told = [...(await w.poll())];
  const row = w.provider.row('a');
  w.provider.remove('a');
  told.push(...(await w.poll()));
  w.provider.put('a', row?.fields, { updated: birth });
  told.push(...(await w.poll()));

  const ids = w
    .events()
    .filter(({ recordId }) => recordId === 'a')
    .map(({ id }) => id);
  assert.deepEqual(told, ['CREATED a', 'CREATED b', 'DELETED a', 'CREATED a']);
  assert.equal(new Set(ids).size, 3);
  assert.equal((await w.state()).snapshot.get('a')?.n, 3);
});

const first = {
  feed: 'acme/contacts',
  birth,
  recordId: 'a',
  n: 1,
  kind: 'UPDATED' as const,
  version: { date: birth, digest: 'x' },
};
const others = {
  feed: { ...first, feed: 'acme/deals' },
  birth: { ...first, birth: birth + 1 },
  record: { ...first, recordId: 'b' },
  n: { ...first, n: 2 },
  kind: { ...first, kind: 'DELETED' as const },
  date: { ...first, version: { date: birth + 1, digest: 'x' } },
  content: { ...first, version: { date: birth, digest: 'y' } },
};
for (const [aspect, other] of Object.entries(others)) {
  test(`events that differ in ${aspect} have different ids`, () => {
    const idOf = (of: typeof other): string => eventId(of.feed, of.birth, of.recordId, of.n, of.kind, of.version);

    const ids = [idOf(first), idOf(first), idOf(other)];

    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });
}
