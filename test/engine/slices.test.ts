import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birth, filtered, hour, minute, swept, watched, type Watch, type WatchOptions } from './watch.ts';

const paged = `${filtered}  pagination: {by: link}\n`;
const pages: WatchOptions = { provider: { paging: 'link', pageSize: 700 } };

function fill(w: Watch, count: number): void {
  for (let n = 0; n < count; n++) w.provider.put(`r${10_000 + n}`);
}

for (const [pageSize, entry] of [
  [700, paged],
  [10_000, paged],
] as const) {
  test(`2,500 new records in pages of ${pageSize} are three commits, and only the last moves the watermark`, async () => {
    const w = await watched(entry, { provider: { paging: 'link', pageSize } });
    const before = await w.watermark();
    await w.clock.advance(minute);
    fill(w, 2_500);

    const told = await w.poll();

    const commits = w.commits.slice(1);
    assert.equal(told.length, 2_500);
    assert.deepEqual(
      commits.map((commit) => commit.told.length),
      [1_000, 1_000, 500],
    );
    assert.deepEqual(
      commits.map(({ head }) => head.watermark === before),
      [true, true, false],
    );
    assert.deepEqual(
      commits.map(({ head }) => head.looked),
      ['none', 'none', 'partial'],
    );
    assert.deepEqual(
      commits.map(({ generation }) => generation),
      [1, 2, 3],
    );
  });
}

for (const count of [999, 1_000, 1_001, 2_000]) {
  test(`${count} new records end with a commit that holds the last of them and the watermark`, async () => {
    const w = await watched(filtered);
    await w.clock.advance(minute);
    fill(w, count);

    await w.poll();

    const commits = w.commits.slice(1);
    assert.equal(
      commits.reduce((sum, { told }) => sum + told.length, 0),
      count,
    );
    assert.ok(commits.every(({ told }) => told.length <= 1_000));
    assert.equal(commits.filter(({ head }) => head.looked === 'partial').length, 1);
    assert.equal(commits.at(-1)?.head.looked, 'partial');
  });
}

test('many deletions are told in slices, and only the last ends the sweep', async () => {
  const w = await watched(`${swept.replace('every: 1h', 'every: 1h, maxShare: 1')}  start: all\n`);
  fill(w, 1_500);
  await w.poll();
  const before = w.commits.length;
  for (const { id } of w.provider.rows()) w.provider.remove(id);
  await w.clock.advance(hour);

  const told = await w.poll();

  const commits = w.commits.slice(before);
  assert.equal(told.length, 1_500);
  assert.deepEqual(
    commits.map(({ head }) => head.sweptAt === w.clock.now()),
    [false, true],
  );
});

test('the first slice of a new identity drops the old one, the others go on', async () => {
  const w = await watched(paged, pages);
  fill(w, 10);
  await w.poll();
  const before = w.commits.length;
  w.edit(paged.replace('idField: id', 'idField: [id, id]'));
  fill(w, 2_500);

  await w.poll();

  assert.deepEqual(
    w.commits.slice(before).map(({ reborn }) => reborn === true),
    [true, false, false],
  );
  assert.equal((await w.state()).snapshot.size, 2_500);
});

test('an outbox that fills up between two slices stops the poll, and the rest is told when there is room', async () => {
  const w = await watched(paged, pages);
  const before = await w.watermark();
  await w.clock.advance(minute);
  fill(w, 2_500);
  w.provider.before(4, () => (w.full = true));

  const says = await w.fail();
  const first = w.events().length;
  const stopped = await w.watermark();
  w.full = false;
  const rest = await w.poll();

  assert.match(says, /outbox is full/);
  assert.equal(stopped, before);
  assert.deepEqual([first, rest.length], [2_000, 500]);
  assert.equal(new Set(w.events().map(({ id }) => id)).size, 2_500);
});

test('a poll that has nothing to tell goes on while the outbox is full', async () => {
  const w = await watched(filtered);
  w.full = true;
  await w.clock.advance(minute);

  assert.deepEqual(await w.poll(), []);
});

/** A provider whose poll takes several pages, three slices, a page asked for again, and a second listing. */
async function long(options: WatchOptions = {}): Promise<Watch> {
  const w = await watched(`${swept}  pagination: {by: link}\n  start: all\n`, { ...pages, ...options });
  w.provider.put('gone');
  await w.poll();
  await w.clock.advance(2 * hour);
  w.provider.remove('gone');
  fill(w, 2_500);
  w.provider.answer(503, 3);
  return w;
}

test('a poll may be stopped at any request: nothing half is left, and the next one tells the rest', async () => {
  const whole = await long();
  await whole.poll();
  const steps = whole.provider.requests.length - 1;
  assert.equal(steps, 4 + 1 + 4);

  for (let step = 1; step <= steps; step++) {
    const w = await long();
    const { watermark, looked, sweptAt } = (await w.state()).head;
    const stop = new AbortController();
    w.signal = stop.signal;
    w.provider.before(step, () => stop.abort());

    const says = await w.fail();
    const { head } = await w.state();
    w.signal = new AbortController().signal;
    w.provider.unscript();
    await w.poll();

    assert.equal(says, 'the poll was stopped');
    assert.deepEqual([head.watermark, head.looked, head.sweptAt], [watermark, looked, sweptAt]);
    assert.deepEqual(new Set(w.events().map(({ id }) => id)), new Set(whole.events().map(({ id }) => id)));
    assert.equal(w.events().length, whole.events().length);
  }
});

test('a machine may stop at any commit: nothing half is left, and the next poll tells the rest', async () => {
  const whole = await long();
  const first = whole.commits.length;
  await whole.poll();
  assert.equal(whole.commits.length - first, 4);

  for (let commit = first; commit < whole.commits.length; commit++) {
    let stops = commit;
    const w = await long({
      beforeCommit: (made) => {
        if (made !== stops) return;
        stops = Number.NaN;
        throw new Error('the machine stops');
      },
    });
    await assert.rejects(w.tryPoll());
    w.provider.unscript();

    await w.poll();

    assert.deepEqual(new Set(w.events().map(({ id }) => id)), new Set(whole.events().map(({ id }) => id)));
    assert.equal(w.events().length, whole.events().length);
  }
});

test('a poll that was stopped before it began asks nothing and moves nothing', async () => {
  const w = await watched(filtered);
  const before = await w.state();
  await w.clock.advance(minute);
  w.signal = AbortSignal.abort();

  assert.equal(await w.fail(), 'the poll was stopped');
  assert.deepEqual(await w.state(), before);
});

test('events of one record are told in the order of its versions', async () => {
  const w = await watched(filtered);
  for (let v = 1; v <= 5; v++) {
    await w.clock.advance(minute);
    w.provider.put('a', { v }, { created: birth });
    await w.poll();
  }

  assert.deepEqual(
    w.events().map(({ kind, record }) => `${kind} ${String(record['v'])}`),
    ['CREATED 1', 'UPDATED 2', 'UPDATED 3', 'UPDATED 4', 'UPDATED 5'],
  );
});
