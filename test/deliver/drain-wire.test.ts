import assert from 'node:assert/strict';
import { request as open } from 'node:http';
import { test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { composeDeliveries } from '../../src/deliver/compose.ts';
import { literalSecret } from '../../src/language/secret.ts';
import type { Teller } from '../../src/model/feed.ts';
import type { Http, HttpOutcome } from '../../src/model/ports.ts';
import { openReceiver, signatureFlaws, type Script } from '../support/receiver.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { callback, commitTo, gate, minute, pendingIds, second, stage, start } from './stage.ts';

/** One exchange over node:http, for the bytes on the wire. */
const plainHttp: Http = {
  send: (request, _limits, signal) =>
    new Promise<HttpOutcome>((resolve) => {
      const { method, headers } = request;
      const sending = open(
        request.url,
        { method, headers, ...(signal === undefined ? {} : { signal }) },
        (response) => {
          response.resume().on('end', () => {
            const received = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
            const status = response.statusCode ?? 0;
            const answer = {
              status,
              headers: Object.fromEntries(received),
              text: '',
              sentAt: start,
              took: 0,
              endedAt: start,
            };
            resolve({ ok: true, answer });
          });
        },
      );
      sending.on('error', () =>
        resolve({ ok: false, failure: signal?.aborted ? 'aborted' : 'cut', says: 'the connection was cut' }),
      );
      sending.end(request.body);
    }),
};

const teller: Teller = {
  format: 'cloud-elements',
  feed: 'crm/contacts',
  objectType: 'contacts',
  elementKey: 'crm',
  hub: 'crm',
  instance: 'crm',
  instanceName: 'CRM',
  tags: [],
  numericId: 17,
};

async function onTheWire(
  t: { after(fn: () => Promise<void>): void },
  script: Script,
  { format = 'cloud-elements', now = start }: { format?: Teller['format']; now?: number } = {},
) {
  const receiver = await openReceiver(script);
  t.after(() => receiver.close());
  const key = literalSecret('[event.notification.signature.key]', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3');
  const routed = callback(receiver.url, {
    headers: [['X-Tenant', 'acme']],
    basic: { username: 'user', password: [literalSecret('[event.notification.basic.password]', 'päss')] },
    signatureKeys: [[key], 'old key'],
  });
  const play = stage({ clock: virtualClock(now), http: plainHttp, routes: new Map([['crm/contacts', routed]]) });
  const record = { id: 12345678901234567890n, name: 'Zoë "☃" \\ \u2028', tags: [] };
  const change = { id: 'e1', kind: 'CREATED' as const, recordId: '12345678901234567890', date: start, record };
  const posts = composeDeliveries({ ...teller, format }, [change], {
    pollDate: start,
    at: start,
    callback: receiver.url,
  });
  await commitTo(play.journal, 'crm/contacts', posts);
  play.drain.committed(posts);
  return { receiver, play, post: posts[0], keys: ['whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3', 'old key'] };
}

test('a receiver gets exactly the bytes of the commit, signed for each attempt, until it accepts them', async (t) => {
  const answers = [
    { status: 500 },
    { drop: true },
    { status: 307, headers: { location: '/elsewhere' } },
    { status: 204 },
  ];
  const { receiver, play, post, keys } = await onTheWire(t, (_post, n) => answers[n] ?? { status: 400 });
  const running = play.play();

  for (const failures of [1, 2, 3]) {
    await play.awaitNotices('delivery:failed', failures);
    await play.clock.advance(3 * minute);
  }
  await play.awaitNotices('delivery:done', 1);
  await running.stop();

  assert.equal(receiver.received.length, 4);
  assert.deepEqual(pendingIds(play.journal), []);
  for (const received of receiver.received) {
    assert.equal(received.method, 'POST');
    assert.equal(received.path, '/hook');
    assert.equal(received.body, post?.body);
    assert.deepEqual(signatureFlaws(received, keys), []);
    assert.equal(received.headers['webhook-id'], post?.id);
    assert.equal(received.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(received.headers['user-agent'], 'elementd/1.2.3');
    assert.equal(received.headers['x-tenant'], 'acme');
    assert.equal(received.headers['authorization'], `Basic ${Buffer.from('user:päss').toString('base64')}`);
  }
  const stamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  assert.equal(stamps[0], start / second);
  assert.ok(stamps.every((stamp, index) => index === 0 || stamp > (stamps[index - 1] ?? 0)));
  assert.match(post?.body ?? '', /"id":12345678901234567890,/);
});

test('nothing is settled while the receiver still thinks', async (t) => {
  const thought = gate();
  const { receiver, play, post } = await onTheWire(t, () => ({ after: thought.passed }));
  const running = play.play();

  await receiver.awaitCount(1);
  await play.clock.settle();
  const meanwhile = pendingIds(play.journal);
  thought.open();
  await play.awaitNotices('delivery:done', 1);

  assert.deepEqual(meanwhile, [post?.id]);
  assert.deepEqual(pendingIds(play.journal), []);
  await running.stop();
});

test('the hard signal cuts a POST that hangs', async (t) => {
  const never = gate();
  const { receiver, play, post } = await onTheWire(t, () => ({ after: never.passed }));
  const running = play.play();
  await receiver.awaitCount(1);

  running.soft.abort();
  running.hard.abort();
  await running.ended;

  assert.deepEqual(pendingIds(play.journal), [post?.id]);
  never.open();
});

test('no notice holds a secret or a record', async (t) => {
  const { play } = await onTheWire(t, () => ({ status: 401, body: 'wrong: päss' }));
  const running = play.play();

  await play.awaitNotices('delivery:failed', 1);

  const text = JSON.stringify(play.told);
  for (const secret of ['päss', 'whsec_', 'old key', 'Zoë', 'acme']) assert.ok(!text.includes(secret), secret);
  await running.stop();
});

const formats: readonly (readonly [format: Teller['format'], contentType: string])[] = [
  ['cloud-elements', 'application/json; charset=utf-8'],
  ['cloudevents', 'application/cloudevents+json; charset=utf-8'],
  ['standard', 'application/json; charset=utf-8'],
];
for (const [format, contentType] of formats) {
  test(`${format}: what a receiver gets is verified by either key with the library of Standard Webhooks`, async (t) => {
    // The library compares the timestamp with the machine's clock.
    const { receiver, play, post, keys } = await onTheWire(t, () => ({}), { format, now: Date.now() });
    const running = play.play();
    await play.awaitNotices('delivery:done', 1);
    await running.stop();

    const [received] = receiver.received;
    assert.ok(received !== undefined);
    const { headers, body } = received;
    const [current, former] = [new Webhook(keys[0] ?? ''), new Webhook(keys[1] ?? '', { format: 'raw' })];
    for (const webhook of [current, former]) assert.deepEqual(webhook.verify(body, headers), JSON.parse(body));
    for (const webhook of [current, former]) assert.throws(() => webhook.verify(`${body} `, headers), /No matching/);
    assert.throws(() => new Webhook('another key', { format: 'raw' }).verify(body, headers), /No matching/);
    assert.equal(headers['content-type'], contentType);
    assert.equal(body, post?.body);
  });
}

test('cloudevents: what a receiver gets is a valid event to the library of CloudEvents', async (t) => {
  const { receiver, play } = await onTheWire(t, () => ({}), { format: 'cloudevents' });
  const running = play.play();
  await play.awaitNotices('delivery:done', 1);
  await running.stop();

  const [received] = receiver.received;
  assert.ok(received !== undefined);
  const event = new CloudEvent<unknown>({ ...(HTTP.toEvent(received) as CloudEvent<unknown>) }, true);
  assert.equal(event.validate(), true);
  assert.equal(event.id, 'e1');
  assert.equal(event.source, '/elementd/crm/contacts');
  assert.equal(event.type, 'elementd.record.created');
  assert.equal(event.subject, '12345678901234567890');
  assert.equal(event.time, '2026-01-02T03:00:00.000Z');
  assert.match(received.body, /"data":\{"id":12345678901234567890,/);
});
