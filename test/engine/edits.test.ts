import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birth, day, filtered, hour, minute, scanned, swept, undatedSweep, watched } from './watch.ts';

const onlyVip = (entry: string): string => entry.replace('/contacts?', '/contacts?kind=vip&');
const kinds = { write: (row: { id: string; fields: object; updated: number }) => ({ id: row.id, ...row.fields }) };

test('another request keeps birth and watermark, learns unknown old records, forgets absent ones, and says how many', async () => {
  const w = await watched(scanned);
  w.provider.put('a', {}, { updated: birth - day });
  w.provider.put('b', {}, { updated: birth - day });
  await w.poll();
  const { head: before } = await w.state();
  await w.clock.advance(hour);
  w.provider.remove('a');
  w.provider.put('c', {}, { updated: birth - day });
  w.provider.put('d', {}, { updated: birth - day });
  w.provider.put('new');
  w.edit(onlyVip(scanned));

  const told = await w.poll();

  const { head, snapshot } = await w.state();
  assert.deepEqual(told, ['CREATED new']);
  assert.deepEqual([head.birth, head.since, head.relearn], [before.birth, before.since, undefined]);
  assert.equal(w.query(1).get('since'), '1970-01-01T00:00:00.000Z');
  assert.deepEqual([snapshot.get('a')?.gone, snapshot.get('c')?.n], ['forgotten', 0]);
  assert.deepEqual(
    w.heard('feed:note').map(({ facts }) => facts),
    [{ learned: 2, forgotten: 1 }],
  );
});

test('what was updated after the watermark is told by the reading after an edit too', async () => {
  const w = await watched(scanned);
  await w.clock.advance(hour);
  await w.poll();
  w.provider.put('before', {}, { updated: (await w.watermark()) - minute });
  await w.clock.advance(minute);
  w.provider.put('after');
  w.edit(onlyVip(scanned));

  assert.deepEqual(await w.poll(), ['CREATED after']);
});

test('after an edit unknown records without dates are learned once, and told from then on', async () => {
  const w = await watched('url: /contacts\nidField: id\n', { provider: kinds });
  w.provider.put('a', { v: 1 });
  await w.poll();
  w.edit('url: /contacts?kind=vip\nidField: id\n');
  w.provider.put('b', { v: 1 });
  const edited = await w.poll();
  w.provider.put('c', { v: 1 });

  assert.deepEqual([edited, await w.poll()], [[], ['CREATED c']]);
});

test('a forgotten record that is met again is told where it is another version, under an id of its own', async () => {
  const w = await watched(undatedSweep, { provider: kinds });
  await w.poll();
  w.provider.put('a', { v: 1 });
  await w.poll();
  const row = w.provider.row('a');
  w.provider.remove('a');
  w.edit(undatedSweep.replace('/contacts', '/contacts?kind=vip'));
  await w.poll();
  w.provider.put('a', row?.fields);
  const same = await w.poll();
  w.provider.put('a', { v: 2 });

  const told = await w.poll();

  assert.deepEqual([same, told], [[], ['UPDATED a']]);
  assert.equal(new Set(w.events().map(({ id }) => id)).size, w.events().length);
});

test('a sweep after an edit tells none of those as deleted that are not asked for any more', async () => {
  const w = await watched(swept);
  for (const id of ['a', 'b', 'c']) w.provider.put(id, {}, { updated: birth - day });
  await w.poll();
  w.edit(onlyVip(swept));
  w.provider.remove('a');
  await w.poll();
  await w.clock.advance(2 * hour);
  w.provider.remove('b');

  assert.deepEqual(await w.poll(), ['DELETED b']);
});

for (const [what, answer] of [
  ['an empty answer', ''],
  ['{}', '{}'],
  ['204', 204],
] as const) {
  test(`${what} is not the full reading that an edit waits for`, async () => {
    const w = await watched(swept);
    for (const id of ['a', 'b', 'c']) w.provider.put(id, {}, { updated: birth - day });
    await w.poll();
    w.edit(onlyVip(swept));
    w.provider.remove('a');
    w.provider.answer(answer);
    await w.poll();
    await w.clock.advance(2 * hour);

    assert.deepEqual(await w.poll(), []);
    assert.equal((await w.state()).snapshot.get('a')?.gone, 'forgotten');
  });
}

test('a record without an id in the reading after an edit tells nobody as deleted later', async () => {
  const w = await watched(undatedSweep, { provider: kinds });
  w.provider.put('a');
  w.provider.put('b');
  await w.poll();
  w.edit(undatedSweep.replace('/contacts', '/contacts?kind=vip'));
  w.provider.answer('[{"id":"a"},{"name":"nobody"}]');
  await w.poll();
  w.provider.remove('b');

  assert.deepEqual(await w.poll(), []);
});

test('a poll that fails after an edit leaves the edit to the next one', async () => {
  const w = await watched(scanned);
  w.provider.put('a', {}, { updated: birth - day });
  await w.poll();
  w.edit(onlyVip(scanned));
  w.provider.answer(500);
  await w.fail();
  w.provider.put('b', {}, { updated: birth - day });

  assert.deepEqual(await w.poll(), []);
  assert.equal(w.query(2).get('since'), '1970-01-01T00:00:00.000Z');
});

test('where dates tell all, an edited request goes on from its watermark', async () => {
  const w = await watched(filtered);
  await w.clock.advance(hour);
  await w.poll();
  const watermark = await w.watermark();
  w.edit(onlyVip(filtered));
  await w.poll();

  assert.equal(Date.parse(w.query(1).get('since') ?? ''), watermark - 1);
  assert.equal((await w.state()).head.birth, birth);
});

const identities = [
  ['path', filtered.replace('/contacts', '/people')],
  ['idField', filtered.replace('idField: id', 'idField: key')],
] as const;
for (const [what, edited] of identities) {
  test(`another ${what} is a new feed with a birth and a first look of its own`, async () => {
    const w = await watched(filtered);
    w.provider.put('a');
    await w.poll();
    await w.clock.advance(hour);
    w.edit(edited);
    w.provider.answer(
      '[{"id":"a","key":"k","updated":"2026-01-02T03:59:00Z"},{"id":"b","key":"l","updated":"2026-01-02T04:00:01Z"}]',
    );

    const told = await w.poll();

    const { head, snapshot } = await w.state();
    assert.equal(told.length, 1);
    assert.equal(head.birth, birth + hour);
    assert.equal(snapshot.size, 2);
    assert.equal(w.commits.at(-1)?.reborn, true);
  });
}

test('a new identity whose first poll fails forgets nothing yet', async () => {
  const w = await watched(filtered);
  w.provider.put('a');
  await w.poll();
  const before = await w.state();
  w.edit(filtered.replace('/contacts', '/people'));
  w.provider.answer(404);
  await w.fail();
  w.edit(filtered);

  assert.deepEqual(await w.state(), before);
  assert.deepEqual(await w.poll(), []);
});

test('another interval, callback or page size is no other request', async () => {
  const w = await watched(scanned);
  await w.poll();
  w.edit(`${scanned}  schedule: 1m\n`, { configuration: 'event.notification.callback.url: https://elsewhere.test' });

  await w.poll();

  assert.equal((await w.state()).head.relearn, undefined);
  assert.equal(w.query(1).get('since')?.slice(0, 4), '2026');
});

test('an edit of ignoreFields tells nothing by itself', async () => {
  const w = await watched(undatedSweep, { provider: kinds });
  w.provider.put('a', { seen: 1, v: 1 });
  await w.poll();
  w.edit(`${undatedSweep}  ignoreFields: [seen]\n`);
  const edited = await w.poll();
  w.provider.put('a', { seen: 2 });
  const ignored = await w.poll();
  w.provider.put('a', { v: 2 });

  assert.deepEqual([edited, ignored, await w.poll()], [[], [], ['UPDATED a']]);
});

test('an edit before the first look is no edit of anything: the first look goes as if it had always been so', async () => {
  const w = await watched(scanned, { provider: kinds });
  w.edit(onlyVip(scanned));
  w.provider.answer('[{"id":"a","created":"2026-01-02T03:00:01Z"}]');

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a']);
  assert.equal(w.notices.filter(({ says }) => says.includes('edited')).length, 0);
});
