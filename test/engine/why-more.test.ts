import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knowing, name } from './knowing.ts';
import { birth, filtered, hour, minute, scanned, second, undatedSweep, watch, watched, type Watch } from './watch.ts';

const everything = `
  url: /contacts
  idField: id
  datesConfiguration: {updatedDateField: updated, createdDateField: created}
`;

/** A watch that told `a` and polls again after what is done then. */
async function toldThen(entry: string, then: (w: Watch) => void, options = {}): Promise<Watch> {
  const w = await watched(entry, options);
  await w.clock.advance(hour);
  w.provider.put('a', { seen: 1 });
  await w.clock.advance(minute);
  await w.poll();
  await w.clock.advance(minute);
  then(w);
  await w.tryPoll();
  return w;
}

/** What is said of `a`, as one text. */
async function said(w: Watch, how?: 'asleep', record = 'a'): Promise<string> {
  return (await w.why(record, how)).says.join('\n');
}

test('a change of ignored fields is told by their names, once an earlier reading showed other values', async () => {
  const entry = `${everything}  ignoreFields: [seen, other]\n`;
  const change = (w: Watch): void => w.provider.put('a', { seen: 2 }, { updated: w.provider.row('a')?.updated ?? 0 });

  const w = await toldThen(entry, change);
  const same = await toldThen(entry, () => undefined);

  const [latest] = (await w.why('a')).readings;
  assert.deepEqual(latest?.differs, ['seen']);
  assert.equal(latest?.says, 'differs only in the ignored field seen from the version told');
  assert.match(
    (await same.why('a')).readings[0]?.says ?? '',
    /^unchanged since .* \(seen, other does not count: ignoreFields\)$/,
  );
});

test('what differed in ignored fields before the version told does not count', async () => {
  const w = await toldThen(`${everything}  ignoreFields: [seen]\n`, (x) => x.provider.put('a', { seen: 2, v: 2 }));
  await w.poll();

  assert.match((await w.why('a')).readings[0]?.says ?? '', /^unchanged/);
});

test('a date in the future, and one that cannot be read, are compared by content', async () => {
  const w = await watched(everything, { provider: { write: (row) => ({ id: row.id, ...row.fields }) } });
  w.provider.put('late', { updated: new Date(birth + 10 * hour).toISOString() });
  w.provider.put('odd', { updated: 'yesterday' });
  await w.poll();
  await w.poll();

  const [late, odd] = await Promise.all([w.why('late'), w.why('odd')]);

  assert.match(late.readings[0]?.says ?? '', /its date is in the future, so it is compared by content until then$/);
  assert.match(odd.readings[0]?.says ?? '', /it has no updated date that can be read, so it is compared by content$/);
});

test('what a failed poll read is not told yet, and the answer says what failed', async () => {
  const w = await toldThen(
    `${filtered}  pagination: {by: page, param: page}\n`,
    (x) => {
      for (const id of ['b', 'c', 'd']) x.provider.put(id);
      x.provider.answer(403, 2);
    },
    { provider: { paging: 'page', pageSize: 2 } },
  );

  const why = await w.why('b');

  assert.equal(why.state, 'no-record');
  assert.match(
    why.readings[0]?.says ?? '',
    /^it would be CREATED, but its poll failed before that was committed \(.*403/,
  );
  assert.deepEqual(why.events, []);
});

test('a told record names its version, its event and its POST', async () => {
  const w = await toldThen(filtered, () => undefined);

  const why = await w.why('a');

  const [event] = why.events;
  assert.equal(why.state, 'told');
  assert.equal(why.version?.changes, 1);
  assert.equal(why.version?.date, birth + hour);
  assert.ok(
    why.says[0]?.includes(`event ${event?.id}, waiting to be delivered in POST ${event?.delivery}`),
    why.says[0],
  );
  assert.match(
    why.says.at(-1) ?? '',
    /told again when its updated date differs and its content does too \(compare: both\)/,
  );
});

test('a record that no reading showed is said to be seen only when it changes', async () => {
  const w = await toldThen(filtered, () => undefined);
  for (let n = 0; n < 3; n++) {
    await w.clock.advance(minute);
    await w.poll();
  }

  assert.match(
    await said(w, undefined, 'z'),
    /not seen in any of the 5 readings since the daemon started at 2026-01-02T03:00:00\.250Z.*the url asks from the watermark, now 2026-01-02T04:05:00\.\d+Z, so a record is seen only when it changes/,
  );
});

test('a listing that was answered with 304 is said to be what it was', async () => {
  const w = await toldThen(everything, () => undefined, { provider: { etags: true } });

  assert.match(await said(w, undefined, 'z'), /the last one, at 2026-01-02T04:02:00\.250Z, was answered with 304/);
});

const absences = [
  ['no deletes', everything, /not in the last reading of everything, at 2026-01-02T04:02.*deletes: none/],
  [
    'a sweep whose listing has an upper bound',
    `${everything.replace('/contacts', "/contacts?until=${now:yyyy-MM-dd'T'HH:mm'Z'}")}  deletes: {by: sweep}\n`,
    /not in the last reading of everything.*proves no absence, since it has an upper bound/,
  ],
  [
    'a flag',
    `${everything}  deletes: {by: flag, field: gone}\n`,
    /not in the last reading of everything.*\(deletes: flag\)/,
  ],
] as const;
for (const [what, entry, says] of absences) {
  test(`absence from a reading of everything with ${what} says what it proves`, async () => {
    const w = await toldThen(entry, (x) => x.provider.remove('a'));

    assert.match(await said(w), says);
  });
}

test('a record that a later reading showed is not said to be absent', async () => {
  const w = await watched(scanned);
  await w.poll();
  await w.clock.advance(minute);
  w.provider.put('a');
  await w.poll();

  assert.doesNotMatch(await said(w), /not in the last reading of everything/);
});

const unknowns = [
  ['KEY-12', ['key-12'], 'key-12'],
  ['12', ['a|12', 'a|13'], 'a|12'],
  ['gid://shop/Order/4711', ['4711', '4712'], '4711'],
  ['order-4171', ['order-4711'], 'order-4711'],
  ['x', ['order-4711'], undefined],
] as const;
for (const [asked, ids, meant] of unknowns) {
  test(`an unknown id ${asked} beside ${ids.join(' and ')} is told with ${meant ?? 'an example alone'}`, async () => {
    const w = await watched(everything);
    await w.clock.advance(hour);
    for (const id of ids) w.provider.put(id);
    await w.poll();

    const why = await w.why(asked);

    assert.equal(why.state, 'no-record');
    assert.equal(why.nearest, meant);
    assert.equal(why.example, ids[0]);
    assert.match(why.says[0] ?? '', /no good poll has read it, or its id is composed otherwise \(idField id\)/);
  });
}

test('a partial first look says what was never read', async () => {
  const w = await watched(filtered);
  await w.poll();

  assert.match(
    await said(w),
    /no record of the feed is known yet[^]*what was not updated since 2026-01-02T03:00:00\.250Z was never read/,
  );
});

test('a feed that was not polled and one that is not there say so', async () => {
  const w = watch(filtered);
  const unborn = await said(w);
  await w.born();
  const born = await said(w);

  assert.match(unborn, /the feed has not begun/);
  assert.match(born, /the feed was not polled yet since the daemon started[^]*first look of the feed is not done/);
});

test('without a daemon the durable part is told', async () => {
  const w = await toldThen(everything, (x) => x.provider.put('old', {}, { updated: birth - hour }));
  const doubted = await knowing(20);
  for (let n = 0; n < 15; n++) doubted.provider.remove(name(n));
  await doubted.poll();
  const gone = await knowing(2);
  gone.provider.remove(name(0));
  await gone.poll();

  assert.match(await said(w, 'asleep'), /^told as CREATED, the version dated .*\n.*no daemon runs/);
  assert.match(
    await said(w, 'asleep', 'old'),
    /^learned by .*updated before the feed's since, 2026-01-02T03:00:00\.250Z/,
  );
  assert.match(
    await said(doubted, 'asleep', name(0)),
    /missed 15 of 20 known records and is doubted; whether this is one/,
  );
  assert.match(await said(gone, 'asleep', name(0)), /^told as DELETED by the poll at .*: event evt_/);
});

test('a record that was forgotten and one that a first look learned without a date say so', async () => {
  const w = await knowing(1, undatedSweep);
  const learned = await said(w, 'asleep', name(0));
  w.provider.remove(name(0));
  w.edit(undatedSweep.replace('/contacts', '/contacts?few=1'));
  await w.clock.advance(second);
  await w.poll();

  assert.match(learned, /^learned by .*no date says that it is newer than the feed/);
  assert.match(await said(w, 'asleep', name(0)), /^forgotten without an event: the request was edited/);
});
