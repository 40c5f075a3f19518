import assert from 'node:assert/strict';
import test from 'node:test';
import { loopback } from '../support/loopback.ts';
import { openReceiver } from '../support/receiver.ts';
import { openTestFolder, shopInstance } from '../support/test-folder.ts';

const usage: readonly (readonly string[])[] = [
  ['run', '--at', 'yesterday', '--dry-run'],
  ['fly'],
  ['poll'],
  ['validate', '--format', 'xml'],
  ['events', 'list', '--limit', 'all'],
  ['--log-level', 'loud', 'run'],
];
for (const args of usage) {
  test(`\`elementd ${args.join(' ')}\` is wrong usage: exit 64, said on standard error`, async (t) => {
    const place = await openTestFolder(t, {});

    const ran = await place.run(...args);

    assert.equal(ran.exit, 64);
    assert.equal(ran.out, '');
    assert.match(ran.err, /^error: /);
  });
}

test('help and version are data, exit 0', async (t) => {
  const place = await openTestFolder(t, {});

  const help = await place.run('--help');
  const version = await place.run('--version');

  assert.equal(help.exit, 0);
  assert.match(help.out, /Commands:/);
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
});

test('one round polls every feed, delivers what is due, and says by its exit whether all went well', async (t) => {
  let items: readonly object[] = [{ id: 1, n: 'a' }];
  const provider = await loopback((_, response) => response.end(JSON.stringify(items)));
  const receiver = await openReceiver((_post, n) => ({ status: n === 0 ? 503 : 200 }));
  t.after(() => Promise.all([provider.close(), receiver.close()]));
  const callback = [`event.notification.callback.url: ${receiver.url}`];
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(provider.origin, [], callback) });
  assert.equal((await place.run('run', '--once')).exit, 0);

  items = [...items, { id: 2, n: 'b' }];
  const refused = await place.run('run', '--once');

  assert.equal(refused.exit, 3);
  assert.equal(receiver.received.length, 1);
  const listed = await place.run('events', 'list', '--json', '--state', 'pending');
  const event = JSON.parse(listed.out);
  assert.deepEqual([event.kind, event.recordId, event.attempts], ['CREATED', '2', 1]);
  const shown = await place.run('events', 'show', event.id, '--json');
  assert.equal(JSON.parse(shown.out).body.message.events[0].eventId, event.id);
});

test('looking at a fresh state directory gives birth to no feed', async (t) => {
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9') });

  const ran = await place.run('status', '--json');

  const [feed] = JSON.parse(ran.out).feeds;
  assert.equal(ran.exit, 0);
  assert.deepEqual([feed.state, feed.watermark, feed.firstLook], ['new', undefined, 'none']);
});

test('a feed or an event that is not there is named, with those that are', async (t) => {
  const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance('http://127.0.0.1:9') });

  const status = await place.run('status', 'shop/itms');
  const poll = await place.run('poll', 'shop/itms');
  const event = await place.run('events', 'show', 'nothing');
  const reload = await place.run('reload');

  assert.deepEqual([status.exit, poll.exit, event.exit, reload.exit], [64, 64, 1, 1]);
  for (const { err } of [status, poll]) assert.match(err, /no feed "shop\/itms"; there are: shop\/items\n$/);
  assert.match(event.err, /no event "nothing"/);
  assert.match(reload.err, /no daemon runs/);
});

const refusals: Readonly<
  Record<string, { files: Record<string, string>; args: readonly string[]; exit: number; says: RegExp }>
> = {
  'an invalid config.yaml': {
    files: { 'config.yaml': 'poling: {}\n', 'instances/shop.yaml': shopInstance('http://127.0.0.1:9') },
    args: ['run', '--once'],
    exit: 78,
    says: /config\.yaml:1:1: poling: .*did you mean "polling"/,
  },
  'no instance that can run': {
    files: { 'instances/shop.yaml': shopInstance('ftp://x') },
    args: ['run', '--once'],
    exit: 78,
    says: /instances\/shop\.yaml:3:/,
  },
  'a missing secret and nothing else to run': {
    files: {
      'instances/shop.yaml': shopInstance(
        'http://127.0.0.1:9',
        [],
        ['authentication.type: bearer', 'token: "${env:SHOP_TOKEN}"'],
      ),
    },
    args: ['run', '--once'],
    exit: 78,
    says: /SHOP_TOKEN/,
  },
  'an error in one file, when strict': {
    files: { 'instances/a.yaml': shopInstance('http://127.0.0.1:9'), 'instances/b.yaml': 'element: {}\n' },
    args: ['run', '--once', '--strict'],
    exit: 78,
    says: /instances\/b\.yaml:1:/,
  },
};
for (const [what, { files, args, exit, says }] of Object.entries(refusals)) {
  test(`${what} refuses the start with the place of the error`, async (t) => {
    const place = await openTestFolder(t, files);

    const ran = await place.run(...args);

    assert.equal(ran.exit, exit);
    assert.match(ran.err, says);
  });
}

test('an instance with an error does not keep the others from running', async (t) => {
  const provider = await loopback((_, response) => response.end('[]'));
  t.after(() => provider.close());
  const place = await openTestFolder(t, {
    'instances/a.yaml': shopInstance(provider.origin),
    'instances/b.yaml': 'element: {key: nobody}\n',
  });

  const ran = await place.run('run', '--once');

  assert.equal(ran.exit, 0);
  assert.match(ran.err, /instances\/b\.yaml:1:16: element\.key/);
});

test('validate prints each problem of each file on standard output, or as annotations', async (t) => {
  const place = await openTestFolder(t, {
    'instances/shop.yaml': shopInstance('https://shop.example.com', ['colour: red']),
    'instances/other.yaml': 'element: {key: constantcontacts}\nconfiguration: {}\n',
  });

  const text = await place.run('validate');
  const github = await place.run('validate', '--format', 'github');
  const one = await place.run('validate', 'instances/shop.yaml');
  const beside = await place.run('validate', 'nowhere.yaml');

  assert.equal(text.exit, 78);
  assert.match(text.out, /^instances\/other\.yaml:1:16: element\.key: .*did you mean "constantcontact"/m);
  assert.match(text.out, /^instances\/shop\.yaml:8:7: .*colour: warning: /m);
  assert.match(github.out, /^::error file=instances\/other\.yaml,line=1,col=16,/m);
  assert.equal(one.exit, 0);
  assert.equal(beside.exit, 78);
  assert.match(beside.out, /^nowhere\.yaml:1:1: /);
});
