import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { askedOf, feedWith, firstOf, NO_GRANT, PLAIN, AT, type Values } from './compiling.ts';

const HTTP = 'key: http\n';

/** Entries in which a value stands in each place where one can stand. */
const places: readonly (readonly [place: string, entry: Values, read: (url: URL, body: string) => string | null])[] = [
  ['a where clause', { url: "/x?where=a='${configuration.v}'" }, (url) => url.searchParams.get('a')],
  ['a bare where value', { url: '/x?where=a=${configuration.v}' }, (url) => url.searchParams.get('a')],
  ['a query parameter', { url: '/x?a=${configuration.v}&z=1' }, (url) => url.searchParams.get('a')],
  ['the path', { url: '/x/${configuration.v}/y' }, (url) => decodeURIComponent(url.pathname.split('/')[2] ?? '')],
  [
    'a JSON body',
    { url: '/x', method: 'POST', body: '{"a": "${configuration.v}"}' },
    (_url, body) => (JSON.parse(body) as { a: string }).a,
  ],
  [
    'a form body',
    { url: '/x', method: 'POST', body: 'a=${configuration.v}&z=1' },
    (_url, body) => new URLSearchParams(body).get('a'),
  ],
];

for (const [place, entry, readBack] of places) {
  test(`whatever a configuration value holds, it comes out of ${place} as it went in`, () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.stringMatching(/^[ -~]+$/),
      fc.constantFrom('a b', 'a+b', '50%', '%41', `'"`, '10:30', 'ü€𝒳', 'a&b=c#d?e/f', '..x', '\\'),
    );
    // A path of dots alone is the parent folder to every URL parser, and `<x>` is a placeholder to the reader of files.
    const usable = value.filter(
      (text) => !/^\.+$/.test(text) && !text.includes('<') && !text.includes('$') && !/^[\ud800-\udfff]/.test(text),
    );

    fc.assert(
      fc.property(usable, (v) => {
        const request = firstOf(feedWith(entry, { v, 'base.url': 'https://h.example' }, HTTP));

        assert.equal(readBack(new URL(request.url), request.body ?? ''), v);
      }),
      { numRuns: 60 },
    );
  });
}

test('a secret is escaped for its place, once', () => {
  const secret = { v: '${env:V}', 'base.url': 'https://h.example' };
  const read = places.map(([, entry, readBack]) => {
    const request = firstOf(feedWith(entry, secret, HTTP));
    return readBack(new URL(request.url), request.body ?? '');
  });

  assert.deepEqual([...new Set(read)], ['[env:V]&+']);
});

const written: readonly (readonly [url: string, asked: string])[] = [
  ['/x?where=a=\'50% + "x" é\' and b>=10:30', '/x?a=50%25%20%2B%20%22x%22%20%C3%A9&b=10%3A30'],
  ["/x?where=a='b&c'&d=1", '/x?a=b%26c&d=1'],
  ["/x?where=`a b`='it''s'", "/x?a%20b=it's"],
  ["/x?q=it's&z=1", "/x?q=it's&z=1"],
  ["/x?where=since='${epoch:s}&b=1", '/x?since=1767323044&b=1'],
  ['/x?a=b c&d=%20+é&e=100%', '/x?a=b%20c&d=%20+%C3%A9&e=100%25'],
  ['/x?filter[since]=1&$select=a,b', '/x?filter[since]=1&$select=a,b'],
  ['/x?color=#fff&z="q"', '/x?color=%23fff&z=%22q%22'],
  ['/a b/ü%41{1}', '/a%20b/%C3%BC%41%7B1%7D'],
  ['/$${a}/%7Bb%7D', '/$%7Ba%7D/%7Bb%7D'],
  ['/x?query={me{id}}&filter={"a":1}', '/x?query=%7Bme%7Bid%7D%7D&filter=%7B%22a%22:1%7D'],
  ['/x?t=${epoch:s}&&u=a=b', '/x?t=1767323044&u=a=b'],
  ["/x?t=${dateTimeZone:+02:00:yyyy-MM-dd'T'HH:mm:ssXXX}", '/x?t=2026-01-02T05%3A04%3A04%2B02%3A00'],
  ['/d/${gmtDate:yyyy/MM/dd}', '/d/2026%2F01%2F01'],
  ['/x?a=$${b}', '/x?a=$%7Bb%7D'],
];

for (const [url, asked] of written) {
  test(`what stands in ${JSON.stringify(url)} is escaped exactly once`, () => {
    const element = 'key: bare\nbaseUrl: https://api.shop.example/v2\n';

    assert.equal(askedOf(firstOf(feedWith({ url }, {}, element))), asked);
  });
}

test('words stand in headers as they are, and later headers of a name replace earlier ones', () => {
  const headers = {
    'x-TEAM': 'mine',
    'If-Modified-Since': "${gmtDate:EEE, dd MMM yyyy HH:mm:ss 'GMT'}",
    Accept: 'text/json',
  };

  const request = firstOf(feedWith({ url: '/orders', headers }), AT, {
    ...NO_GRANT,
    headers: { Authorization: 'Bearer a' },
  });

  assert.deepEqual(request.headers, {
    'x-TEAM': 'mine',
    'If-Modified-Since': 'Fri, 02 Jan 2026 03:04:04 GMT',
    Accept: 'text/json',
    Authorization: 'Bearer a',
  });
});

test('the account has the last word on its header, in whatever case it was configured', () => {
  const feed = feedWith({ url: '/orders', headers: { authorization: 'mine' } });

  const { headers } = firstOf(feed, AT, { ...NO_GRANT, headers: { Authorization: 'Bearer a' } });

  assert.deepEqual(headers, { 'X-Team': 'sales', Accept: 'application/json', Authorization: 'Bearer a' });
});

const bodies: readonly (readonly [body: string, type: string])[] = [
  ['{"a":1}', 'application/json'],
  [' [1]', 'application/json'],
  ['a=1', 'application/x-www-form-urlencoded'],
];

for (const [body, type] of bodies) {
  test(`the body ${body} is sent as ${type}`, () => {
    const request = firstOf(feedWith({ url: '/orders', method: 'POST', body }));

    assert.equal(request.method, 'POST');
    assert.equal(request.body, body);
    assert.equal(request.headers['Content-Type'], type);
  });
}

test('a JSON body prints its time and escapes the quotes of a date format', () => {
  const feed = feedWith({ url: '/orders', method: 'POST', body: '{"since": "${gmtDate:yyyy-MM-dd \'"\' HH}"}' });

  const { body } = firstOf(feed);

  assert.deepEqual(JSON.parse(body ?? ''), { since: '2026-01-02 " 02' });
});

test('half a surrogate pair in a configuration does not stop a poll', () => {
  const feed = feedWith(
    { url: "/x?where=a='${configuration.v}'&b=\ud800" },
    { v: '\ud800' },
    'key: bare\nbaseUrl: https://h.example\n',
  );

  assert.equal(firstOf(feed).url, 'https://h.example/x?a=%EF%BF%BD&b=%EF%BF%BD');
});

test('what the account adds to the query is not escaped again', () => {
  const request = firstOf(feedWith({ url: '/orders' }), AT, { ...NO_GRANT, query: [['key', 'a%2Bb']] }, PLAIN);

  assert.match(request.url, /&key=a%2Bb$/);
});
