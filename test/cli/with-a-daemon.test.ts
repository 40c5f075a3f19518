import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openTestFolder, shopInstance, type Ran, type TestFolder } from '../support/test-folder.ts';

interface Running {
  readonly place: TestFolder;
  stop(): Promise<Ran>;
}

/** A daemon inside this process, once it has polled for the first time. */
async function runDaemon(t: TestContext, config: string, ...args: readonly string[]): Promise<Running> {
  const stopping = new AbortController();
  let asked: () => void = () => undefined;
  const polled = new Promise<void>((resolve) => (asked = resolve));
  const provider = await loopback((_, response) => {
    response.end('[]');
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
  await Promise.race([polled, ran.then(({ err }) => assert.fail(err))]);
  return { place, stop };
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
