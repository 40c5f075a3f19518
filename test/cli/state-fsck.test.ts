import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openTestFolder, shopInstance, type TestFolder } from '../support/test-folder.ts';

const segment = 'state/journal/00000000000000000001.log';
const checkpoint = 'state/feeds/shop/items.json';

/** A state directory after two polls that told something; nobody takes it. */
async function polledTwice(t: TestContext): Promise<TestFolder> {
  let items: readonly object[] = [{ id: 1, n: 'a' }];
  const provider = await loopback((_, response) => response.end(JSON.stringify(items)));
  t.after(() => provider.close());
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(provider.origin) });
  assert.equal((await place.run('run', '--once')).exit, 0);
  items = [...items, { id: 2, n: 'b' }];
  assert.equal((await place.run('run', '--once')).exit, 0);
  return place;
}

async function harm(place: TestFolder, path: string, change: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(join(place.folder, path));
  change(bytes);
  await writeFile(join(place.folder, path), bytes);
}

test('a sound state directory is said to be, and so is one that is not there yet', async (t) => {
  const place = await polledTwice(t);
  const empty = await openTestFolder(t, {});

  for (const ran of [await place.run('state', 'fsck'), await empty.run('state', 'fsck')]) {
    assert.equal(ran.exit, 0);
    assert.equal(ran.out, 'The state directory is sound.\n');
  }
  const json = await place.run('state', 'fsck', '--json');

  assert.deepEqual(JSON.parse(json.out), { sound: true, findings: [] });
});

test('damage is shown with file and place, nothing is touched, and a repair mends it and says where the former files are', async (t) => {
  const place = await polledTwice(t);
  await harm(place, segment, (bytes) => bytes.fill(0, 300, 400));
  await harm(place, checkpoint, (bytes) => bytes.fill(0x7e, bytes.length - 60, bytes.length - 40));
  const before = await place.footprint();
  assert.equal((await place.run('status')).exit, 1);

  const looked = await place.run('state', 'fsck');
  const shown = JSON.parse((await place.run('state', 'fsck', '--json')).out) as { sound: boolean; findings: object[] };

  assert.equal(looked.exit, 1);
  assert.match(looked.out, /damage journal\/0{19}1\.log: byte \d+: \d+ bytes that are no frame; frames? \d/);
  assert.match(looked.out, /nothing was changed\. `elementd state fsck --repair`/);
  assert.equal(shown.sound, false);
  assert.deepEqual(await place.footprint(), before);
  const repaired = await place.run('state', 'fsck', '--repair');
  assert.equal(repaired.exit, 0, repaired.out);
  const kept = /are kept in (.*)\.\n/.exec(repaired.out)?.[1] ?? '';
  assert.ok((await readdir(join(kept, 'journal'))).includes('00000000000000000001.log'), repaired.out);
  assert.match(repaired.out, /The state directory is sound\.\n$/);
  assert.equal((await place.run('state', 'fsck')).exit, 0);
  const again = await place.run('run', '--once');
  assert.equal(again.exit, 0, again.err);
  const told = (await place.run('events', 'list', '--json', '--record', '2')).out;
  assert.match(told, /"recordId":"2"/);
});

test('a damaged token file is moved aside, and the way to a new one is told', async (t) => {
  const place = await polledTwice(t);
  await place.write('state/tokens/shop.json', '{"version":1,"spent":[');
  await place.write('state/tokens/other.json', '{"version":1,"spent":[],"obtainedAt":1,"extra":{}}\n');

  const repaired = await place.run('state', 'fsck', '--repair');

  assert.equal(repaired.exit, 0);
  assert.match(repaired.out, /tokens\/shop\.json: it is damaged/);
  assert.match(repaired.out, /`elementd auth shop`/);
  assert.deepEqual(await readdir(join(place.folder, 'state/tokens')), ['other.json']);
});

test('what only the operator can decide stays damage after a repair: exit 1', async (t) => {
  const place = await polledTwice(t);
  await rm(join(place.folder, segment));
  await writeFile(join(place.folder, checkpoint), 'nothing');

  const repaired = await place.run('state', 'fsck', '--repair');

  assert.equal(repaired.exit, 1);
  assert.match(repaired.out, /decide: .*`elementd state forget shop\/items`/);
  assert.equal((await place.run('state', 'fsck')).exit, 1);
  const forgotten = await place.run('state', 'forget', 'shop/items');
  assert.equal(forgotten.exit, 0, forgotten.err);
  assert.equal((await place.run('state', 'fsck')).exit, 0);
});

test('beside a daemon it looks, and does not repair', async (t) => {
  let asked: () => void = () => undefined;
  const polled = new Promise<void>((resolve) => (asked = resolve));
  const provider = await loopback((_, response) => {
    response.end('[]');
    asked();
  });
  const stopping = new AbortController();
  const files = { 'instances/shop.yaml': shopInstance(provider.origin) };
  const place = await openTestFolder(t, files, { stop: stopping.signal });
  const daemon = place.run('run');
  t.after(async () => {
    stopping.abort();
    await daemon;
    await provider.close();
  });
  await Promise.race([polled, daemon.then(({ err }) => assert.fail(err))]);

  const looked = await place.run('state', 'fsck');
  const refused = await place.run('state', 'fsck', '--repair');

  assert.equal(looked.exit, 0, looked.out);
  assert.equal(refused.exit, 1);
  assert.match(refused.err, /in use by process \d+.*stop it, and repair then/);
});
