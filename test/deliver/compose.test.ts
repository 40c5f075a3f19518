import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeDeliveries, type Occasion } from '../../src/deliver/compose.ts';
import { parseExact } from '../../src/language/exact-json.ts';
import type { Change } from '../../src/model/change.ts';
import type { Teller } from '../../src/model/feed.ts';

const teller: Teller = {
  format: 'cloud-elements',
  feed: 'netsuite/invoices',
  objectType: 'invoices',
  elementKey: 'netsuiteerpv2',
  hub: 'erp',
  instance: 'netsuite',
  instanceName: 'Local netsuite',
  tags: ['Local netsuite'],
  numericId: 7950647,
};

const pollDate = Date.UTC(2018, 7, 20, 15, 29, 34, 827);
const occasion: Occasion = { pollDate, at: Date.UTC(2018, 7, 20, 15, 30, 7), callback: 'https://receiver.test/hook' };

const change = (recordId: string, more: Partial<Change> = {}): Change => ({
  id: `event-${recordId}`,
  kind: 'CREATED',
  recordId,
  date: Date.UTC(2018, 7, 20, 15, 29, 6, 500),
  record: { internalId: recordId },
  ...more,
});

const ids = (posts: ReturnType<typeof composeDeliveries>): readonly (readonly string[])[] =>
  posts.map((post) => post.events.map((event) => event.recordId));

test('one event has the envelope of a captured notification', () => {
  const record = { internalId: '14682', tranId: 'INV10000925', total: 2000 };

  const [delivery] = composeDeliveries(teller, [change('14682', { record })], occasion);

  const body = JSON.parse(delivery?.body ?? '');
  const { accountId, companyId, userId } = body.message;
  assert.deepEqual(body, {
    severity: 'medium',
    createdDate: 'Mon Aug 20 15:30:07 UTC 2018',
    topic: 'instance-7950647-netsuiteerpv2-events',
    action: 'create',
    id: body.id,
    user: 'notifications@elementd',
    message: {
      elementKey: 'netsuiteerpv2',
      accountId,
      eventId: delivery?.id,
      companyId,
      userId,
      instanceId: 7950647,
      instance_id: 7950647,
      instanceName: 'Local netsuite',
      instanceTags: ['Local netsuite'],
      raw: { invoices: [record], objectType: 'invoices', pollDate: 1534778974827 },
      events: [
        {
          date: '2018-08-20T15:29:06Z',
          elementKey: 'netsuiteerpv2',
          pollDate: '2018-08-20T15:29:34Z',
          eventType: 'CREATED',
          hubKey: 'erp',
          objectId: '14682',
          objectType: 'invoices',
          eventId: 'event-14682',
        },
      ],
    },
  });
  for (const number of [accountId, companyId, userId])
    assert.ok(Number.isInteger(number) && number > 0 && number < 2 ** 31);
  assert.ok(BigInt(body.id) < 2n ** 63n);
  assert.deepEqual(delivery?.events, [
    { id: 'event-14682', kind: 'CREATED', recordId: '14682', date: Date.UTC(2018, 7, 20, 15, 29, 6, 500) },
  ]);
  assert.equal(delivery?.committedAt, occasion.at);
  assert.equal(delivery?.callback, 'https://receiver.test/hook');
});

test('days of one digit are written with two, as Java does', () => {
  const [delivery] = composeDeliveries(teller, [change('1')], { ...occasion, at: Date.UTC(2026, 0, 2, 3, 4, 5) });

  assert.equal(JSON.parse(delivery?.body ?? '').createdDate, 'Fri Jan 02 03:04:05 UTC 2026');
});

test('a POST holds at most 10 events, in order, and only its own records', () => {
  const changes = Array.from({ length: 23 }, (_, index) => change(`r${index}`));

  const posts = composeDeliveries(teller, changes, occasion);

  assert.deepEqual(
    posts.map((post) => post.events.length),
    [10, 10, 3],
  );
  assert.deepEqual(
    ids(posts).flat(),
    changes.map(({ recordId }) => recordId),
  );
  assert.deepEqual(JSON.parse(posts[2]?.body ?? '').message.raw.invoices, [
    { internalId: 'r20' },
    { internalId: 'r21' },
    { internalId: 'r22' },
  ]);
});

test('a second change of a record begins the next POST', () => {
  const changes = ['a', 'b', 'a', 'c', 'b', 'b'].map((recordId, n) => change(recordId, { id: `event-${n}` }));

  const posts = composeDeliveries(teller, changes, occasion);

  assert.deepEqual(ids(posts), [['a', 'b'], ['a', 'c', 'b'], ['b']]);
});

test('the same changes give the same bytes and ids, other changes other ids without a dot', () => {
  const changes = [change('1'), change('2')];

  const [first] = composeDeliveries(teller, changes, occasion);
  const [again] = composeDeliveries(teller, changes, occasion);
  const [other] = composeDeliveries(teller, [change('1')], occasion);

  assert.deepEqual(again, first);
  assert.notEqual(other?.id, first?.id);
  assert.match(first?.id ?? '', /^msg_[A-Za-z0-9_-]{22}$/);
});

test('integers beyond a double reach the body digit by digit', () => {
  const record = { internalId: 12345678901234567890n, lines: [{ amount: 9007199254740993n }] };

  const [delivery] = composeDeliveries(teller, [change('12345678901234567890', { record })], occasion);

  assert.match(delivery?.body ?? '', /"internalId":12345678901234567890/);
  const parsed = parseExact(delivery?.body ?? '');
  assert.ok(parsed.ok);
  assert.match(delivery?.body ?? '', /"amount":9007199254740993[,}]/);
});

test('a record without a date, or with one that nobody can read, is dated by the poll', () => {
  const undated: Change = { id: 'event-1', kind: 'CREATED', recordId: '1', record: {} };
  const changes = [
    undated,
    change('2', { date: 1e15 }),
    change('3', { date: Number.NaN }),
    change('4', { date: 8.64e15 }),
  ];

  const [delivery] = composeDeliveries(teller, changes, occasion);

  const dates = JSON.parse(delivery?.body ?? '').message.events.map((event: { date: string }) => event.date);
  assert.deepEqual(dates, Array(4).fill('2018-08-20T15:29:34Z'));
  assert.equal(delivery?.events[0]?.date, pollDate);
});

for (const objectType of ['objectType', 'pollDate', '__proto__', '0']) {
  test(`the records of a resource called ${objectType} are in raw under that name`, () => {
    const [delivery] = composeDeliveries({ ...teller, objectType }, [change('1')], occasion);

    const { raw, events } = JSON.parse(delivery?.body ?? '').message;
    const own = Object.getOwnPropertyDescriptor(raw, objectType)?.value;
    assert.deepEqual(own, [{ internalId: '1' }]);
    assert.equal(events[0].objectType, objectType);
    assert.equal(delivery?.body.split(`"${objectType}":[`).length, 2);
  });
}

test('without a callback a delivery names none, and without changes there is none', () => {
  const [kept] = composeDeliveries(teller, [change('1')], { ...occasion, callback: undefined });

  assert.equal(Object.hasOwn(kept ?? {}, 'callback'), false);
  assert.deepEqual(composeDeliveries(teller, [], occasion), []);
});
