import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openReceiver, signatureFlaws, type Receiver, type Script } from '../support/receiver.ts';
import { openTestFolder, shopInstance, type TestFolder } from '../support/test-folder.ts';

interface Shop {
  readonly place: TestFolder;
  readonly receiver: Receiver;
  /** Lets the provider show one more record, and polls it. */
  sell(): Promise<void>;
}

const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A shop whose events go to a receiver. With a daemon it runs for the whole test. */
async function openShop(
  t: TestContext,
  script: Script,
  more: { config?: string; daemon?: boolean } = {},
): Promise<Shop> {
  const items = [{ id: 1 }];
  let asked: () => void = () => undefined;
  const polled = new Promise<void>((resolve) => (asked = resolve));
  const provider = await loopback((_, response) => {
    response.end(JSON.stringify(items));
    asked();
  });
  const receiver = await openReceiver(script);
  const stopping = new AbortController();
  const configuration = [
    `event.notification.callback.url: ${receiver.url}`,
    `event.notification.signature.key: ${key}`,
    'event.notification.format: standard',
  ];
  const instance = shopInstance(provider.origin, [], configuration);
  const files = { 'instances/shop.yaml': instance, 'config.yaml': more.config ?? '' };
  const place = await openTestFolder(t, files, { stop: stopping.signal });
  t.after(() => Promise.all([provider.close(), receiver.close()]));
  if (more.daemon === true) {
    const ran = place.run('run');
    t.after(async () => {
      stopping.abort();
      await ran;
    });
    await Promise.race([polled, ran.then(({ err }) => assert.fail(err))]);
  }
  await place.run('poll', 'shop/items');
  const sell = async (): Promise<void> => {
    items.push({ id: items.length + 1 });
    const polled = await place.run('poll', 'shop/items');
    assert.match(polled.out, /1 created/);
  };
  return { place, receiver, sell };
}

async function listed(
  place: TestFolder,
  ...args: readonly string[]
): Promise<readonly { id: string; delivery: string; state: string; recordId: string }[]> {
  const { out } = await place.run('events', 'list', '--json', ...args);
  return out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)); // prettier-ignore
}

test('an event that was delivered is sent once more: the same POST, signed anew', async (t) => {
  const { place, receiver, sell } = await openShop(t, () => ({}));
  await sell();
  const [event] = await listed(place);

  const ran = await place.run('events', 'replay', event?.id ?? '');

  assert.equal(ran.exit, 0, ran.err);
  assert.match(
    ran.out,
    new RegExp(`delivered +shop/items +${event?.delivery} +${event?.id}\\n1 POST with 1 event replayed`),
  );
  const [first, second] = receiver.received;
  assert.equal(second?.headers['webhook-id'], first?.headers['webhook-id']);
  assert.equal(second?.body, first?.body);
  assert.deepEqual(second === undefined ? ['no second POST'] : signatureFlaws(second, [key]), []);
  assert.deepEqual((await listed(place)).map(({ state }) => state), ['delivered']); // prettier-ignore
});

test('a replay without a daemon tries nothing but what is replayed, each once, and exits 3 where one fails', async (t) => {
  const { place, receiver, sell } = await openShop(t, (_post, n) => ({ status: n === 0 ? 200 : 500 }));
  await sell();
  await sell();
  const [told, waits] = await listed(place);
  assert.deepEqual([told?.state, waits?.state], ['delivered', 'pending']);
  const before = receiver.received.length;

  const ran = await place.run('events', 'replay', '--feed', 'shop/items', '--since', '1h');

  assert.equal(ran.exit, 3);
  assert.deepEqual(receiver.received.slice(before).map((post) => post.headers['webhook-id']), [told?.delivery]); // prettier-ignore
  assert.deepEqual((await listed(place, '--state', 'pending')).length, 2);
});

test('with a daemon it is the daemon that sends it', async (t) => {
  const { place, receiver, sell } = await openShop(t, () => ({}), { daemon: true });
  await sell();
  await receiver.awaitCount(1);
  const id = receiver.received[0]?.headers['webhook-id'] ?? '';

  const ran = await place.run('events', 'replay', id, '--json');
  await receiver.awaitCount(2);

  assert.equal(ran.exit, 0, ran.err);
  const { replayed } = JSON.parse(ran.out);
  assert.equal(replayed.length, 1);
  assert.deepEqual([replayed[0].delivery, replayed[0].feed, replayed[0].was], [id, 'shop/items', 'delivered']);
  assert.equal(receiver.received[1]?.headers['webhook-id'], id);
});

for (const daemon of [false, true]) {
  const where = daemon ? 'by the daemon' : 'without a daemon';
  test(`dead letters are dropped ${where}: listed as dropped, and the feeds of their callback go on`, async (t) => {
    const config = 'delivery: {retry: {for: 0s}}\n';
    const { place, sell } = await openShop(t, (_post, n) => ({ status: n < 2 ? 400 : 200 }), { config, daemon });
    await sell();
    // The receiver answers before the letter is dead.
    while ((await listed(place, '--state', 'dead')).length === 0);
    const paused = await place.run('status');
    const [dead] = await listed(place, '--state', 'dead');

    const ran = await place.run('events', 'drop', '--feed', 'shop/items');
    const again = await place.run('events', 'drop', '--all');

    assert.match(paused.out, daemon ? /given up/ : /1 dead letter/);
    assert.equal(ran.exit, 0, ran.err);
    assert.match(ran.out, new RegExp(`dead +shop/items +${dead?.delivery} +${dead?.id}\\n1 POST with 1 event dropped`));
    assert.deepEqual([again.exit, again.out], [0, 'No dead letters to drop.\n']);
    assert.deepEqual((await listed(place, '--state', 'dropped')).map(({ id }) => id), [dead?.id]); // prettier-ignore
    const status = await place.run('status');
    assert.doesNotMatch(status.out, /given up|dead letter/);
    await sell();
  });
}

test('what waits is dropped where it is named, and not otherwise', async (t) => {
  const { place, sell } = await openShop(t, () => ({ status: 500 }));
  await sell();
  const [event] = await listed(place, '--state', 'pending');

  const all = await place.run('events', 'drop', '--all');
  const named = await place.run('events', 'drop', event?.delivery ?? '', '--json');

  assert.equal(all.out, 'No dead letters to drop.\n');
  assert.equal(named.exit, 0, named.err);
  assert.deepEqual(JSON.parse(named.out), {
    dropped: [{ delivery: event?.delivery, feed: 'shop/items', events: [event?.id], was: 'pending' }],
    refused: [],
    unknown: [],
  });
  assert.deepEqual((await listed(place)).map(({ state }) => state), ['dropped']); // prettier-ignore
});

test('ids that name nothing are told, and then nothing is done; what cannot be done is told with its reason', async (t) => {
  const { place, sell } = await openShop(t, () => ({ status: 200 }));
  await sell();
  const [event] = await listed(place);

  const unknown = await place.run('events', 'replay', event?.id ?? '', 'evt_nothing');
  const unknownDrop = await place.run('events', 'drop', 'evt_nothing');
  const delivered = await place.run('events', 'drop', event?.id ?? '');

  assert.deepEqual([unknown.exit, unknownDrop.exit, delivered.exit], [1, 1, 1]);
  assert.match(unknown.err, /no event or POST "evt_nothing".*nothing was replayed.*events list/);
  assert.match(unknownDrop.err, /nothing was dropped/);
  assert.match(delivered.err, /was not dropped: it is delivered already/);
  assert.deepEqual((await listed(place)).map(({ state }) => state), ['delivered']); // prettier-ignore
});

for (const args of [
  ['replay'],
  ['replay', '--feed', 'a/b'],
  ['replay', 'evt_1', '--state', 'dead'],
  ['drop'],
  ['drop', 'evt_1', '--all'],
]) {
  test(`\`events ${args.join(' ')}\` does not say which events: exit 64`, async (t) => {
    const place = await openTestFolder(t, {});

    const ran = await place.run('events', ...args);

    assert.equal(ran.exit, 64);
    assert.match(ran.err, /^error: say /);
  });
}
