import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { openHttp } from '../../src/io/http.ts';
import { denyList, denyProblems } from '../../src/io/network-deny.ts';
import { Fault } from '../../src/model/fault.ts';
import { loopback } from '../support/loopback.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const limits = { timeout: 5_000, maxBytes: 1_000 };

const ranges: readonly (readonly [name: string, inside: readonly string[], outside: readonly string[]])[] = [
  [
    'link-local',
    ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe'],
    ['169.253.255.255', '127.0.0.1', '::1', 'fec0::1', '8.8.8.8', '64:ff9b::808:808', '2606:4700::1111'],
  ],
  [
    'link-local',
    ['2002:a9fe:a9fe::1', '64:ff9b:1::a9fe:a9fe', '::ffff:0:a9fe:a9fe', '::169.254.169.254'],
    ['2002:808:808::1'],
  ],
  [
    'loopback',
    ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1'],
    ['128.0.0.1', '10.0.0.1', '::2:0:0'],
  ],
  [
    'private',
    ['10.1.2.3', '172.31.0.1', '192.168.0.1', '100.64.0.1', 'fd00:ec2::254', '::ffff:a00:1'],
    ['172.32.0.1', '11.0.0.1'],
  ],
  ['multicast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1'], ['223.255.255.255']],
  ['203.0.113.0/24', ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9'], ['203.0.114.0']],
  ['2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::1', '1.2.3.4']],
  ['::ffff:203.0.113.0/120', ['203.0.113.7'], ['203.0.114.7']],
  ['192.0.2.1', ['192.0.2.1'], ['192.0.2.2']],
  ['0.0.0.0/0', ['8.8.8.8'], ['2606:4700::1111', '::1']],
];

describe('a deny list', () => {
  for (const [name, inside, outside] of ranges)
    it(`of ${name} denies ${inside[0]} and its like, and nothing else`, () => {
      const list = denyList([name]);

      assert.deepEqual(
        inside.filter((address) => !list.check(address)),
        [],
      );
      assert.deepEqual(
        outside.filter((address) => list.check(address)),
        [],
      );
    });

  it('of nothing allows everything, and any other denies what is no address', () => {
    assert.equal(denyList([]).check('169.254.169.254'), false);
    assert.equal(denyList(['multicast']).check('0x7f.1'), true);
  });

  it('names what is no range, and compiles none of it', () => {
    const wrong = [
      'link_local',
      '10.0.0.0/33',
      '10.0.0/8',
      '::1/129',
      '',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'toString',
      'fe80::1%eth0/64',
    ];

    const problems = denyProblems(['loopback', ...wrong, '10.0.0.0/8']);

    assert.equal(problems.length, wrong.length);
    assert.match(
      problems[0] ?? '',
      /^"link_local" names no address range: write link-local, loopback, private, multicast, or a block/,
    );
    assert.throws(() => denyList(['link_local']), Fault);
  });
});

describe('a connection', () => {
  const literals = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
  ];
  for (const host of literals)
    it(`to ${host} is denied where loopback is`, async () => {
      const server = await loopback((_, response) => response.end('reached'));
      const http = openHttp({ deny: ['loopback'], clock: virtualClock(0), userAgent: 'x' });

      const outcome = await http.send(
        { method: 'GET', url: `http://${host}:${server.port}/p?k=v`, headers: {} },
        limits,
      );
      const secure = await http.send({ method: 'GET', url: `https://${host}:${server.port}/`, headers: {} }, limits);
      await server.close();

      assert.ok(!outcome.ok && !secure.ok);
      assert.equal(outcome.failure, 'denied', outcome.says);
      assert.equal(secure.failure, 'denied', secure.says);
      assert.match(outcome.says, /^connecting to \S+ is denied by network\.deny: the address \S+ is denied$/);
      assert.equal(server.connections(), 0);
    });

  it('to the metadata address is denied in its mapped form, without leaving the machine', async () => {
    const http = openHttp({ deny: ['link-local'], clock: virtualClock(0), userAgent: 'x' });

    const outcome = await http.send({ method: 'GET', url: 'http://[::ffff:169.254.169.254]/', headers: {} }, limits);

    assert.ok(!outcome.ok);
    assert.equal(outcome.failure, 'denied');
  });

  it('is judged by the lookup that it uses, so a name that changes its address is denied', async () => {
    const server = await loopback((_, response) => response.writeHead(200, { connection: 'close' }).end('reached'));
    const answers = ['127.0.0.1', '127.0.0.2'];
    const http = openHttp({
      deny: ['127.0.0.2/32'],
      clock: virtualClock(0),
      userAgent: 'x',
      lookup: resolver(() => [answers.shift() ?? '127.0.0.2']),
    });
    const request = { method: 'GET', url: `http://rebind.test:${server.port}/`, headers: {} };

    const first = await http.send(request, limits);
    const second = await http.send(request, limits);
    await server.close();

    assert.ok(first.ok);
    assert.ok(!second.ok);
    assert.equal(second.failure, 'denied');
    assert.equal(server.connections(), 1);
  });

  it('to a name with several addresses tries the allowed ones only', async () => {
    const server = await loopback((_, response) => response.end('reached'));
    const http = openHttp({
      deny: ['link-local'],
      clock: virtualClock(0),
      userAgent: 'x',
      lookup: resolver(() => ['169.254.169.254', '127.0.0.1']),
    });

    const outcome = await http.send({ method: 'GET', url: `http://mixed.test:${server.port}/`, headers: {} }, limits);
    http.close();
    await server.close();

    assert.ok(outcome.ok);
    assert.equal(outcome.answer.text, 'reached');
  });
});

function resolver(answers: () => readonly string[]): LookupFunction {
  return (_name, _options, done) => {
    const found: LookupAddress[] = answers().map((address) => ({ address, family: 4 }));
    done(null, found);
  };
}
