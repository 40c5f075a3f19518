import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { composeDeliveries, type Occasion } from '../../src/deliver/compose.ts';
import { parseExact } from '../../src/language/exact-json.ts';
import type { Change, ChangeKind } from '../../src/model/change.ts';
import type { Teller } from '../../src/model/feed.ts';
import type { NewDelivery } from '../../src/model/journal.ts';
import { project } from '../config/reading.ts';

const telling = (format: Teller['format'], more: Partial<Teller> = {}): Teller => ({
  format,
  feed: 'shop/orders',
  objectType: 'orders',
  elementKey: 'shopware',
  hub: 'ecommerce',
  instance: 'shop',
  instanceName: 'The shop',
  tags: ['live'],
  numericId: 17,
  ...more,
});

const pollDate = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const occasion: Occasion = { pollDate, at: pollDate + 900, callback: 'https://receiver.test/hook' };

const change = (recordId: string, more: Partial<Change> = {}): Change => ({
  id: `event-${recordId}`,
  kind: 'CREATED',
  recordId,
  date: Date.UTC(2026, 0, 2, 3, 0, 0, 500),
  record: { id: recordId, total: 12.5 },
  ...more,
});

const parsed = (delivery: NewDelivery | undefined): Record<string, unknown> => JSON.parse(delivery?.body ?? '');

/** What the receivers' library reads from a POST; throws where it is no valid event. */
function asCloudEvent({ contentType, body }: NewDelivery): CloudEvent<unknown> {
  const event = HTTP.toEvent({ headers: { 'content-type': contentType }, body });
  assert.ok(!Array.isArray(event));
  return new CloudEvent({ ...(event as CloudEvent<unknown>) }, true);
}

test('a cloud event names the feed, the kind of the change and the record, and its data is the record', () => {
  const [delivery] = composeDeliveries(telling('cloudevents'), [change('7')], occasion);

  assert.equal(delivery?.contentType, 'application/cloudevents+json; charset=utf-8');
  assert.deepEqual(parsed(delivery), {
    specversion: '1.0',
    id: 'event-7',
    source: '/elementd/shop/orders',
    type: 'elementd.record.created',
    subject: '7',
    time: '2026-01-02T03:00:00.500Z',
    datacontenttype: 'application/json',
    instance: 'shop',
    elementkey: 'shopware',
    objecttype: 'orders',
    polldate: '2026-01-02T03:04:05.678Z',
    data: { id: '7', total: 12.5 },
  });
});

test('a standard event has its type and time on top, and beside the record what it belongs to', () => {
  const [delivery] = composeDeliveries(telling('standard'), [change('7')], occasion);

  assert.equal(delivery?.contentType, 'application/json; charset=utf-8');
  assert.deepEqual(parsed(delivery), {
    type: 'record.created',
    timestamp: '2026-01-02T03:00:00.500Z',
    data: {
      eventId: 'event-7',
      feed: 'shop/orders',
      instance: 'shop',
      elementKey: 'shopware',
      objectType: 'orders',
      objectId: '7',
      pollDate: '2026-01-02T03:04:05.678Z',
      record: { id: '7', total: 12.5 },
    },
  });
});

const types: Readonly<Record<ChangeKind, readonly string[]>> = {
  CREATED: ['elementd.record.created', 'record.created'],
  UPDATED: ['elementd.record.updated', 'record.updated'],
  DELETED: ['elementd.record.deleted', 'record.deleted'],
};
for (const [kind, expected] of Object.entries(types)) {
  test(`the types of what was ${kind} are ${expected.join(' and ')}`, () => {
    const changes = [change('1', { kind: kind as ChangeKind })];

    const told = (['cloudevents', 'standard'] as const).map(
      (format) => parsed(composeDeliveries(telling(format), changes, occasion)[0])['type'],
    );

    assert.deepEqual(told, expected);
  });
}

for (const format of ['cloudevents', 'standard'] as const) {
  test(`${format}: every event is a POST of its own, in order, with ids and bytes that stay`, () => {
    const changes = ['a', 'b', 'a'].map((recordId, n) => change(recordId, { id: `event-${n}` }));

    const posts = composeDeliveries(telling(format), changes, occasion);
    const again = composeDeliveries(telling(format), changes, { ...occasion, at: occasion.at + 1 });

    assert.deepEqual(
      posts.map(({ events }) => events.map(({ id, recordId }) => `${id} ${recordId}`)),
      [['event-0 a'], ['event-1 b'], ['event-2 a']],
    );
    assert.deepEqual(
      again.map(({ id, body }) => [id, body]),
      posts.map(({ id, body }) => [id, body]),
    );
    assert.equal(new Set(posts.map(({ id }) => id)).size, 3);
  });

  test(`${format}: integers beyond a double reach the body digit by digit`, () => {
    const record = { id: 12345678901234567890n, lines: [{ amount: 9007199254740993n }] };

    const [delivery] = composeDeliveries(telling(format), [change('12345678901234567890', { record })], occasion);

    assert.ok(delivery?.body.includes('{"id":12345678901234567890,"lines":[{"amount":9007199254740993}]}'));
  });

  test(`${format}: what has no date that can be read is dated by the poll`, () => {
    const undated: Change = { id: 'event-1', kind: 'CREATED', recordId: '1', record: {} };
    const changes = [
      undated,
      change('2', { date: 1e15 }),
      change('3', { date: Number.NaN }),
      change('4', { date: -1e15 }),
    ];

    const dates = composeDeliveries(telling(format), changes, occasion)
      .map(parsed)
      .map((event) => event['time'] ?? event['timestamp']);

    assert.deepEqual(dates, Array(4).fill('2026-01-02T03:04:05.678Z'));
  });
}

test('the source of a cloud event is percent-encoded, name by name', () => {
  const odd = telling('cloudevents', { instance: 'a.b-c', objectType: 'größe/ ?#%"\ud800\u0007' });

  const [delivery] = composeDeliveries(odd, [change('1')], occasion);

  const event = parsed(delivery);
  assert.equal(event['source'], '/elementd/a.b-c/gr%C3%B6%C3%9Fe%2F%20%3F%23%25%22%EF%BF%BD%EF%BF%BD');
  assert.equal(event['objecttype'], 'größe/ ?#%"\ufffd\ufffd');
});

test('whatever a record, its id and its feed are called, the library of receivers takes the event as valid', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 });
  const date = fc.option(fc.double(), { nil: undefined });
  const anything = fc.record({ recordId: text, objectType: text, record: fc.dictionary(text, fc.jsonValue()), date });

  fc.assert(
    fc.property(anything, ({ recordId, objectType, record, date }) => {
      const told = { id: 'e', kind: 'UPDATED', recordId, record, ...(date === undefined ? {} : { date }) } as Change;
      const [delivery] = composeDeliveries(telling('cloudevents', { objectType }), [told], occasion);

      const event = asCloudEvent(delivery as NewDelivery);

      assert.equal(event.id, 'e');
      assert.doesNotMatch(`${event.subject}${String(event['objecttype'])}`, /[\p{Cc}\p{Cs}]/u);
      assert.deepEqual(event.data, JSON.parse(JSON.stringify(record)));
    }),
  );
});

test('the examples of README are one change in each of the formats', () => {
  const sections = readFileSync(join(project, 'README.md'), 'utf8').split('\n## ');
  const examples = sections.find((text) => text.startsWith('Events\n'))?.matchAll(/^```json\n(.*?)^```$/gms) ?? [];
  const at = Date.UTC(2026, 10, 21, 23, 25, 22);
  const stamp = '2026-11-21T23:25:22Z';
  const record = { id: 90071992547409931n, status: 'paid', total: 12.5, created_at: stamp, updated_at: stamp };
  const told = change('90071992547409931', { id: 'evt_gwIkkWC3gq6gJdU7wBhSUE', date: at, record });
  const shop = { elementKey: 'http', hub: 'general', numericId: 6046668, tags: [] };
  const facts = { ...occasion, pollDate: at + 1_998, at: at + 2_500 };

  const bodies = (['cloud-elements', 'cloudevents', 'standard'] as const).map(
    (format) => composeDeliveries(telling(format, shop), [told], facts)[0]?.body ?? '',
  );

  assert.deepEqual(
    [...examples].map(([, text = '']) => parseExact(text)),
    bodies.map(parseExact),
  );
});
