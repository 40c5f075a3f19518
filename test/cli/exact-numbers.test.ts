import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openReceiver } from '../support/receiver.ts';
import { openTestFolder } from '../support/test-folder.ts';

const ELEMENT = `
key: ledger
name: Ledger
resources:
  things:
    path: /things
    records: data
    pagination: {by: page, param: page, start: 1}
    pageSize: {param: size, max: 3}
    idField: id
    get: /things/{id}
  pairs:
    path: /pairs
    records: data
    pagination: {by: page, param: page, start: 1}
    pageSize: {param: size, max: 3}
`;

const instance = (origin: string, callback: string): string => `
element: {key: ledger}
configuration:
  base.url: ${origin}
  event.notification.callback.url: ${callback}
  event.poller.configuration:
    things: {url: /things, idField: id, deletes: {by: sweep, every: 1ms}}
    pairs: {url: /pairs, idField: [a.b, c], deletes: {by: sweep, every: 1ms}}
`;

/** Records as a provider writes them, by the path that lists them: their texts are what must come through. */
type Rows = Record<string, readonly string[]>;

/** A provider that lists three rows on a page, and keeps which paths were asked. */
async function openProvider(t: TestContext, rows: Rows): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = [];
  const server = await loopback((request, response) => {
    const url = new URL(request.url ?? '', 'http://provider');
    asked.push(url.pathname);
    const listed = rows[url.pathname];
    if (listed === undefined) return void response.writeHead(404).end('{}');
    const from = (Number(url.searchParams.get('page')) - 1) * 3;
    response.end(`{"data": [${listed.slice(from, from + 3).join(', ')}]}`);
  });
  t.after(() => server.close());
  return { origin: server.origin, asked };
}

/** The value of each number as it stands behind its key in a text. */
function numbersAt(text: string, key: string): readonly string[] {
  return [...text.matchAll(new RegExp(`"${key}":(-?[0-9][^,}\\]]*)`, 'g'))].map(([, digits]) => digits ?? '');
}

test('numbers come through exactly, from the provider to state, receiver, list and the confirming request', async (t) => {
  const row = (id: string, n: string): string => `{"id": ${id}, "n": ${n}}`;
  const pair = (b: string, c: string, n: string): string => `{"a": {"b": ${b}}, "c": ${c}, "n": ${n}}`;
  const rows: Rows = {
    '/things': ['1234567890123456789', '9007199254740993', '-9007199254740993', '7', '1234567890123456788'].map((id) => row(id, '1')), // prettier-ignore
    '/pairs': [pair('1234567890123456789', '9007199254740993', '1'), ...['5', '6', '8'].map((c) => pair('4', c, '1'))],
  };
  const { origin, asked } = await openProvider(t, rows);
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const place = await openTestFolder(t, {
    'elements/ledger.yaml': ELEMENT,
    'instances/books.yaml': instance(origin, receiver.url),
  });
  const first = await place.run('run', '--once');
  assert.deepEqual([first.exit, receiver.received.length], [0, 0], first.err);

  // Gone: two ids of the things, one pair. Changed or new: what a double cannot hold, and what it holds.
  rows['/things'] = [
    row('1234567890123456789', '9007199254740993.0'),
    row('7', '-0'),
    row('1234567890123456788', '[0.1, 1.10, 1e21, -1.5e-7, 123456789012345678901234567890]'),
    row('1000000000000000000000', '2'),
  ];
  rows['/pairs'] = [...['5', '6', '8'].map((c) => pair('4', c, '1')), pair('9007199254740995', '1234567890123456787', '1')]; // prettier-ignore
  const second = await place.run('run', '--once');
  const third = await place.run('run', '--once');

  assert.deepEqual([second.exit, third.exit], [0, 0], second.err + third.err);
  const bodies = receiver.received.map(({ body }) => body).join('\n');
  const told = (await place.run('events', 'list', '--json')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; recordId: string });
  assert.deepEqual(told.map(({ kind, recordId }) => `${kind} ${recordId}`).sort(), [
    'CREATED 1000000000000000000000',
    'CREATED 9007199254740995|1234567890123456787',
    'DELETED -9007199254740993',
    'DELETED 1234567890123456789|9007199254740993',
    'DELETED 9007199254740993',
    'UPDATED 1234567890123456788',
    'UPDATED 1234567890123456789',
    'UPDATED 7',
  ]);
  const ids = ['-9007199254740993', '1000000000000000000000', '1234567890123456788', '1234567890123456789', '9007199254740993']; // prettier-ignore
  assert.deepEqual([...numbersAt(bodies, 'id')].filter((id) => ids.includes(id)).sort(), ids);
  assert.deepEqual([...numbersAt(bodies, 'b')].sort(), ['1234567890123456789', '9007199254740995']);
  assert.deepEqual([...numbersAt(bodies, 'c')].sort(), ['1234567890123456787', '9007199254740993']);
  assert.match(bodies, /"n":9007199254740993\b/);
  assert.match(bodies, /"id":7,"n":-?0\b/);
  assert.match(bodies, /"n":\[0\.1,1\.1,1e\+?21,-1\.5e-7,123456789012345678901234567890\]/);
  for (const { kind, recordId } of told) assert.ok(bodies.includes(`"eventType":"${kind}"`) && bodies.includes(`"objectId":"${recordId}"`)); // prettier-ignore
  assert.deepEqual(asked.filter((path) => path.startsWith('/things/')).sort(), ['/things/-9007199254740993', '/things/9007199254740993']); // prettier-ignore

  const folder = join(place.folder, 'state', 'feeds', 'books');
  const state = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  for (const id of [...ids, '1234567890123456789|9007199254740993']) assert.ok(state.join('').includes(`"${id}"`), id);
});
