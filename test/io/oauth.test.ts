import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OAuth2Server } from 'oauth2-mock-server';
import { openAccounts } from '../../src/io/accounts.ts';
import { openHttp } from '../../src/io/http.ts';
import { openVault } from '../../src/io/vault.ts';
import { literalSecret } from '../../src/language/secret.ts';
import type { AccountOutcome } from '../../src/model/account.ts';
import type { AccountPlan, Grant } from '../../src/model/feed.ts';
import type { Notice } from '../../src/model/notice.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { json } from '../support/loopback.ts';
import { tokenEndpoint } from '../support/token-endpoint.ts';
import type { TokenEndpoint, TokenReply } from '../support/token-endpoint.ts';
import { virtualClock } from '../support/virtual-clock.ts';

type OAuthAccount = Extract<AccountPlan, { type: 'oauth2' }>;

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const plan = (url: string, changes: Partial<OAuthAccount> = {}): OAuthAccount => ({
  instance: 'acme',
  fingerprint: JSON.stringify(changes),
  type: 'oauth2',
  grant: 'authorizationCode',
  tokenUrl: url,
  authorizationUrl: undefined,
  clientId: 'client-id_1.2',
  clientSecret: [literalSecret('[oauth.api.secret]', 'client-s3cret_~')],
  clientAuth: 'basic',
  redirectUri: 'https://app.test/cb',
  scopes: [],
  pkce: false,
  code: [literalSecret('[providerData.code]', 'good-code-1')],
  userToken: undefined,
  refreshToken: undefined,
  ...changes,
});

const code = (value: string): Partial<OAuthAccount> => ({ code: [literalSecret('[providerData.code]', value)] });

interface World {
  readonly endpoint: TokenEndpoint;
  readonly disk: SimulatedDisk;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly notices: Notice[];
  readonly vault: ReturnType<typeof openVault>;
  accounts: ReturnType<typeof openAccounts>;
  /** As after a crash: only what is on the disk goes on. */
  restart(): void;
}

async function inWorld(
  use: (world: World) => Promise<void>,
  life: unknown = 3_600,
  replies: readonly TokenReply[] = [],
): Promise<void> {
  const endpoint = await tokenEndpoint(life);
  endpoint.next.push(...replies);
  const clock = virtualClock(START);
  const http = openHttp({ deny: [], clock, userAgent: 'elementd/test' });
  const notices: Notice[] = [];
  const vault = openVault({ env: {}, credentialsDirectory: undefined, root: '/' });
  const open = (disk: SimulatedDisk): ReturnType<typeof openAccounts> =>
    openAccounts({
      http,
      vault,
      clock,
      disk,
      tell: (notice) => notices.push(notice),
      timeout: 2_000,
      maxBytes: 100_000,
    });
  let disk = simulatedDisk();
  const world: World = {
    endpoint,
    clock,
    notices,
    vault,
    get disk() {
      return disk;
    },
    accounts: open(disk),
    restart() {
      disk = disk.afterPowerCut('lost');
      world.accounts = open(disk);
    },
  };
  try {
    await use(world);
  } finally {
    http.close();
    await endpoint.close();
  }
}

function grantOf(outcome: AccountOutcome): Grant {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.says);
  return outcome.grant;
}

const tokenOf = (outcome: AccountOutcome): string =>
  (grantOf(outcome).headers['Authorization'] ?? '').replace('Bearer ', '');

function failed(outcome: AccountOutcome, why: 'refused' | 'later'): Extract<AccountOutcome, { ok: false }> {
  assert.ok(!outcome.ok, 'there was a grant');
  assert.equal(outcome.why, why, outcome.says);
  return outcome;
}

const reply =
  (status: number, body: unknown, headers: Record<string, string> = {}): TokenReply =>
  (_, response) =>
    json(response, status, body, headers);
const text =
  (status: number, body: string, headers: Record<string, string> = {}): TokenReply =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

describe('a code', () => {
  it('is exchanged once, with the raw pair of the client, and never again after a restart', async () => {
    await inWorld(async (world) => {
      const account = plan(world.endpoint.url);

      const first = await world.accounts.grant(account);
      const second = await world.accounts.grant(account);
      world.restart();
      const third = await world.accounts.grant(account);

      assert.deepEqual([first, second, third].map(tokenOf), ['access-1', 'access-1', 'access-1']);
      assert.equal(world.endpoint.calls.length, 1);
      const [call] = world.endpoint.calls;
      assert.deepEqual(call?.form, {
        grant_type: 'authorization_code',
        code: 'good-code-1',
        redirect_uri: 'https://app.test/cb',
      });
      assert.equal(
        call?.headers.authorization,
        `Basic ${Buffer.from('client-id_1.2:client-s3cret_~').toString('base64')}`,
      );
      assert.equal(call?.headers['user-agent'], 'elementd/test');
      assert.deepEqual(world.disk.paths(), ['tokens/acme.json']);
    });
  });

  it('goes without an address where none is configured, and the client into the body where it belongs there', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      tokenOf(await accounts.grant(plan(endpoint.url, { redirectUri: undefined, clientAuth: 'body' })));

      assert.deepEqual(endpoint.calls[0]?.form, {
        grant_type: 'authorization_code',
        code: 'good-code-1',
        client_id: 'client-id_1.2',
        client_secret: 'client-s3cret_~',
      });
      assert.equal(endpoint.calls[0]?.headers.authorization, undefined);
    });
  });

  it('that is new in the file starts anew', async () => {
    await inWorld(async (world) => {
      const { url } = world.endpoint;
      tokenOf(await world.accounts.grant(plan(url)));

      const next = await world.accounts.grant(plan(url, code('good-code-2')));
      world.restart();
      const later = await world.accounts.grant(plan(url, code('good-code-2')));

      assert.deepEqual([next, later].map(tokenOf), ['access-2', 'access-2']);
      assert.equal(world.endpoint.calls.length, 2);
    });
  });

  it('that was exchanged before is not exchanged by a plan that is on its way out', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      tokenOf(await accounts.grant(plan(endpoint.url)));
      tokenOf(await accounts.grant(plan(endpoint.url, code('good-code-2'))));

      const old = await accounts.grant(plan(endpoint.url));

      assert.equal(tokenOf(old), 'access-2');
      assert.equal(endpoint.calls.length, 2);
    });
  });

  it('may be taken out of the file once it was exchanged', async () => {
    await inWorld(async (world) => {
      tokenOf(await world.accounts.grant(plan(world.endpoint.url)));
      world.restart();

      const outcome = await world.accounts.grant(plan(world.endpoint.url, { code: undefined }));

      assert.equal(tokenOf(outcome), 'access-1');
    });
  });

  it('that the provider refuses is remembered, so that a restart does not ask again; a fresh one is tried', async () => {
    await inWorld(async (world) => {
      const bad = plan(world.endpoint.url, code('bad-code-9'));

      const first = failed(await world.accounts.grant(bad), 'refused');
      const second = failed(await world.accounts.grant(bad), 'refused');
      world.restart();
      const third = failed(await world.accounts.grant(bad), 'refused');
      const fresh = await world.accounts.grant(plan(world.endpoint.url));

      assert.equal(first.says, 'the token endpoint answered 400: invalid_grant "no good: [secret]"');
      assert.equal(first.hint, 'put a fresh code under providerData.code in instances/acme');
      assert.deepEqual([second.says, third.says], [first.says, first.says]);
      assert.equal(tokenOf(fresh), 'access-1');
      assert.equal(world.endpoint.calls.length, 2);
      assert.deepEqual(
        world.notices.map((notice) => notice.name),
        ['account:refused', 'account:refused', 'account:renewed'],
      );
    });
  });

  it('is tried again when the client that was refused is mended', async () => {
    await inWorld(
      async ({ accounts, endpoint }) => {
        const refusal = failed(await accounts.grant(plan(endpoint.url)), 'refused');
        const mended = await accounts.grant(plan(endpoint.url, { clientSecret: 'right' }));

        assert.equal(refusal.hint, 'check oauth.api.key and oauth.api.secret in instances/acme');
        assert.equal(tokenOf(mended), 'access-1');
      },
      3_600,
      [reply(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' })],
    );
  });

  it('that is bad does not take away the tokens of the one before', async () => {
    await inWorld(async (world) => {
      tokenOf(await world.accounts.grant(plan(world.endpoint.url)));
      failed(await world.accounts.grant(plan(world.endpoint.url, code('bad'))), 'refused');
      world.restart();

      assert.equal(tokenOf(await world.accounts.grant(plan(world.endpoint.url))), 'access-1');
    });
  });

  it('is missing where neither it nor a token is given', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      const outcome = failed(await accounts.grant(plan(endpoint.url, { code: undefined })), 'refused');

      assert.equal(outcome.says, 'there is neither a code nor a token');
      assert.match(outcome.hint ?? '', /providerData\.code/);
      assert.equal(endpoint.calls.length, 0);
    });
  });
});

describe('an access token', () => {
  it('is renewed a minute before its end, and not sooner', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));

      await clock.jumpTo(START + HOUR - 60_001);
      const before = await accounts.grant(account);
      await clock.jumpTo(START + HOUR - 60_000);
      const after = await accounts.grant(account);

      assert.deepEqual([before, after].map(tokenOf), ['access-1', 'access-2']);
      assert.deepEqual(endpoint.calls[1]?.form, { grant_type: 'refresh_token', refresh_token: 'refresh-1' });
    });
  });

  it('is renewed once, for two hundred who ask', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));
      await clock.jumpTo(START + 2 * HOUR);

      const outcomes = await Promise.all(Array.from({ length: 200 }, () => accounts.grant(account)));

      assert.deepEqual([...new Set(outcomes.map(tokenOf))], ['access-2']);
      assert.equal(endpoint.calls.length, 2);
    });
  });

  it('is renewed once, for two hundred who were refused with it, and not for those who come late', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      const account = plan(endpoint.url);
      const refused = grantOf(await accounts.grant(account));

      const outcomes = await Promise.all(Array.from({ length: 200 }, () => accounts.renew(account, refused)));
      const late = await accounts.renew(account, refused);

      assert.deepEqual([...new Set([...outcomes, late].map(tokenOf))], ['access-2']);
      assert.equal(endpoint.calls.length, 2);
    });
  });

  it('fails once for all who wait, when its renewal fails', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      const account = plan(endpoint.url);
      const refused = grantOf(await accounts.grant(account));
      endpoint.next.push(text(503, ''), text(503, ''), text(503, ''));

      const outcomes = await Promise.all(Array.from({ length: 50 }, () => accounts.renew(account, refused)));

      for (const outcome of outcomes) failed(outcome, 'later');
      assert.equal(endpoint.calls.length, 2);
    });
  });

  it('of a shorter life than two minutes is renewed at half of it', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));

      await clock.jumpTo(START + 9_999);
      const before = await accounts.grant(account);
      await clock.jumpTo(START + 10_000);
      const after = await accounts.grant(account);

      assert.deepEqual([before, after].map(tokenOf), ['access-1', 'access-2']);
    }, '20');
  });

  for (const [what, life] of Object.entries({ nothing: 'absent', zero: 0, null: null, words: 'never', 'a list': [1] }))
    it(`with ${what} for its life lives until it is refused`, async () => {
      await inWorld(async ({ accounts, endpoint, clock }) => {
        const account = plan(endpoint.url);
        tokenOf(await accounts.grant(account));
        await clock.jumpTo(START + 10_000 * HOUR);

        const still = grantOf(await accounts.grant(account));
        const renewed = await accounts.renew(account, still);

        assert.equal(still.headers['Authorization'], 'Bearer access-1');
        assert.equal(tokenOf(renewed), 'access-2');
      }, life);
    });

  it('without a refresh token is refused at its end, with a hint', async () => {
    await inWorld(
      async ({ accounts, endpoint, clock }) => {
        const account = plan(endpoint.url);
        const grant = grantOf(await accounts.grant(account));
        const rejected = failed(await accounts.renew(account, grant), 'refused');
        await clock.jumpTo(START + 9_999);
        const still = await accounts.grant(account);
        await clock.jumpTo(START + 10_000);
        const ended = failed(await accounts.grant(account), 'refused');

        assert.equal(tokenOf(still), 'short');
        assert.equal(ended.says, 'the access token has expired, and the provider gave no refresh token');
        assert.match(rejected.says, /does not take the access token any more/);
        assert.match(ended.hint ?? '', /providerData\.code in instances\/acme/);
        assert.equal(endpoint.calls.length, 1);
      },
      3_600,
      [reply(200, { access_token: 'short', expires_in: 10 })],
    );
  });

  it('that still lives is used while the endpoint is down, and the endpoint is not hammered', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));
      endpoint.next.push(text(503, '', { 'retry-after': '20' }), text(503, ''));

      await clock.jumpTo(START + HOUR - 30_000);
      const used = [await accounts.grant(account), await accounts.grant(account)].map(tokenOf);
      const callsThen = endpoint.calls.length;
      await clock.jumpTo(START + HOUR);
      const over = failed(await accounts.grant(account), 'later');
      await clock.jumpTo(START + HOUR + 1_000);
      const mended = await accounts.grant(account);

      assert.deepEqual(used, ['access-1', 'access-1']);
      assert.equal(callsThen, 2);
      assert.equal(over.says, 'the token endpoint answered 503');
      assert.equal(tokenOf(mended), 'access-2');
    });
  });

  it('is used only once its refresh token is durable', async () => {
    await inWorld(async (world) => {
      const account = plan(world.endpoint.url);
      tokenOf(await world.accounts.grant(account));
      await world.clock.jumpTo(START + 2 * HOUR);
      world.disk.trouble = () => 'full';

      const full = failed(await world.accounts.grant(account), 'later');
      world.disk.trouble = undefined;
      const room = await world.accounts.grant(account);
      world.restart();
      await world.clock.jumpTo(START + 4 * HOUR);
      const next = await world.accounts.grant(account);

      assert.match(full.says, /^the tokens of instance acme could not be stored: /);
      assert.deepEqual([room, next].map(tokenOf), ['access-2', 'access-3']);
      assert.equal(world.endpoint.calls.length, 3);
      assert.equal(world.endpoint.calls[2]?.form['refresh_token'], 'refresh-2');
    });
  });

  it('keeps its refresh token where a renewal brings no other', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));
      endpoint.next.push(reply(200, { access_token: 'same-refresh', expires_in: 3_600, refresh_token: null }));

      await clock.jumpTo(START + 2 * HOUR);
      const renewed = await accounts.grant(account);
      await clock.jumpTo(START + 4 * HOUR);
      const again = await accounts.grant(account);

      assert.deepEqual([renewed, again].map(tokenOf), ['same-refresh', 'access-2']);
    });
  });

  it('is not renewed with a refresh token that was refused, also after a restart', async () => {
    await inWorld(async (world) => {
      const account = plan(world.endpoint.url);
      tokenOf(await world.accounts.grant(account));
      await world.clock.jumpTo(START + 2 * HOUR);
      world.endpoint.next.push(reply(400, { error: 'invalid_request', error_description: 'Invalid Refresh Token' }));

      failed(await world.accounts.grant(account), 'refused');
      world.restart();
      failed(await world.accounts.grant(account), 'refused');

      assert.equal(world.endpoint.calls.length, 2);
    });
  });

  it('and all that comes with it are known to the log, and on the disk only', async () => {
    await inWorld(
      async ({ accounts, endpoint, vault, notices }) => {
        const { token } = grantOf(await accounts.grant(plan(endpoint.url)));

        for (const secret of ['very-secret-access', 'very-secret-refresh', 'very.secret.id']) {
          assert.ok(vault.values().has(secret));
          assert.ok(!JSON.stringify(notices).includes(secret));
        }
        assert.deepEqual(token, {
          access_token: 'very-secret-access',
          refresh_token: 'very-secret-refresh',
          id_token: 'very.secret.id',
          token_type: 'BearerToken',
          scope: ['a'],
          expires_in: '3600',
          realm: 12345678901234567890n,
        });
      },
      3_600,
      [
        text(
          200,
          '{"access_token":"very-secret-access","refresh_token":"very-secret-refresh","id_token":"very.secret.id","token_type":"BearerToken","scope":["a"],"expires_in":"3600","realm":12345678901234567890}',
        ),
      ],
    );
  });

  it('keeps the fields of the first answer that a renewal does not repeat', async () => {
    await inWorld(
      async ({ accounts, endpoint, clock }) => {
        const account = plan(endpoint.url);
        grantOf(await accounts.grant(account));
        await clock.jumpTo(START + 2 * HOUR);
        const renewed = grantOf(await accounts.grant(account));

        assert.equal(renewed.token['instance_url'], 'https://eu7.test');
        assert.equal(renewed.token['access_token'], 'access-1');
      },
      3_600,
      [
        reply(200, {
          access_token: 'a',
          refresh_token: 'given-refresh',
          expires_in: 60,
          instance_url: 'https://eu7.test',
        }),
      ],
    );
  });
});

describe('tokens given in the file', () => {
  it('are a start, and what they become is kept', async () => {
    await inWorld(async (world) => {
      const given = plan(world.endpoint.url, {
        code: undefined,
        userToken: 'given-access',
        refreshToken: 'given-refresh',
      });

      const first = grantOf(await world.accounts.grant(given));
      const second = await world.accounts.renew(given, first);
      world.restart();
      const third = await world.accounts.grant(given);

      assert.equal(first.headers['Authorization'], 'Bearer given-access');
      assert.deepEqual([second, third].map(tokenOf), ['access-1', 'access-1']);
      assert.equal(world.endpoint.calls.length, 1);
    });
  });

  it('may be a refresh token alone', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      const outcome = await accounts.grant(plan(endpoint.url, { code: undefined, refreshToken: 'given-refresh' }));

      assert.equal(tokenOf(outcome), 'access-1');
    });
  });
});

describe('client credentials', () => {
  it('get a token with the scopes, and another when it ends or is refused', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url, { grant: 'clientCredentials', code: undefined, scopes: ['a', 'b'] });

      const first = grantOf(await accounts.grant(account));
      const second = await accounts.renew(account, first);
      await clock.jumpTo(START + 2 * HOUR);
      const third = await accounts.grant(account);
      const other = await accounts.grant({ ...account, scopes: ['c'] });

      assert.equal(first.headers['Authorization'], 'Bearer access-1');
      assert.deepEqual([second, third, other].map(tokenOf), ['access-2', 'access-3', 'access-4']);
      assert.deepEqual(endpoint.calls[0]?.form, { grant_type: 'client_credentials', scope: 'a b' });
    });
  });
});

describe('a client that is refused', () => {
  it('is no fault of the code that it brings: nothing is stored, and both are tried again', async () => {
    await inWorld(
      async (world) => {
        const account = plan(world.endpoint.url);
        failed(await world.accounts.grant(account), 'refused');
        failed(await world.accounts.grant(account), 'refused');
        const pathsThen = world.disk.paths();
        const callsThen = world.endpoint.calls.length;
        world.restart();
        const second = await world.accounts.grant(account);

        assert.deepEqual(pathsThen, []);
        assert.equal(callsThen, 1);
        assert.equal(tokenOf(second), 'access-1');
      },
      3_600,
      [reply(400, { error: 'unauthorized_client' })],
    );
  });

  it('at a renewal keeps its tokens, and is asked again every quarter of an hour until it is let in', async () => {
    await inWorld(async ({ accounts, endpoint, clock, notices }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));
      await clock.jumpTo(START + 2 * HOUR);
      endpoint.next.push(reply(401, { error: 'invalid_client' }), reply(401, { error: 'invalid_client' }));

      const first = failed(await accounts.grant(account), 'refused');
      await clock.advance(15 * 60_000 - 1);
      failed(await accounts.grant(account), 'refused');
      const early = endpoint.calls.length;
      await clock.advance(1);
      failed(await accounts.grant(account), 'refused');
      await clock.advance(15 * 60_000);
      const letIn = await accounts.grant(account);

      assert.match(first.hint ?? '', /oauth\.api\.secret/);
      assert.equal(early, 2);
      assert.equal(endpoint.calls.length, 4);
      assert.equal(endpoint.calls[3]?.form['grant_type'], 'refresh_token');
      assert.equal(tokenOf(letIn), 'access-2');
      assert.deepEqual(
        notices.map((notice) => notice.name),
        ['account:renewed', 'account:refused', 'account:renewed'],
      );
    });
  });

  it('does not end an access token that still lives', async () => {
    await inWorld(async ({ accounts, endpoint, clock }) => {
      const account = plan(endpoint.url);
      tokenOf(await accounts.grant(account));
      await clock.jumpTo(START + HOUR - 30_000);
      endpoint.next.push(reply(401, { error: 'invalid_client' }));

      const outcomes = [await accounts.grant(account), await accounts.grant(account)];

      assert.deepEqual(outcomes.map(tokenOf), ['access-1', 'access-1']);
      assert.equal(endpoint.calls.length, 2);
    });
  });

  it('and brings no code is asked for again, a quarter of an hour later', async () => {
    await inWorld(
      async ({ accounts, endpoint, clock, notices }) => {
        const account = plan(endpoint.url, { grant: 'clientCredentials', code: undefined });

        const outcomes = [await accounts.grant(account), await accounts.grant(account)];
        const callsThen = endpoint.calls.length;
        await clock.advance(15 * 60_000);
        const mended = await accounts.grant(account);

        for (const outcome of outcomes) assert.match(failed(outcome, 'refused').hint ?? '', /oauth\.api\.secret/);
        assert.equal(callsThen, 1);
        assert.equal(tokenOf(mended), 'access-1');
        assert.deepEqual(
          notices.map((notice) => notice.name),
          ['account:refused', 'account:renewed'],
        );
      },
      3_600,
      [reply(401, { error: 'invalid_client' })],
    );
  });
});

describe('an endpoint that does not answer well', () => {
  const long = 'x'.repeat(1_000);
  const troubles: readonly (readonly [what: string, reply: TokenReply, says: RegExp])[] = [
    ['429', text(429, 'slow down', { 'retry-after': '5' }), /^the token endpoint answered 429$/],
    ['500 with JSON', reply(500, { error: 'invalid_grant' }), /^the token endpoint answered 500: invalid_grant$/],
    [
      'a login page',
      text(200, '<!doctype html><html>', { 'content-type': 'text/html' }),
      /answered 200 with a web page$/,
    ],
    ['a redirect', text(302, '', { location: '/login' }), /answered 302, a redirect, which is not followed$/],
    ['no token', reply(200, { token_type: 'bearer' }), /answered 200 without an access_token$/],
    ['no JSON', text(200, 'access_token=abc'), /answered 200 with something that is not JSON$/],
    [
      'an error with 200',
      reply(200, { error: 'bad_code', error_description: 'it is\nbad' }),
      /answered 200: bad_code "it is bad"$/,
    ],
    [
      'an error object',
      reply(400, { error: { message: 'broken', type: 'OAuthException' } }),
      /answered 400: OAuthException "broken"$/,
    ],
    ['another error', reply(400, { error: 'invalid_scope' }), /answered 400: invalid_scope$/],
    ['a long story', reply(400, { error: 'temporarily_unavailable', error_description: long }), /^.{200}…$/],
    [
      'our own secrets',
      reply(400, { error: 'client-s3cret_~', message: 'good-code-1' }),
      /answered 400: \[secret\] "\[secret\]"$/,
    ],
    [
      'a token of another type',
      reply(200, { access_token: 'a', token_type: 'DPoP' }),
      /of a type that is not spoken here: DPoP$/,
    ],
    [
      'a cut connection',
      (_, response) => void response.socket?.destroy(),
      /gave no answer: 127\.0\.0\.1:\d+ broke off/,
    ],
    ['too much', text(200, ' '.repeat(100_001)), /gave no answer: .* sent more than 100000 bytes/],
  ];
  for (const [what, answer, says] of troubles)
    it(`but with ${what} is asked again later`, async () => {
      await inWorld(
        async ({ accounts, endpoint, clock, disk }) => {
          const account = plan(endpoint.url);

          const outcome = failed(await accounts.grant(account), 'later');
          const soon = failed(await accounts.grant(account), 'later');
          await clock.advance(5_000);
          const later = await accounts.grant(account);

          assert.match(outcome.says, says);
          assert.ok((outcome.hint ?? '').includes('instances/acme'));
          assert.equal(soon.says, outcome.says);
          assert.equal(tokenOf(later), 'access-1');
          assert.equal(endpoint.calls.length, 2);
          assert.deepEqual(disk.paths(), ['tokens/acme.json']);
        },
        3_600,
        [answer],
      );
    });

  it('is never asked where its address is malformed', async () => {
    await inWorld(async ({ accounts }) => {
      const outcome = failed(await accounts.grant(plan('not a url')), 'later');

      assert.match(outcome.says, /cannot be asked: oauth\.token\.url/);
    });
  });

  it('is not waited for by those who stop, and what it gives is stored all the same', async () => {
    await inWorld(async (world) => {
      const account = plan(world.endpoint.url);
      const release = world.endpoint.hold();
      const abort = new AbortController();

      const waiting = world.accounts.grant(account, abort.signal);
      await world.endpoint.called(1);
      abort.abort();
      const stopped = failed(await waiting, 'later');
      release();
      await world.accounts.idle();
      world.restart();
      const outcome = await world.accounts.grant(account);

      assert.match(stopped.says, /stopped/);
      assert.equal(tokenOf(outcome), 'access-1');
      assert.equal(world.endpoint.calls.length, 1);
    });
  });

  it('leaves a damaged token file alone', async () => {
    await inWorld(async ({ accounts, endpoint, disk }) => {
      disk.put('tokens/acme.json', new TextEncoder().encode('{'));

      const outcome = failed(await accounts.grant(plan(endpoint.url)), 'refused');

      assert.equal(outcome.says, 'tokens/acme.json is damaged');
      assert.equal(endpoint.calls.length, 0);
    });
  });

  it('is asked by the newer plan only after the older one has finished', async () => {
    await inWorld(async ({ accounts, endpoint }) => {
      const release = endpoint.hold();
      const older = accounts.grant(plan(endpoint.url));
      await endpoint.called(1);
      const newer = accounts.grant(plan(endpoint.url, code('good-code-2')));
      const callsWhileHeld = endpoint.calls.length;
      release();

      assert.deepEqual([await older, await newer].map(tokenOf), ['access-1', 'access-2']);
      assert.equal(callsWhileHeld, 1);
    });
  });
});

describe('a server written by others', () => {
  it('gives tokens for a code and renews them, signed id_token and all', async () => {
    const server = new OAuth2Server();
    await server.issuer.keys.generate('RS256');
    await server.start(0, '127.0.0.1');
    const url = `http://127.0.0.1:${server.address().port}/token`;
    await inWorld(async ({ accounts, clock }) => {
      const account = plan(url);

      const first = grantOf(await accounts.grant(account));
      await clock.jumpTo(START + 2 * HOUR);
      const second = grantOf(await accounts.grant(account));
      const third = await accounts.grant({
        ...plan(url, { grant: 'clientCredentials', code: undefined }),
        instance: 'other',
      });

      assert.equal(String(first.token['access_token']).split('.').length, 3);
      assert.equal(typeof first.token['id_token'], 'string');
      assert.notEqual(first.token['refresh_token'], second.token['refresh_token']);
      assert.ok(third.ok);
    });
    await server.stop();
  });
});
