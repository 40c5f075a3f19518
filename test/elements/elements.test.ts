import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Feed } from '../../src/model/feed.ts';
import type { ElementFile } from '../../src/model/files.ts';
import { projectRoot } from '../support/source-files.ts';
import { compileShipped, grant, isoDate, openVault, pagesOf, replay, shipped } from './replay.ts';

const WATERMARK = Date.UTC(2026, 10, 21, 10, 0, 0);

const account = {
  providerData: { code: 'code' },
  configuration: {
    'oauth.api.key': 'client&id',
    'oauth.api.secret': 'client secret',
    'oauth.callback.url': 'https://example.com/oauth',
    'event.notification.callback.url': 'https://example.com/hook',
  },
};

type Row = readonly [id: string, updated: string | undefined, created: string | undefined];

interface Case {
  /** What is asked, page after page, in a regular poll. */
  readonly asks: readonly string[];
  /** What a first look at everything asks first; absent where dates tell created from updated. */
  readonly firstLook?: string;
  readonly rows: readonly Row[];
  /** What is asked to learn whether record 7/8 is still there; absent where the API has no way. */
  readonly item?: string;
}

const cc = 'https://api.constantcontact.com/v2';
const ccKey = 'api_key=client%26id';
const keap = 'https://api.infusionsoft.com/crm/rest/v1';

/** A list that is read in full at every poll: one page and the empty one that ends it. */
function full(resource: string, rows: readonly Row[], query = 'limit=1000', item = true): Case {
  const url = `${keap}/${resource}`;
  const [first = '', limit = ''] = query.includes('&') ? query.split(/&(?=limit)/) : [query, query];
  const next = first === limit ? limit : `${limit}&${first}`;
  return {
    asks: [`${url}?${query}`, `${url}?${next}&offset=1000`],
    firstLook: `${url}?${query}`,
    rows,
    ...(item ? { item: `${url}/7%2F8` } : {}),
  };
}

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  constantcontact: {
    campaigns: {
      asks: [
        `${cc}/emailmarketing/campaigns?modified_since=2026-11-21T09%3A59%3A59Z&limit=50&${ccKey}`,
        `${cc}/emailmarketing/campaigns?next=cGFnZT0yJmxpbWl0PTUw&${ccKey}`,
      ],
      firstLook: `${cc}/emailmarketing/campaigns?limit=50&${ccKey}`,
      rows: [
        ['1100395494220', '2026-11-21T10:00:01.975Z', '2026-11-21T10:00:01.975Z'],
        ['1100395673356', '2026-11-21T10:02:00.000Z', '2026-11-21T10:02:00.000Z'],
        ['1100395673360', '2026-11-20T23:59:59.000Z', '2026-11-20T23:59:59.000Z'],
      ],
      item: `${cc}/emailmarketing/campaigns/7%2F8?${ccKey}`,
    },
    contacts: {
      asks: [
        `${cc}/contacts?modified_since=2026-11-21T09%3A59%3A59Z&limit=500&${ccKey}`,
        `${cc}/contacts?next=c3RhcnRBdD01MDEmbGltaXQ9NTAw&${ccKey}`,
      ],
      rows: [
        ['196', '2026-11-21T10:00:30.000Z', '2026-11-21T09:59:00.000Z'],
        ['197', '2026-11-21T10:01:00.000Z', '2025-02-17T14:22:44.000Z'],
      ],
      item: `${cc}/contacts/7%2F8?${ccKey}`,
    },
    lists: {
      asks: [`${cc}/lists?modified_since=2026-11-21T09%3A59%3A59Z&${ccKey}`],
      rows: [
        ['1', '2026-11-21T10:00:42.000Z', '2026-03-11T20:37:28.000Z'],
        ['2', '2026-11-21T10:03:00.000Z', '2026-11-21T10:03:00.000Z'],
      ],
      item: `${cc}/lists/7%2F8?${ccKey}`,
    },
  },
  infusionsoftrest: {
    appointments: full('appointments', [
      ['4101', 'absent', 'absent'],
      ['4102', 'absent', 'absent'],
    ]),
    contacts: {
      asks: [
        `${keap}/contacts?since=2026-11-21T09%3A59%3A59.999Z&order=id&order_direction=ASCENDING&limit=1000`,
        `${keap}/contacts?limit=1000&order=id&order_direction=ASCENDING&since=2026-11-21T09:59:59.999Z&offset=1000`,
      ],
      rows: [
        ['71', '2026-11-21T10:00:01.250Z', '2026-03-02T08:15:00.000Z'],
        ['72', '2026-11-21T10:05:00.000Z', '2026-11-21T10:04:59.000Z'],
      ],
      item: `${keap}/contacts/7%2F8`,
    },
    orders: full('orders', [
      ['901', '2026-11-21T07:30:00.000Z', '2026-11-20T12:00:00.000Z'],
      ['902', '2026-11-21T09:00:05.000Z', '2026-11-21T09:00:00.000Z'],
    ]),
    tasks: full('tasks', [
      ['301', '2026-11-21T08:00:00.500Z', '2026-11-19T16:00:00.000Z'],
      ['302', '2026-11-21T08:10:00.000Z', '2026-11-18T10:00:00.000Z'],
    ]),
    opportunities: full('opportunities', [['51', '2026-11-21T06:00:00.000Z', '2026-09-01T09:00:00.000Z']]),
    companies: full(
      'companies',
      [
        ['11', undefined, undefined],
        ['12', undefined, undefined],
      ],
      'optional_properties=notes,fax_number,custom_fields&limit=1000',
    ),
    products: full('products', [
      ['21', undefined, undefined],
      ['22', undefined, undefined],
    ]),
    tags: full('tags', [
      ['91', undefined, undefined],
      ['92', undefined, undefined],
    ]),
    notes: full('notes', [['601', '2026-11-20T15:00:00.000Z', '2026-11-20T15:00:00.000Z']]),
    subscriptions: full('subscriptions', [['801', undefined, undefined]], 'limit=1000', false),
    files: full('files', [['701', '2026-11-21T05:00:00.000Z', '2026-11-10T10:00:00.000Z']]),
    transactions: full('transactions', [['1001', undefined, undefined]]),
  },
};

const feedsOf = (key: string, configuration: Readonly<Record<string, string>> = {}): ReadonlyMap<string, Feed> => {
  const instance = { element: { key }, ...account, configuration: { ...account.configuration, ...configuration } };
  const { feeds, problems } = compileShipped(key, instance);
  assert.deepEqual(problems, []);
  return feeds;
};

const feedOf = (key: string, resource: string, configuration?: Readonly<Record<string, string>>): Feed => {
  const feed = feedsOf(key, configuration).get(`one/${resource}`);
  assert.ok(feed !== undefined);
  return feed;
};

const elementOf = (key: string): ElementFile => parse(shipped(`elements/${key}.yaml`).bytes.toString()) as ElementFile;

test('every shipped element, every resource of it and every kept page is looked at here', () => {
  const root = projectRoot();

  const elements = readdirSync(join(root, 'elements')).map((name) => name.replace('.yaml', ''));

  assert.deepEqual(elements.sort(), Object.keys(cases).sort());
  for (const [key, resources] of Object.entries(cases)) {
    const pages = readdirSync(join(root, 'test/elements', key)).map((name) => name.replace('.json', ''));
    assert.deepEqual(Object.keys(elementOf(key).resources ?? {}).sort(), Object.keys(resources).sort());
    assert.deepEqual(pages.sort(), Object.keys(resources).sort());
    assert.deepEqual([...feedsOf(key).keys()].sort(), Object.keys(resources).map((name) => `one/${name}`).sort());
  }
});

for (const [key, resources] of Object.entries(cases)) {
  for (const [resource, expected] of Object.entries(resources)) {
    test(`${key}/${resource} asks, turns pages and reads ids and dates as its API wants it`, async () => {
      const feed = feedOf(key, resource);

      const { requests, records, pages } = await replay(feed, pagesOf(key, resource), WATERMARK);

      assert.equal(pages, expected.asks.length);
      assert.deepEqual(
        requests.map(({ url }) => url),
        expected.asks,
      );
      for (const { method, headers } of requests) {
        assert.deepEqual([method, headers], ['GET', { Accept: 'application/json', Authorization: 'Bearer access' }]);
      }
      assert.deepEqual(
        records.map((record) => [
          feed.reading.id(record),
          isoDate(record, feed.reading.updated),
          isoDate(record, feed.reading.created),
        ]),
        expected.rows,
      );
    });

    test(`${key}/${resource} asks for everything at first where it must, and for one record, as its API wants it`, () => {
      const feed = feedOf(key, resource);

      const first = feed.request.first({ watermark: undefined, now: WATERMARK }, grant, openVault);
      const item = feed.request.item?.('7/8', grant, openVault);

      assert.equal(feed.baseline ? first.url : undefined, expected.firstLook);
      assert.equal(item?.url, expected.item);
    });
  }
}

test('only lists that the API filters by the date of change have a watermark', () => {
  const filtered = Object.keys(cases).flatMap((key) =>
    [...feedsOf(key).values()].filter((feed) => feed.request.hasWatermark).map((feed) => `${key}/${feed.resource}`),
  );

  assert.deepEqual(filtered.sort(), [
    'constantcontact/campaigns',
    'constantcontact/contacts',
    'constantcontact/lists',
    'infusionsoftrest/contacts',
  ]);
});

test('a next link of Constant Contact that has the key already does not get it twice', async () => {
  const feed = feedOf('constantcontact', 'campaigns');
  const [first = '', second = ''] = pagesOf('constantcontact', 'campaigns');
  const bodies = [first.replace('?next=', `?${ccKey}&next=`), second];

  const { requests } = await replay(feed, bodies, WATERMARK);

  assert.equal(requests[1]?.url, `${cc}/emailmarketing/campaigns?${ccKey}&next=cGFnZT0yJmxpbWl0PTUw`);
});

test('a list of Keap that ends without a next link ends too', async () => {
  const feed = feedOf('infusionsoftrest', 'tags');
  const [first = ''] = pagesOf('infusionsoftrest', 'tags');
  const body = JSON.stringify({ ...(JSON.parse(first) as object), next: '' });

  const { requests, records, pages } = await replay(feed, [body], WATERMARK);

  assert.deepEqual([requests.length, records.length, pages], [1, 2, 1]);
});

test("Keap's absolute next link is followed at the base URL that an instance gives", async () => {
  const feed = feedOf('infusionsoftrest', 'notes', { 'base.url': 'http://127.0.0.1:9/keap' });

  const { requests, pages } = await replay(feed, pagesOf('infusionsoftrest', 'notes'), WATERMARK);

  assert.deepEqual(
    [requests.map(({ url }) => url), pages],
    [['http://127.0.0.1:9/keap/notes?limit=1000', 'http://127.0.0.1:9/keap/notes?limit=1000&offset=1000'], 2],
  );
});

for (const [key, resource] of [
  ['constantcontact', 'campaigns'],
  ['infusionsoftrest', 'appointments'],
] as const) {
  test(`the default entry of ${key}/${resource} is the one that Cloud Elements shows for it`, () => {
    const seed = JSON.parse(shipped(`examples/seeds/${key}.json`).bytes.toString()) as {
      configuration: { 'event.poller.configuration': Record<string, unknown> };
    };

    const entry = elementOf(key).resources?.[resource]?.poll;

    assert.deepEqual(entry, seed.configuration['event.poller.configuration'][resource]);
  });
}

test('the shipped seeds compile as they stand, but for the code that one of them leaves open', () => {
  const seeds = ['constantcontact', 'infusionsoftrest'].map((key) =>
    compileShipped(key, shipped(`examples/seeds/${key}.json`, `instances/${key}.json`)),
  );

  assert.deepEqual([...(seeds[0]?.feeds.keys() ?? [])], ['constantcontact/campaigns']);
  assert.deepEqual(
    seeds.map(({ problems }) => problems.map(({ where }) => where)),
    [[], ['providerData.code']],
  );
});
