import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { loopback } from '../support/loopback.ts';
import { openReceiver, type Received } from '../support/receiver.ts';
import { openTestFolder, shopInstance } from '../support/test-folder.ts';

const FIRST = `whsec_${Buffer.from('first key of 24 bytes ok').toString('base64')}`;
const SECOND = `whsec_${Buffer.from('other key of 24 bytes ok').toString('base64')}`;
const keys = 'event.notification.signature.key: ["${env:FIRST_KEY}", "${env:SECOND_KEY}"]';

/** What a record is told as, whatever the format: kind, id, and the record's text. */
type Told = readonly [kind: string, id: string, record: string];

/** What each format must be to those who read it. */
const readers: Readonly<Record<string, (post: Received) => readonly Told[]>> = {
  'cloud-elements': ({ body }) => {
    const { events, raw } = JSON.parse(body).message;
    return events.map((event: { eventType: string; objectId: string }, n: number) => [
      event.eventType,
      event.objectId,
      raw.items[n].name,
    ]);
  },
  cloudevents: (post) => {
    const event = HTTP.toEvent<{ name: string }>(post) as CloudEvent<{ name: string }>;
    const { source, type, subject, data } = new CloudEvent({ ...event }, true);
    assert.equal(source, '/elementd/shop/items');
    return [[type, subject ?? '', data?.name ?? '']];
  },
  standard: ({ body, headers }) => {
    const event = new Webhook(FIRST).verify(body, headers) as {
      type: string;
      timestamp: string;
      data: { objectId: string; record: { name: string } };
    };
    assert.equal(new Date(event.timestamp).toISOString(), event.timestamp);
    return [[event.type, event.data.objectId, event.data.record.name]];
  },
};
const kinds: Readonly<Record<string, readonly [created: string, updated: string, deleted: string]>> = {
  'cloud-elements': ['CREATED', 'UPDATED', 'DELETED'],
  cloudevents: ['elementd.record.created', 'elementd.record.updated', 'elementd.record.deleted'],
  standard: ['record.created', 'record.updated', 'record.deleted'],
};

for (const [format, read] of Object.entries(readers)) {
  test(`${format}: what was created, updated and deleted is told, and both keys verify it`, async (t) => {
    let items = '[{"id": 12345678901234567890, "name": "old"}]';
    const provider = await loopback((_, response) => response.end(items));
    const receiver = await openReceiver();
    t.after(() => Promise.all([provider.close(), receiver.close()]));
    const settings = [`event.notification.callback.url: ${receiver.url}`, `event.notification.format: ${format}`, keys];
    const place = await openTestFolder(
      t,
      {
        'instances/shop.yaml': shopInstance(provider.origin, ['deletes: {by: flag, field: gone}'], settings),
      },
      { env: { FIRST_KEY: FIRST, SECOND_KEY: SECOND } },
    );
    assert.equal((await place.run('run', '--once')).exit, 0);

    for (const next of [
      '[{"id": 12345678901234567890, "name": "new"}, {"id": 2, "name": "two"}]',
      '[{"id": 12345678901234567890, "name": "new", "gone": true}]',
    ]) {
      items = next;
      const ran = await place.run('run', '--once');
      assert.equal(ran.exit, 0, ran.err);
    }

    const [created, updated, deleted] = kinds[format] ?? [];
    assert.deepEqual(
      receiver.received.flatMap(read).sort(),
      [
        [created, '2', 'two'],
        [deleted, '12345678901234567890', 'new'],
        [updated, '12345678901234567890', 'new'],
      ].sort(),
    );
    assert.equal(receiver.received.length, format === 'cloud-elements' ? 2 : 3);
    for (const { body, headers } of receiver.received) {
      for (const key of [FIRST, SECOND]) assert.deepEqual(new Webhook(key).verify(body, headers), JSON.parse(body));
      assert.equal(headers['webhook-signature']?.split(' ').length, 2);
    }
    assert.match(receiver.received.map(({ body }) => body).join(''), /"id":12345678901234567890,/);
  });
}

test('an edit of the format changes only what is found later', async (t) => {
  let items: readonly object[] = [];
  const provider = await loopback((_, response) => response.end(JSON.stringify(items)));
  const receiver = await openReceiver((_post, n) => ({ status: n === 0 ? 503 : 200 }));
  t.after(() => Promise.all([provider.close(), receiver.close()]));
  const instance = (format: string): string =>
    shopInstance(
      provider.origin,
      [],
      [`event.notification.callback.url: ${receiver.url}`, `event.notification.format: ${format}`],
    );
  const place = await openTestFolder(t, { 'instances/shop.yaml': instance('standard') });
  await place.run('run', '--once');
  items = [{ id: 1, name: 'one' }];
  assert.equal((await place.run('run', '--once')).exit, 3);

  await place.write('instances/shop.yaml', instance('cloudevents'));
  items = [...items, { id: 2, name: 'two' }];
  await place.run('run', '--once');

  const events = await place.run('events', 'list', '--json');
  const types: string[] = [];
  for (const line of events.out.trim().split('\n')) {
    const shown = await place.run('events', 'show', JSON.parse(line).id, '--json');
    types.push(JSON.parse(shown.out).body.type);
  }
  assert.deepEqual(types.sort(), ['elementd.record.created', 'record.created']);
  for (const { headers, body } of receiver.received) {
    const cloud = JSON.parse(body).specversion === '1.0';
    assert.equal(headers['content-type'], `application/${cloud ? 'cloudevents+json' : 'json'}; charset=utf-8`);
  }
});

test('a signature key of two that cannot be read is named at its own place', async (t) => {
  const place = await openTestFolder(
    t,
    {
      'instances/shop.yaml': shopInstance(
        'http://127.0.0.1:9',
        [],
        ['event.notification.callback.url: http://127.0.0.1:9', keys],
      ),
    },
    { env: { FIRST_KEY: FIRST } },
  );

  const ran = await place.run('run', '--once');

  assert.equal(ran.exit, 78);
  assert.match(
    ran.err,
    /shop\.yaml:5:58: configuration\.event\.notification\.signature\.key\.1: .*SECOND_KEY is not set/,
  );
});
