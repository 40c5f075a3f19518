import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf, compile, compileEntry, feedOf, firstOf, type Values } from './compiling.ts';

/** What becomes of an entry on the built-in element. */
function polled(entry: Values) {
  const things = { idField: 'id', ...entry };
  const configuration = { 'base.url': 'https://api.shop.example/v2', 'event.poller.configuration': { things } };
  return compile({ element: { key: 'http' }, configuration });
}

const READ_AS = 'is read as if it were written right: ';

const DAY = '${gmtDate:yyyy-MM-dd}';

const repaired: readonly (readonly [url: string, right: string, asked: string])[] = [
  [' /x?a=1 ', '/x?a=1', '/x?a=1'],
  ['\t/x?a=1\n', '/x?a=1', '/x?a=1'],
  ['hubs/crm/x?a=1', '/hubs/crm/x?a=1', '/x?a=1'],
  ['x', '/x', '/x'],
  ["/hubs/crm/x}'", '/hubs/crm/x', '/x'],
  [`/x?where=a>'${DAY}`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x?where=a>'${DAY}''`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x?where=a>${DAY}'`, `/x?where=a>${DAY}`, '/x?a=2026-01-01'],
  [`/x?where=a>'${DAY}' and b='c,d`, `/x?where=a>'${DAY}' and b='c,d'`, '/x?a=2026-01-01&b=c%2Cd'],
  [`/x?z=1&where=a>'${DAY}`, `/x?z=1&where=a>'${DAY}'`, '/x?a=2026-01-01&z=1'],
  [`/x?where=a>'\\''${DAY}'\\''`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x&where=a>'${DAY}'`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x??where=a>'${DAY}'`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x?z=1?where=a>'${DAY}'`, `/x?z=1&where=a>'${DAY}'`, '/x?a=2026-01-01&z=1'],
  ["/x?where=a>'{gmtDate:yyyy-MM-dd}'", `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  ['/x/{gmtDate:yyyy}?a=$gmtDate:yyyy-MM-dd}', `/x/\${gmtDate:yyyy}?a=${DAY}`, '/x/2025?a=2026-01-01'],
  [` x?where=a>'\${yyyy-MM-dd}`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
  [`/x?where=a>'#{'$'}{gmtDate:yyyy-MM-dd}'`, `/x?where=a>'${DAY}'`, '/x?a=2026-01-01'],
];

for (const [url, right, asked] of repaired) {
  test(`the url ${JSON.stringify(url)} is read as ${right}, with one warning`, () => {
    const compiled = polled({ url });
    const meant = feedOf(polled({ url: right }));

    const feed = feedOf(compiled);
    assert.equal(askedOf(firstOf(feed)), asked);
    assert.deepEqual(firstOf(feed), firstOf(meant));
    assert.deepEqual(feed.aspects.request, meant.aspects.request);
    assert.deepEqual(
      compiled.problems.map(({ severity, where, says }) => [severity, where, says]),
      [['warning', 'configuration.event.poller.configuration.things.url', READ_AS + right]],
    );
  });
}

const encoded: readonly (readonly [clause: string, right: string, asked: string])[] = [
  ['a%20%3E%20%27${gmtDate:yyyy-MM-dd}%27', `a > '${DAY}'`, '/x?a=2026-01-01'],
  ["a%3E'${gmtDate:yyyy-MM-dd}'", `a>'${DAY}'`, '/x?a=2026-01-01'],
  ['a+%3E+%271%27+and+b%3D%27c%26d+%27', "a > '1' and b='c&d '", '/x?a=1&b=c%26d%20'],
  ["a+>+'1+1'", "a > '1+1'", '/x?a=1%2B1'],
  ["a='1'+and+b='00:00+01:00'", "a='1' and b='00:00+01:00'", '/x?a=1&b=00%3A00%2B01%3A00'],
];

for (const [clause, right, asked] of encoded) {
  test(`the encoded where clause ${clause} is read as ${right}, with one warning`, () => {
    const compiled = polled({ url: `/x?where=${clause}` });

    assert.equal(askedOf(firstOf(feedOf(compiled))), asked);
    assert.deepEqual(
      compiled.problems.map(({ says }) => says),
      [READ_AS + right],
    );
  });
}

test('a where clause that cannot be read decoded either is told of as it is written', () => {
  for (const clause of ['a%20%3E', 'a%', 'a+b'])
    assert.match(polled({ url: `/x?where=${clause}` }).said.join('\n'), /an operator behind a[%+]/);
});

const repeated: readonly (readonly [clause: string, says: string])[] = [
  [`u>'${DAY}' and u<'\${now:yyyy}'`, `u 2 times in its where clause.* it asks for u=${DAY}&u=\${now:yyyy}`],
  ["a='1' and b='2' and a='2'", 'a 2 times in its where clause, but operators are not sent: it asks for a=1&a=2'],
];

for (const [clause, says] of repeated) {
  test(`the where clause ${clause} sends one field twice, which is warned of`, () => {
    const { plan, problems } = polled({ url: `/x?where=${clause}` });

    assert.equal(plan.feeds.size, 1);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.says ?? '', new RegExp(says.replaceAll('$', '\\$')));
  });
}

test('a field named twice is no matter where operators are sent', () => {
  assert.deepEqual(polled({ url: "/x?where=u>'1' and u<'3'", where: { as: 'odata' } }).said, []);
});

const silent = [
  "/x?where=a='b%20c'",
  "/x?where=a='1+1'",
  '/x&y=1?z=2',
  "/x?where=a='b?where=c'",
  "/x?where=a='b??'&z=c&where=d='1'",
  'https://other.example/x??a,b',
  `/x?where=a='it''s' and b>'${DAY}'`,
  "/x?q=it's",
  "https://other.example/x?where=it's",
  '/x?a=}',
  '/x/%7Bid%7D?query={me{id}}',
  '/$${id}/x',
];

for (const url of silent) {
  test(`the url ${url} is right as it stands`, () => {
    assert.deepEqual(polled({ url }).said, []);
  });
}

const left: readonly (readonly [url: string, says: RegExp])[] = [
  ['/calendars/{calendarId}/events', /still holds the placeholder \{calendarId\} \(put in its value/],
  [
    '/hubs/{{page.hub}}/{{page.object}}',
    /still holds the placeholders \{\{page\.hub\}\} and \{\{page\.object\}\} \(put in/,
  ],
  ['/c/{id}/u?where=t>${epoch}&updateKey={updateKey}', /the placeholders \{id\} and \{updateKey\} \(/],
  ["/x?where=a='{site}' and b='1'", /still holds the placeholder \{site\} \(/],
  ['/x?a=x{{b}}', /still holds the placeholder \{\{b\}\} \(/],
  ["/x?where=a>'${dateTimeZone:{TimeZone}:yyyy}'", /the time zone is still the placeholder \{TimeZone\}/],
];

for (const [url, says] of left) {
  test(`what is left to be filled in is a problem of ${url}`, () => {
    const { plan, problems, said } = polled({ url });

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
    assert.match(problems[0]?.where ?? '', /things\.url$/);
    assert.ok((problems[0]?.column ?? 0) > 1);
  });
}

test('what follows from a placeholder is not told', () => {
  const { problems } = compileEntry({ url: '/hubs/commerce/orders/{id}', idField: 'id' });

  assert.equal(problems.length, 1);
});

test('what may be a placeholder, or what is meant, is warned of', () => {
  const { plan, said } = polled({ url: "/x?where=q='<SCREEN_NAME>'" });

  assert.equal(plan.feeds.size, 1);
  assert.match(said.join('\n'), /warning: asks for <SCREEN_NAME>, which looks like a placeholder/);
});

test('two parameters that print one instant are warned of', () => {
  const range = (url: string): readonly string[] => polled({ url }).said;

  assert.match(
    range('/x?from=${date}&to=${date}').join('\n'),
    /warning: from and to print the same instant.*\$\{now:milliseconds\}/,
  );
  assert.deepEqual(range('/x?from=${date}&to=${now:milliseconds}'), []);
  assert.deepEqual(range('/x?from=${date}&until=${gmtDate:yyyy-MM-dd}'), []);
});

test('a repaired header and a repaired body are warned of where they stand', () => {
  const entry = { url: '/x', headers: { Since: '${GMTDate:yyyy}' }, body: '{"t":"${yyyy-MM-dd}"}' };

  const { said } = polled(entry);

  assert.match(said.join('\n'), /things\.headers\.Since: warning: is read as .*: \$\{gmtDate:yyyy\}/);
  assert.match(said.join('\n'), /things\.body: warning: is read as .*: \{"t":"\$\{gmtDate:yyyy-MM-dd\}"\}/);
});
