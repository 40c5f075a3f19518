import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedWith, firstOf, type Values } from './compiling.ts';

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

const bodies: readonly (readonly [entry: Values, type: string, body: string])[] = [
  [{ body: '{"since":${epoch:s}}' }, json, '{"since":1767323044}'],
  [{ body: '{"who":"${configuration.who}"}' }, json, '{"who":"a \\"b\\" & c"}'],
  [{ body: 'since=${epoch:s}&who=${configuration.who}' }, form, 'since=1767323044&who=a%20%22b%22%20%26%20c'],
  [
    {
      body: {
        filter: { since: "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}", who: '${configuration.who}' },
        limit: 5,
        deep: [1, null, true],
      },
    },
    json,
    '{"filter":{"since":"2026-01-02T03:04:04Z","who":"a \\"b\\" & c"},"limit":5,"deep":[1,null,true]}',
  ],
  [{ body: { 'a "b"': 'c\n"d"' } }, json, '{"a \\"b\\"":"c\\n\\"d\\""}'],
  [{ body: {} }, json, '{}'],
  [
    {
      body: { since: '${epoch:s}', 'the who': '${configuration.who}', q: 'a=b&c', n: 5 },
      headers: { 'content-type': `${form}; charset=utf-8` },
    },
    `${form}; charset=utf-8`,
    'since=1767323044&the%20who=a%20%22b%22%20%26%20c&q=a%3Db%26c&n=5',
  ],
];

for (const [entry, type, body] of bodies) {
  test(`the body ${JSON.stringify(entry.body)} is sent as ${body}`, () => {
    const request = firstOf(feedWith({ url: '/things', method: 'POST', ...entry }, { who: 'a "b" & c' }));

    assert.equal(request.body, body);
    assert.equal(request.headers['content-type'] ?? request.headers['Content-Type'], type);
  });
}

test('the words of a body move with the watermark, and count as one', () => {
  const feed = feedWith({ url: '/things', method: 'POST', body: { since: '${epoch:s}' } });

  assert.equal(feed.request.hasWatermark, true);
  assert.equal(firstOf(feed, 5_000).body, '{"since":"4"}');
});
