import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageParameter } from '../../src/model/pagination.ts';
import { AT, askedOf, compileEntry, feedWith, firstOf, NO_GRANT, PLAIN, type Values } from './compiling.ts';

const since = { method: 'POST', body: { since: '${epoch:s}', page: { size: 50 } } };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const cursor = { by: 'cursor', at: 'next', param: 'cursor' };

/** The second request of an entry, for a parameter that names its page. */
function second(entry: Values, value: PageParameter['value']): ReturnType<typeof firstOf> {
  const feed = feedWith(entry);
  const { pagination } = feed.request;
  if (!('param' in pagination)) assert.fail('the entry has no parameter for pages');
  const turned = feed.request.turn({ in: pagination.in, name: pagination.param, value }, firstOf(feed), NO_GRANT);
  return turned ?? assert.fail('the body takes no parameter');
}

const queries: readonly (readonly [entry: Values, value: PageParameter['value'], asked: string])[] = [
  [{ url: '/things?a=1', pagination: cursor }, 'x/y=', '/things?a=1&client=web&cursor=x%2Fy%3D'],
  [{ url: '/things?a=1&cursor=*', pagination: cursor }, 'x', '/things?a=1&client=web&cursor=x'],
  [{ url: '/things?a=1&limit=5', pagination: { ...cursor, keep: [] } }, 'x', '/things?client=web&cursor=x'],
  [
    { url: '/things?a=1&limit=5', pagination: { ...cursor, keep: ['limit'] } },
    'x',
    '/things?limit=5&client=web&cursor=x',
  ],
  [{ url: '/things?offset=20', pagination: { by: 'offset', param: 'offset' } }, 120, '/things?client=web&offset=120'],
  [
    { url: '/things', pagination: { by: 'lastId', param: 'after' } },
    1234567890123456789n,
    '/things?client=web&after=1234567890123456789',
  ],
];

for (const [entry, value, asked] of queries) {
  test(`the page after the first of ${JSON.stringify(entry)} is asked for with ${asked}`, () => {
    assert.equal(askedOf(second(entry, value)), asked);
  });
}

test('credentials in the query stay, whatever pages keep', () => {
  const feed = feedWith({ url: '/things?a=1', pagination: { ...cursor, keep: [] } });
  const grant = { ...NO_GRANT, query: [['api_key', 'k']] as const };
  const first = feed.request.first({ watermark: AT, now: AT }, grant, PLAIN);

  const turned = feed.request.turn({ in: 'query', name: 'cursor', value: 'x' }, first, grant);

  assert.equal(askedOf(turned ?? first), '/things?client=web&api_key=k&cursor=x');
});

test('a link gets the parameters that it lacks and pages keep', () => {
  const feed = feedWith({ url: '/things?limit=5&sort=up', pagination: { by: 'link', keep: ['limit', 'sort'] } });

  const followed = feed.request.follow('/v2/things?after=9&sort=down', firstOf(feed), NO_GRANT, PLAIN);

  assert.equal(followed?.url, 'https://api.shop.example/v2/things?after=9&sort=down&limit=5&client=web');
});

const firsts: readonly (readonly [entry: Values, asked: string, body: string | undefined])[] = [
  [{ url: '/things', pagination: { by: 'offset', param: 'skip' } }, '/things?skip=0&client=web', undefined],
  [{ url: '/things', pagination: cursor }, '/things?client=web', undefined],
  [
    { url: '/things', ...since, pagination: { by: 'page', param: 'page.number', in: 'body' } },
    '/things?client=web',
    '{"since":"1767323044","page":{"size":50,"number":1}}',
  ],
  [
    { url: '/things', method: 'POST', pagination: { by: 'offset', param: 'skip', in: 'body', start: 1 } },
    '/things?client=web',
    '{"skip":1}',
  ],
  [
    {
      url: '/things',
      method: 'POST',
      headers: form,
      body: { a: 'x&y' },
      pagination: { by: 'page', param: 'p', in: 'body' },
    },
    '/things?client=web',
    'a=x%26y&p=1',
  ],
];

for (const [entry, asked, body] of firsts) {
  test(`the first page of ${JSON.stringify(entry)} is asked for with ${body ?? asked}`, () => {
    const request = firstOf(feedWith(entry));

    assert.deepEqual([askedOf(request), request.body], [asked, body]);
  });
}

const bodies: readonly (readonly [entry: Values, value: PageParameter['value'], body: string])[] = [
  [
    { url: '/things', ...since, pagination: { ...cursor, in: 'body', param: 'page.after' } },
    'c1',
    '{"since":"1767323044","page":{"size":50,"after":"c1"}}',
  ],
  [
    { url: '/things', method: 'POST', pagination: { ...cursor, in: 'body' } },
    9007199254740993n,
    '{"cursor":9007199254740993}',
  ],
  [
    { url: '/things', method: 'POST', headers: form, body: 'a=1&cursor=', pagination: { ...cursor, in: 'body' } },
    'c/1',
    'a=1&cursor=c%2F1',
  ],
];

for (const [entry, value, body] of bodies) {
  test(`the page after the first of ${JSON.stringify(entry)} is asked for with ${body}`, () => {
    assert.equal(second(entry, value).body, body);
  });
}

test('a body that is a list takes no parameter', () => {
  const feed = feedWith({ url: '/things', method: 'POST', body: '[1]', pagination: { ...cursor, in: 'body' } });

  assert.equal(feed.request.turn({ in: 'body', name: 'cursor', value: 'x' }, firstOf(feed), NO_GRANT), undefined);
});

test('a cursor in a header replaces the one before it, in whatever case it was written', () => {
  const entry = {
    url: '/things',
    headers: { 'x-next': '0' },
    pagination: { ...cursor, in: 'header', param: 'X-Next' },
  };

  const { headers, url } = second(entry, 'abc');

  assert.equal(headers['X-Next'], 'abc');
  assert.equal(headers['x-next'], undefined);
  assert.equal(url, 'https://api.shop.example/v2/things?client=web');
});

const wrong: readonly (readonly [entry: Values, says: string])[] = [
  [
    { url: '/things', pagination: { ...cursor, in: 'body' } },
    'configuration.event.poller.configuration.things.pagination.in: is body, but a GET has none (write method: POST)',
  ],
  [
    { url: '/things', idField: ['a', 'b'], pagination: { by: 'lastId', param: 'after' } },
    'configuration.event.poller.configuration.things.pagination: does not say which id of a record asks for the next page (write at: FIELD)',
  ],
  [
    { url: '/things', method: 'POST', headers: form, body: { a: { b: 1 } } },
    'configuration.event.poller.configuration.things.body.a: is a map or a list, which a form cannot say (write name: value, one for each field)',
  ],
  [
    { url: '/things', deletes: { by: 'feed', url: '/gone?since=${gmtDat:yyyy}', dateField: 'at' } },
    'configuration.event.poller.configuration.things.deletes.url: ${gmtDat:yyyy} is no known word (did you mean ${gmtDate:FORMAT}',
  ],
  [
    { url: '/things', deletes: { by: 'feed', url: '/gone', dateField: 'at', dateFormat: 'yyyy-bb' } },
    'configuration.event.poller.configuration.things.deletes.dateFormat: the date format "yyyy-bb" holds the letter b, which stands for nothing',
  ],
];

for (const [entry, says] of wrong) {
  test(`${JSON.stringify(entry)} has a located problem`, () => {
    const [said = ''] = compileEntry(entry).said;

    assert.ok(said.includes(says), said);
  });
}
