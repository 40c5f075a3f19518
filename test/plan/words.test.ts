import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../src/model/fault.ts';
import { AT, everythingOf, feedWith, firstOf, NO_GRANT, OAUTH, OAUTH_KEYS, PLAIN } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';

/** What stands for a word in the query, at a watermark. */
function printed(word: string, watermark: number | undefined, pollDelay = 0): string {
  const feed = feedWith({ url: `/x?t=${word}`, pollDelay }, {}, BARE);
  const request = watermark === undefined ? everythingOf(feed) : firstOf(feed, watermark);
  return decodeURIComponent(request.url.slice('https://h.example/x?t='.length));
}

const at = Date.parse;

const words: readonly (readonly [word: string, watermark: string, printed: string])[] = [
  ["${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}", '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:04Z'],
  ["${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}", '2026-01-02T03:04:05.999Z', '2026-01-02T03:04:04Z'],
  ["${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}", '2026-01-01T00:00:00.000Z', '2025-12-31T23:59:59Z'],
  ["${date:yyyy-MM-dd'T'HH:mm:ss.SSS}", '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.677'],
  ['${date}', '2026-01-02T03:04:05.678Z', '1767323045677'],
  ['${epoch}', '2026-01-02T03:04:05.678Z', '1767323045677'],
  ['${epoch:ms}', '2026-01-02T03:04:05.678Z', '1767323045677'],
  ['${milliseconds}', '2026-01-02T03:04:05.678Z', '1767323045677'],
  ['${epoch:s}', '2026-01-02T03:04:05.678Z', '1767323044'],
  ['${epoch:us}', '2026-01-02T03:04:05.678Z', '1767323045677000'],
  ['${gmtDate:yyyy-MM-dd HH:mm}', '2026-01-02T03:04:05.678Z', '2026-01-02 03:03'],
  ['${gmtDate:yyyy-MM-dd HH}', '2026-01-02T03:04:05.678Z', '2026-01-02 02'],
  ['${gmtDate:yyyy-MM-dd}', '2026-01-02T03:04:05.678Z', '2026-01-01'],
  ['${gmtDate:yyyy-MM}', '2026-01-02T03:04:05.678Z', '2025-12'],
  ['${dateTimeZone:PST:yyyy-MM-dd HH:mm:ss}', '2026-01-02T03:04:05.678Z', '2026-01-01 19:04:04'],
  ['${dateTimeZone:PST:yyyy-MM-dd}', '2026-01-02T03:04:05.678Z', '2025-12-31'],
  ['${dateTimeZone:Asia/Kathmandu:yyyy-MM-dd}', '2026-01-01T18:14:59.000Z', '2025-12-31'],
  ['${dateTimeZone:Asia/Kathmandu:yyyy-MM-dd}', '2026-01-01T18:15:00.000Z', '2026-01-01'],
  // The day on which clocks in Berlin go forward has 23 hours, the one on which they go back 25.
  ['${dateTimeZone:Europe/Berlin:yyyy-MM-dd}', '2026-03-29T22:00:00.000Z', '2026-03-29'],
  ['${dateTimeZone:Europe/Berlin:yyyy-MM-dd HH:mm}', '2026-03-29T01:00:00.000Z', '2026-03-29 01:59'],
  ["${dateTimeZone:Europe/Berlin:yyyy-MM-dd'T'HH:mm:ssXXX}", '2026-10-25T01:00:00.000Z', '2026-10-25T02:59:59+02:00'],
  ['${now:yyyy-MM-dd HH:mm:ss}', '2020-01-01T00:00:00.000Z', '2026-01-02 03:04:05'],
  ['${nowTimeZone:PST:yyyy-MM-dd HH:mm:ss}', '2020-01-01T00:00:00.000Z', '2026-01-01 19:04:05'],
];

for (const [word, watermark, shown] of words) {
  test(`${word} prints ${shown} for the watermark ${watermark}`, () => {
    assert.equal(printed(word, at(watermark)), shown);
  });
}

test('pollDelay is subtracted before the floor', () => {
  assert.equal(printed('${gmtDate:yyyy-MM-dd HH:mm:ss}', at('2026-01-02T03:04:05.678Z'), 60), '2026-01-02 03:03:04');
  assert.equal(printed('${gmtDate:yyyy-MM-dd}', at('2026-01-02T00:00:30.000Z'), 60), '2025-12-31');
  assert.equal(printed('${now:yyyy-MM-dd HH:mm:ss}', AT, 60), '2026-01-02 03:04:05');
});

test('what a time word prints lies before the watermark, by one unit at least, in every zone and across changes of clocks', () => {
  const units: readonly (readonly [format: string, unit: number])[] = [
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 1],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", 1_000],
    ["yyyy-MM-dd'T'HH:mmXXX", 60_000],
  ];
  const zones = ['GMT', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns'];
  const years = fc.integer({ min: at('2025-01-01'), max: at('2027-01-01') });
  for (const [format, unit] of units) {
    for (const zone of zones) {
      const { request } = feedWith({ url: `/x?t=\${dateTimeZone:${zone}:${format}}` }, {}, BARE);
      fc.assert(
        fc.property(years, (watermark) => {
          const { url } = request.first({ watermark, now: AT }, NO_GRANT, PLAIN);
          const said = at(decodeURIComponent(url.slice('https://h.example/x?t='.length)));

          assert.equal(said, Math.floor(watermark / unit) * unit - unit);
        }),
        { numRuns: 50 },
      );
    }
  }
});

test('a reading of everything leaves out predicates with time words and prints 1970-01-01 in other places', () => {
  const url =
    "/x?where=a>'${epoch}' and b='c' and d<'${now:yyyy}'&t=${gmtDate:yyyy-MM-dd HH:mm:ss}&e=${epoch:s}&n=${now:yyyy}";

  const feed = feedWith({ url }, {}, BARE);

  assert.equal(everythingOf(feed).url, 'https://h.example/x?b=c&t=1970-01-01%2000%3A00%3A00&e=0&n=2026');
  assert.equal(firstOf(feed, 0).url, 'https://h.example/x?a=0&b=c&d=2026&t=1970-01-01%2000%3A00%3A00&e=0&n=2026');
});

const bounds: readonly (readonly [url: string, bound: string | undefined])[] = [
  ['/x?t=${epoch}', undefined],
  ['/x', undefined],
  ['/x?to=${now:yyyy-MM-dd HH:mm}', '2026-01-02T03:04:00.000Z'],
  ["/x?where=a<'${nowTimeZone:PST:yyyy-MM-dd}'", '2026-01-01T08:00:00.000Z'],
  ['/x?a=${now:yyyy-MM-dd HH:mm:ss}&b=${now:yyyy-MM-dd}', '2026-01-02T00:00:00.000Z'],
];

for (const [url, bound] of bounds) {
  test(`the upper bound in ${url} is ${bound ?? 'none'}`, () => {
    const { request } = feedWith({ url }, {}, BARE);

    const found = request.upperBound({ watermark: AT, now: AT });

    assert.equal(found, bound === undefined ? undefined : at(bound));
  });
}

test('a predicate that a reading of everything leaves out bounds it no more', () => {
  const { request } = feedWith({ url: "/x?where=a<'${now:yyyy-MM-dd}'" }, {}, BARE);

  assert.equal(request.upperBound({ watermark: undefined, now: AT }), undefined);
});

const watermarked: readonly (readonly [entry: Readonly<Record<string, unknown>>, has: boolean])[] = [
  [{ url: '/x' }, false],
  [{ url: '/x?a=${now:yyyy}' }, false],
  [{ url: '/x?a=${epoch}' }, true],
  [{ url: "/x?where=a='${epoch}'" }, true],
  [{ url: '/x/${epoch}' }, true],
  [{ url: '/x', headers: { 'If-Modified-Since': '${gmtDate:yyyy}' } }, true],
  [{ url: '/x', method: 'POST', body: '{"a":${epoch}}' }, true],
];

for (const [entry, has] of watermarked) {
  test(`${JSON.stringify(entry)} ${has ? 'holds' : 'holds no'} word for the watermark`, () => {
    assert.equal(feedWith(entry, {}, BARE).request.hasWatermark, has);
  });
}

test('a token word is filled in from the token answer, escaped for its place', () => {
  const element = 'key: bare\nbaseUrl: "https://${token.instance_url}/v1"\n' + OAUTH;
  const grant = { ...NO_GRANT, token: { instance_url: 'eu.h.example', a: { b: 'x&y' }, n: 5 } };

  const feed = feedWith({ url: '/x/${token.n}?q=${token.a.b}' }, OAUTH_KEYS, element);

  assert.equal(firstOf(feed, AT, grant).url, 'https://eu.h.example/v1/x/5?q=x%26y');
  assert.equal(feed.request.configured({ watermark: AT, now: AT }), '/x/[token.n]?q=[token.a.b]');
});

test('a field that the token answer does not have stops the poll instead of being asked for by its name', () => {
  const feed = feedWith({ url: '/x?account=${token.account}' }, OAUTH_KEYS, BARE + OAUTH);

  assert.throws(
    () => firstOf(feed),
    (error: unknown) =>
      error instanceof Fault && error.code === 'secret-missing' && /no field "account"/.test(error.message),
  );
});

test('the configured url is printed as written, with its words filled in and nothing escaped', () => {
  const url = "/x?where=a>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}' and b='ü ${configuration.v}'&k=${env:KEY}";

  const feed = feedWith({ url }, { v: 'w&w' }, BARE);

  assert.equal(
    feed.request.configured({ watermark: AT, now: AT }),
    "/x?where=a>='2026-01-02T03:04:04Z' and b='ü w&w'&k=[env:KEY]",
  );
});
