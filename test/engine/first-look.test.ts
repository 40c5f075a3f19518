import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iso } from '../support/scripted-provider.ts';
import { birth, day, filtered, hour, minute, scanned, second, swept, watched } from './watch.ts';

const sameField = filtered.replace('createdDateField: created', 'createdDateField: updated');
const onlyUpdated = filtered.replace(', createdDateField: created', '');
const unfiltered = filtered.replace(/\?since=.*/, '');

const looks = [
  ['both dates', filtered, false],
  ['no created date', onlyUpdated, true],
  ['one field for both dates', sameField, true],
  ['no watermark in the url', unfiltered, true],
  ['deletes by sweep', swept, true],
  ['baseline: scan', scanned, true],
  ['baseline: none, and no created date', `${onlyUpdated}  baseline: none\n`, false],
  ['baseline: none, and deletes by sweep', `${swept}  baseline: none\n`, true],
] as const;
for (const [name, entry, everything] of looks) {
  test(`with ${name} the first look reads ${everything ? 'everything' : 'what changed since the birth'}`, async () => {
    const w = await watched(entry);
    w.provider.put('old', {}, { updated: birth - day });

    await w.poll();

    const asked = w.query(0).get('since');
    if (entry !== unfiltered) assert.equal(asked, everything ? '1970-01-01T00:00:00.000Z' : '2026-01-02T02:59:59.999Z');
    assert.equal((await w.state()).snapshot.has('old'), everything);
    assert.equal((await w.state()).head.looked, everything ? 'full' : 'partial');
  });
}

test('predicates that hold a word are left out of a reading of everything, the others stay', async () => {
  const entry = scanned.replace(/\?since=.*/, "?where=since>='${gmtDate:yyyy-MM-dd}' and kind='person'");
  const w = await watched(entry);

  await w.poll();
  await w.poll();

  assert.deepEqual([...w.query(0)], [['kind', 'person']]);
  assert.deepEqual(
    [...w.query(1)],
    [
      ['since', '2026-01-01'],
      ['kind', 'person'],
    ],
  );
});

test('the since of a new feed is the instant its plan was applied, however late its first look is', async () => {
  const w = await watched(scanned);
  await w.clock.advance(hour);
  w.provider.put('before', {}, { updated: birth - 2 * second });
  w.provider.put('meanwhile', {}, { updated: birth + minute });
  w.provider.answer(503);
  await w.fail();
  await w.clock.advance(hour);

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED meanwhile']);
  assert.equal((await w.state()).head.since, birth);
});

const edges = [
  ['a millisecond before since', 1, birth - 1, 'learned'],
  ['at since', 1, birth, 'told'],
  ['a second before since, to the second', second, birth - second, 'learned'],
  ['in the second of since, to the second', second, birth, 'told'],
  ['on the day before since, to the day', day, birth - day, 'learned'],
  ['on the day of since, to the day', day, birth, 'told'],
] as const;
for (const [name, unit, updated, fate] of edges) {
  for (const entry of [scanned, filtered]) {
    const look = entry === scanned ? 'a reading of everything' : 'a filtered reading';
    test(`a record updated ${name}, is ${fate} by ${look}`, async () => {
      const dates = `updatedDateField: updated,${unit === day ? ' updatedDateFormat: yyyy-MM-dd,' : ''}`;
      const written = (date: number): string => iso(date).slice(0, unit === day ? 10 : undefined);
      const w = await watched(entry.replace('updatedDateField: updated,', dates), {
        provider: {
          unit,
          write: (row) => ({ id: row.id, updated: written(row.updated), created: written(row.created) }),
        },
      });
      w.provider.put('a', {}, { updated });

      const told = await w.poll();

      assert.deepEqual(told, fate === 'told' ? ['CREATED a'] : []);
    });
  }
}

test('an old record is never told, in a later poll either, until it changes', async () => {
  const w = await watched(scanned);
  w.provider.put('old', { v: 1 }, { updated: birth - hour });
  const told = [...(await w.poll())];
  await w.clock.advance(hour);
  told.push(...(await w.poll()));
  w.provider.put('old', { v: 2 });

  told.push(...(await w.poll()));

  assert.deepEqual(told, ['UPDATED old']);
});

test('an old record that a later sweep finds is learned, a new one is told', async () => {
  const w = await watched(swept);
  await w.poll();
  await w.clock.advance(2 * hour);
  w.provider.put('old', {}, { updated: birth - hour });
  w.provider.put('new', {}, { updated: birth + 1 });

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED new']);
  assert.equal((await w.state()).snapshot.get('old')?.n, 0);
});

test('without dates, what the first look finds is learned, and what comes later is told', async () => {
  const w = await watched('url: /contacts\nidField: id\n');
  w.provider.put('a', { v: 1 });
  const first = await w.poll();
  w.provider.put('b', { v: 1 });
  w.provider.put('a', { v: 2 });

  const next = await w.poll();

  assert.deepEqual(first, []);
  assert.deepEqual(next, ['UPDATED a', 'CREATED b']);
});

test('without an updated date, what was created since the birth is told by the first look', async () => {
  const w = await watched('url: /contacts\nidField: id\ndatesConfiguration: {createdDateField: created}\n');
  w.provider.put('old', {}, { updated: birth - hour });
  w.provider.put('new', {}, { updated: birth + second });

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED new']);
});

for (const entry of [
  'url: /contacts\nidField: id\nstart: all\n',
  `${scanned}  start: all\n`,
  `${filtered}  start: all\n`,
]) {
  test(`start: all tells everything there is${entry.includes('dates') ? '' : ', without dates too'}, ${entry.includes('scan') ? 'by a scan' : 'once'}`, async () => {
    const w = await watched(entry);
    w.provider.put('ancient', {}, { updated: 1 });
    w.provider.put('old', {}, { updated: birth - day });

    const told = [...(await w.poll()), ...(await w.poll())];

    assert.deepEqual(told, ['CREATED ancient', 'CREATED old']);
  });
}

test('start: ISO tells what was updated since then, and reads from there', async () => {
  const w = await watched(`${filtered}  start: '2026-01-01T00:00:00Z'\n`);
  w.provider.put('old', {}, { updated: Date.UTC(2025, 11, 31) });
  w.provider.put('changed', {}, { updated: Date.UTC(2026, 0, 1), created: Date.UTC(2025, 0, 1) });

  const told = await w.poll();

  assert.deepEqual(told, ['UPDATED changed']);
  assert.equal(w.query(0).get('since'), iso(Date.UTC(2026, 0, 1) - 1));
});

test('a first look that fails halfway goes on learning where it stopped being durable', async () => {
  const w = await watched(`${scanned}  pagination: {by: link}\n`, { provider: { paging: 'link', pageSize: 1_500 } });
  for (let n = 0; n < 3_000; n++) w.provider.put(`r${10_000 + n}`, {}, { updated: birth - hour });
  for (let n = 2; n < 8; n++) w.provider.answer(500, n);
  await w.fail();
  const { head, snapshot } = await w.state();
  const halfway = [snapshot.size, head.looked];
  w.provider.unscript();

  const told = await w.poll();

  assert.deepEqual(halfway, [1_000, 'none']);
  assert.deepEqual(told, []);
  assert.deepEqual([(await w.state()).snapshot.size, (await w.state()).head.looked], [3_000, 'full']);
});

test('an answer without a body is a first look at nothing, and moves no watermark', async () => {
  const w = await watched(scanned);
  w.provider.put('old', {}, { updated: birth - day });
  w.provider.answer('');
  await w.poll();
  const empty = await w.state();

  const told = await w.poll();

  assert.deepEqual([empty.head.looked, empty.head.watermark], ['full', Math.floor(birth / 1000) * 1000]);
  assert.deepEqual(told, []);
});
