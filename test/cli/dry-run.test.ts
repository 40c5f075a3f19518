import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loopback } from '../support/loopback.ts';
import { projectRoot } from '../support/source-files.ts';
import { openTestFolder, shopInstance } from '../support/test-folder.ts';

const seed = (name: string): string =>
  readFileSync(join(projectRoot(), 'test/config/fixtures/seeds', `${name}.json`), 'utf8');
const AT = ['--at', '2026-01-02T03:04:05Z'];

test('a dry run prints the requests of the seed instances with no secret and touches nothing', async (t) => {
  const place = await openTestFolder(t, {
    'instances/constantcontact.json': seed('constantcontact-filled'),
    'instances/infusionsoftrest.json': seed('infusionsoftrest-filled'),
  });
  const before = await place.footprint();

  const ran = await place.run('run', '--dry-run', '--json', ...AT);

  const { at, feeds, problems } = JSON.parse(ran.out);
  assert.equal(ran.exit, 0);
  assert.equal(at, '2026-01-02T03:04:05.000Z');
  assert.deepEqual(
    feeds.map((feed: { feed: string }) => feed.feed),
    ['constantcontact/campaigns', 'infusionsoftrest/appointments'],
  );
  const [campaigns] = feeds;
  assert.deepEqual(Object.keys(campaigns), [
    'feed',
    'element',
    'instance',
    'schedule',
    'watermark',
    'url',
    'request',
    'baseline',
    'callback',
  ]);
  assert.equal(campaigns.schedule.every, '15m');
  assert.equal(campaigns.watermark, '2026-01-02T03:04:05.000Z');
  assert.equal(campaigns.url, "/hubs/marketing/campaigns?where=modified_since='2026-01-02T03:04:04Z'");
  assert.equal(campaigns.callback, 'http://mycoolapp.com');
  const request = new URL(campaigns.request.url);
  assert.equal(request.origin + request.pathname, 'https://api.constantcontact.com/v2/emailmarketing/campaigns');
  assert.equal(request.searchParams.get('modified_since'), '2026-01-02T03:04:04Z');
  assert.ok(campaigns.request.url.endsWith('&api_key=[oauth.api.key]'));
  assert.equal(new URL(campaigns.baseline.request.url).searchParams.has('modified_since'), false);
  assert.deepEqual(
    problems.map((problem: { severity: string; where: string }) => [problem.severity, problem.where]),
    [['warning', 'providerData.code']],
  );
  assert.doesNotMatch(ran.out + ran.err, /xxxxxxxxxx|1c6ff4089d58|fak3AP1|Rand0MAP1/);
  assert.deepEqual(await place.footprint(), before);
});

test('the plain form is a table with what would be asked below it', async (t) => {
  const place = await openTestFolder(t, { 'instances/constantcontact.json': seed('constantcontact-filled') });

  const ran = await place.run('run', '--dry-run', ...AT);

  const lines = ran.out.split('\n');
  assert.match(
    lines[0] ?? '',
    /^At 2026-01-02T03:04:05\.000Z elementd would poll 1 feed\. Nothing was sent, nothing was written\.$/,
  );
  assert.match(lines[2] ?? '', /^FEED {2,}ELEMENT {2,}EVERY {2,}NEXT {2,}WATERMARK {2,}CALLBACK$/);
  assert.match(lines[3] ?? '', /^constantcontact\/campaigns {2}constantcontact {2}15m {4}2026-01-02T03:\d\d:\d\d/);
  assert.match(ran.out, / {2}request {5}GET https:\/\/api\.constantcontact\.com\/v2\/emailmarketing\/campaigns\?/);
  assert.match(ran.out, / {2}first look {2}GET https:/);
});

test('a dry run sends nothing, also where everything is there to be asked', async (t) => {
  const provider = await loopback((_request, response) => response.end('[]'));
  t.after(() => provider.close());
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(provider.origin) });

  const ran = await place.run('run', '--dry-run');

  assert.equal(ran.exit, 0);
  assert.equal(provider.connections(), 0);
});

test('instances with errors are not among the feeds, the rest are printed all the same, and the exit is 78', async (t) => {
  const place = await openTestFolder(t, {
    'instances/shop.yaml': shopInstance('https://shop.example.com'),
    'instances/other.yaml': shopInstance('https://other.example.com', ['schedule: sometimes']),
  });

  const ran = await place.run('--json', 'run', '--dry-run');

  const { feeds, problems } = JSON.parse(ran.out);
  assert.equal(ran.exit, 78);
  assert.deepEqual(
    feeds.map((feed: { feed: string }) => feed.feed),
    ['shop/items'],
  );
  assert.equal(problems[0].file, 'instances/other.yaml');
  assert.equal(problems[0].line, 8);
});

test('a feed with state shows its real watermark and no first look', async (t) => {
  const provider = await loopback((_request, response) => response.end('[]'));
  t.after(() => provider.close());
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(provider.origin) });
  assert.equal((await place.run('run', '--once')).exit, 0);
  const before = await place.footprint();

  const ran = await place.run('poll', 'shop/items', '--dry-run', '--json', '--at', '2030-01-01T00:00:00Z');

  const [feed] = JSON.parse(ran.out).feeds;
  assert.ok(Math.abs(Date.parse(feed.watermark) - Date.now()) < 120_000, feed.watermark);
  assert.equal('baseline' in feed, false);
  assert.deepEqual(await place.footprint(), before);
});
