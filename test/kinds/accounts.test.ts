import assert from 'node:assert/strict';
import test from 'node:test';
import { linked } from './linked-pagers.ts';
import { list } from './pages.ts';
import type { Asked } from './provider.ts';
import { watchKind, type Kind } from './watched.ts';

/** A way of proving who one is. */
interface Account {
  readonly auth: object;
  readonly request?: object;
  readonly configuration: Readonly<Record<string, string>>;
  /** What the provider looks at, to the letter. */
  readonly shows: (asked: Asked) => unknown;
  readonly expected: unknown;
  /** The query parameter that is allowed beside all others. */
  readonly parameter?: string;
}

const PASSWORD = 'pass:wörd with blanks';
const KEY = 'key&=/+ 1234567890';

const authorization = ({ headers }: Asked): unknown => headers.authorization;

const accounts: Readonly<Record<string, Account>> = {
  none: { auth: { type: 'none' }, configuration: {}, shows: authorization, expected: undefined },
  'HTTP Basic': {
    auth: { type: 'basic' },
    configuration: { username: 'jürgen', password: PASSWORD },
    shows: authorization,
    expected: `Basic ${Buffer.from(`jürgen:${PASSWORD}`).toString('base64')}`,
  },
  'HTTP Basic with a key as the user name, and no password': {
    auth: { type: 'basic', usernameKey: 'shop.key' },
    configuration: { 'shop.key': 'key-1234567890', password: '' },
    shows: authorization,
    expected: `Basic ${Buffer.from('key-1234567890:').toString('base64')}`,
  },
  'a bearer token': {
    auth: { type: 'bearer' },
    configuration: { token: 'abc.def-123_456=' },
    shows: authorization,
    expected: 'Bearer abc.def-123_456=',
  },
  'a key in a header': {
    auth: { type: 'apiKey', header: 'X-Api-Key' },
    configuration: { 'api.key': KEY },
    shows: ({ headers }) => [headers['x-api-key'], headers.authorization],
    expected: [KEY, undefined],
  },
  'a key in a header behind a word': {
    auth: { type: 'apiKey', header: 'Authorization', prefix: 'Token token=', value: 'shop.key' },
    configuration: { 'shop.key': 'key-1234567890' },
    shows: authorization,
    expected: 'Token token=key-1234567890',
  },
  'a key in the query': {
    auth: { type: 'apiKey', query: 'api_key' },
    configuration: { 'api.key': KEY },
    shows: ({ query, headers }) => [query.getAll('api_key'), headers.authorization],
    expected: [[KEY], undefined],
    parameter: 'api_key',
  },
  'a bearer token, and a key with every call': {
    auth: { type: 'bearer' },
    request: { query: { api_key: '${configuration.oauth.api.key}' } },
    configuration: { token: 'abcdef123456', 'oauth.api.key': KEY },
    shows: ({ query, headers }) => [query.getAll('api_key'), headers.authorization],
    expected: [[KEY], 'Bearer abcdef123456'],
    parameter: 'api_key',
  },
};

/** A provider whose next links lack every credential, and who refuses who does not show what is expected. */
function guarded({ auth, request, configuration, shows, expected, parameter }: Account): Kind {
  const carried = parameter === undefined ? [] : [parameter];
  const rules = linked((rows, link = '') => ({ body: { data: list(rows), next: link } }), {
    first: carried,
    later: carried,
  });
  return {
    element: { auth, ...(request === undefined ? {} : { request }) },
    configuration,
    resource: { records: 'data', pagination: { by: 'nextUrl', at: 'next' } },
    rules(asked, ledger) {
      const good = JSON.stringify(shows(asked)) === JSON.stringify(expected);
      return good ? rules(asked, ledger) : { status: 401, body: { message: 'nobody we know' } };
    },
  };
}

for (const [name, account] of Object.entries(accounts)) {
  test(`signing in with ${name}: each request does, next pages too`, async (t) => {
    const w = await watchKind(t, guarded(account));
    w.ledger.create(12);

    await w.round();
    w.ledger.update(...w.ledger.newest().slice(0, 7));
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(w.provider.requests.length, 5);
  });
}

for (const [name, account] of Object.entries(accounts)) {
  const [key, secret] = Object.entries(account.configuration).findLast(([, value]) => value !== '') ?? [];
  if (key === undefined || secret === undefined) continue;
  test(`signing in with ${name}: one that is wrong is said once, and not shown`, async (t) => {
    const wrong = `${secret}-wrong`;
    const w = await watchKind(t, guarded({ ...account, configuration: { ...account.configuration, [key]: wrong } }));

    const ran = await w.run();

    assert.equal(ran.exit, 3);
    assert.equal(w.provider.requests.length, 1);
    assert.match(ran.err, /does not accept the credentials of instance one/);
    assert.equal((ran.out + ran.err).includes(wrong), false);
    assert.deepEqual(w.told(), []);
  });
}
