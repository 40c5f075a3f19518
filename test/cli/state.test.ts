import assert from 'node:assert/strict';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { openTestFolder } from '../support/test-folder.ts';
import { openStage, polled, sentBy } from './state-stage.ts';

for (const daemon of [false, true]) {
  const how = daemon ? 'while the daemon runs' : 'without a daemon';

  test(`${how}, feeds are listed and shown, those without a file too`, async (t) => {
    const { place, start, stop } = await openStage(t, ['pen', 'ink'], { status: 200 });
    await polled(place, 'a/items');
    await rename(join(place.folder, 'instances/a.yaml'), join(place.folder, 'a.yaml'));
    if (daemon) await start();

    const list = await place.run('state', 'list');
    const rows = JSON.parse((await place.run('state', 'list', '--json')).out) as Record<string, unknown>[];
    const show = await place.run('state', 'show', 'a/items');
    const all = JSON.parse((await place.run('state', 'show', 'a/items', '--json')).out) as {
      records: Record<string, { n: number; at: string }>;
    };
    const near = await place.run('state', 'show', 'a/itmes');
    await stop();

    assert.match(list.out, /^FEED +WATERMARK/);
    assert.match(list.out, /^a\/items +20\S+Z +all +2 +0 +\d+ +read all +no$/m);
    assert.deepEqual([rows[0]?.['feed'], rows[0]?.['known'], rows[0]?.['planned']], ['a/items', 2, false]);
    assert.match(show.out, /records +2 known, 0 gone/);
    assert.match(show.out, /^1 +1 +20/m);
    assert.deepEqual(Object.keys(all.records), ['1', '2']);
    assert.match(all.records['1']?.at ?? '', /^20\d\d-.*Z$/);
    assert.equal(near.exit, 1);
    assert.match(near.err, /nothing is remembered of feed a\/itmes \(did you mean "a\/items"\?\)/);
  });

  test(`${how}, a watermark set backwards is read from again, and nothing is told twice`, async (t) => {
    const { shop, place, receiver, start, stop } = await openStage(t, ['pen', 'ink'], { status: 200 });
    await polled(place, 'a/items');
    const lost = Math.floor(Date.parse('2025-03-01T00:00:00Z') / 1000);
    if (daemon) await start();

    const set = await place.run('state', 'set', 'a/items', '--watermark', '2025-02-01T00:00:00Z');
    shop.put(9, 'found late', lost);
    await polled(place, 'a/items');
    await receiver.awaitCount(2);
    await polled(place, 'a/items');
    await stop();

    assert.equal(set.exit, 0, set.err);
    assert.match(set.out, /a\/items is read from 2025-02-01T00:00:00\.000Z on/);
    assert.equal(shop.asked.at(-2), Date.parse('2025-02-01T00:00:00Z') / 1000 - 1);
    assert.deepEqual(sentBy(receiver, 1).map(({ events }) => events), [['CREATED 9']]); // prettier-ignore
  });

  test(`${how}, a watermark moves forwards only where that is said, and never beyond the present`, async (t) => {
    const { place, start, stop } = await openStage(t, ['pen'], { status: 200 });
    await polled(place, 'a/items');
    if (daemon) await start();
    await place.run('state', 'set', 'a/items', '--watermark', '2025-01-01T00:00:00Z');
    const set = ['state', 'set', 'a/items', '--watermark', '2025-01-03T01:00:00Z'];

    const refused = await place.run(...set);
    const between = await place.run('state', 'show', 'a/items');
    const skipped = await place.run(...set, '--skip');
    const future = await place.run('state', 'set', 'a/items', '--watermark', '2999-01-01T00:00:00Z', '--skip');
    await stop();

    assert.equal(refused.exit, 1);
    assert.match(refused.err, /is given up \(--skip gives it up\)/);
    assert.match(between.out, /complete to +2025-01-01T00:00:00Z/);
    assert.equal(skipped.exit, 0);
    assert.match(skipped.err, /given up: what changed in the 2d 1h from 2025-01-01T\S+ to 2025-01-03T01\S+ and/);
    assert.equal(future.exit, 1);
    assert.match(future.err, /lies in the future/);
  });

  test(`${how}, a feed that is forgotten begins anew, and its events have other ids`, async (t) => {
    const answers = { status: 503 };
    const { place, receiver, start, stop } = await openStage(t, ['pen'], answers);
    await place.run('poll', 'a/items');
    await receiver.awaitCount(1);
    if (daemon) await start();
    answers.status = 200;

    const forgot = await place.run('state', 'forget', 'a/items');
    const before = await place.run('events', 'list', '--json');
    await polled(place, 'a/items');
    const after = await place.run('events', 'list', '--json');
    const again = await place.run('state', 'forget', 'b/items');
    await stop();

    assert.equal(forgot.exit, 0, forgot.err);
    assert.match(forgot.out, daemon ? /begins anew now/ : /begins anew when elementd runs/);
    assert.match(forgot.err, /1 event of a\/items still to be delivered: delivered all the same/);
    const first = before.out.trim().split('\n').map((line) => (JSON.parse(line) as { id: string }).id); // prettier-ignore
    const both = after.out.trim().split('\n').map((line) => (JSON.parse(line) as { id: string }).id); // prettier-ignore
    assert.ok(first.length >= 1);
    assert.equal(new Set([...first, ...both]).size, 2);
    assert.equal(again.exit, 1);
  });

  test(`${how}, everything is exported and imported elsewhere: nothing is told twice, nothing is lost`, async (t) => {
    const answers = { status: 503 };
    const old = await openStage(t, ['pen', 'ink'], answers);
    await old.place.run('poll', 'a/items');
    await old.receiver.awaitCount(1);
    if (daemon) await old.start();
    const exported = await old.place.run('state', 'export', 'state.ndjson');
    const printed = await old.place.run('state', 'export');
    await old.stop();
    const place = await openTestFolder(t, { 'instances/a.yaml': await old.place.read('instances/a.yaml') });
    const text = await old.place.read('state.ndjson');
    await place.write('cut.ndjson', text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    await place.write('other.ndjson', text.replace('"n":1', '"n":2'));
    await place.write('state.ndjson', text);

    const cut = await place.run('state', 'import', 'cut.ndjson');
    const other = await place.run('state', 'import', 'other.ndjson');
    const nothing = await place.run('state', 'list');
    const imported = await place.run('state', 'import', 'state.ndjson');
    const twice = await place.run('state', 'import', 'state.ndjson');
    const replaced = await place.run('state', 'import', 'state.ndjson', '--replace');
    const before = old.receiver.received.length;
    answers.status = 200;
    old.shop.put(3, 'cap');
    const polls = [await place.run('poll', 'a/items'), await place.run('poll', 'a/items')];
    const running = new AbortController();
    const ran = place.runUntil(running.signal, 'run', '--log-level', 'error');
    await old.receiver.awaitCount(before + 2);
    running.abort();
    await ran;

    assert.equal(exported.exit, 0, exported.err);
    assert.match(exported.err, /exported 1 feed with 2 records, 1 POST that waits, 0 dead letters to state\.ndjson/);
    assert.match(exported.err, daemon ? /stop the daemon that runs here/ : /no daemon may run on this state directory/);
    assert.equal((await stat(join(old.place.folder, 'state.ndjson'))).mode & 0o777, 0o600);
    assert.match(
      printed.out,
      /^\{"format":"elementd state","version":1,.*\n[^]*\{"kind":"end",.*"sha256":"[0-9a-f]{64}"\}\n$/,
    );
    assert.deepEqual([cut.exit, other.exit], [1, 1]);
    assert.match(cut.err, /cannot be imported: it ends before its last line.*nothing was changed/);
    assert.match(other.err, /not those that were written/);
    assert.match(nothing.out, /Nothing is remembered/);
    assert.equal(imported.exit, 0, imported.err);
    assert.equal(twice.exit, 1);
    assert.match(twice.err, /feed a\/items is remembered here already; nothing was imported/);
    assert.equal(replaced.exit, 0, replaced.err);
    assert.deepEqual(polls.map(({ exit }) => exit), [0, 0], polls.map(({ err, out }) => err + out).join()); // prettier-ignore
    const told = sentBy(old.receiver, before).map(({ events }) => events);
    assert.deepEqual(told.flat().sort(), ['CREATED 1', 'CREATED 2', 'CREATED 3']);
    const first = old.receiver.received[0];
    assert.ok(old.receiver.received.slice(before).some(({ body, headers }) => body === first?.body && headers['webhook-id'] === first.headers['webhook-id'])); // prettier-ignore
  });
}
