import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hour, minute, undatedSweep, watched } from './watch.ts';

for (const [what, answer] of [
  ['{}', '{}'],
  ['no content', 204],
  ['nothing at all', ''],
] as const) {
  test(`a page that a link announced and that holds ${what} proves no absence`, async () => {
    const w = await watched(`${undatedSweep}  pagination: {by: link}\n`, { provider: { paging: 'link', pageSize: 2 } });
    for (const id of ['a', 'b', 'c', 'd']) w.provider.put(id);
    await w.poll();
    w.provider.answer(answer, 2);

    const told = await w.poll();

    assert.deepEqual(told, []);
    assert.equal((await w.state()).snapshot.get('c')?.gone, undefined);
  });
}

test('a next page that nothing follows proves no absence, and a notice names the pagination that is missing', async () => {
  const w = await watched(undatedSweep);
  for (const id of ['a', 'b']) w.provider.put(id);
  await w.poll();
  w.provider.answer({ status: 200, headers: { link: '</contacts?page=2>; rel="next"' }, text: '[{"id":"a"}]' });

  const told = await w.poll();

  assert.ok(!told.includes('DELETED b'));
  assert.equal(w.heard('feed:note').filter(({ says }) => /pagination: \{by: link\}/.test(says)).length, 1);
});

test('a Date that is older than the records it comes with does not move the beginning of a feed back', async () => {
  const w = await watched('url: /contacts\nidField: id\ndatesConfiguration: {updatedDateField: updated}\n');
  const born = (await w.state()).head.since;
  const old = new Date(w.clock.now() - 30 * minute).toISOString();
  const cached = new Date(w.clock.now() - hour).toUTCString();
  w.provider.answer({ status: 200, headers: { date: cached }, text: JSON.stringify([{ id: 'a', updated: old }]) });

  const told = await w.poll();

  assert.deepEqual(told, []);
  assert.equal((await w.state()).head.since, born);
});
