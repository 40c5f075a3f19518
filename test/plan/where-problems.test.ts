import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileEntry } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';

type Style = Readonly<Record<string, unknown>> & { readonly as: string };

const query: Style = { as: 'query' };
const odata: Style = { as: 'odata' };
const odata3: Style = { as: 'odata', version: 3 };
const soql: Style = { as: 'soql', select: 'SELECT Id FROM Account', orderBy: 'LastModifiedDate' };
const jql: Style = { as: 'jql', and: 'project = X', orderBy: 'updated' };

const refused: readonly (readonly [style: Style, clause: string, says: RegExp])[] = [
  [query, "a='1' or b='2'", /OR cannot be said in query parameters \(write what the provider offers/],
  [query, 'a!=1', /!= of a cannot be said in query parameters \(write/],
  [query, "a like 'x%'", /LIKE of a cannot be said in query parameters \(write/],
  [query, 'a not in (1)', /NOT IN of a cannot be said in query parameters \(write/],
  [query, 'a is null', /IS NULL of a cannot be said in query parameters \(write/],
  [odata, "a like 'x%y'", /LIKE of a with this pattern cannot be said in OData \(write a LIKE 'x%'/],
  [odata, "a like '%'", /LIKE of a with this pattern cannot be said in OData/],
  [odata, "a not like '%x%y%'", /LIKE of a with this pattern cannot be said in OData/],
  [odata, '"a b"=1', /the name a b cannot be said in OData \(write the name of a property/],
  [odata, '`a eq 1 or b`=1', /the name a eq 1 or b cannot be said in OData/],
  [odata, 'a=1&$filter=b eq 2', /holds both where and \$filter, which the where clause is sent as/],
  [
    odata,
    "a>'${gmtDate:yyyy-MM-dd HH:mm:ss}'",
    /the date format of a is none of OData, .*\(write \$\{gmtDate:yyyy-MM-dd'T'/,
  ],
  [odata, "a>'${gmtDate:yyyy-MM-dd} 00:00:00'", /the date format of a is none of OData/],
  [odata3, 'a>${gmtDate:MM/dd/yyyy}', /the date format of a is none of OData/],
  [
    odata,
    "b=1 or a>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss}'",
    /the date of a names no zone, and OData 4 has .*\(end its format in XXX/,
  ],
  [odata, "a>'2026-01-02T03:04:05'", /the date of a names no zone/],
  [
    odata,
    "a>'${gmtDate:yyyy-MM-dd'T'HH:mm:ssZ}'",
    /the offset in the date of a has no colon, .*\(end its format in XXX/,
  ],
  [odata3, "a>'${gmtDate:yyyy-MM-dd'T'HH:mm:ssZ}'", /the offset in the date of a has no colon/],
  [odata3, "a>'2026-01-02T03:04:05-0800'", /the offset in the date of a has no colon/],
  [
    soql,
    "a>'${gmtDate:yyyy-MM-dd HH:mm:ss}'",
    /the date format of a is none of SOQL, .*\(write \$\{gmtDate:yyyy-MM-dd'T'/,
  ],
  [soql, 'a in (${gmtDate:MM/dd/yyyy})', /the date format of a is none of SOQL/],
  [
    soql,
    "a>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss}'",
    /the date of a names no zone, and SOQL has no such dates \(end its format in XXX/,
  ],
  [soql, '"a b"=1', /the name a b cannot be said in SOQL \(write the API name/],
  [soql, 'a=1&q=SELECT', /holds both where and q/],
  [jql, "u>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'", /the date format of u is none of JQL \(.*yyyy-MM-dd HH:mm\}/],
  [jql, "u>='${gmtDate:yyyy-MM-dd HH:mm:ss}'", /the date format of u is none of JQL/],
  [jql, "a like 'x%'", /LIKE of a cannot be said in JQL \(JQL searches texts with ~/],
];

for (const [style, clause, says] of refused) {
  test(`${JSON.stringify(clause)} as ${style.as} is a problem at the url`, () => {
    const { plan, problems, said } = compileEntry({ url: `/x?where=${clause}`, where: style }, {}, BARE);

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
    assert.deepEqual(
      [...new Set(problems.map(({ where }) => where))],
      ['configuration.event.poller.configuration.things.url'],
    );
  });
}

const settings: readonly (readonly [style: Style, where: string, says: RegExp])[] = [
  [
    { ...soql, select: 'SELECT Id FROM ${configuration.o}' },
    'select',
    /holds a template word \(write it into the url's where/,
  ],
  [{ ...soql, select: 'SELECT Id FROM A WHERE b = 1' }, 'select', /holds WHERE, which would stand in the middle/],
  [{ ...soql, select: 'SELECT Id FROM A order  by b' }, 'select', /holds ORDER {2}BY/],
  [{ ...soql, orderBy: 'A LIMIT 5' }, 'orderBy', /holds LIMIT/],
  [{ ...jql, and: 'project = X ORDER BY key' }, 'and', /holds ORDER BY/],
  [{ ...jql, and: 'project = ${env:PROJECT}' }, 'and', /holds a template word/],
];

for (const [style, key, says] of settings) {
  test(`the style ${JSON.stringify(style)} is a problem at ${key}`, () => {
    const { problems, said } = compileEntry({ url: '/x?where=a=1', where: style }, {}, BARE);
    const element = `${BARE}resources: {x: {path: /x, where: ${JSON.stringify(style)}}}\n`;
    const byElement = compileEntry({ url: '/x?where=a=1' }, {}, element);

    assert.match(said.join('\n'), says);
    assert.equal(problems[0]?.where, `configuration.event.poller.configuration.things.where.${key}`);
    assert.match(byElement.said.join('\n'), new RegExp(`things.url: the element's where.${key} ${says.source}`));
  });
}

test('what is wrong with a style itself is a problem at its place', () => {
  const said = (where: unknown): string => compileEntry({ url: '/x', where }, {}, BARE).said.join('\n');

  assert.match(said({ as: 'sql' }), /things.where.as: "sql" is not a known kind \(did you mean "soql"\?/);
  assert.match(said({ as: 'soql' }), /things.where.select: is missing/);
  assert.match(said({ as: 'odata', version: 5 }), /things.where.version: must be one of 3, 4, but is 5/);
});
