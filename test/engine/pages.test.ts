import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextLinkOf } from '../../src/poll/link-header.ts';
import type { Scripted } from '../support/scripted-provider.ts';
import { day, filtered, watched, type WatchOptions } from './watch.ts';

const whole = 'url: /contacts\nidField: id\n';
const paged = `${filtered}  pagination: {by: page, param: page}\n`;

const loops: readonly [
  what: string,
  entry: string,
  options: WatchOptions,
  script: readonly Scripted[],
  says: RegExp,
][] = [
  [
    'a link to the page itself',
    `${whole}pagination: {by: link}\n`,
    {},
    [{ status: 200, headers: { link: '</contacts>; rel=next' }, text: '[{"id":"a"}]' }],
    /run in a circle/,
  ],
  [
    'links that run in a circle',
    `${whole}records: data\npagination: {by: nextUrl, at: next}\n`,
    {},
    ['{"data":[{"id":"a"}],"next":"/contacts?p=2"}', '{"data":[{"id":"b"}],"next":"/contacts"}'],
    /run in a circle/,
  ],
  [
    'a page that comes again',
    paged,
    {},
    ['[{"id":"a"}]', '[{"id":"b"}]', '[{"id":"b"}]'],
    /page 3 is the same as one before it/,
  ],
  [
    'more pages than allowed',
    paged,
    { maxPages: 2 },
    ['[{"id":"a"}]', '[{"id":"b"}]', '[{"id":"c"}]'],
    /more than 2 pages/,
  ],
  [
    'a link that leaves the provider',
    `${whole}pagination: {by: link}\n`,
    {},
    [{ status: 200, headers: { link: '<https://evil.test/2>; rel=next' }, text: '[{"id":"a"}]' }],
    /leaves the provider/,
  ],
  [
    'a next address that is none',
    `${whole}records: data\npagination: {by: nextUrl, at: next}\n`,
    {},
    ['{"data":[{"id":"a"}],"next":7}'],
    /"next" holds no address/,
  ],
];
for (const [what, entry, options, script, says] of loops) {
  test(`${what}: the poll fails, the watermark stays, nothing is told`, async () => {
    const w = await watched(entry, options);
    const before = await w.watermark();
    await w.clock.advance(day);
    script.forEach((answer, n) => w.provider.answer(answer, n + 1));

    assert.match(await w.fail(), says);
    assert.equal(await w.watermark(), before);
    assert.deepEqual(w.events(), []);
  });
}

test('pages are read to their end by each kind of pagination, and each record is told', async () => {
  const kinds = [
    ['pagination: {by: page, param: page}', 'page', 4],
    ['pagination: {by: link}', 'link', 3],
    ['records: data\npagination: {by: nextUrl, at: next}', 'nextUrl', 3],
  ] as const;
  for (const [settings, paging, requests] of kinds) {
    const w = await watched(`${whole}start: all\n${settings}\n`, { provider: { paging, pageSize: 2 } });
    for (const id of ['a', 'b', 'c', 'd', 'e']) w.provider.put(id);

    const told = await w.poll();

    assert.equal(told.length, 5, paging);
    assert.equal(w.provider.requests.length, requests, paging);
  }
});

test('a page that is shorter than the element gives them is the last', async () => {
  const element = `
key: crm
baseUrl: https://api.test
resources:
  contacts: {path: /contacts, pagination: {by: page, param: page}, pageSize: {param: limit, max: 2}}
`;
  const w = await watched(`${whole}start: all\n`, { element, provider: { paging: 'page', pageSize: 2 } });
  for (const id of ['a', 'b', 'c']) w.provider.put(id);

  const told = await w.poll();

  assert.equal(told.length, 3);
  assert.deepEqual(
    w.provider.requests.map((_, n) => [w.query(n).get('limit'), w.query(n).get('page')]),
    [
      ['2', '1'],
      ['2', '2'],
    ],
  );
});

test("pages behind the provider's own links by number count as pages between which rows shift", async () => {
  const w = await watched(`${filtered}  pagination: {by: link}\n`, {
    provider: { paging: 'link', pageSize: 2, numberedLinks: true },
  });
  const before = await w.watermark();
  await w.clock.advance(day);
  for (const id of ['a', 'b', 'c']) w.provider.put(id);
  await w.poll();
  const first = await w.watermark();
  await w.clock.advance(day);
  await w.poll();

  assert.equal(first, before);
  assert.equal(await w.watermark(), before + day);
});

const headers = [
  ['</2>; rel=next', '/2'],
  ['</2>; rel="next"', '/2'],
  ['</1>; rel="prev", </3>; rel="next"', '/3'],
  ['</3>; title="a, b; rel=prev"; rel="last next"', '/3'],
  ['</2>; REL="Next"', '/2'],
  ['</1>; rel="prev"', undefined],
  ['</2>; rel="next"; results="false"', undefined],
  ['</2?a=1,2>; rel="next"', '/2?a=1,2'],
  ['</2>; rel="nextish"', undefined],
  ['<>; rel="next"', undefined],
  ['nonsense', undefined],
  ['</2', undefined],
  [undefined, undefined],
] as const;
for (const [header, link] of headers) {
  test(`the Link header ${header ?? '(absent)'} ${link === undefined ? 'names no next page' : `names ${link}`}`, () => {
    assert.equal(nextLinkOf(header), link);
  });
}
