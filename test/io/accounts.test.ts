import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskingAccounts, openAccounts } from '../../src/io/accounts.ts';
import { openVault } from '../../src/io/vault.ts';
import { at } from '../../src/language/path.ts';
import { literalSecret, referenceSecret } from '../../src/language/secret.ts';
import type { AccountPlan } from '../../src/model/feed.ts';
import type { Http } from '../../src/model/ports.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const nobody: Http = {
  send() {
    throw new Error('nothing may be sent');
  },
};

const key = literalSecret('[oauth.api.key]', 'käy');
const unset = referenceSecret('env', 'NOT_SET');
const base = { instance: 'acme', fingerprint: 'f' };

function accountsOf(): { accounts: ReturnType<typeof openAccounts>; vault: ReturnType<typeof openVault> } {
  const vault = openVault({ env: {}, credentialsDirectory: undefined, root: '/' });
  const clock = virtualClock(0);
  return {
    vault,
    accounts: openAccounts({
      http: nobody,
      vault,
      clock,
      disk: simulatedDisk(),
      tell: () => {},
      timeout: 1_000,
      maxBytes: 1_000,
    }),
  };
}

const plans: Record<
  string,
  {
    plan: AccountPlan;
    headers: object;
    query: readonly unknown[];
    masked: { headers: object; query: readonly unknown[] };
  }
> = {
  none: { plan: { ...base, type: 'none' }, headers: {}, query: [], masked: { headers: {}, query: [] } },
  basic: {
    plan: { ...base, type: 'basic', username: 'me', password: [key] },
    headers: { Authorization: `Basic ${Buffer.from('me:käy').toString('base64')}` },
    query: [],
    masked: { headers: { Authorization: 'Basic [username:password]' }, query: [] },
  },
  bearer: {
    plan: { ...base, type: 'header', name: 'Authorization', prefix: 'Bearer ', value: ['x-', key] },
    headers: { Authorization: 'Bearer x-käy' },
    query: [],
    masked: { headers: { Authorization: 'Bearer x-[oauth.api.key]' }, query: [] },
  },
  'an API key in a header': {
    plan: { ...base, type: 'header', name: 'X-Key', prefix: '', value: [key] },
    headers: { 'X-Key': 'käy' },
    query: [],
    masked: { headers: { 'X-Key': '[oauth.api.key]' }, query: [] },
  },
  'an API key in the query': {
    plan: { ...base, type: 'query', name: 'api_key', value: [key] },
    headers: {},
    query: [['api_key', 'k%C3%A4y']],
    masked: { headers: {}, query: [['api_key', '[oauth.api.key]']] },
  },
};

for (const [what, { plan, headers, query, masked }] of Object.entries(plans))
  describe(`an account with ${what}`, () => {
    it('adds it as it is', async () => {
      const outcome = await accountsOf().accounts.grant(plan);

      assert.deepEqual(outcome, { ok: true, grant: { headers, query, token: {} } });
    });

    it('adds labels in a dry run', async () => {
      const outcome = await maskingAccounts().grant(plan);

      assert.deepEqual(outcome, { ok: true, grant: { ...masked, token: {} } });
    });

    it('cannot renew it, and says what to do', async () => {
      const { accounts } = accountsOf();

      const outcome = await accounts.renew(plan, { headers: {}, query: [], token: {} });

      assert.ok(!outcome.ok);
      assert.equal(outcome.why, 'refused');
      assert.match(`${outcome.says} ${outcome.hint}`, /acme/);
    });
  });

it('a missing secret refuses the account, without an exception', async () => {
  const outcome = await accountsOf().accounts.grant({ ...base, type: 'query', name: 'k', value: [unset] });

  assert.ok(!outcome.ok);
  assert.deepEqual([outcome.why, outcome.says], ['refused', 'the secret [env:NOT_SET] is not known']);
});

it('the pair of a basic account is not to be printed', async () => {
  const { accounts, vault } = accountsOf();

  await accounts.grant({ ...base, type: 'basic', username: 'someone', password: 'something' });

  assert.ok(vault.values().has(Buffer.from('someone:something').toString('base64')));
});

it('a dry run shows tokens and every field of them as labels', async () => {
  const plan: AccountPlan = {
    ...base,
    type: 'oauth2',
    grant: 'clientCredentials',
    tokenUrl: 'https://x.test/',
    authorizationUrl: undefined,
    clientId: [unset],
    clientSecret: [unset],
    clientAuth: 'basic',
    redirectUri: undefined,
    scopes: [],
    pkce: false,
    code: undefined,
    userToken: undefined,
    refreshToken: undefined,
  };

  const outcome = await maskingAccounts().grant(plan);

  assert.ok(outcome.ok);
  const { headers, token } = outcome.grant;
  assert.deepEqual(headers, { Authorization: 'Bearer [access token]' });
  assert.equal(at(token, ['instance_url']), '[token.instance_url]');
  assert.equal(at(token, ['company', 'id']), '[token.company.id]');
  assert.equal(JSON.stringify(token), '{}');
});
