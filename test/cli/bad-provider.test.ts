import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { loopback } from '../support/loopback.ts';
import { openTestFolder, shopInstance } from '../support/test-folder.ts';

const CONFIG = 'polling: {timeout: 2s, maxResponseBytes: 1MB, maxPages: 20}\n';
const LINKED = ['pagination: {by: link}', 'deletes: {by: sweep, every: 1ms}'];
/** 100 MB of blanks. */
const BOMB = gzipSync(Buffer.alloc(100_000_000, 32), { level: 1 });
const ONE = '[{"id":1,"n":"a"}]';

interface Bad {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** What the operator reads. */
  readonly says: RegExp;
  readonly entry?: readonly string[];
}

const bad: Readonly<Record<string, Bad>> = {
  'HTML with status 200': {
    answer: (_, response) => response.end('<!doctype html><title>Log in</title>'),
    says: /not JSON.*HTML/,
  },
  'half a document': { answer: (_, response) => response.end('[{"id":1},{"id":'), says: /not JSON.*end/ },
  'a body cut by the connection': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(ONE);
      response.socket?.end();
    },
    says: /cut|closed|broke|ended/i,
  },
  'more bytes than are taken': {
    answer: (_, response) => {
      response.on('error', () => undefined);
      const chunk = Buffer.alloc(100_000, 32);
      const pump = (): void => {
        while (response.writable && response.write(chunk));
        response.once('drain', pump);
      };
      pump();
    },
    says: /1 ?MB|1000000|larger|more than/,
  },
  'a gzip bomb': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(BOMB);
    },
    says: /1 ?MB|1000000|larger|more than/,
  },
  'a byte now and then': {
    answer: (_, response) => {
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    },
    says: /did not finish its answer within 2 s/,
  },
  'the same link again and again': {
    answer: (request, response) => {
      response.setHeader('link', `<${request.url ?? ''}>; rel="next"`);
      response.end(ONE);
    },
    says: /circle/,
    entry: LINKED,
  },
  'the same page under ever new links': {
    answer: (request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('p') ?? '1');
      response.setHeader('link', `</items?p=${page + 1}>; rel="next"`);
      response.end(ONE);
    },
    says: /same as one before/,
    entry: LINKED,
  },
  'pages without an end': {
    answer: (request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('p') ?? '1');
      response.setHeader('link', `</items?p=${page + 1}>; rel="next"`);
      response.end(JSON.stringify([{ id: 1, page }]));
    },
    says: /more than 20 pages/,
    entry: LINKED,
  },
  'a link to another origin': {
    answer: (_, response) => {
      response.setHeader('link', '<http://127.0.0.1:9/items>; rel="next"');
      response.end(ONE);
    },
    says: /leaves the provider/,
    entry: LINKED,
  },
  'a redirect elsewhere': {
    answer: (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    says: /302.*redirects are not followed/,
  },
  'no list where records should be': {
    answer: (_, response) => response.end('{"items":[]}'),
    says: /is not a list.*"items"/,
  },
  'records that have no id': {
    answer: (_, response) => response.end('[{"name":"a"},{"name":"b"}]'),
    says: /no record.*id/,
  },
  'a list of numbers': { answer: (_, response) => response.end('[1,2,3]'), says: /no record.*id/ },
  '401': {
    answer: (_, response) => response.writeHead(401).end('{"message":"who are you"}'),
    says: /wants to know who asks|401/,
  },
  '403 with a reason': {
    answer: (_, response) => response.writeHead(403).end('{"message":"no rights"}'),
    says: /403: "no rights"/,
  },
  '500': { answer: (_, response) => response.writeHead(500).end('boom'), says: /500: "boom"/ },
};

for (const [what, { answer, says, entry = [] }] of Object.entries(bad)) {
  test(
    `a provider that answers ${what} fails the poll in one clear line and moves nothing`,
    { timeout: 20_000 },
    async (t) => {
      let behaves = true;
      const provider = await loopback((request, response) => {
        if (behaves) response.end(ONE);
        else answer(request, response);
      });
      t.after(() => provider.close());
      const place = await openTestFolder(t, {
        'config.yaml': CONFIG,
        'instances/shop.yaml': shopInstance(provider.origin, entry),
      });
      assert.equal((await place.run('poll', 'shop/items')).exit, 0);
      const before = await watermark(place);

      behaves = false;
      const ran = await place.run('poll', 'shop/items');
      behaves = true;

      assert.equal(ran.exit, 3);
      assert.match(ran.out, says);
      assert.equal(ran.out.trim().split('\n').length, 1);
      assert.doesNotMatch(ran.out + ran.err, /\n\s+at /);
      assert.equal(await watermark(place), before);
      assert.equal((await place.run('events', 'list')).out, 'No events.\n');
      assert.equal((await place.run('poll', 'shop/items')).exit, 0);
    },
  );
}

test('a wrong Date holds the watermark back and loses nothing', async (t) => {
  let date = 'Thu, 01 Jan 1998 00:00:00 GMT';
  let items = [{ id: 1, n: 'a' }];
  const provider = await loopback((_, response) => {
    response.setHeader('date', date);
    response.end(JSON.stringify(items));
  });
  t.after(() => provider.close());
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(provider.origin) });
  assert.equal((await place.run('poll', 'shop/items')).exit, 0);
  const born = await watermark(place);

  items = [...items, { id: 2, n: 'b' }];
  date = 'Fri, 01 Jan 2094 00:00:00 GMT';
  await place.run('poll', 'shop/items');

  const events = (await place.run('events', 'list', '--json')).out.trim().split('\n');
  assert.equal(events.length, 1);
  assert.match(events[0] ?? '', /"kind":"CREATED","recordId":"2"/);
  assert.ok(Date.parse(await watermark(place)) >= Date.parse(born));
  assert.ok(Date.parse(await watermark(place)) <= Date.now());
});

async function watermark(place: { run(...args: readonly string[]): Promise<{ out: string }> }): Promise<string> {
  return JSON.parse((await place.run('status', 'shop/items', '--json')).out).feeds[0].watermark;
}
