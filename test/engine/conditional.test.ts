import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grant } from '../../src/model/feed.ts';
import { knowing } from './knowing.ts';
import { birth, filtered, hour, minute, undatedSweep, watched, type Watch, type WatchOptions } from './watch.ts';

const etags: WatchOptions = { provider: { etags: true } };

/** The conditions of the last request. */
function asked(w: Watch): readonly (string | undefined)[] {
  const headers = w.provider.requests.at(-1)?.headers ?? {};
  return [headers['If-None-Match'], headers['If-Modified-Since']];
}

test('a listing that is still the same is not read again, and counts as the complete listing that it was', async () => {
  const w = await knowing(3, undatedSweep, etags);
  const before = await w.watermark();

  const told = await w.poll();

  assert.deepEqual(told, []);
  assert.match(asked(w)[0] ?? '', /^"/);
  assert.ok((await w.watermark()) > before + hour);
  assert.equal((await w.state()).head.sweptAt, w.clock.now());
});

test('a change behind such an answer is seen', async () => {
  const w = await knowing(3, undatedSweep, etags);
  await w.poll();
  w.provider.put('r01', { name: 'new' });
  w.provider.remove('r02');

  assert.deepEqual(await w.poll(), ['UPDATED r01', 'DELETED r02']);
});

test('a poll of which only a part was committed leaves nothing to ask by', async () => {
  let end = Number.POSITIVE_INFINITY;
  const beforeCommit = (made: number): void => {
    if (made === end) throw new Error('the process ended');
  };
  const w = await knowing(1_500, undatedSweep, { ...etags, beforeCommit });
  const putAll = (name: string): void => {
    for (const { id } of w.provider.rows()) w.provider.put(id, { name });
  };
  putAll('one');
  await w.poll();
  putAll('two');
  end = w.commits.length + 1;
  await assert.rejects(w.tryPoll(), /the process ended/);
  end = Number.POSITIVE_INFINITY;
  await w.restart(w.commits.length);
  putAll('one');

  const told = await w.poll();

  assert.deepEqual(asked(w), [undefined, undefined]);
  assert.equal(told.length, 1_000);
});

test('nothing is asked by a listing that took several pages', async () => {
  const w = await watched(`${undatedSweep}  pagination: {by: link}\n`, {
    provider: { etags: true, paging: 'link', pageSize: 1 },
  });
  for (const id of ['a', 'b']) w.provider.put(id, {}, { updated: birth - hour });
  await w.poll();
  await w.poll();

  assert.ok(w.provider.requests.every(({ headers }) => headers['If-None-Match'] === undefined));
});

test('nothing is asked by the listing of another request: a watermark in it moves', async () => {
  const w = await watched(filtered, etags);
  await w.clock.advance(minute);
  await w.poll();
  await w.clock.advance(minute);
  await w.poll();

  assert.deepEqual(asked(w), [undefined, undefined]);
});

const edits: readonly (readonly [what: string, entry: string])[] = [
  ['what of the records counts', `${undatedSweep}  ignoreFields: [name]\n`],
  ['the request', undatedSweep.replace('/contacts', '/contacts?all=1')],
  ['a header', `${undatedSweep}  headers: {X-Team: b}\n`],
];

for (const [what, entry] of edits) {
  test(`after an edit of ${what} the listing is read again`, async () => {
    const w = await knowing(3, undatedSweep, etags);
    w.edit(entry);

    await w.poll();

    assert.deepEqual(asked(w), [undefined, undefined]);
  });
}

test('a sweep that was doubted is read again, and not believed on a 304', async () => {
  const w = await knowing(30, undatedSweep, etags);
  for (let n = 0; n < 25; n++) w.provider.remove(`r${String(n).padStart(2, '0')}`);
  await w.poll();

  const told = await w.poll({ believe: true });

  assert.deepEqual(asked(w), [undefined, undefined]);
  assert.equal(told.length, 25);
});

const dates: readonly (readonly [modified: string, asks: boolean])[] = [
  ['Fri, 02 Jan 2026 02:59:00 GMT', true],
  ['Fri, 02 Jan 2026 02:59:58 GMT', true],
  ['Fri, 02 Jan 2026 02:59:59 GMT', false],
  ['Fri, 02 Jan 2026 03:00:00 GMT', false],
  ['yesterday', false],
];

for (const [modified, asks] of dates) {
  test(`Last-Modified ${modified}, answered at 03:00:00, ${asks ? 'is' : 'is not'} asked by`, async () => {
    const w = await watched(undatedSweep);
    w.provider.answer({ status: 200, headers: { 'last-modified': modified }, text: '[{"id":"a"}]' });
    await w.poll();
    w.provider.answer(304);

    await w.poll();

    assert.deepEqual(asked(w), [undefined, asks ? modified : undefined]);
  });
}

test('an unasked 304 proves no absence', async () => {
  const w = await knowing(3);
  w.provider.answer(304);

  assert.deepEqual(await w.poll(), []);
  assert.equal((await w.state()).head.looked, 'full');
});

test('with other credentials the listing is read again', async () => {
  let token = 'a';
  const grant = async (): Promise<{ ok: true; grant: Grant }> => ({
    ok: true,
    grant: { headers: { Authorization: `Bearer ${token}` }, query: [], token: {} },
  });
  const w = await knowing(3, undatedSweep, { ...etags, accounts: { grant, renew: grant } });
  await w.poll();
  const same = asked(w);
  token = 'b';

  await w.poll();

  assert.match(same[0] ?? '', /^"/);
  assert.deepEqual(asked(w), [undefined, undefined]);
});
