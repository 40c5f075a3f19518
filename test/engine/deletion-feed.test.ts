import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listed, scanned, telling } from './deletion-listing.ts';
import { birth, hour, minute, second, watched } from './watch.ts';

test('a listed deletion is told once, with the row that lists it, although readings overlap', async () => {
  const w = await telling();
  w.provider.remove('r1');
  await w.clock.advance(second);

  const told = [await w.poll(), await w.poll()];

  assert.deepEqual(told, [['DELETED r1'], []]);
  assert.deepEqual(w.events().at(-1)?.record, { gone: 'r1', at: '2026-01-02T03:03:00.250Z', why: 'removed' });
});

test('the list of deletions is asked from the watermark on, as the records are, and never from the beginning of time', async () => {
  const w = await watched(scanned);
  await w.clock.advance(minute);
  const born = await w.watermark();

  await w.poll();

  assert.deepEqual(
    w.provider.requests.map(({ url }) => url.replace(/^https:\/\/api\.test/, '')),
    [
      '/contacts?since=1970-01-01T00%3A00%3A00.000Z',
      `/deleted?since=${encodeURIComponent(new Date(born - 1).toISOString())}`,
    ],
  );
});

test('a record that is updated and then deleted between two polls is told in that order', async () => {
  const w = await telling();
  w.provider.put('r1', { name: 'last' });
  w.provider.behind(1, () => {
    w.provider.remove('r1');
  });
  await w.clock.advance(second);

  const told = await w.poll();

  assert.deepEqual(told, ['UPDATED r1', 'DELETED r1']);
});

test('a record that comes back is created again, and may be deleted again', async () => {
  const w = await telling();
  w.provider.remove('r1');
  await w.clock.advance(second);
  const gone = await w.poll();
  await w.clock.advance(second);
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(second);
  const back = await w.poll();
  w.provider.remove('r1');
  await w.clock.advance(second);
  const again = await w.poll();

  assert.deepEqual([gone, back, again], [['DELETED r1'], ['CREATED r1'], ['DELETED r1']]);
  assert.equal(new Set(w.events().map(({ id }) => id)).size, w.events().length);
});

test('what was deleted and came back between two polls was never away: the older deletion is ignored', async () => {
  const w = await telling();
  w.provider.remove('r1');
  await w.clock.advance(second);
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(second);

  const told = [await w.poll(), await w.poll()];

  assert.deepEqual(told, [['UPDATED r1'], []]);
});

test('what was deleted and came back while the records were read is not deleted, and told as deleted when it is', async () => {
  const w = await telling(listed, { provider: { took: 10 * second } });
  w.provider.before(1, () => {
    w.provider.remove('r1');
    w.provider.put('r1', { name: 'back' }, { updated: w.provider.now() + second });
  });

  const told = [await w.poll(), await w.poll()];
  w.provider.remove('r1');
  await w.clock.advance(second);
  const gone = await w.poll();

  assert.deepEqual([...told, gone], [['UPDATED r1'], [], ['DELETED r1']]);
});

test('a search that still shows a deleted record makes it neither created nor lost', async () => {
  const w = await telling();
  const row = w.provider.row('r1');
  assert.ok(row !== undefined);
  w.provider.remove('r1');
  await w.clock.advance(second);
  await w.poll();
  w.provider.answer(JSON.stringify([{ id: 'r1', updated: new Date(row.updated).toISOString() }]));

  const lingering = await w.poll();
  await w.clock.advance(2 * minute);
  w.provider.answer(JSON.stringify([{ id: 'r1', updated: new Date(row.updated).toISOString() }]));
  const back = await w.poll();

  assert.deepEqual([lingering, back], [[], ['CREATED r1']]);
});

test('where everything is known, the deletion of a record that was never told is nobody’s news', async () => {
  const w = await watched(scanned);
  await w.clock.advance(minute);
  await w.poll();
  w.provider.put('r9');
  w.provider.remove('r9');
  await w.clock.advance(minute);

  assert.deepEqual(await w.poll(), []);
});

test('where old records were never read, the deletion of one is told, if it took place since the feed began', async () => {
  const w = await watched(listed);
  w.provider.put('old', {}, { updated: birth - hour, created: birth - hour });
  w.provider.put('older', {}, { updated: birth - hour, created: birth - hour });
  w.provider.remove('older');
  await w.clock.advance(minute);
  await w.poll();
  w.provider.remove('old');
  await w.clock.advance(minute);

  assert.deepEqual([await w.poll(), await w.poll()], [['DELETED old'], []]);
});

test('a failed list of deletions fails the poll, and nothing is lost', async () => {
  const w = await telling();
  const before = await w.watermark();
  w.provider.put('r2', { name: 'two' });
  w.provider.remove('r1');
  await w.clock.advance(second);
  w.provider.answer(500, 2);

  const says = await w.fail();
  const kept = await w.watermark();
  const told = await w.poll();

  assert.equal(says, 'the list of deletions: the provider answered 500');
  assert.equal(kept, before);
  assert.deepEqual(told, ['UPDATED r2', 'DELETED r1']);
});

test('only the rows that the flag says are deletions', async () => {
  const w = await telling(`${listed}    field: why\n    values: [merged]\n`);
  w.provider.remove('r1');
  await w.clock.advance(second);
  w.provider.answer(
    '[{"gone":"r1","at":"2026-01-02T03:03:00.250Z","why":"removed"},{"gone":"r2","at":"2026-01-02T03:03:00.250Z","why":"merged"}]',
    2,
  );

  assert.deepEqual(await w.poll(), ['DELETED r2']);
});

test('rows without a date that can be read are ignored, and said once', async () => {
  const w = await telling();
  const rows = '[{"gone":"r1"},{"gone":"r2","at":"soon"}]';
  w.provider.answer(rows, 2);
  w.provider.answer(rows, 4);

  const told = [...(await w.poll()), ...(await w.poll())];

  assert.deepEqual(told, []);
  assert.deepEqual(
    w.heard('feed:note').map(({ says }) => says),
    ['2 rows in the list of deletions have no date that can be read at "at": they are ignored'],
  );
});

test('rows without the id are another answer than was configured', async () => {
  const w = await telling();
  w.provider.answer('[{"id":"r1","at":"2026-01-02T03:03:00Z"}]', 2);

  assert.equal(await w.fail(), 'the list of deletions: no record in the answer has the id field');
});
test('a crash between the records and the deletions loses neither and tells the same ids', async () => {
  const w = await telling();
  w.provider.put('r2', { name: 'two' });
  w.provider.remove('r1');
  await w.clock.advance(second);
  const made = w.commits.length;
  await w.poll();
  const first = w.events().slice(-2);
  await w.restart(made);

  await w.poll();

  assert.deepEqual(
    w
      .events()
      .slice(-2)
      .map(({ id }) => id),
    first.map(({ id }) => id),
  );
});

test('a deletion that is older than the version told is ignored, although the poll began in the second before both', async () => {
  const w = await telling();
  w.provider.remove('r1');
  await w.clock.advance(100);
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(100);

  const told = [await w.poll()];
  await w.clock.advance(minute);

  assert.deepEqual([...told, await w.poll()], [['UPDATED r1'], []]);
});
