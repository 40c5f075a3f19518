import assert from 'node:assert/strict';
import test from 'node:test';
import { openTestFolder, shopInstance } from '../support/test-folder.ts';

const urls: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'a callback': [
    'https://shop.example.com',
    ['event.notification.callback.url: https://reader:tops3cret@hooks.example.com/'],
  ],
  'a base URL': ['https://reader:tops3cret@shop.example.com', []],
  'a callback with a reference': [
    'https://shop.example.com',
    ['event.notification.callback.url: "http://reader:tops3cret@h/${env:X}"'],
  ],
  'a base URL with a reference': ['"https://reader:tops3cret@${env:HOST}/x"', []],
  'a callback that is no URL': [
    'https://shop.example.com',
    ['event.notification.callback.url: "http://reader:tops3cret@host:bad/"'],
  ],
};
for (const [what, [base, configuration]] of Object.entries(urls)) {
  test(`credentials in the URL of ${what} are a problem that does not show them`, async (t) => {
    const place = await openTestFolder(t, { 'instances/shop.yaml': shopInstance(base, [], configuration) });

    const ran = await place.run('run', '--dry-run', '--json');

    assert.equal(ran.exit, 78);
    assert.match(ran.out, /holds a user name and a password/);
    assert.doesNotMatch(ran.out + ran.err, /tops3cret/);
  });
}

test('a reading of everything prints 1970-01-01 in every zone', async (t) => {
  const url = '/items?since=${dateTimeZone:America/Denver:yyyy-MM-dd HH:mm}&from=${gmtDate:yyyy-MM-dd}&ms=${epoch}';
  const entry = [`headers: {X-Since: "\${dateTimeZone:Asia/Tokyo:yyyy-MM-dd}"}`, 'baseline: scan'];
  const text = shopInstance('https://shop.example.com', entry).replace('url: /items', `url: "${url}"`);
  const place = await openTestFolder(t, { 'instances/shop.yaml': text });

  const { feeds } = JSON.parse((await place.run('run', '--dry-run', '--json')).out);

  const { request } = feeds[0].baseline;
  const asked = new URL(request.url).searchParams;
  assert.deepEqual([asked.get('since'), asked.get('from'), asked.get('ms')], ['1970-01-01 00:00', '1970-01-01', '0']);
  assert.equal(request.headers['X-Since'], '1970-01-01');
});

const halfWritten: readonly (readonly [entry: string, where: string])[] = [
  ['o: {idField: id}', 'o.url'],
  ['o: {url: /o, idField: id, pagination: {by: nextUrl}}', 'o.pagination'],
  ['o: {url: /o, idField: id, schedule: {timezone: UTC}}', 'o.schedule'],
  ['o: {url: "/o?t=${token.account}", idField: id}', 'o.url'],
  ['o: {url: /o, idField: id, headers: {a b: c}}', 'o.headers.a b'],
  ['"": {url: /o, idField: id}', 'configuration.event.poller.configuration.'],
];
for (const [entry, where] of halfWritten) {
  test(`an entry such as ${entry} is a located problem, and the other instances go on`, async (t) => {
    const bad = shopInstance('https://shop.example.com').replace(/ {4}items:[^]*$/, `    ${entry}\n`);
    const place = await openTestFolder(t, {
      'instances/bad.yaml': bad,
      'instances/ok.yaml': shopInstance('https://ok.example.com'),
    });

    const ran = await place.run('run', '--dry-run', '--json');

    const { feeds, problems } = JSON.parse(ran.out);
    assert.equal(ran.exit, 78, ran.err);
    assert.deepEqual(
      feeds.map(({ feed }: { feed: string }) => feed),
      ['ok/items'],
    );
    assert.ok(
      problems.some(
        (problem: { where: string; file: string }) =>
          problem.file === 'instances/bad.yaml' && problem.where.includes(where),
      ),
      ran.out,
    );
  });
}
