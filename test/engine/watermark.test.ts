import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iso } from '../support/scripted-provider.ts';
import { birth, filtered, hour, minute, second, watched } from './watch.ts';

const paged = `${filtered}  pagination: {by: page, param: page}\n`;
const at = (text: string): number => Date.parse(`2026-01-02T${text}Z`);

test('the watermark moves to the Date of the first answer less the time that it took', async () => {
  const w = await watched(filtered, { provider: { took: 80 } });
  await w.clock.advance(10 * second);
  w.provider.put('a', {}, { updated: birth + second });

  await w.poll();

  assert.equal(iso(await w.watermark()), '2026-01-02T03:00:09.920Z');
});

test('the watermark moves to our clock when sending where that is earlier', async () => {
  const w = await watched(filtered);
  w.provider.ahead = hour;
  await w.clock.advance(10 * second);
  w.provider.put('a');

  await w.poll();

  assert.equal(iso(await w.watermark()), '2026-01-02T03:00:10.250Z');
});

test('the watermark moves by the first page, however long the others take', async () => {
  const w = await watched(`${filtered}  pagination: {by: link}\n`, {
    provider: { paging: 'link', pageSize: 1, took: 10 * second },
  });
  await w.clock.advance(minute);
  for (const id of ['a', 'b', 'c']) w.provider.put(id);

  await w.poll();

  assert.equal(iso(await w.watermark()), '2026-01-02T03:01:00.000Z');
});

for (const date of ['absent', 'garbage'] as const) {
  test(`without a Date (${date}) the watermark moves to the newest record that is not in the future`, async () => {
    const w = await watched(filtered);
    w.provider.date = date;
    await w.clock.advance(hour);
    w.provider.put('a', {}, { updated: birth + 5_001 });
    w.provider.put('b', {}, { updated: birth + 5_003 });
    w.provider.put('c', {}, { updated: birth + 5_002 });
    w.provider.put('future', {}, { updated: birth + 2 * hour });

    await w.poll();

    assert.equal(await w.watermark(), birth + 5_003);
  });

  test(`without a Date (${date}) and without records the watermark stays`, async () => {
    const w = await watched(filtered);
    w.provider.date = date;
    await w.clock.advance(hour);

    await w.poll();

    assert.equal(await w.watermark(), at('03:00:00.000'));
  });
}

test('after several pages by page the watermark moves to the start of the previous such poll', async () => {
  const w = await watched(paged, { provider: { paging: 'page', pageSize: 2 } });
  const marks: string[] = [];

  for (let n = 1; n <= 3; n++) {
    await w.clock.advance(minute);
    for (const id of ['a', 'b', 'c']) w.provider.put(id, { n });
    await w.poll();
    marks.push(iso(await w.watermark()));
  }

  assert.deepEqual(marks, ['2026-01-02T03:00:00.000Z', '2026-01-02T03:01:00.000Z', '2026-01-02T03:02:00.000Z']);
});

test('a row that shifted out of sight between two pages is told by the next poll', async () => {
  const w = await watched(paged, { provider: { paging: 'page', pageSize: 2 } });
  await w.clock.advance(minute);
  for (const id of ['a', 'b', 'c', 'd']) w.provider.put(id);
  await w.clock.advance(minute);
  w.provider.before(2, () => w.provider.remove('a'));

  const shifted = await w.poll();
  await w.clock.advance(minute);
  const next = await w.poll();

  assert.deepEqual(shifted, ['CREATED a', 'CREATED b', 'CREATED d']);
  assert.deepEqual(next, ['CREATED c']);
});

test('a row that is read on two pages of one poll is told once, and in its newer version by the next poll', async () => {
  const w = await watched(paged, { provider: { paging: 'page', pageSize: 2 } });
  await w.clock.advance(minute);
  for (const id of ['b', 'c', 'd', 'e']) w.provider.put(id, { v: 1 });
  w.provider.before(2, () => w.provider.put('a'));
  w.provider.before(3, () => {
    w.provider.put('a0');
    w.provider.put('d', { v: 2 });
  });

  const told = await w.poll();
  const next = await w.poll();

  assert.deepEqual(told, ['CREATED b', 'CREATED c', 'CREATED d', 'CREATED e']);
  assert.deepEqual(next, ['CREATED a', 'CREATED a0', 'UPDATED d']);
});

test('the watermark never passes an upper bound in the url, as it was printed', async () => {
  const w = await watched(filtered.replace("SSS'Z'}", "SSS'Z'}&until=${now:yyyy-MM-dd'T'HH:mm'Z'}"));
  await w.clock.advance(90 * second);
  w.provider.put('late', {}, { updated: at('03:01:10.500') });

  const bounded = await w.poll();
  const watermark = iso(await w.watermark());
  await w.clock.advance(minute);
  const next = await w.poll();

  assert.equal(w.query(0).get('until'), '2026-01-02T03:01Z');
  assert.deepEqual(bounded, []);
  assert.equal(watermark, '2026-01-02T03:01:00.000Z');
  assert.deepEqual(next, ['CREATED late']);
});

test('the watermark never moves backwards', async () => {
  const w = await watched(filtered);
  await w.clock.advance(2 * hour);
  await w.poll();
  const before = await w.watermark();
  w.provider.ahead = -hour;

  await w.clock.advance(minute);
  await w.poll();

  assert.equal(await w.watermark(), before);
});

test('the watermark moves in the same commit that stores the events', async () => {
  const w = await watched(filtered);
  await w.clock.advance(minute);
  w.provider.put('a');

  await w.poll();

  assert.equal(w.commits.length, 2);
  assert.equal(w.commits[1]?.deliveries.length, 1);
  assert.equal(w.commits[1]?.head.watermark, at('03:01:00.250') - 250);
});

const troubles = [
  ['an error', 500],
  ['a refusal', 403],
  ['a redirect', { status: 302, headers: { location: 'https://api.test/elsewhere' } }],
  ['a connection cut short', { failure: 'cut' }],
  ['too many bytes', { failure: 'too-large' }],
  ['half a document', '[{"id":"c","upda'],
] as const;
for (const [name, trouble] of troubles) {
  test(`the watermark stays where page 2 is ${name}, and all is told afterwards`, async () => {
    const w = await watched(paged, { provider: { paging: 'page', pageSize: 2 } });
    await w.clock.advance(minute);
    for (const id of ['a', 'b', 'c']) w.provider.put(id);
    for (let n = 2; n < 8; n++) w.provider.answer(trouble, n);

    const says = await w.fail();
    const before = await w.watermark();
    w.provider.unscript();
    const told = await w.poll();

    assert.match(says, /\S/);
    assert.equal(before, at('03:00:00.000'));
    assert.deepEqual(told, ['CREATED a', 'CREATED b', 'CREATED c']);
  });
}

test('a later page that stumbles is asked for again, and the pages before it are not read in vain', async () => {
  const w = await watched(paged, { provider: { paging: 'page', pageSize: 2 } });
  for (const id of ['a', 'b', 'c']) w.provider.put(id);
  w.provider.answer(503, 2);
  w.provider.answer({ status: 429, headers: { 'retry-after': '7' } }, 3);

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a', 'CREATED b', 'CREATED c']);
  assert.ok(w.clock.now() >= birth + 8 * second);
});

test('an answer without a body moves no watermark', async () => {
  const w = await watched(filtered);
  await w.clock.advance(minute);
  w.provider.answer('');

  await w.poll();

  assert.equal(await w.watermark(), at('03:00:00.000'));
});

test('rows that appear late are told, as late as pollDelay allows', async () => {
  const w = await watched(`${filtered}  pollDelay: 120\n`);
  await w.clock.advance(10 * minute);
  w.provider.put('a', {}, { visible: birth + 12 * minute });
  await w.clock.advance(minute);
  const early = await w.poll();

  await w.clock.advance(minute);
  const late = await w.poll();

  assert.deepEqual([early, late], [[], ['CREATED a']]);
});

for (const exclusive of [false, true]) {
  test(`of equal timestamps at the edge none is lost by ${exclusive ? 'an exclusive' : 'an inclusive'} filter`, async () => {
    const w = await watched(filtered, { provider: { exclusive } });
    await w.clock.jumpTo(at('03:10:00.000'));
    w.provider.put('a');
    w.provider.behind(1, () => w.provider.put('b'));

    const first = await w.poll();
    const second_ = await w.poll();

    assert.equal(await w.watermark(), w.provider.row('b')?.updated);
    assert.deepEqual([first, second_], [['CREATED a'], ['CREATED b']]);
  });
}

test('a watermark in the middle of a second is kept to the millisecond, and the request asks from one unit before', async () => {
  const w = await watched(filtered);
  w.provider.ahead = hour;
  w.provider.put('a');
  await w.poll();

  await w.poll();

  assert.equal(await w.watermark(), birth);
  assert.equal(w.query(1).get('since'), iso(birth - 1));
});

test('without Date, a change on the first page while the others are read is told, though a later page shows a newer record', async () => {
  const w = await watched(`${filtered}  pagination: {by: link}\n`, {
    provider: { paging: 'link', pageSize: 1, took: 2 * second },
  });
  w.provider.date = 'absent';
  w.provider.ahead = -minute;
  await w.clock.advance(10 * minute);
  for (const id of ['a', 'b']) w.provider.put(id);
  await w.poll();
  await w.clock.advance(minute);
  w.provider.put('a');
  w.provider.put('b');
  w.provider.behind(1, () => w.provider.put('a', { name: 'last' }));
  w.provider.before(2, () => w.provider.put('b', { name: 'newer' }));

  const told = await w.poll();

  assert.deepEqual([told, await w.poll()], [['UPDATED a', 'UPDATED b'], ['UPDATED a']]);
});

test('without Date, the second version of one second is told, also where the provider’s clock is minutes behind', async () => {
  const w = await watched(filtered.replaceAll('.SSS', ''), { provider: { unit: second } });
  w.provider.date = 'absent';
  w.provider.ahead = -2 * minute;
  await w.clock.advance(10 * minute);
  w.provider.put('a', { v: 1 });
  const told = [await w.poll()];
  w.provider.put('a', { v: 2 });

  assert.deepEqual([...told, await w.poll()], [['CREATED a'], ['UPDATED a']]);
});
