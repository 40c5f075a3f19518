import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Problem } from '../../src/model/problem.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { readInstanceText } from '../config/reading.ts';
import { AT, everythingOf, firstOf } from '../plan/compiling.ts';
import { within } from '../support/within.ts';
import { LIMIT, LONG_LIMIT, cases, mutationsOf, repeated, repetitionsOf } from './mutations.ts';

const BASE = 'https://api.example.com/v2';

/** The text of an instance file whose `event.poller.configuration` is the string, as JSON and as YAML that people write. */
const files: Readonly<Record<string, (polled: string) => string>> = {
  'instances/one.json': (polled) =>
    JSON.stringify({
      element: { key: 'http' },
      configuration: { 'base.url': BASE, 'event.poller.configuration': polled },
    }),
  'instances/one.yaml': (polled) =>
    `element: {key: http}\nconfiguration:\n  base.url: ${BASE}\n  event.poller.configuration: '${polled.replaceAll("'", "''").replaceAll('\n', '\n\n')}'\n`,
};

function isLocated({ file, line, column, where, says }: Problem, lines: number): void {
  assert.match(file, /^instances\/one\./);
  assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column}`);
  assert.ok(where !== '' && says !== '');
}

/** Compiles what was read: feeds that can ask their provider, or errors at places. */
function compileAll(catalog: Catalog, lines: number): void {
  const { plan, problems } = compilePlan(catalog);
  const all = [...catalog.problems, ...problems];
  for (const problem of all) isLocated(problem, lines);
  const isBroken = all.some(({ severity }) => severity === 'error');
  assert.ok(plan.feeds.size > 0 || isBroken || catalog.instances.get('one')?.polled?.size === 0);
  for (const feed of plan.feeds.values()) {
    for (const request of [firstOf(feed, AT), everythingOf(feed)]) assert.ok(URL.canParse(request.url), request.url);
  }
}

const urls = [
  "/hubs/crm/contacts?where=updated>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}' and a='b c'",
  "/hubs/marketing/campaigns?where=modified_since='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'",
  '/contacts?since=${date:yyyy-MM-dd}&order=id&page%20x=%41+b#top',
  'https://api.example.com/v2/x/${configuration.region}/y?t=${epoch:s}',
  "contacts?where=LastModifiedDate>${dateTimeZone:America/New_York:yyyy-MM-dd'T'HH:mm}&a[]=1&a[]=2",
  "/x?where=a='${now:HH}' and b!='it''s' AND `the c`<5",
  'http://[::1]:8080/x;y=1?q="z"&{}',
];
const urlPieces = [..."/?&=%#'\"${}[]@:;+ <>()|\\^`\n", '//', '..', '%zz', '%2F', 'where=', '?where=', "'${gmtDate:yyyy}'", '${now:', '${configuration.base.url}', '${configuration.x}', 'http://', 'https://u:p@h/', '/hubs/', ' and ', 'é', '\u0000', '😀', '\ud800']; // prettier-ignore

const one = readInstanceText(files['instances/one.json']?.('{"things":{"url":"/x","idField":"id"}}') ?? '');
const instance = one.instances.get('one') ?? assert.fail('the instance that every url stands in is not valid');

/** The plan of the instance with another url. */
function useUrl(url: string): void {
  const polled = new Map([['things', { url, idField: 'id' }]]);
  compileAll({ ...one, instances: new Map([['one', { ...instance, polled }]]) }, 1);
}

test('whatever stands in a url, the plan asks for something that is one, or says what is wrong at its place', () => {
  useUrl('/x');
  fc.assert(
    fc.property(mutationsOf(urls, urlPieces), (url) => {
      within(LIMIT, () => useUrl(url));
    }),
    cases,
  );
});

test('a url of 100 kB costs no more than it is long', () => {
  for (const text of repetitionsOf(urlPieces)) within(LONG_LIMIT, () => useUrl(`/x?a=${text}&where=${text}`));
});

const pollers = [
  '{"contacts":{"url":"/hubs/crm/contacts?where=lastmodifieddate=\'${date}\'","idField":"vid","filterByUpdatedDate":true,"datesConfiguration":{"updatedDateField":"properties.lastmodifieddate","updatedDateFormat":"milliseconds","createdDateField":"properties.createdate","createdDateFormat":"milliseconds"},"createdCheckTolerance":10}}',
  '{\n  "campaigns": {\n    "url": "/hubs/marketing/campaigns?where=modified_since=\'${gmtDate:yyyy-MM-dd\'T\'HH:mm:ss\'Z\'}\'",\n    "idField": "id",\n    "datesConfiguration": {"updatedDateField": "modified_date", "updatedDateFormat": "yyyy-MM-dd\'T\'HH:mm:ss.SSS\'Z\'", "updatedDateTimezone": "GMT"},\n    "pageSize": "50", "pollDelay": 0\n  }\n}',
  '{"orders":{"url":"/x","idField":["a.b","c"],"schedule":"5m","start":"all","baseline":"scan","deletes":{"by":"flag","field":"status","values":["deleted"]},"compare":"content","ignoreFields":["seen"],"records":"data.items","pagination":{"by":"page","param":"page"},"headers":{"X-A":"1"}}}',
  '{\\"a\\":{\\"url\\":\\"/a\\",\\"idField\\":\\"id\\"}}',
  '{"a":{"url":"/a?n=${now:HH}","idField":"id","method":"POST","body":"{\\"since\\": \\"${epoch}\\"}"},"b":{"url":"/b","idField":"id","deletes":{"by":"sweep","every":"24h","maxShare":0.5},"schedule":{"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"}}}',
  '{}',
];
const pollerPieces = [..."{}[]\":,'\\ \n\t$#", '\\"', '""', '{}', '[]', 'null', 'true', '-1', '1e999', '99999999999999999999', '"url":', '"idField":', '"__proto__":', '"datesConfiguration":', '"deletes":', '"schedule":', '"*/5 * * * *"', '"30s"', '${env:X}', '<X>', '\\u0000', '\\n', '//', '/*', '\u0001']; // prettier-ignore

function usePoller(path: string, polled: string): void {
  const text = files[path]?.(polled) ?? '';
  compileAll(readInstanceText(text, path), text.split('\n').length);
}

test('whatever stands in a poller configuration, its file gives feeds, or says what is wrong at its place', () => {
  const paths = fc.constantFrom(...Object.keys(files));
  fc.assert(
    fc.property(paths, mutationsOf(pollers, pollerPieces), (path, polled) => {
      within(LIMIT, () => usePoller(path, polled));
    }),
    cases,
  );
});

// The parser of YAML makes an error of each bracket that it did not expect: that takes long, but no more than in proportion.
const PARSER_LIMIT = 10 * LONG_LIMIT;

test('a poller configuration of 100 kB costs no more than it is long', () => {
  for (const piece of ['{', ']', '\\', ' ', '9', '${env:X}'])
    within(PARSER_LIMIT, () => usePoller('instances/one.json', `{"a": {"url": ${repeated(piece)}`));
});
