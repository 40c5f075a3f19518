import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, everythingOf, feedWith, firstOf, type Values } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';
const ISO = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";
const LOCAL = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss}";
const GUID = '0F4C8e6a-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const DAY = '${gmtDate:yyyy-MM-dd}';

type Style = Readonly<Record<string, unknown>> & { readonly as: string };

const query: Style = { as: 'query' };
const odata: Style = { as: 'odata' };
const odata3: Style = { as: 'odata', version: 3 };
const soql: Style = { as: 'soql', select: 'SELECT Id FROM Account', orderBy: 'LastModifiedDate' };
const jql: Style = { as: 'jql', and: 'project = X', orderBy: 'updated' };
const jqlAlone: Style = { as: 'jql' };

/** The values that clauses below stand with. */
const VALUES: Values = {
  quote: "x' or 1 eq 1",
  double: 'x" OR "1" = "1',
  back: "x\\' OR Name != '",
  percent: '5%_',
  min: '5',
  id: GUID,
  'api.key': `x' or "1" = '1\\`,
  when: '2026-01-02T00:00:00Z',
};

/** What the provider gets behind `?`, as it reads it. */
function parametersOf(url: string): string {
  const [, search = ''] = url.split('?');
  return search
    .split('&')
    .map((pair) => decodeURIComponent(pair))
    .join('&');
}

const said: readonly (readonly [style: Style, clause: string, parameters: string, untimed?: string])[] = [
  [query, `since>'${ISO}'`, 'since=2026-01-02T03:04:04Z', ''],
  [query, `((since>='${ISO}') AND (\`a b\`<='it''s'))`, "since=2026-01-02T03:04:04Z&a b=it's", "a b=it's"],
  [query, 'a=1 and a=2', 'a=1&a=2'],
  [query, "a='${configuration.quote}'", "a=x' or 1 eq 1"],

  [odata, `Modified>='${ISO}'`, '$filter=Modified ge 2026-01-02T03:04:04Z', ''],
  [odata, `Modified>${ISO}`, '$filter=Modified gt 2026-01-02T03:04:04Z', ''],
  [odata, `Modified>'${DAY}'`, '$filter=Modified gt 2026-01-01', ''],
  [odata, "Modified>'${epoch}' and N<${epoch:s}", '$filter=Modified gt 1767323045677 and N lt 1767323044', ''],
  [odata, `Modified>'${DAY}T00:00:00Z'`, '$filter=Modified gt 2026-01-01T00:00:00Z', ''],
  [odata, "Modified<='2026-01-02T03:04:05.678+01:00'", '$filter=Modified le 2026-01-02T03:04:05.678+01:00'],
  [odata, "Modified<='${configuration.when}'", '$filter=Modified le 2026-01-02T00:00:00Z'],
  [odata, "A!='O''Brien' and B<5 and C>=-1.5", "$filter=A ne 'O''Brien' and B lt 5 and C ge -1.5"],
  [odata, "A='5' and B=${configuration.min} and C='${configuration.min}'", "$filter=A eq '5' and B eq 5 and C eq '5'"],
  [
    odata,
    'A=true and B=FALSE and C!=null and D=open',
    "$filter=A eq true and B eq false and C ne null and D eq 'open'",
  ],
  [odata, "A='true' and B=''", "$filter=A eq 'true' and B eq ''"],
  [odata, 'A=1 and (B=2 or C=3)', '$filter=A eq 1 and (B eq 2 or C eq 3)'],
  [odata, 'A=1 or B=2 and C=3', '$filter=A eq 1 or (B eq 2 and C eq 3)'],
  [odata, "A in ('x', 2) and B=1", "$filter=(A eq 'x' or A eq 2) and B eq 1"],
  [odata, "A not in ('x', 2)", "$filter=(A ne 'x' and A ne 2)"],
  [odata, "A in ('x')", "$filter=A eq 'x'"],
  [odata, 'A is null and B is not null', '$filter=A eq null and B ne null'],
  [
    odata,
    "A like 'x%' or A like '%x' or A like '%x%' or A like 'x'",
    "$filter=startswith(A,'x') or endswith(A,'x') or contains(A,'x') or A eq 'x'",
  ],
  [odata, "A not like 'x%' and A not like 'x'", "$filter=not startswith(A,'x') and A ne 'x'"],
  [odata, "A like '${configuration.quote}%'", "$filter=startswith(A,'x'' or 1 eq 1')"],
  [odata, "A like '%${configuration.percent}%'", "$filter=contains(A,'5%_')"],
  [odata, "A='${configuration.quote}'", "$filter=A eq 'x'' or 1 eq 1'"],
  [odata, 'A=${configuration.quote}', "$filter=A eq 'x'' or 1 eq 1'"],
  [odata, "A='-${configuration.api.key}'", `$filter=A eq '-x'' or "1" = ''1\\'`],
  [odata, "A='pre-${env:SECRET}'", "$filter=A eq 'pre-[env:SECRET]&+'"],
  [odata, 'A=${env:SECRET}', "$filter=A eq '[env:SECRET]&+'"],
  [
    odata,
    `(Modified>'${ISO}' or A=1) and B=2`,
    '$filter=(Modified gt 2026-01-02T03:04:04Z or A eq 1) and B eq 2',
    '$filter=B eq 2',
  ],
  [odata, `Modified>'${ISO}' or A=1`, '$filter=Modified gt 2026-01-02T03:04:04Z or A eq 1', ''],
  [odata, `Modified>'${ISO}' and A=1`, '$filter=Modified gt 2026-01-02T03:04:04Z and A eq 1', '$filter=A eq 1'],
  [{ ...odata, param: 'filter' }, 'A=1', 'filter=A eq 1'],

  [odata3, `M>'${ISO}'`, "$filter=M gt datetimeoffset'2026-01-02T03:04:04Z'", ''],
  [odata3, `M>'${LOCAL}'`, "$filter=M gt datetime'2026-01-02T03:04:04'", ''],
  [odata3, "M>'2026-01-02T03:04:05+01:00'", "$filter=M gt datetimeoffset'2026-01-02T03:04:05+01:00'"],
  [odata3, "M>'2026-01-02'", "$filter=M gt datetime'2026-01-02T00:00:00'"],
  [
    odata3,
    "M>'${dateTimeZone:Asia/Tokyo:yyyy-MM-dd'T'HH:mm:ssXXX}'",
    "$filter=M gt datetimeoffset'2026-01-02T12:04:04+09:00'",
    '',
  ],
  [odata3, `A=${GUID} and B='${GUID}'`, `$filter=A eq guid'${GUID}' and B eq '${GUID}'`],
  [odata, `A=${GUID} and B='${GUID}'`, `$filter=A eq ${GUID} and B eq '${GUID}'`],
  [odata, 'A=${configuration.id} and B=${env:SECRET}', `$filter=A eq ${GUID} and B eq '[env:SECRET]&+'`],
  [odata, `A=${GUID}0`, `$filter=A eq '${GUID}0'`],
  [odata3, "A like '%x%' and A not like '%y%'", "$filter=substringof('x',A) and not substringof('y',A)"],

  [
    soql,
    `LastModifiedDate>='${ISO}'`,
    'q=SELECT Id FROM Account WHERE LastModifiedDate >= 2026-01-02T03:04:04Z ORDER BY LastModifiedDate',
    'q=SELECT Id FROM Account ORDER BY LastModifiedDate',
  ],
  [
    soql,
    "A>'${dateTimeZone:+01:00:yyyy-MM-dd'T'HH:mm:ssXXX}' and B=1",
    'q=SELECT Id FROM Account WHERE A > 2026-01-02T04:04:04+01:00 AND B = 1 ORDER BY LastModifiedDate',
    'q=SELECT Id FROM Account WHERE B = 1 ORDER BY LastModifiedDate',
  ],
  [
    soql,
    `A='${DAY}' or B>'2026-01-02'`,
    'q=SELECT Id FROM Account WHERE A = 2026-01-01 OR B > 2026-01-02 ORDER BY LastModifiedDate',
    'q=SELECT Id FROM Account ORDER BY LastModifiedDate',
  ],
  [
    { as: 'soql', select: ' SELECT Id, (SELECT Id FROM Contacts LIMIT 5) FROM Account ', param: 'query' },
    "A!='it''s \\'",
    "query=SELECT Id, (SELECT Id FROM Contacts LIMIT 5) FROM Account WHERE A != 'it\\'s \\\\'",
  ],
  [
    soql,
    "A in ('x',1,null) and B not in ('y')",
    "q=SELECT Id FROM Account WHERE A IN ('x', 1, null) AND B NOT IN ('y') ORDER BY LastModifiedDate",
  ],
  [
    soql,
    'A is null and Owner.Name is not null and B__c=TRUE',
    'q=SELECT Id FROM Account WHERE A = null AND Owner.Name != null AND B__c = true ORDER BY LastModifiedDate',
  ],
  [
    soql,
    "A like 'x%_' or A not like '%${configuration.percent}'",
    "q=SELECT Id FROM Account WHERE A LIKE 'x%_' OR (NOT A LIKE '%5\\%\\_') ORDER BY LastModifiedDate",
  ],
  [soql, 'A=1 or B=2 and C=3', 'q=SELECT Id FROM Account WHERE A = 1 OR (B = 2 AND C = 3) ORDER BY LastModifiedDate'],
  [
    soql,
    'A>=LAST_N_DAYS:7 and B=today and C=open',
    "q=SELECT Id FROM Account WHERE A >= LAST_N_DAYS:7 AND B = today AND C = 'open' ORDER BY LastModifiedDate",
  ],
  [soql, "A='${configuration.quote}'", "q=SELECT Id FROM Account WHERE A = 'x\\' or 1 eq 1' ORDER BY LastModifiedDate"],
  [
    soql,
    "A='${configuration.back}'",
    "q=SELECT Id FROM Account WHERE A = 'x\\\\\\' OR Name != \\'' ORDER BY LastModifiedDate",
  ],
  [
    { as: 'soql', select: 'S' },
    "A='${configuration.api.key}' and B like '${env:SECRET_%}%' and C like '${gmtDate:HH '''o'''}'",
    `q=S WHERE A = 'x\\' or "1" = \\'1\\\\' AND B LIKE '[env:SECRET\\_\\%]&+%' AND C LIKE '02 \\'o\\''`,
    `q=S WHERE A = 'x\\' or "1" = \\'1\\\\' AND B LIKE '[env:SECRET\\_\\%]&+%'`,
  ],
  [soql, '', 'q=SELECT Id FROM Account ORDER BY LastModifiedDate'],

  [
    jql,
    "updated>='${gmtDate:yyyy-MM-dd HH:mm}'",
    'jql=project = X AND updated >= "2026-01-02 03:03" ORDER BY updated',
    'jql=project = X ORDER BY updated',
  ],
  [jql, "a=1 or status!='Done'", 'jql=project = X AND (a = 1 OR status != "Done") ORDER BY updated'],
  [
    { ...jql, and: 'project = X OR project = Y' },
    'a=1 and b=2',
    'jql=(project = X OR project = Y) AND a = 1 AND b = 2 ORDER BY updated',
  ],
  [{ ...jql, and: 'project = X OR project = Y' }, '', 'jql=project = X OR project = Y ORDER BY updated'],
  [jqlAlone, "updated>'${epoch}'", 'jql=updated > 1767323045677', ''],
  [
    jqlAlone,
    "status in ('To Do', Done, 3) and type not in ('Bug')",
    'jql=status in ("To Do", "Done", 3) AND type not in ("Bug")',
  ],
  [jqlAlone, 'a is null and b is not null and c=empty', 'jql=a is EMPTY AND b is not EMPTY AND c = EMPTY'],
  [
    jqlAlone,
    '"Story Points">=3 and `cf[10010]`=1 and order=2 and \'a"b\'=3',
    'jql="Story Points" >= 3 AND cf[10010] = 1 AND "order" = 2 AND "a\\"b" = 3',
  ],
  [jqlAlone, 'summary=\'C:\\x "y"\'', 'jql=summary = "C:\\\\x \\"y\\""'],
  [jqlAlone, "a='${configuration.double}'", 'jql=a = "x\\" OR \\"1\\" = \\"1"'],
  [jqlAlone, "a='${configuration.api.key}'", `jql=a = "x' or \\"1\\" = '1\\\\"`],
  [jqlAlone, 'updated>=-1d', 'jql=updated >= "-1d"'],
  [{ as: 'jql', orderBy: 'updated DESC', param: 'search' }, '', 'search=ORDER BY updated DESC'],
  [jqlAlone, '', ''],
];

for (const [style, clause, parameters, untimed = parameters] of said) {
  test(`${JSON.stringify(clause)} as ${JSON.stringify(style)} is asked as ${parameters}`, () => {
    const feed = feedWith({ url: `/x?where=${clause}`, where: style }, VALUES, BARE);

    assert.equal(parametersOf(firstOf(feed).url), parameters);
    assert.equal(parametersOf(everythingOf(feed).url), untimed);
  });
}

test('a filter stands in the url escaped once, beside the other parameters', () => {
  const feed = feedWith({ url: `/x?where=A>'${ISO}' and B='50% &+'&top=1`, where: odata }, {}, BARE);

  assert.equal(
    firstOf(feed).url,
    "https://h.example/x?$filter=A%20gt%202026-01-02T03%3A04%3A04Z%20and%20B%20eq%20'50%25%20%26%2B'&top=1",
  );
});

test('the style of an entry wins over that of the resource it asks for, which wins over query parameters', () => {
  const element = BARE + 'resources: {a: {path: /a, where: {as: odata}}, b: {path: /b}}\n';
  const asked = (entry: Values): string => firstOf(feedWith(entry, {}, element)).url;

  assert.equal(asked({ url: '/a?where=x=1' }), 'https://h.example/a?$filter=x%20eq%201');
  assert.equal(asked({ url: '/a?where=x=1', where: { as: 'jql' } }), 'https://h.example/a?jql=x%20%3D%201');
  assert.equal(asked({ url: '/b?where=x=1' }), 'https://h.example/b?x=1');
});

test('in an absolute url where is a parameter like any other, unless the entry says its style', () => {
  const url = 'https://h.example/x?where=a=1';

  assert.equal(firstOf(feedWith({ url }, {}, BARE)).url, url);
  assert.equal(firstOf(feedWith({ url, where: odata }, {}, BARE)).url, 'https://h.example/x?$filter=a%20eq%201');
});

test('what a filter prints bounds the watermark and the reading, wherever in the tree it stands', () => {
  const clause = "(a>'${gmtDate:yyyy-MM-dd'T'HH:mm'Z'}' or b=1) and c<='${now:yyyy-MM-dd'T'HH:mm:ss'Z'}'";

  const { request } = feedWith({ url: `/x?where=${clause}`, where: odata }, {}, BARE);

  assert.equal(request.hasWatermark, true);
  assert.equal(request.watermarkUnit, 60_000);
  assert.equal(request.upperBound({ watermark: AT, now: AT }), Math.floor(AT / 1_000) * 1_000);
  assert.equal(request.upperBound({ watermark: undefined, now: AT }), undefined);
});

test('secrets of a filter are known to the feed and masked in what two plans are compared by', () => {
  const feed = (value: string): ReturnType<typeof feedWith> =>
    feedWith({ url: "/x?where=a='${configuration.api.key}'", where: odata }, { 'api.key': value }, BARE);

  assert.deepEqual(
    feed('one').request.secrets.map(({ label }) => label),
    ['[api.key]'],
  );
  assert.equal(feed('one').aspects.request, feed('two').aspects.request);
});

test('another style or another of its settings is another request, and no other reading', () => {
  const feed = (style: Style): ReturnType<typeof feedWith> => feedWith({ url: '/x?where=a=1', where: style }, {}, BARE);
  const aspects = [query, odata, jql, jqlAlone, { ...jql, and: 'project = Z' }].map((style) => feed(style).aspects);

  assert.equal(new Set(aspects.map(({ request }) => request)).size, 5);
  assert.equal(new Set(aspects.map(({ reading }) => reading)).size, 1);
});

test('a parameter of the url that the style would send is left alone where there is no clause', () => {
  const feed = feedWith({ url: '/x?q=SELECT+Id+FROM+Lead', where: soql }, {}, BARE);

  assert.equal(firstOf(feed).url, 'https://h.example/x?q=SELECT+Id+FROM+Lead');
});
