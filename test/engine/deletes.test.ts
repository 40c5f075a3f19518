import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knowing, name } from './knowing.ts';
import { birth, filtered, hour, minute, swept, undatedSweep, watched, type WatchOptions } from './watch.ts';

const wrapped = `${undatedSweep}  records: data\n`;
const linked = `${undatedSweep}  pagination: {by: link}\n`;
const pages: WatchOptions = { provider: { paging: 'link', pageSize: 2 } };

test('a record that a complete listing of one page does not show is told as deleted, once, with its id alone', async () => {
  const w = await knowing(3);
  w.provider.remove('r01');

  const told = [...(await w.poll()), ...(await w.poll())];

  assert.deepEqual(told, ['DELETED r01']);
  assert.deepEqual(w.events()[0]?.record, { id: 'r01' });
  assert.equal(w.provider.requests.length, 3);
});

test('an id that is a number, or stands deep in the record, is told of an absent record as the provider wrote it', async () => {
  const w = await watched(undatedSweep.replace('idField: id', 'idField: meta.id'));
  w.provider.answer('[{"meta":{"id":12345678901234567890}},{"meta":{"id":7}},{"meta":{"id":"7x"}}]');
  await w.poll();
  w.provider.answer('[]');

  await w.poll();

  assert.deepEqual(
    w.events().map(({ record }) => record),
    [{ meta: { id: 12_345_678_901_234_567_890n } }, { meta: { id: 7 } }, { meta: { id: '7x' } }],
  );
});

test('a composite id is told of an absent record by its parts', async () => {
  const w = await watched(undatedSweep.replace('idField: id', 'idField: [account, id]'));
  w.provider.answer('[{"account":"x","id":"1"}]');
  await w.poll();
  w.provider.answer('[]');

  const told = await w.poll();

  assert.deepEqual(told, ['DELETED x|1']);
  assert.deepEqual(w.events()[0]?.record, { account: 'x', id: '1' });
});

test('absence from a filtered reading proves nothing, and a sweep comes when it is due', async () => {
  const w = await knowing(3, swept);
  await w.poll();
  await w.clock.advance(30 * minute);
  w.provider.remove('r01');

  const early = await w.poll();
  await w.clock.advance(30 * minute);
  const due = await w.poll();

  assert.deepEqual([early, due], [[], ['DELETED r01']]);
  assert.deepEqual(
    w.provider.requests.map((_, n) => w.query(n).get('since')?.startsWith('1970')),
    [true, true, false, true],
  );
});

test('without sweeps nobody is told as deleted, although every reading is of everything', async () => {
  const w = await knowing(3, undatedSweep.replace(/ +deletes.*\n/, ''));
  w.provider.remove('r01');

  assert.deepEqual(await w.poll(), []);
});

test('a failed page 2 proves no absence', async () => {
  const w = await knowing(4, linked, pages);
  w.provider.remove('r00');
  for (let n = 2; n < 8; n++) w.provider.answer(500, n);

  await w.fail();

  assert.deepEqual(w.events(), []);
});

test('a listing that holds a record without an id proves no absence', async () => {
  const w = await knowing(3);
  w.provider.answer('[{"id":"r00"},{"name":"nobody"}]');

  const told = await w.poll();

  assert.deepEqual(told, []);
});

test('a listing that holds something that is no record proves no absence', async () => {
  const w = await knowing(3);
  w.provider.answer('[{"id":"r00"},null]');

  assert.deepEqual(await w.poll(), []);
});

test('a listing with an upper bound proves no absence', async () => {
  const w = await knowing(
    3,
    undatedSweep.replace('/contacts', () => "/contacts?until=${now:yyyy-MM-dd'T'HH:mm'Z'}"),
  );
  w.provider.remove('r00');

  assert.deepEqual(await w.poll(), []);
});

for (const [what, answer] of [
  ['an empty list', '[]'],
  ['an empty list', '{"data":[]}'],
] as const) {
  test(`${what} (${answer}) proves that nothing is left`, async () => {
    const entry = answer === '[]' ? undatedSweep : wrapped;
    const w = await knowing(2, entry, {
      provider: { wrap: (records) => (answer === '[]' ? records : { data: records }) },
    });
    w.provider.answer(answer);

    assert.deepEqual(await w.poll(), ['DELETED r00', 'DELETED r01']);
  });
}

for (const [what, answer] of [
  ['{}', '{}'],
  ['an empty body', ''],
  ['blanks', ' \n'],
  ['null', 'null'],
  ['204', 204],
  ['304', 304],
] as const) {
  for (const entry of [undatedSweep, wrapped]) {
    test(`${what} proves nothing${entry === wrapped ? ', in an envelope too' : ''}`, async () => {
      const w = await knowing(2, entry, {
        provider: { wrap: (records) => (entry === wrapped ? { data: records } : records) },
      });
      w.provider.answer(answer);

      assert.deepEqual(await w.poll(), []);
      assert.equal(w.heard('poll:doubted').length, 0);
    });
  }
}

test('a row that shifts out of sight in a listing of several pages is not told: a second listing shows it', async () => {
  const w = await knowing(4, linked, pages);
  w.provider.before(2, () => w.provider.remove('r00'));

  const shifted = await w.poll();
  const next = await w.poll();

  assert.deepEqual([shifted, next], [[], ['DELETED r00']]);
});

test('a record that both listings of several pages miss is told as deleted, with what changed in between', async () => {
  const w = await knowing(4, linked, pages);
  w.provider.remove('r01');
  w.provider.put('new');
  w.provider.before(1, () => w.provider.put('r02', { v: 2 }));
  w.provider.before(3, () => w.provider.put('r02', { v: 3 }));

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED new', 'UPDATED r02', 'UPDATED r02', 'DELETED r01']);
  assert.equal(w.provider.requests.length, 2 + 2 + 2);
});

for (const [what, answer] of [
  ['a failing second listing', 500],
  ['a second listing of nothing at all', '{}'],
  ['a second listing with a record without an id', '[{"id":"r00"},{"name":"nobody"}]'],
] as const) {
  test(`${what} confirms no absence`, async () => {
    const w = await knowing(4, linked, pages);
    w.provider.remove('r01');
    w.provider.answer(answer, 3);

    await w.tryPoll();

    assert.deepEqual(w.events(), []);
  });
}

const element = `
key: crm
baseUrl: https://api.test
resources:
  contacts: {path: /contacts, get: '/contacts/{id}', pagination: {by: link}, deletes: {by: sweep}}
`;
const asking = 'url: /contacts\nidField: id\n';

for (const [what, answer, told] of [
  ['404', undefined, ['DELETED r01']],
  ['410', 410, ['DELETED r01']],
  ['200', '{"id":"r01"}', []],
  ['403', 403, []],
  ['500', 500, []],
  ['silence', { failure: 'timeout' }, []],
] as const) {
  test(`where the element says how, an absent record is asked for by its id: ${what} ${told.length > 0 ? 'confirms it' : 'confirms nothing'}`, async () => {
    const w = await knowing(4, asking, { ...pages, element });
    w.provider.remove('r01');
    if (answer !== undefined) w.provider.answer(answer, 3);

    assert.deepEqual(await w.poll(), told);
    assert.equal(w.provider.requests.at(-1)?.url, 'https://api.test/contacts/r01');
  });
}

test('many absent records are confirmed by a second listing, even where each can be asked for', async () => {
  const entry = `${asking}deletes: {by: sweep, maxShare: 1}\n`;
  const w = await knowing(110, entry, { provider: { paging: 'link', pageSize: 5 }, element });
  for (let n = 5; n < 106; n++) w.provider.remove(name(n));

  const told = await w.poll();

  assert.equal(told.length, 101);
  assert.ok(w.provider.requests.every(({ url }) => !url.includes('contacts/')));
});

test('a record that comes back is created again, and deleted again', async () => {
  const w = await knowing(2);
  w.provider.remove('r00');
  const told = [...(await w.poll())];
  w.provider.put('r00', {}, { updated: birth - hour, created: birth - hour });
  told.push(...(await w.poll()));
  w.provider.remove('r00');
  told.push(...(await w.poll()));

  assert.deepEqual(told, ['DELETED r00', 'CREATED r00', 'DELETED r00']);
  assert.equal(new Set(w.events().map(({ id }) => id)).size, 3);
});

test('a flag in a filtered list is told as a deletion with its record', async () => {
  const w = await watched(`${filtered}  deletes: {by: flag, field: deleted}\n`);
  w.provider.put('a');
  await w.poll();
  await w.clock.advance(minute);
  w.provider.put('a', { deleted: true });

  const told = [...(await w.poll()), ...(await w.poll())];

  assert.deepEqual(told, ['DELETED a']);
  assert.equal(w.events().at(-1)?.record['deleted'], true);
});
