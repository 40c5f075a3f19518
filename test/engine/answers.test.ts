import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birth, hour, minute, watched } from './watch.ts';
import type { Accounts } from '../../src/model/account.ts';
import type { Scripted } from '../support/scripted-provider.ts';

const whole = 'url: /contacts\nidField: id\n';
const dated = `${whole}datesConfiguration: {updatedDateField: updated}\n`;
const enveloped = `${whole}records: data\n`;

test('a record without an id is left out with a notice, and the poll completes', async () => {
  const w = await watched(`${whole}start: all\n`);
  w.provider.answer('[{"id":"a"},{"name":"nobody"},{"id":null},{"id":""},{"id":{}},7,{"id":0}]');

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a', 'CREATED 0']);
  assert.match(w.heard('feed:note')[0]?.says ?? '', /^5 of the records read have no id in "id"/);
});

test('a page in which no record has the id fails the poll', async () => {
  const w = await watched(whole);
  w.provider.answer('[{"name":"a"},{"name":"b"}]');

  assert.match(await w.fail(), /no record in the answer has the id field/);
});

test('a list of what is no record at all fails the poll', async () => {
  const w = await watched(whole);
  w.provider.answer('["a","b"]');

  assert.match(await w.fail(), /no record in the answer has the id field/);
});

const undatable = [
  ['missing', '{"id":"a"}', 'dates-missing', /have no "updated"/],
  ['null', '{"id":"a","updated":null}', 'dates-missing', /have no "updated"/],
  ['unreadable', '{"id":"a","updated":"yesterday"}', 'dates-unreadable', /cannot be read as/],
  ['an object', '{"id":"a","updated":{"at":1}}', 'dates-unreadable', /cannot be read as/],
  ['in the future', '{"id":"a","updated":"2026-01-03T00:00:00Z"}', 'dates-future', /dated in the future/],
] as const;
for (const [what, record, name, says] of undatable) {
  test(`a record whose date is ${what} is told and compared by content, with a notice once, and never moves the watermark`, async () => {
    const w = await watched(dated);
    w.provider.date = 'absent';
    await w.poll();
    const changed = record.replace('"a"', '"a","v":2');

    const told: (readonly string[])[] = [];
    for (const answer of [record, record, changed, changed]) {
      w.provider.answer(`[${answer}]`);
      told.push(await w.poll());
    }

    assert.deepEqual(told, [['CREATED a'], [], ['UPDATED a'], []]);
    assert.equal(w.heard('feed:note').length, 1);
    assert.match(w.heard('feed:note')[0]?.says ?? '', says);
    assert.deepEqual((await w.state()).head.noticed, [name]);
    assert.equal(await w.watermark(), birth);
  });
}

const scales: readonly [dates: string, format: string, page: string, says: RegExp | undefined][] = [
  [
    'updated dates in seconds',
    '{updatedDateField: updated, updatedDateFormat: milliseconds}',
    '[{"id":"a","updated":1767323045},{"id":"b","updated":"1767323046"},{"id":"c"}]',
    /every date "updated" .* "1767323045" was read as milliseconds, 1970-01-21T10:55:23.045Z; its format is likely seconds$/,
  ],
  [
    'updated dates in milliseconds',
    '{updatedDateField: at.updated, updatedDateFormat: seconds}',
    '[{"id":"a","at":{"updated":1767323045678}}]',
    /every date "at.updated" .* as seconds, \+057974-.*; its format is likely milliseconds$/,
  ],
  [
    'created dates in seconds',
    '{updatedDateField: u, createdDateField: c, createdDateFormat: milliseconds}',
    '[{"id":"a","u":"2026-01-02T03:00:00Z","c":1767323045}]',
    /every date "c" .*; its format is likely seconds$/,
  ],
  [
    'one field for both dates',
    '{updatedDateField: c, updatedDateFormat: milliseconds, createdDateField: c, createdDateFormat: milliseconds}',
    '[{"id":"a","c":1767323045}]',
    /every date "c" .*; its format is likely seconds$/,
  ],
  [
    'years without a century',
    '{updatedDateField: u, updatedDateFormat: dd/MM/yyyy}',
    '[{"id":"a","u":"05/02/26"}]',
    /every date "u" .* "05\/02\/26" was read as dd\/MM\/yyyy, 0026-02-05T.*; see whether that is its format$/,
  ],
  [
    'one date of our time among others',
    '{updatedDateField: updated, updatedDateFormat: milliseconds}',
    '[{"id":"a","updated":0},{"id":"b","updated":1767323045678},{"id":"c","updated":0}]',
    undefined,
  ],
  [
    'dates of 1990',
    '{updatedDateField: u, updatedDateFormat: yyyy, createdDateField: c, createdDateFormat: yyyy}',
    '[{"id":"a","u":"1990","c":"1990"}]',
    undefined,
  ],
  ['no date', '{createdDateField: c}', '[{"id":"a"}]', undefined],
];
for (const [what, dates, page, says] of scales) {
  test(`${what} of ${dates} ${says === undefined ? 'need no notice' : 'are noticed once'}`, async () => {
    const w = await watched(`${whole}datesConfiguration: ${dates}\n`);
    const offScale = /lies before 1990/;

    for (const answer of [page, page]) {
      w.provider.answer(answer);
      await w.poll();
    }

    const notes = w.heard('feed:note').filter(({ says: said }) => offScale.test(said ?? ''));
    assert.equal(notes.length, says === undefined ? 0 : 1);
    if (says !== undefined) assert.match(notes[0]?.says ?? '', says);
  });
}

test('records with and without dates are told side by side', async () => {
  const w = await watched(dated);
  await w.poll();
  await w.clock.advance(minute);
  w.provider.answer('[{"id":"a"},{"id":"b","updated":"2026-01-02T03:00:30Z"},{"id":"c","updated":"?"}]');

  assert.deepEqual(await w.poll(), ['CREATED a', 'CREATED b', 'CREATED c']);
});

test('a date is in the future only where the provider says so', async () => {
  const w = await watched(dated);
  w.provider.ahead = hour;
  w.provider.put('a');

  await w.poll();
  await w.poll();

  assert.equal(w.events().length, 1);
  assert.deepEqual(w.heard('feed:note'), []);
});

const broken: readonly [what: string, entry: string, answer: Scripted, says: RegExp][] = [
  ['HTML', whole, '<!doctype html><title>Log in</title>', /the answer is not JSON/],
  ['half a document', whole, '[{"id":"a"},{"id"', /the answer is not JSON/],
  ['two documents', whole, '[{"id":"a"}]\n[]', /the answer is not JSON/],
  ['an object where the list should be', whole, '{"data":[{"id":"a"}]}', /the answer is not a list, which has "data"/],
  [
    'a list where an envelope should be',
    enveloped,
    '[{"id":"a"}]',
    /"data" in the answer is not a list, which is a list itself/,
  ],
  [
    'an envelope without the list',
    enveloped,
    '{"error":"no"}',
    /"data" in the answer is not a list, which has "error"/,
  ],
  ['a list that is null', enveloped, '{"data":null}', /"data" in the answer is not a list/],
  ['a text', whole, '"maintenance"', /the answer is not a list/],
  ['a redirect', whole, { status: 302, headers: { location: 'https://evil.test/' } }, /answered 302/],
  ['a refusal', whole, { status: 403, text: '{"message":"no scope"}' }, /answered 403: "no scope"/],
  ['a missing resource', whole, 404, /answered 404/],
  ['a renewal that is refused', whole, 401, /nobody to renew/],
  ['a throttle', whole, 429, /answered 429/],
  ['a failure', whole, 500, /answered 500/],
  ['an answer that is not ready', whole, 202, /still preparing/],
  ['too many bytes', whole, { failure: 'too-large' }, /too-large/],
  ['silence', whole, { failure: 'timeout' }, /timeout/],
];
for (const [what, entry, answer, says] of broken) {
  test(`${what} fails the poll, and nothing moves`, async () => {
    const w = await watched(entry);
    const before = await w.state();
    await w.clock.advance(minute);
    w.provider.answer(answer);

    assert.match(await w.fail(), says);
    assert.deepEqual(await w.state(), before);
  });
}

for (const [what, entry, answer] of [
  ['{}', enveloped, '{}'],
  ['an empty body', enveloped, ''],
  ['no content', whole, 204],
  ['nothing modified', whole, 304],
  ['null', whole, 'null'],
] as const) {
  test(`${what} is an answer without records`, async () => {
    const w = await watched(entry);
    w.provider.answer(answer);

    assert.deepEqual(await w.poll(), []);
  });
}

for (const [what, retryAfter, until] of [
  ['seconds', '90', 90_000],
  ['a date of a provider an hour ahead', 'Fri, 02 Jan 2026 04:01:30 GMT', 90_000],
] as const) {
  test(`a throttle that names ${what} is not polled before`, async () => {
    const w = await watched(whole);
    w.provider.ahead = hour;
    w.provider.answer({ status: 429, headers: { 'retry-after': retryAfter } });

    const report = await w.tryPoll();

    assert.equal(report.ok, false);
    assert.equal(report.ok ? undefined : report.failure.notBefore, birth + until);
  });
}

for (const [why, says] of [
  ['refused', 'authorize this account again'],
  ['later', 'the token endpoint is down'],
] as const) {
  test(`an account without a grant (${why}) fails the poll before anything is asked`, async () => {
    const accounts: Accounts = {
      grant: async () => ({ ok: false, why, says }),
      renew: async () => ({ ok: false, why, says }),
    };
    const w = await watched(whole, { accounts });

    assert.equal(await w.fail(), says);
    assert.deepEqual(w.provider.requests, []);
  });
}

test('null fields are dropped before records are compared and told, unless the instance keeps them', async () => {
  const told: unknown[] = [];
  for (const nulls of [true, false]) {
    const w = await watched(whole, { configuration: `filter.response.nulls: ${nulls}` });
    w.provider.answer('[{"id":"a"}]');
    await w.poll();
    w.provider.answer('[{"id":"a","gone":null,"deep":{"gone":null}},{"id":"b","gone":null}]');
    await w.poll();
    told.push(w.events().map(({ record }) => record));
  }

  assert.deepEqual(told, [
    [{ id: 'a', deep: {} }, { id: 'b' }],
    [
      { id: 'a', gone: null, deep: { gone: null } },
      { id: 'b', gone: null },
    ],
  ]);
});

test('integers stay exact from the answer to the body of the delivery', async () => {
  const w = await watched(`${whole}start: all\n`);
  w.provider.answer(
    '[{"id":9007199254740993,"big":1234567890123456789,"deep":[{"x":-9223372036854775808}],"small":1.50}]',
  );

  await w.poll();

  const body = w.commits.at(-1)?.deliveries[0]?.body ?? '';
  assert.match(
    body,
    /"contacts":\[\{"id":9007199254740993,"big":1234567890123456789,"deep":\[\{"x":-9223372036854775808\}\],"small":1\.5\}\]/,
  );
  assert.match(body, /"objectId":"9007199254740993"/);
});

test('ids that a double would take for one are two records', async () => {
  const w = await watched(`${whole}start: all\n`);
  w.provider.answer('[{"id":9007199254740992},{"id":9007199254740993}]');

  assert.deepEqual(await w.poll(), ['CREATED 9007199254740992', 'CREATED 9007199254740993']);
});
