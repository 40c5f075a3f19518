import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewPlan, type FeedPreview, type PreviewPorts } from '../../src/engine/preview.ts';
import { maskingAccounts } from '../../src/io/accounts.ts';
import { maskingVault } from '../../src/io/vault.ts';
import type { FeedHead } from '../../src/model/change.ts';
import type { Plan } from '../../src/model/feed.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { fileOf, fileWith, read } from '../config/reading.ts';

const AT = Date.parse('2026-01-02T03:04:05.000Z');

/** As the contract shows it. */
const CONSTANT_CONTACT = `
key: constantcontact
name: Constant Contact
hub: marketing
baseUrl: https://api.constantcontact.com/v2
auth:
  type: oauth2
  grant: authorizationCode
  authorizationUrl: https://oauth2.constantcontact.com/oauth2/oauth/siteowner/authorize
  tokenUrl: https://oauth2.constantcontact.com/oauth2/oauth/token
request:
  query: {api_key: "\${configuration.oauth.api.key}"}
resources:
  campaigns:
    path: /emailmarketing/campaigns
    records: results
    where: {as: query}
    pagination: {by: nextUrl, at: meta.pagination.next_link}
    pageSize: {param: limit, max: 50}
    idField: id
`;

function seedPlan(): Plan {
  const catalog = read({
    elements: [fileWith('elements/constantcontact.yaml', CONSTANT_CONTACT)],
    instances: [fileOf('test/config/fixtures/seeds/constantcontact-filled.json', 'instances/constantcontact.json')],
  });
  const { plan, problems } = compilePlan(catalog);
  assert.deepEqual([...catalog.problems, ...problems], []);
  return plan;
}

function dry(heads: readonly FeedHead[] = []): PreviewPorts {
  return { accounts: maskingAccounts(), vault: maskingVault(), heads: new Map(heads.map((head) => [head.feed, head])) };
}

function headOf(plan: Plan, over: Partial<FeedHead>): FeedHead {
  const feed = [...plan.feeds.values()][0];
  assert.ok(feed !== undefined);
  return {
    feed: feed.id,
    identity: feed.identity,
    birth: 0,
    since: 0,
    watermark: Date.parse('2026-01-01T00:00:00.500Z'),
    looked: 'full',
    request: feed.aspects.request,
    rules: [feed.rule],
    noticed: [],
    ...over,
  };
}

async function only(plan: Plan, at: number, ports: PreviewPorts): Promise<FeedPreview> {
  const [preview, ...rest] = await previewPlan(plan, at, ports);
  assert.ok(preview !== undefined && rest.length === 0);
  return preview;
}

test('the dry run of the seed instance is the one that the contract shows', async () => {
  const preview = await only(seedPlan(), AT, dry());

  const { next } = preview.schedule;
  assert.ok(Date.parse(next) > AT && Date.parse(next) <= AT + 900_000);
  assert.deepEqual(preview, {
    feed: 'constantcontact/campaigns',
    element: 'constantcontact',
    instance: 'constantcontact',
    schedule: { every: '15m', next },
    watermark: '2026-01-02T03:04:05.000Z',
    url: "/hubs/marketing/campaigns?where=modified_since='2026-01-02T03:04:04Z'",
    request: {
      method: 'GET',
      url: 'https://api.constantcontact.com/v2/emailmarketing/campaigns?modified_since=2026-01-02T03%3A04%3A04Z&limit=50&api_key=[oauth.api.key]',
      headers: { Accept: 'application/json', Authorization: 'Bearer [access token]' },
    },
    baseline: {
      request: {
        method: 'GET',
        url: 'https://api.constantcontact.com/v2/emailmarketing/campaigns?limit=50&api_key=[oauth.api.key]',
        headers: { Accept: 'application/json', Authorization: 'Bearer [access token]' },
      },
    },
    callback: 'http://mycoolapp.com',
  });
});

test('the same files at the same instant print the same, and no secret of them', async () => {
  const once = JSON.stringify(await previewPlan(seedPlan(), AT, dry()));
  const again = JSON.stringify(await previewPlan(seedPlan(), AT, dry()));

  assert.equal(once, again);
  assert.doesNotMatch(once, /xxxx|1c6ff4089d58/);
});

test('a feed with state shows its watermark, and no first look once that was taken', async () => {
  const plan = seedPlan();

  const preview = await only(plan, AT, dry([headOf(plan, {})]));

  assert.equal(preview.watermark, '2026-01-01T00:00:00.500Z');
  assert.equal(preview.url, "/hubs/marketing/campaigns?where=modified_since='2025-12-31T23:59:59Z'");
  assert.match(preview.request.url, /modified_since=2025-12-31T23%3A59%3A59Z&/);
  assert.equal(preview.baseline, undefined);
});

test('a feed that was born and not looked at yet still shows its first look', async () => {
  const plan = seedPlan();

  const preview = await only(plan, AT, dry([headOf(plan, { looked: 'none' })]));

  assert.notEqual(preview.baseline, undefined);
});

test('the state of another identity is not shown', async () => {
  const plan = seedPlan();

  const preview = await only(plan, AT, dry([headOf(plan, { identity: 'former' })]));

  assert.equal(preview.watermark, '2026-01-02T03:04:05.000Z');
  assert.notEqual(preview.baseline, undefined);
});

test('a cron schedule, a body and a feed without a callback are shown', async () => {
  const entry = {
    url: '/search',
    idField: 'id',
    method: 'POST',
    body: '{"since":"${epoch}"}',
    schedule: { cron: '0 9 * * *', timezone: 'Europe/Berlin' },
  };
  const configuration = { 'base.url': 'https://h.example', 'event.poller.configuration': { things: entry } };
  const file = fileWith('instances/one.json', JSON.stringify({ element: { key: 'http' }, configuration }));
  const { plan } = compilePlan(read({ instances: [file] }));

  const preview = await only(plan, AT, dry());

  assert.deepEqual(preview.schedule, {
    cron: '0 9 * * *',
    timezone: 'Europe/Berlin',
    next: '2026-01-02T08:00:00.000Z',
  });
  assert.equal(preview.request.body, '{"since":"1767323044999"}');
  assert.equal(preview.baseline?.request.body, '{"since":"0"}');
  assert.ok(!('callback' in preview));
});
