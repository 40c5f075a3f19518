import assert from 'node:assert/strict';
import { test } from 'node:test';
import { undatedSweep, watched } from './watch.ts';

const lines = (records: readonly object[]): string => JSON.stringify(records);

test('rows that share an id are not told forth and back: one stands for them, and a notice says so once', async () => {
  const w = await watched(undatedSweep);
  const shared = lines([
    { id: 1, line: 'a' },
    { id: 1, line: 'b' },
    { id: 2, line: 'c' },
  ]);
  const told: string[] = [];
  for (let n = 0; n < 4; n++) {
    w.provider.answer(shared);
    told.push(...(await w.poll()));
  }

  assert.deepEqual(told, []);
  const heard = w.heard('feed:note').filter(({ says }) => /share one id in "id"/.test(says));
  assert.equal(heard.length, 1);
});

test('of rows that share an id the one of the latest date stands for them', async () => {
  const dated = 'url: /contacts\nidField: id\nstart: all\ndatesConfiguration: {updatedDateField: updated}\n';
  const w = await watched(dated);
  const shared = lines([
    { id: 1, updated: '2026-01-02T02:00:00Z', v: 'new' },
    { id: 1, updated: '2026-01-02T01:00:00Z', v: 'old' },
  ]);
  const told: string[] = [];
  for (let n = 0; n < 3; n++) {
    w.provider.answer(shared);
    told.push(...(await w.poll()));
  }

  assert.deepEqual(told, ['CREATED 1']);
  assert.equal(w.events()[0]?.record['v'], 'new');
});

test('parts of a composite id do not run into each other', async () => {
  const w = await watched('url: /contacts\nidField: [a, b]\nstart: all\n');
  const records = lines([
    { a: 'x|y', b: 'z' },
    { a: 'x', b: 'y|z' },
    { a: 1, b: 2 },
  ]);
  w.provider.answer(records);
  const first = await w.poll();
  w.provider.answer(records);
  const second = await w.poll();

  assert.deepEqual([first, second], [['CREATED x\\|y|z', 'CREATED x|y\\|z', 'CREATED 1|2'], []]);
});

test('a composite id found absent is told in the parts and kinds that it had', async () => {
  const w = await watched('url: /contacts\nidField: [a, b]\nstart: all\ndeletes: {by: sweep}\n');
  w.provider.answer(
    lines([
      { a: 'x|y', b: 'z' },
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]),
  );
  await w.poll();
  w.provider.answer(lines([{ a: 3, b: 4 }]));

  await w.poll();

  const gone = w.events().filter(({ kind }) => kind === 'DELETED');
  assert.deepEqual(
    gone.map(({ record }) => record),
    [
      { a: 'x|y', b: 'z' },
      { a: 1, b: 2 },
    ],
  );
});
