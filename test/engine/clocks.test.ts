import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iso } from '../support/scripted-provider.ts';
import { birth, filtered, hour, minute, scanned, second, watched } from './watch.ts';

const coarse = [
  ['seconds', 'yyyy-MM-dd HH:mm:ss', 19, second],
  ['minutes', 'yyyy-MM-dd HH:mm', 16, minute],
  ['hours', 'yyyy-MM-dd HH', 13, hour],
  ['days', 'yyyy-MM-dd', 10, 24 * hour],
] as const;
for (const [unit, format, length, ms] of coarse) {
  test(`a filter in milliseconds over dates in ${unit} loses no row that changes after a poll`, async () => {
    const dates = `updatedDateField: updated, updatedDateFormat: ${format},`;
    const w = await watched(filtered.replace('updatedDateField: updated,', dates), {
      provider: {
        unit: ms,
        write: (row) => ({ id: row.id, ...row.fields, updated: iso(row.updated).slice(0, length).replace('T', ' ') }),
      },
    });
    w.provider.put('a', { v: 1 });
    const born = await w.poll();
    await w.clock.advance(300);
    w.provider.put('a', { v: 2 });
    w.provider.put('b');

    const told = await w.poll();

    assert.deepEqual([born, told], [['CREATED a'], ['UPDATED a', 'CREATED b']]);
  });
}

test('rows dated to the second are found from a birth in the middle of that second on', async () => {
  const w = await watched(filtered, { provider: { unit: second } });
  await w.clock.advance(500);
  w.provider.put('a');
  await w.clock.advance(minute);

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a']);
});

for (const ahead of [hour, -hour]) {
  const where = ahead > 0 ? 'ahead' : 'behind';
  for (const entry of [filtered, scanned]) {
    const look = entry === scanned ? 'everything' : 'what changes';
    test(`a provider whose clock is an hour ${where} loses nothing after a first look at ${look}`, async () => {
      const w = await watched(entry);
      w.provider.ahead = ahead;
      w.provider.put('old', { v: 1 }, { updated: birth + ahead - 2 * hour });
      w.provider.answer(503);
      await w.fail();
      await w.clock.advance(10 * minute);
      w.provider.put('new');
      await w.clock.advance(10 * minute);
      const told: string[] = [];

      for (let n = 0; n < 12; n++) {
        told.push(...(await w.poll()));
        await w.clock.advance(10 * minute);
        if (n === 0) w.provider.put('old', { v: 2 });
      }

      assert.deepEqual(told, ['CREATED new', 'UPDATED old']);
    });
  }
}

test('where only the clock of the machine was ahead, the old records of the provider are still not told', async () => {
  const w = await watched(scanned);
  w.provider.ahead = -hour;
  w.provider.put('old', {}, { updated: birth - hour - minute });

  const told = await w.poll();

  assert.deepEqual(told, []);
});

test('where the first look is cut short, since stays where the clock of the provider put it', async () => {
  const w = await watched(`${scanned}  pagination: {by: link}\n`, { provider: { paging: 'link', pageSize: 1_000 } });
  w.provider.ahead = -hour;
  for (let n = 0; n < 1_500; n++) w.provider.put(`r${10_000 + n}`, {}, { updated: birth - 2 * hour });
  w.provider.answer(404, 2);
  await w.fail();
  const { head } = await w.state();
  w.provider.ahead = -2 * hour;

  await w.poll();

  assert.equal(head.looked, 'none');
  assert.ok(head.since !== 'all' && head.since <= birth - hour && head.since > birth - hour - 2 * second);
  assert.equal((await w.state()).head.since, head.since);
});

test('a feed that was born while our clock was an hour ahead tells what changes once the clock is right', async () => {
  const w = await watched(filtered);
  await w.clock.jumpTo(birth - hour);
  await w.poll();
  await w.clock.advance(minute);
  w.provider.put('a');
  await w.clock.advance(minute);

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a']);
});
