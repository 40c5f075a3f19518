import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accounts } from '../../src/model/account.ts';
import type { Grant } from '../../src/model/feed.ts';
import { watched } from './watch.ts';

const whole = 'url: /contacts\nidField: id\n';

function grantOf(token: string): Grant {
  return { headers: { authorization: token }, query: [['key', token]], token: {} };
}

test('a grant that has expired is renewed once for a page, and the pages go on with the new one', async () => {
  let renewals = 0;
  let current = grantOf('token 0');
  const accounts: Accounts = {
    grant: async () => ({ ok: true, grant: current }),
    renew: async () => {
      renewals++;
      current = grantOf(`token ${renewals}`);
      return { ok: true, grant: current };
    },
  };
  const w = await watched(`${whole}start: all\npagination: {by: link}\n`, {
    accounts,
    provider: { paging: 'link', pageSize: 1 },
  });
  w.provider.put('a');
  w.provider.put('b');
  w.provider.answer(401, 1);

  const told = await w.poll();
  w.provider.answer(401, 1);
  w.provider.answer(401, 2);
  const says = await w.fail();

  assert.deepEqual(told, ['CREATED a', 'CREATED b']);
  assert.deepEqual(
    w.provider.requests.map(({ headers }, n) => [headers['authorization'], w.query(n).get('key')]),
    [0, 1, 1, 1, 2].map((n) => [`token ${n}`, `token ${n}`]),
  );
  assert.match(says, /answered 401/);
  assert.equal(renewals, 2);
});

test('a grant that expires again on a later page is renewed again, and the poll completes', async () => {
  let renewals = 0;
  let current = grantOf('token 0');
  const w = await watched(`${whole}start: all\npagination: {by: link}\n`, {
    accounts: {
      grant: async () => ({ ok: true, grant: current }),
      renew: async () => {
        renewals++;
        current = grantOf(`token ${renewals}`);
        return { ok: true, grant: current };
      },
    },
    provider: { paging: 'link', pageSize: 1 },
  });
  w.provider.put('a');
  w.provider.put('b');
  w.provider.answer(401, 1);
  w.provider.answer(401, 3);

  const told = await w.poll();

  assert.deepEqual(told, ['CREATED a', 'CREATED b']);
  assert.equal(renewals, 2);
});
