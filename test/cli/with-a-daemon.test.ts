import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openTestFolder, shopInstance, type Ran, type TestFolder } from '../support/test-folder.ts';

interface Running {
  readonly place: TestFolder;
  /** What the provider lists. */
  rows: readonly object[];
  stop(): Promise<Ran>;
}

/** A daemon inside this process, once it has polled for the first time. */
async function runDaemon(t: TestContext, config: string, ...args: readonly string[]): Promise<Running> {
  const stopping = new AbortController();
  let asked: () => void = () => undefined;
  const polled = new Promise<void>((resolve) => (asked = resolve));
  const provider = await loopback((_, response) => {
    response.end(JSON.stringify(running.rows));
    asked();
  });
  t.after(() => provider.close());
  const files = { 'config.yaml': config, 'instances/shop.yaml': shopInstance(provider.origin) };
  const place = await openTestFolder(t, files, { stop: stopping.signal });
  const ran = place.run('run', ...args);
  const stop = (): Promise<Ran> => {
    stopping.abort();
    return ran;
  };
  t.after(stop);
  const running: Running = { place, rows: [], stop };
  await Promise.race([polled, ran.then(({ err }) => assert.fail(err))]);
  return running;
}

test('with a config.yaml that has errors, commands still reach the daemon, print the errors, and exit 78', async (t) => {
  const { place, stop } = await runDaemon(t, 'state: ./data\n');
  await place.write('config.yaml', 'state: ./data\npoling: {}\n');

  const reload = await place.run('reload');
  const status = await place.run('status');
  const events = await place.run('events', 'list');

  for (const ran of [reload, status, events]) {
    assert.equal(ran.exit, 78);
    assert.match(ran.err, /config\.yaml:2:1: poling: /);
    assert.doesNotMatch(ran.err + ran.out, /no daemon runs/);
  }
  assert.match(status.out, /the daemon runs, 1 feed/);
  assert.match(status.out, /config\.yaml has errors: everything runs on as it was/);
  assert.match(events.out, /No events/);
  const { err } = await stop();
  assert.match(err, /config\.yaml has errors: everything runs on as it was/);
  assert.doesNotMatch(err, /kept as last good/);
});

test('with a config.yaml that has errors and no daemon, nobody is told that no daemon runs', async (t) => {
  const place = await openTestFolder(t, { 'config.yaml': 'poling: {}\n' });

  const reload = await place.run('reload');

  assert.equal(reload.exit, 78);
  assert.match(reload.err, /poling/);
  assert.doesNotMatch(reload.err, /no daemon runs/);
});

test('a reload names the settings that wait for a restart', async (t) => {
  const { place } = await runDaemon(t, 'polling: {timeout: 20s}\n');
  const before = await place.run('reload');
  await place.write('config.yaml', 'polling: {timeout: 25s}\ndelivery: {retry: {for: 1h}}\nlog: {level: debug}\n');

  const reload = await place.run('reload');
  await place.write('config.yaml', 'polling: {timeout: 20s}\n');
  const back = await place.run('reload');

  assert.doesNotMatch(before.err, /restart/);
  assert.equal(reload.exit, 0);
  assert.match(reload.err, /polling\.timeout, delivery\.retry\.for, log\.level changed .*wait for a restart/);
  assert.doesNotMatch(back.err, /restart/);
});

test('a log level of the command line wins, so that the one of config.yaml waits for nothing', async (t) => {
  const { place } = await runDaemon(t, 'log: {level: warn}\n', '--log-level', 'error');
  await place.write('config.yaml', 'log: {level: debug}\n');

  const reload = await place.run('reload');

  assert.doesNotMatch(reload.err, /restart/);
});

for (const args of [['reload'], ['status'], ['events', 'list'], ['run', '--once']]) {
  test(`\`elementd ${args.join(' ')}\` says that a state directory which is a file cannot be used`, async (t) => {
    const place = await openTestFolder(t, { state: 'x', 'instances/shop.yaml': shopInstance('http://127.0.0.1:9') });

    const ran = await place.run(...args);

    assert.equal(ran.exit, 1);
    assert.match(ran.err, /the state directory \S+ cannot be used: it is a file/);
  });
}

for (const id of ['-F9abc', '-VabcdefghijklmnopqrsT', '--abcdefghijklmnopqrsT', '-habcdefghijklmnopqrsT']) {
  test(`an id may begin with a hyphen: ${id}`, async (t) => {
    const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9') });

    const first = await place.run('events', 'show', id, '--json');
    const last = await place.run('--json', 'events', 'show', '--log-level', 'error', id);

    for (const ran of [first, last]) {
      assert.equal(ran.exit, 1);
      assert.match(ran.err, new RegExp(`no event "${id}"`));
    }
  });
}

test('a missing secret is told once, at the key that names it', async (t) => {
  const configuration = ['authentication.type: bearer', 'token: "${env:SHOP_TOKEN}"'];
  const files = { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9', [], configuration) };
  const place = await openTestFolder(t, files);

  const ran = await place.run('run', '--once');

  assert.match(ran.err, /instances\/shop\.yaml:5:10: configuration\.token: the environment variable SHOP_TOKEN/);
  assert.equal(ran.err.split('SHOP_TOKEN is not set').length, 2);
});

test('a missing secret of a polled entry is told at the entry', async (t) => {
  const entry = ['headers: {X-Key: "${env:SHOP_KEY}"}'];
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9', entry) });

  const ran = await place.run('run', '--once');

  assert.match(ran.err, /:8:24: configuration\.event\.poller\.configuration\.items\.headers\.X-Key: .*SHOP_KEY/);
});

test('a dry run says the word warning once, and a file that is not there has a place', async (t) => {
  const files = { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9', ['colour: red']) };
  const place = await openTestFolder(t, files);

  const dry = await place.run('run', '--dry-run');
  const gone = await place.run('validate', '--config', 'gone.yaml');

  assert.match(dry.err, /^warning instances\/shop\.yaml:\d+:\d+: \S+colour: (?!warning)/m);
  assert.match(gone.out, /^gone\.yaml:1:1: \(file\): the file does not exist/m);
});

test('why says what was seen and told of a record, with a daemon and, for what is durable, without one', async (t) => {
  const running = await runDaemon(t, 'state: ./data\n');
  const { place, stop } = running;
  await place.run('poll', 'shop/items');
  running.rows = [{ id: 'order-4711', n: 1 }];
  await place.run('poll', 'shop/items');
  await place.run('poll', 'shop/items');

  const text = await place.run('events', 'why', 'shop/items', 'order-4711');
  const json = await place.run('events', 'why', 'shop/items', 'order-4711', '--json');
  const slip = await place.run('events', 'why', 'shop/items', 'order-4171');
  await stop();
  const alone = await place.run('events', 'why', 'shop/items', 'order-4711', '--json');

  assert.equal(text.exit, 0);
  assert.match(
    text.out,
    /^shop\/items "order-4711": told\n {2}told as CREATED, .*: event evt_\S+, kept and listed only/,
  );
  assert.match(text.out, /read at \S+Z: unchanged since the version told by the poll at /);
  assert.match(text.out, /^READ +UPDATED\n/m);
  assert.match(text.out, /CREATED +shop\/items +order-4711 +kept +evt_/);
  const why = JSON.parse(json.out);
  assert.deepEqual(
    why.readings.map((reading: { because: string }) => reading.because),
    ['unchanged', 'CREATED'],
  );
  assert.equal(why.readings[1].event, why.events[0].id);
  for (const at of [why.at, why.watching, why.version.at, why.head.since, why.readings[0].at, why.events[0].settledAt])
    assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(slip.exit, 0);
  assert.match(slip.out, /no record "order-4171" is known[^]*did you mean "order-4711"\?/);
  const durable = JSON.parse(alone.out);
  assert.deepEqual([durable.state, durable.readings, durable.events.length], ['told', [], 1]);
  assert.match(durable.says[1], /no daemon runs/);
});

test('why about a feed that is not there names the nearest, exit 1', async (t) => {
  const { place } = await runDaemon(t, '');

  const near = await place.run('events', 'why', 'shop/itms', '1');
  const far = await place.run('events', 'why', 'x/y', '1', '--json');

  assert.deepEqual([near.exit, near.out], [1, '']);
  assert.match(near.err, /there is no feed "shop\/itms"; did you mean "shop\/items"\?/);
  assert.deepEqual([far.exit, JSON.parse(far.out).state, JSON.parse(far.out).nearest], [1, 'no-feed', undefined]);
});

test('status of a feed says why it stands there and what holds it, with a daemon and without one', async (t) => {
  const { place, stop } = await runDaemon(t, 'state: ./data\n');
  await place.run('poll', 'shop/items');
  const good = await place.run('status', 'shop/items');
  const file = await place.read('instances/shop.yaml');
  await place.write('instances/shop.yaml', file.replace('idField: id', 'idField: {}'));
  await place.run('reload');

  const broken = await place.run('status', 'shop/items');
  const json = await place.run('status', 'shop/items', '--json');
  await place.write('instances/shop.yaml', file);
  await stop();
  const alone = await place.run('status', 'shop/items', '--json');

  assert.match(good.out, /it stands +complete through \S+Z, as of the poll at \S+Z; it stands there because /);
  assert.match(good.out, /schedule +every 15m; after the last good poll due at /);
  assert.match(good.out, /held +by nothing/);
  assert.match(
    broken.out,
    /held +broken: instance shop has errors and runs as it was last good: instances\/shop\.yaml:7:.* \(since \S+Z, /,
  );
  const { standing, feeds } = JSON.parse(json.out);
  assert.deepEqual([standing.feed, standing.watermark], ['shop/items', feeds[0].watermark]);
  assert.match(standing.holds[0].since, /Z$/);
  const durable = JSON.parse(alone.out).standing;
  assert.deepEqual([durable.by, durable.asOf, durable.watermark], [standing.by, standing.asOf, standing.watermark]);
  assert.deepEqual(
    durable.holds.map((hold: { what: string }) => hold.what),
    ['no-daemon'],
  );
});

test('status of a feed whose file is gone, or never ran, says so', async (t) => {
  const { place, stop } = await runDaemon(t, '');
  await place.run('poll', 'shop/items');
  await stop();
  await place.write('instances/other.yaml', 'element: {key: nobody}\n');
  await place.write('instances/shop.yaml', 'element: {}\n');

  const kept = await place.run('status', 'shop/items');
  const never = await place.run('status', 'other/items');

  assert.equal(kept.exit, 0);
  assert.match(
    kept.out,
    /complete through [^]*held +not-planned: .*\n.*held +broken: instance shop has errors and does not run/,
  );
  assert.equal(never.exit, 64);
  assert.match(never.err, /no feed "other\/items"; there are: none; instance other has errors and does not run/);
});
