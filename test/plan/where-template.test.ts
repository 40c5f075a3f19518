import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileEntry, everythingOf, feedWith, firstOf, type Values } from './compiling.ts';

const ISO = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";

/** An element whose resource takes the fields of a clause apart. */
function elementWith(resource: string): string {
  return `key: bare\nbaseUrl: https://h.example\nresources:\n  things:\n    path: /x\n    where: {as: template}\n${resource}`;
}

const everywhere = elementWith(`    method: POST
    query: {since: "\${where.since}", fixed: "a b", both: "\${where.a}-\${where.b}"}
    headers: {If-Modified-Since: "\${where.since}", X-A: "\${where.a}"}
    body: '{"a": "\${where.a}"}'
`);

test('words of a clause stand in query, headers and body, escaped for the place', () => {
  const feed = feedWith({ url: `/things?where=since>='${ISO}' and a='x "y"&z' and b=1` }, {}, everywhere);

  const request = firstOf(feed);

  assert.equal(request.url, 'https://h.example/x?since=2026-01-02T03%3A04%3A04Z&fixed=a%20b&both=x%20%22y%22%26z-1');
  assert.equal(request.headers['If-Modified-Since'], '2026-01-02T03:04:04Z');
  assert.equal(request.headers['X-A'], 'x "y"&z');
  assert.deepEqual(JSON.parse(request.body ?? ''), { a: 'x "y"&z' });
});

test('a reading of everything leaves out parameters and headers with a timed word and prints 1970-01-01 elsewhere', () => {
  const timed = feedWith({ url: `/things?where=since>='${ISO}' and a=1 and b=2` }, {}, everywhere);
  const inBody = feedWith({ url: `/things?where=since=1 and a>'${ISO}' and b=2` }, {}, everywhere);
  const inPath = feedWith(
    { url: '/things?where=day>=${gmtDate:yyyy-MM-dd}' },
    {},
    elementWith('').replace('path: /x', 'path: "/x/${where.day}/y"'),
  );

  assert.equal(everythingOf(timed).url, 'https://h.example/x?fixed=a%20b&both=1-2');
  assert.equal(everythingOf(timed).headers['If-Modified-Since'], undefined);
  assert.equal(everythingOf(timed).headers['X-A'], '1');
  assert.equal(everythingOf(inBody).url, 'https://h.example/x?since=1&fixed=a%20b');
  assert.equal(everythingOf(inBody).body, '{"a": "1970-01-01T00:00:00Z"}');
  assert.equal(firstOf(inPath).url, 'https://h.example/x/2026-01-01/y');
  assert.equal(everythingOf(inPath).url, 'https://h.example/x/1970-01-01/y');
});

test('the time of a clause is the watermark of the feed wherever its word stands', () => {
  const withTime = (resource: string): boolean =>
    feedWith({ url: '/things?where=a=${epoch:s}' }, {}, elementWith(resource)).request.hasWatermark;

  assert.equal(withTime('    query: {a: "${where.a}"}\n'), true);
  assert.equal(withTime('    headers: {a: "${where.a}"}\n'), true);
  assert.equal(withTime('    method: POST\n    body: "${where.a}"\n'), true);
});

test('a bound that a reading of everything leaves out bounds it no more', () => {
  const element = elementWith('    query: {until: "${where.until}"}\n');
  const { request } = feedWith({ url: "/things?where=until<'${now:yyyy-MM-dd}'" }, {}, element);

  assert.equal(request.upperBound({ watermark: 0, now: 90_000_000 }), 86_400_000);
  assert.equal(request.upperBound({ watermark: undefined, now: 90_000_000 }), undefined);
});

test('a parameter and a header that ask for a field the clause lacks are left out', () => {
  const feed = feedWith({ url: '/things?where=a=1' }, {}, everywhere);

  assert.equal(firstOf(feed).url, 'https://h.example/x?fixed=a%20b');
  assert.equal(firstOf(feed).headers['If-Modified-Since'], undefined);
});

test('a parameter of two words is left out where the clause lacks one of them', () => {
  const feed = feedWith(
    { url: '/things?where=a=1' },
    {},
    elementWith('    query: {a: "${where.a}-${where.b}", c: d}\n'),
  );

  assert.equal(firstOf(feed).url, 'https://h.example/x?c=d');
});

test('an entry that no element describes has query, headers and body of its own', () => {
  const entry = {
    url: "/x?where=since>'${epoch}'",
    where: { as: 'template' },
    query: { from: '${where.since}' },
    headers: { 'X-Since': '${where.since}' },
    method: 'POST',
    body: 'since=${where.since}',
  };

  const request = firstOf(feedWith(entry, { 'base.url': 'https://h.example' }, 'key: http\n'));

  assert.equal(request.url, 'https://h.example/x?from=1767323045677');
  assert.equal(request.headers['X-Since'], '1767323045677');
  assert.equal(request.body, 'since=1767323045677');
});

test('values of configuration and secrets in a clause are escaped for the place of the word', () => {
  const element = elementWith('').replace('path: /x', 'path: "/x/${where.a}/${where.b}"');

  const feed = feedWith({ url: "/things?where=a='${configuration.v}' and b='${env:KEY}'" }, { v: '../y?z' }, element);

  assert.equal(firstOf(feed).url, 'https://h.example/x/..%2Fy%3Fz/%5Benv%3AKEY%5D%26%2B');
  assert.deepEqual(
    feed.request.secrets.map(({ label }) => label),
    ['[env:KEY]'],
  );
});

const refused: readonly (readonly [resource: string, clause: string, says: RegExp])[] = [
  ['', "a='1'", /nothing asks for a of the where clause \(write \$\{where\.a\} into path, query, headers or body/],
  [
    '    query: {a: "${where.a}"}\n',
    'a=1 and a=2',
    /a stands twice in the where clause, but \$\{where\.a\} for one value/,
  ],
  ['    query: {a: "${where.a}", b: "${where.b}"}\n', 'a=1 or b=2', /OR cannot be said in words of a template/],
  ['    query: {a: "${where.a}"}\n', "a like 'x%'", /LIKE of a cannot be said in words of a template/],
  ['    query: {a: "${where.a}"}\n', 'a!=1', /!= of a cannot be said in words of a template/],
  [
    '    method: POST\n    body: "${where.a}"\n',
    '',
    /the where clause lacks a, which the resource asks for \(write a='VALUE' into it\)/,
  ],
  ['    get: "/x/${where.a}/{id}"\n', 'a=1', /the word \$\{where\.a\} stands for nothing here/],
];

for (const [resource, clause, says] of refused) {
  test(`${JSON.stringify(clause)} is a problem at the url of a resource with ${JSON.stringify(resource)}`, () => {
    const entry = { url: `/things?where=${clause}`, idField: 'id' };

    const { plan, problems, said } = compileEntry(entry, {}, elementWith(`    idField: id\n${resource}`));

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
    assert.ok(problems.every(({ where }) => where === 'configuration.event.poller.configuration.things.url'));
  });
}

test('a path that asks for a field the clause lacks is a problem', () => {
  const element = elementWith('').replace('path: /x', 'path: "/x/${where.day}"');

  assert.match(compileEntry({ url: '/things' }, {}, element).said.join('\n'), /the where clause lacks day/);
});

const unmeant: readonly (readonly [entry: Values, element: string, where: string])[] = [
  [{ url: '/y?a=${where.a}', where: { as: 'template' } }, elementWith(''), 'url'],
  [{ url: '/y/${where.a}', where: { as: 'template' } }, elementWith(''), 'url'],
  [{ url: "/things?where=a='${where.b}'" }, elementWith('    query: {a: "${where.a}"}\n'), 'url'],
  [{ url: '/things?where=a=1', where: { as: 'query' } }, elementWith('    query: {a: "${where.a}"}\n'), 'url.a'],
  [{ url: '/y', query: { a: '${where.a}' } }, elementWith(''), 'query.a'],
  [{ url: '/y', headers: { a: '${where.a}' } }, elementWith(''), 'headers.a'],
  [{ url: '/y', method: 'POST', body: '${where.a}' }, elementWith(''), 'body'],
  [{ url: '/things' }, `${elementWith('')}request: {query: {a: "\${where.a}"}}\n`, 'url.a'],
  [{ url: '/things' }, elementWith('').replace('https://h.example', '"https://${where.a}.example"'), 'url'],
];

for (const [entry, element, where] of unmeant) {
  test(`a word of a clause is a problem where none is meant: ${JSON.stringify(entry)}, ${element.slice(9)}`, () => {
    const { problems, said } = compileEntry(entry, {}, element);

    assert.match(
      said.join('\n'),
      /the word \$\{where\.[ab]\} stands for nothing here \(it belongs into path, query, headers or body/,
    );
    assert.deepEqual(
      [...new Set(problems.map((problem) => problem.where))],
      [`configuration.event.poller.configuration.things.${where}`],
    );
  });
}

test('a word of a clause in the token URL of an element is a problem', () => {
  const element = elementWith('') + 'auth: {type: oauth2, tokenUrl: "https://${where.a}.example/token"}\n';

  const { said } = compileEntry({ url: '/things' }, { 'oauth.api.key': 'k', 'oauth.api.secret': 's' }, element);

  assert.match(said.join('\n'), /the token URL of element bare holds \$\{where\.a\}, which stands for nothing there/);
});

const queries: readonly (readonly [entry: Values, asked: string])[] = [
  [{ url: '/things' }, 'kept=1&since=0&limit=5&page=1'],
  [{ url: '/things', query: { since: '${epoch:s}', own: 'a&b' } }, 'kept=1&limit=5&since=1767323044&own=a%26b&page=1'],
  [{ url: '/things?since=2&page=7' }, 'since=2&page=7&kept=1&limit=5'],
  [{ url: "/things?where=kept='2'" }, 'kept=2&since=0&limit=5&page=1'],
];

for (const [entry, asked] of queries) {
  test(`the parameters of a resource are sent with the first request of ${JSON.stringify(entry)}`, () => {
    const element = `key: bare
baseUrl: https://h.example
resources:
  things:
    path: /x
    query: {kept: 1, since: 0, limit: 5}
    pagination: {by: page, param: page}
    pageSize: {param: limit, max: 50}
`;

    const feed = feedWith(entry, {}, element);

    assert.equal(firstOf(feed).url, `https://h.example/x?${asked}`);
    assert.equal(feed.request.fullPage, 5);
  });
}

test('parameters of an entry print 1970-01-01 in a reading of everything, and another value is another request', () => {
  const feed = (since: string): ReturnType<typeof feedWith> =>
    feedWith({ url: '/x', query: { since } }, { 'base.url': 'https://h.example' }, 'key: http\n');

  assert.equal(everythingOf(feed('${gmtDate:yyyy-MM-dd}')).url, 'https://h.example/x?since=1970-01-01');
  assert.notEqual(feed('${gmtDate:yyyy-MM-dd}').aspects.request, feed('${gmtDate:yyyy-MM}').aspects.request);
  assert.equal(feed('${gmtDate:yyyy-MM-dd}').aspects.reading, feed('1').aspects.reading);
});
