import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, askedOf, compileEntry, feedWith, firstOf, NO_GRANT, PLAIN, type Values } from './compiling.ts';

interface Sized {
  readonly asked: string;
  readonly fullPage: number | undefined;
}

const sizes: readonly (readonly [entry: Values, sized: Sized])[] = [
  [{ url: '/customers' }, { asked: '/store/customers?size=20&page=1&client=web', fullPage: 20 }],
  [
    { url: '/customers', pageSize: 5 },
    { asked: '/store/customers?size=5&page=1&client=web', fullPage: 5 },
  ],
  [
    { url: '/customers', pageSize: '7' },
    { asked: '/store/customers?size=7&page=1&client=web', fullPage: 7 },
  ],
  [
    { url: '/customers', pageSize: 500 },
    { asked: '/store/customers?size=20&page=1&client=web', fullPage: 20 },
  ],
  [{ url: '/customers?size=5' }, { asked: '/store/customers?size=5&page=1&client=web', fullPage: 5 }],
  [
    { url: '/customers?size=5', pageSize: 10 },
    { asked: '/store/customers?size=5&page=1&client=web', fullPage: 5 },
  ],
  [{ url: '/customers?size=100' }, { asked: '/store/customers?size=100&page=1&client=web', fullPage: undefined }],
  [
    { url: '/customers?size=${epoch:s}' },
    { asked: '/store/customers?size=1767323044&page=1&client=web', fullPage: undefined },
  ],
  [{ url: '/customers?page=0' }, { asked: '/store/customers?page=0&size=20&client=web', fullPage: 20 }],
  [{ url: '/customers?client=other' }, { asked: '/store/customers?client=other&size=20&page=1', fullPage: 20 }],
  [{ url: "/customers?where=page='4'" }, { asked: '/store/customers?page=4&size=20&client=web', fullPage: 20 }],
  [
    { url: '/customers', pagination: { by: 'link' } },
    { asked: '/store/customers?size=20&client=web', fullPage: 20 },
  ],
];

for (const [entry, { asked, fullPage }] of sizes) {
  test(`${JSON.stringify(entry)} asks for ${asked} and knows a full page as ${fullPage ?? 'nothing'}`, () => {
    const feed = feedWith(entry);

    assert.equal(askedOf(firstOf(feed)), asked);
    assert.equal(feed.request.fullPage, fullPage);
  });
}

test('a page size without a known maximum says nothing about a full page', () => {
  const element =
    'key: bare\nbaseUrl: https://api.shop.example/v2\nresources: {things: {path: /t, pageSize: {param: n}}}\n';

  const asked = feedWith({ url: '/things', pageSize: 9 }, {}, element);
  const left = feedWith({ url: '/things' }, {}, element);

  assert.equal(askedOf(firstOf(asked)), '/t?n=9');
  assert.equal(asked.request.fullPage, undefined);
  assert.equal(askedOf(firstOf(left)), '/t');
});

test('pages are counted on from the number in the url', () => {
  const { pagination } = feedWith({ url: '/customers?page=0' }).request;

  assert.deepEqual(pagination, { by: 'page', param: 'page', in: 'query', start: 0 });
});

test('a page size that nobody can send is warned about', () => {
  const { said } = compileEntry({ url: '/other/path', pageSize: 5, pagination: { by: 'page', param: 'page' } });

  assert.match(said.join('\n'), /warning.*is not sent: nobody says in which parameter/);
});

const orders = feedWith({ url: '/orders' }, { client: 'a b' });
const from = firstOf(orders);

const links: readonly (readonly [link: string, asked: string | undefined])[] = [
  ['https://api.shop.example/v2/store/orders?cursor=x', '/store/orders?cursor=x&client=a%20b&key=k%20y'],
  ['/v2/store/orders?cursor=x', '/store/orders?cursor=x&client=a%20b&key=k%20y'],
  ['?cursor=x', '/store/orders?cursor=x&client=a%20b&key=k%20y'],
  ['next/page', '/store/next/page?client=a%20b&key=k%20y'],
  ['?cursor=x&client=theirs&key=theirs', '/store/orders?cursor=x&client=theirs&key=theirs'],
  ['?cursor=x#top', '/store/orders?cursor=x&client=a%20b&key=k%20y'],
  ['https://evil.example/v2/store/orders', undefined],
  ['//evil.example/v2', undefined],
];

for (const [link, asked] of links) {
  test(`the next link ${link} ${asked === undefined ? 'is not followed' : `is asked as ${asked}`}`, () => {
    const grant = { ...NO_GRANT, headers: { Authorization: 'Bearer new' }, query: [['key', 'k%20y'] as const] };

    const request = orders.request.follow(link, from, grant, PLAIN);

    assert.equal(request === undefined ? undefined : askedOf(request), asked);
    if (request !== undefined) assert.deepEqual(request.headers, { ...from.headers, Authorization: 'Bearer new' });
  });
}

test('a link is followed with the method and the body of the first request', () => {
  const feed = feedWith({ url: '/orders', method: 'POST', body: '{"t":${epoch}}' });

  const followed = feed.request.follow('?c=2', firstOf(feed), NO_GRANT, PLAIN);

  assert.equal(followed?.method, 'POST');
  assert.equal(followed?.body, '{"t":1767323045677}');
});

test('where an instance overrides base.url, links to the element are put on its base', () => {
  const feed = feedWith({ url: '/orders' }, { 'base.url': 'http://127.0.0.1:8080/mock/' });

  const followed = feed.request.follow('https://api.shop.example/v2/store/orders?c=2', firstOf(feed), NO_GRANT, PLAIN);

  assert.equal(followed?.url, 'http://127.0.0.1:8080/mock/store/orders?c=2&client=web');
  assert.equal(feed.request.follow('https://elsewhere.example/v2/x', firstOf(feed), NO_GRANT, PLAIN), undefined);
});

test('an api key that the element adds to every call is added to a next link again', () => {
  const element = `
key: mail
baseUrl: https://api.mail.example
auth: {type: oauth2, tokenUrl: "https://login.example/token"}
request: {query: {api_key: "\${configuration.oauth.api.key}"}}
resources: {campaigns: {path: /campaigns, pagination: {by: nextUrl, at: next}}}
`;
  const feed = feedWith({ url: '/campaigns' }, { 'oauth.api.key': 'k&1', 'oauth.api.secret': 's' }, element);

  const first = feed.request.first({ watermark: AT, now: AT }, NO_GRANT, PLAIN);
  const next = feed.request.follow('/campaigns?next=abc', first, NO_GRANT, PLAIN);

  assert.equal(first.url, 'https://api.mail.example/campaigns?api_key=k%261');
  assert.equal(next?.url, 'https://api.mail.example/campaigns?next=abc&api_key=k%261');
});
