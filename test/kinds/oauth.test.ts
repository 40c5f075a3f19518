import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { tokenEndpoint, type TokenCall, type TokenEndpoint } from '../support/token-endpoint.ts';
import { json } from '../support/loopback.ts';
import { linked } from './linked-pagers.ts';
import { list } from './pages.ts';
import { watchKind, type Kind, type Watched } from './watched.ts';

const ID = 'client id ü';
const SECRET = 'client+secret/%';
const BASIC = `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}`;

/** A way of getting tokens. */
interface Grant {
  readonly auth: object;
  readonly configuration?: object;
  readonly providerData?: object;
  /** What the first call at the token endpoint must say, to the letter. */
  readonly first: Readonly<Record<string, string>>;
  /** What a further call must say. */
  readonly again: (n: number) => Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

const inBody = { client_id: ID, client_secret: SECRET };
const refresh = (n: number): Readonly<Record<string, string>> => ({
  grant_type: 'refresh_token',
  refresh_token: `refresh-${n - 1}`,
});

const grants: Readonly<Record<string, Grant>> = {
  'client credentials, the client by HTTP Basic': {
    auth: { grant: 'clientCredentials', scopes: ['items.read', 'items.list'] },
    first: { grant_type: 'client_credentials', scope: 'items.read items.list' },
    again: () => ({ grant_type: 'client_credentials', scope: 'items.read items.list' }),
    authorization: BASIC,
  },
  'client credentials, the client in the body': {
    auth: { grant: 'clientCredentials', clientAuth: 'body' },
    first: { grant_type: 'client_credentials', ...inBody },
    again: () => ({ grant_type: 'client_credentials', ...inBody }),
    authorization: undefined,
  },
  'a code, and tokens that are good once': {
    auth: { grant: 'authorizationCode' },
    configuration: { 'oauth.callback.url': 'https://app.example/back' },
    providerData: { code: 'good-1' },
    first: { grant_type: 'authorization_code', code: 'good-1', redirect_uri: 'https://app.example/back' },
    again: refresh,
    authorization: BASIC,
  },
  'a refresh token from elsewhere': {
    auth: { clientAuth: 'body' },
    configuration: { 'oauth.user.refresh_token': 'given-refresh' },
    first: { grant_type: 'refresh_token', refresh_token: 'given-refresh', ...inBody },
    again: (n) => ({ ...refresh(n), ...inBody }),
    authorization: undefined,
  },
};

/** A provider that takes only the access token that its endpoint gave last, and whose tokens can be ended. */
interface Guarded {
  readonly watched: Watched;
  readonly endpoint: TokenEndpoint;
  /** Requests that came with no good token. */
  readonly refused: () => number;
  end(): void;
}

async function watchGuarded(t: TestContext, grant: Grant, life: unknown): Promise<Guarded> {
  const endpoint = await tokenEndpoint(life);
  t.after(() => endpoint.close());
  const rules = linked((rows, link = '') => ({ body: { data: list(rows), next: link } }));
  let ended = 0;
  let refused = 0;
  const kind: Kind = {
    element: { auth: { type: 'oauth2', tokenUrl: endpoint.url, ...grant.auth } },
    configuration: { 'oauth.api.key': ID, 'oauth.api.secret': SECRET, ...grant.configuration },
    ...(grant.providerData === undefined ? {} : { providerData: grant.providerData }),
    resource: { records: 'data', pagination: { by: 'nextUrl', at: 'next' } },
    rules(asked, ledger) {
      const latest = endpoint.calls.length;
      if (latest > ended && asked.headers.authorization === `Bearer access-${latest}`) return rules(asked, ledger);
      refused++;
      return { status: 401, body: { error: 'invalid_token' } };
    },
  };
  const watched = await watchKind(t, kind);
  return { watched, endpoint, refused: () => refused, end: () => (ended = endpoint.calls.length) };
}

/** Every call at the endpoint said what it must. */
function assertCalls(calls: readonly TokenCall[], grant: Grant): void {
  for (const [index, { form, headers }] of calls.entries()) {
    assert.deepEqual(form, index === 0 ? grant.first : grant.again(index + 1));
    assert.equal(headers.authorization, grant.authorization);
  }
}

for (const [name, grant] of Object.entries(grants)) {
  test(`${name}: a token that lasts is used by every round, and one that ends between pages is renewed once`, async (t) => {
    const { watched: w, endpoint, refused, end } = await watchGuarded(t, grant, 3_600);
    w.ledger.create(12);

    await w.round();
    w.ledger.update(...w.ledger.newest().slice(0, 7));
    await w.round();
    const before = endpoint.calls.length;
    w.ledger.update(...w.ledger.newest().slice(0, 12));
    w.provider.meanwhile(2, end);
    await w.round();
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(before, 1);
    assert.equal(endpoint.calls.length, 2);
    assert.equal(refused(), 1);
    assertCalls(endpoint.calls, grant);
  });

  test(`${name}: a token whose time is over is renewed before the next request`, async (t) => {
    const { watched: w, endpoint, refused } = await watchGuarded(t, grant, 0.001);
    w.ledger.create(7);

    await w.round();
    w.ledger.update(...w.ledger.newest().slice(0, 2));
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(refused(), 0);
    assert.equal(endpoint.calls.length, w.provider.requests.length);
    assertCalls(endpoint.calls, grant);
  });

  test(`${name}: a provider that takes no token at all is asked twice, and its endpoint once`, async (t) => {
    const { watched: w, endpoint, refused, end } = await watchGuarded(t, grant, 3_600);
    w.ledger.create(3);
    await w.round();
    w.ledger.update(...w.ledger.newest());
    w.provider.meanwhile(1, end);
    w.provider.meanwhile(2, end);

    const ran = await w.run();

    assert.equal(ran.exit, 3);
    assert.equal(refused(), 2);
    assert.equal(endpoint.calls.length, 2);
    assert.match(ran.err, /401/);
    assert.doesNotMatch(ran.out + ran.err, /access-\d|refresh-\d|client\+secret/);
    await w.round();
    assert.deepEqual(w.flaws(), []);
  });
}

test('the address of the API stands in the token answer', async (t) => {
  const grant = grants['client credentials, the client in the body'] ?? assert.fail();
  const { watched: w, endpoint } = await watchGuarded(t, grant, 3_600);
  const { origin } = w.provider;
  const element = JSON.parse(await w.place.read('elements/kind.yaml')) as object;
  await w.place.write('elements/kind.yaml', JSON.stringify({ ...element, baseUrl: '${token.instance_url}' }));
  endpoint.next.push((_call, response) =>
    json(response, 200, {
      access_token: 'access-1',
      token_type: 'Bearer',
      expires_in: 3_600,
      instance_url: `${origin}/`,
    }),
  );
  w.ledger.create(12);

  await w.round();
  w.ledger.update(...w.ledger.newest());
  await w.round();

  assert.deepEqual(w.flaws(), []);
});
