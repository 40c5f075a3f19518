import assert from 'node:assert/strict';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { shopFile } from '../support/shop.ts';
import { openTestFolder, type TestFolder } from '../support/test-folder.ts';
import { openStage, polled, sentBy } from './state-stage.ts';

/** What `git mv instances/a.yaml instances/b.yaml` does. */
async function renamed(place: TestFolder, from = 'a', to = 'b'): Promise<void> {
  await rename(join(place.folder, `instances/${from}.yaml`), join(place.folder, `instances/${to}.yaml`));
}

test('after a git mv under a daemon that reloads, the instance goes on where it stood, and what waits goes to its callback', async (t) => {
  const answers = { status: 503 };
  const { shop, place, receiver, start, stop } = await openStage(t, ['pen', 'ink'], answers);
  await start();
  await receiver.awaitCount(1);
  const elsewhere = receiver.url.replace('/hook', '/other');
  await rm(join(place.folder, 'instances/a.yaml'));
  await place.write('instances/b.yaml', shopFile(shop.origin, elsewhere));
  await place.run('reload');
  await place.run('poll', 'b/items');
  const newborn = JSON.parse((await place.run('state', 'list', '--json')).out) as { feed: string }[];
  const blocked = await place.run('state', 'move', 'a', 'b');

  const moved = await place.run('state', 'move', 'a', 'b', '--replace');
  answers.status = 200;
  const before = receiver.received.length;
  shop.put(3, 'cap');
  const report = await polled(place, 'b/items');
  await receiver.awaitCount(before + 2);
  const list = await place.run('state', 'list');
  const events = await place.run('events', 'list', '--feed', 'b/items');
  await stop();

  assert.deepEqual(newborn.map(({ feed }) => feed), ['a/items', 'b/items']); // prettier-ignore
  assert.equal(blocked.exit, 1);
  assert.match(blocked.err, /b\/items is a feed of its own already: it told of 2 of the 2 records.*--replace drops/);
  assert.equal(moved.exit, 0, moved.err);
  assert.match(moved.out, /a\/items goes on as b\/items; it is complete to 20/);
  assert.match(moved.err, /dropped what b\/items was: 2 records known, 2 of them told/);
  assert.match(moved.err, /2 events of a\/items still to be delivered: delivered as events of b\/items/);
  assert.match(report, /1 created, 0 updated/);
  assert.doesNotMatch(list.out, /a\/items/);
  assert.match(list.out, /^b\/items .* yes$/m);
  const first = receiver.received[0];
  const again = receiver.received.find(({ path, headers }) => path === '/other' && headers['webhook-id'] === first?.headers['webhook-id']); // prettier-ignore
  assert.equal(again?.body, first?.body);
  assert.equal(events.out.match(/CREATED/g)?.length, 5);
});

for (const daemon of [false, true]) {
  const how = daemon ? 'while the daemon runs' : 'without a daemon';

  test(`${how}, a feed that was renamed takes the place of a newborn that told nothing`, async (t) => {
    const { shop, place, receiver, start, stop } = await openStage(t, ['pen', 'ink'], { status: 200 });
    await polled(place, 'a/items');
    await receiver.awaitCount(1);
    shop.items.clear();
    await renamed(place);
    if (daemon) await start();

    const moved = await place.run('state', 'move', 'a/items', 'b/items', '--json');
    const twice = await place.run('state', 'move', 'a/items', 'b/items');
    shop.put(1, 'pen', Math.floor(Date.now() / 1000) + 1);
    shop.put(3, 'cap');
    await polled(place, 'b/items');
    await receiver.awaitCount(2);
    await stop();

    assert.equal(moved.exit, 0, moved.err);
    assert.equal((JSON.parse(moved.out) as { feeds: { to: string }[] }).feeds[0]?.to, 'b/items');
    assert.equal(twice.exit, 1);
    assert.match(twice.err, /nothing is remembered of feed a\/items \(did you mean "b\/items"\?\)/);
    assert.deepEqual(sentBy(receiver, 1).flatMap(({ events }) => events).sort(), ['CREATED 3', 'UPDATED 1']); // prettier-ignore
    assert.deepEqual(await readdir(join(place.folder, 'state/feeds/a')), []);
  });
}

test('a move is refused while the files still name the old one, and where the new one reads something else', async (t) => {
  const { place, shop, receiver } = await openStage(t, ['pen'], { status: 200 });
  await polled(place, 'a/items');

  const named = await place.run('state', 'move', 'a', 'b');
  await renamed(place);
  await place.write('instances/b.yaml', (await place.read('instances/b.yaml')).replace('/items?', '/things?'));
  const other = await place.run('state', 'move', 'a', 'b');
  const unknown = await place.run('state', 'move', 'c', 'b');
  const mixed = await place.run('state', 'move', 'a', 'b/items');
  await rm(join(place.folder, 'instances/b.yaml'));
  const ahead = await place.run('state', 'move', 'a', 'b');
  await place.write('instances/b.yaml', shopFile(shop.origin, receiver.url));
  const report = await polled(place, 'b/items');

  assert.deepEqual([named, other, unknown, mixed].map(({ exit }) => exit), [1, 1, 1, 1]); // prettier-ignore
  assert.match(named.err, /the files still name a\/items.*git mv/);
  assert.match(other.err, /b\/items is not what a\/items was: the path was \/items and is \/things/);
  assert.match(unknown.err, /nothing is remembered of instance c/);
  assert.match(mixed.err, /not of one kind/);
  assert.equal(ahead.exit, 0, ahead.err);
  assert.match(report, /0 created, 0 updated, 0 deleted/);
});

test('tokens move with an instance, and are exported only where that is asked for', async (t) => {
  const { place } = await openStage(t, ['pen'], { status: 200 });
  await polled(place, 'a/items');
  const tokens = {
    version: 1,
    spent: [],
    accessToken: 'secret-a',
    refreshToken: 'more',
    obtainedAt: 1,
    extra: { id: 1 },
  };
  const text = JSON.stringify(tokens).replace('{"id":1}', '{"id":90071992547409931}');
  await place.write('state/tokens/a.json', text);
  await place.write('state/tokens/b.json', JSON.stringify({ version: 1, spent: ['x'], obtainedAt: 1, extra: {} }));
  await renamed(place);

  const moved = await place.run('state', 'move', 'a', 'b');
  const bare = await place.run('state', 'export', 'bare.ndjson');
  const whole = await place.run('state', 'export', 'whole.ndjson', '--with-tokens');
  const there = await openTestFolder(t, { 'whole.ndjson': await place.read('whole.ndjson') });
  const imported = await there.run('state', 'import', 'whole.ndjson');

  assert.match(moved.err, /the tokens of a are those of b now/);
  assert.deepEqual(await readdir(join(place.folder, 'state/tokens')), ['b.json']);
  assert.match(bare.err, /without their tokens \(--with-tokens\) these accounts must be authorized anew there: b/);
  assert.doesNotMatch(await place.read('bare.ndjson'), /secret-a/);
  assert.match(whole.err, /holds secrets/);
  assert.equal(imported.exit, 0, imported.err);
  assert.match(imported.err, /no file here names b\/items/);
  assert.equal(await there.read('state/tokens/b.json'), await place.read('state/tokens/b.json'));
  assert.match(await there.read('state/tokens/b.json'), /90071992547409931/);
});

test('a daemon that runs takes in an export, and goes on from there', async (t) => {
  const old = await openStage(t, ['pen', 'ink'], { status: 200 });
  await polled(old.place, 'a/items');
  await old.place.run('state', 'export', 'x.ndjson');
  const { shop, place, receiver, start, stop } = await openStage(t, [], { status: 200 });
  await place.write('instances/a.yaml', (await place.read('instances/a.yaml')).replace(shop.origin, old.shop.origin));
  await start();
  await receiver.awaitCount(1);
  await place.write('x.ndjson', await old.place.read('x.ndjson'));

  const refused = await place.run('state', 'import', 'x.ndjson');
  const imported = await place.run('state', 'import', 'x.ndjson', '--replace');
  const report = await polled(place, 'a/items');
  await stop();

  assert.equal(refused.exit, 1);
  assert.match(refused.err, /feed a\/items is remembered here already; nothing was imported/);
  assert.equal(imported.exit, 0, imported.err);
  assert.match(imported.out, /imported 1 feed with 2 records/);
  assert.match(report, /0 created, 0 updated, 0 deleted/);
  assert.equal(receiver.received.length, 1);
});
