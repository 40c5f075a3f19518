import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { CAMPAIGNS_AT_FIRST, openStory } from '../../src/cli/demo/campaign-story.ts';
import { openLedger } from '../../src/cli/demo/ledger.ts';
import { openDemoReceiver, type ReceivedEvent } from '../../src/cli/demo/receiver.ts';
import { openSandboxProvider } from '../../src/cli/demo/sandbox-provider.ts';

const START = Date.UTC(2026, 10, 21, 10, 0, 0);
const KEY = `whsec_${Buffer.from('a key of twenty-four b.').toString('base64')}`;

test('the story is the same at every telling, and touches no campaign twice in a row of twenty changes', () => {
  const [once, again] = [openStory(START), openStory(START)];
  const instants = Array.from({ length: 20 }, (_, n) => START + n * 1_000);

  const changes = instants.map((at) => once.goOn(at));

  assert.deepEqual(
    changes,
    instants.map((at) => again.goOn(at)),
  );
  assert.deepEqual(once.campaigns(), again.campaigns());
  assert.equal(new Set(changes.map(({ campaign }) => campaign)).size, 20);
  assert.equal(once.campaigns().length, CAMPAIGNS_AT_FIRST + 5);
  assert.deepEqual(
    once
      .campaigns()
      .slice(0, 20)
      .map(({ id }) => id),
    changes.map(({ campaign }) => campaign).reverse(),
  );
});

async function openProvider(
  t: TestContext,
): Promise<{ readonly ask: Ask; readonly pass: (ms: number) => void; readonly change: () => string }> {
  const story = openStory(START);
  let now = START + 10_000;
  const provider = await openSandboxProvider({
    clientId: 'client',
    clientSecret: 'secret',
    code: 'code',
    redirectUri: 'https://example.com',
    tokenLife: 60_000,
    now: () => now,
    campaigns: () => story.campaigns(),
  });
  t.after(() => provider.close());
  return {
    ask: async (path, init = {}) => {
      const response = await fetch(`${provider.origin}${path}`, init);
      return { status: response.status, dated: response.headers.has('date'), json: (await response.json()) as Answer };
    },
    pass: (ms) => void (now += ms),
    change: () => story.goOn(now).campaign,
  };
}

type Ask = (
  path: string,
  init?: RequestInit,
) => Promise<{ readonly status: number; readonly dated: boolean; readonly json: Answer }>;

interface Answer {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly error?: string;
  readonly meta?: { readonly pagination: { readonly next_link?: string } };
  readonly results?: readonly { readonly id: string }[];
}

const TOKENS = '/oauth2/oauth/token';
const LIST = '/v2/emailmarketing/campaigns?api_key=client';
const client = { client_id: 'client', client_secret: 'secret' };
const exchange = { ...client, grant_type: 'authorization_code', code: 'code', redirect_uri: 'https://example.com' };
const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
});
const bearer = (token: string | undefined): RequestInit => ({ headers: { authorization: `Bearer ${token ?? ''}` } });

test('the sandbox gives tokens for its own code, once, and for a refresh token, once', async (t) => {
  const { ask } = await openProvider(t);
  const refused = async (fields: Readonly<Record<string, string>>) => {
    const { status, json } = await ask(TOKENS, form({ ...exchange, ...fields }));
    return [status, json.error];
  };

  const before = [
    await refused({ client_secret: 'wrong' }),
    await refused({ code: 'wrong' }),
    await refused({ redirect_uri: 'https://example.org' }),
    await refused({ grant_type: 'password' }),
  ];
  const { json: tokens } = await ask(TOKENS, form(exchange));
  const renew = { ...client, grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
  const { status } = await ask(TOKENS, form(renew));

  assert.deepEqual(before, [
    [401, 'invalid_client'],
    [400, 'invalid_grant'],
    [400, 'invalid_grant'],
    [400, 'unsupported_grant_type'],
  ]);
  assert.equal(typeof tokens.access_token, 'string');
  assert.equal(status, 200);
  assert.deepEqual(await refused({}), [400, 'invalid_grant']);
  assert.deepEqual(await refused(renew), [400, 'invalid_grant']);
});

test('the sandbox lists campaigns in pages to who has the key and a token that is still good', async (t) => {
  const { ask, pass, change } = await openProvider(t);
  const { access_token: token } = (await ask(TOKENS, form(exchange))).json;

  const first = await ask(`${LIST}&limit=50`, bearer(token));
  const changed = change();
  const link = first.json.meta?.pagination.next_link ?? '';
  const second = await ask(`${link}&api_key=client`, bearer(token));
  const third = await ask(`${second.json.meta?.pagination.next_link ?? ''}&api_key=client`, bearer(token));
  const since = await ask(`${LIST}&modified_since=2026-11-21T10%3A00%3A10Z`, bearer(token));
  const statuses = [
    (await ask(link, bearer(token))).status,
    (await ask(LIST)).status,
    (await ask(`${LIST}&limit=51`, bearer(token))).status,
    (await ask(`${LIST}&modified_since=yesterday`, bearer(token))).status,
    (await ask(`${link}&api_key=client&limit=50`, bearer(token))).status,
  ];
  pass(60_000);

  assert.deepEqual(
    [first, second, third].map(({ json }) => json.results?.length),
    [50, 50, 21],
  );
  assert.deepEqual([first.dated, third.json.meta], [true, { pagination: {} }]);
  assert.deepEqual(
    since.json.results?.map(({ id }) => id),
    [changed],
  );
  assert.deepEqual(statuses, [403, 401, 400, 400, 400]);
  assert.equal((await ask(LIST, bearer(token))).status, 401);
});

const notification = JSON.stringify({
  message: {
    raw: {
      objectType: 'campaigns',
      campaigns: [{ id: '7', name: 'Spring sale', status: 'DRAFT', modified_date: '2026-11-21T10:00:00.250Z' }],
    },
    events: [
      { eventId: 'e1', eventType: 'CREATED', objectType: 'campaigns', objectId: '7', date: '2026-11-21T10:00:00Z' },
    ],
  },
});

function sign(body: string, timestamp: number): Record<string, string> {
  const bytes = Buffer.from(KEY.slice('whsec_'.length), 'base64');
  return {
    'webhook-id': 'w1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${createHmac('sha256', bytes).update(`w1.${timestamp}.${body}`).digest('base64')}`,
    'elements-webhook-signature': `sha256=${createHmac('sha256', KEY).update(body).digest('base64')}`,
  };
}

test('the receiver believes a POST only where both signatures are good and fresh', async (t) => {
  const events: ReceivedEvent[] = [];
  const refusals: string[] = [];
  const now = START + 1_000;
  const receiver = await openDemoReceiver({
    key: KEY,
    now: () => now,
    onEvent: (event) => events.push(event),
    onRefused: (why) => refusals.push(why),
  });
  t.after(() => receiver.close());
  const good = sign(notification, now / 1_000);
  const post = async (headers: Record<string, string>, body = notification): Promise<number> =>
    (await fetch(receiver.url, { method: 'POST', headers, body })).status;

  const statuses = [
    await post(good),
    await post({ ...good, 'elements-webhook-signature': 'sha256=AAAA' }),
    await post({ ...good, 'webhook-signature': 'v1,AAAA' }),
    await post(good, notification.replace('Spring', 'Autumn')),
    await post(sign(notification, now / 1_000 - 301)),
    await post({}),
    await post(sign('{}', now / 1_000), '{}'),
  ];

  assert.deepEqual(statuses, [200, 401, 401, 401, 401, 401, 400]);
  assert.equal(refusals.length, 6);
  assert.deepEqual(events, [
    {
      receivedAt: now,
      eventId: 'e1',
      webhookId: 'w1',
      eventType: 'CREATED',
      objectType: 'campaigns',
      objectId: '7',
      name: 'Spring sale',
      status: 'DRAFT',
      changedAt: START + 250,
    },
  ]);
});

test('the ledger knows what is missing, what was told together and what nobody did', async () => {
  const ledger = openLedger();
  const told = (eventId: string, objectId: string, eventType: string, changedAt: number): boolean =>
    ledger.told({
      receivedAt: START + 5_000,
      eventId,
      webhookId: 'w',
      eventType,
      objectType: 'campaigns',
      objectId,
      name: '',
      status: '',
      changedAt,
    });
  ledger.made({ kind: 'CREATED', campaign: '1', at: START });
  ledger.made({ kind: 'UPDATED', campaign: '1', at: START + 1_000 });
  ledger.made({ kind: 'UPDATED', campaign: '2', at: START + 2_000 });

  const first = [told('a', '1', 'CREATED', START + 1_000), told('a', '1', 'CREATED', START + 1_000)];
  const between = ledger.balance();
  const even = ledger.even();
  told('b', '2', 'UPDATED', START + 2_000);
  await even;
  told('c', '3', 'UPDATED', START + 3_000);

  assert.deepEqual(first, [true, false]);
  assert.deepEqual([between.made, between.told, between.merged, between.missing], [3, 1, 1, 1]);
  assert.deepEqual(ledger.balance(), {
    made: 3,
    told: 2,
    merged: 1,
    missing: 0,
    invented: 1,
    usualDelay: 4_000,
    longestDelay: 4_000,
  });
});
