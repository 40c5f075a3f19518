import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { maskingVault, openVault } from '../../src/io/vault.ts';
import { literalSecret, referenceSecret } from '../../src/language/secret.ts';
import { Fault } from '../../src/model/fault.ts';

const plain = (value: string): string => value;

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'vault-'));
  await mkdir(join(root, 'credentials'));
  await writeFile(join(root, 'key'), 'from-file\n\n');
  await writeFile(join(root, 'windows'), 'from-file\r\n');
  await writeFile(join(root, 'empty'), '\n');
  await writeFile(join(root, 'large'), 'x'.repeat(64_001));
  await writeFile(join(root, 'limit'), 'x'.repeat(64_000));
  await writeFile(join(root, 'credentials', 'api'), 'from-systemd\n');
});
after(() => rm(root, { recursive: true }));

function vaultOf(env: Record<string, string | undefined> = {}): ReturnType<typeof openVault> {
  return openVault({ env, credentialsDirectory: join(root, 'credentials'), root });
}

describe('unlocking', () => {
  const found: readonly (readonly ['env' | 'file' | 'cred', string, string])[] = [
    ['env', 'KEY', 'from-env'],
    ['file', 'key', 'from-file\n'],
    ['file', './credentials/../windows', 'from-file'],
    ['file', 'limit', 'x'.repeat(64_000)],
    ['cred', 'api', 'from-systemd'],
  ];
  for (const [kind, name, value] of found)
    it(`reads ${kind}:${name}`, async () => {
      const vault = vaultOf({ KEY: 'from-env' });
      const secret = referenceSecret(kind, name);

      const missing = await vault.unlock([secret]);

      assert.deepEqual(missing, []);
      assert.equal(vault.write(secret, plain), value);
      assert.ok(vault.values().has(value));
    });

  const missed: readonly (readonly ['env' | 'file' | 'cred', string, RegExp])[] = [
    ['env', 'NOT_SET', /^the environment variable NOT_SET is not set$/],
    ['env', 'toString', /is not set$/],
    ['env', 'EMPTY', /^the environment variable EMPTY is empty$/],
    ['file', 'nowhere', /^the file nowhere does not exist$/],
    ['file', 'empty', /^the file empty is empty$/],
    ['file', 'large', /larger than 64 kB/],
    ['file', 'credentials', /is not a plain file$/],
    ['cred', 'other', /^the credential other does not exist$/],
    ['cred', '../key', /is no name of a credential$/],
  ];
  for (const [kind, name, says] of missed)
    it(`says what is wrong with ${kind}:${name}, and what to do`, async () => {
      const vault = vaultOf({ EMPTY: '' });
      const secret = referenceSecret(kind, name);

      const [missing, ...others] = await vault.unlock([secret]);

      assert.equal(others.length, 0);
      assert.equal(missing?.secret, secret);
      assert.match(missing?.says ?? '', says);
      assert.ok((missing?.hint ?? '').length > 10);
      assert.throws(
        () => vault.write(secret, plain),
        (error) => error instanceof Fault && error.code === 'secret-missing',
      );
    });

  it('says where credentials would come from, outside systemd', async () => {
    const vault = openVault({ env: {}, credentialsDirectory: undefined, root });

    const [missing] = await vault.unlock([referenceSecret('cred', 'api')]);

    assert.match(missing?.says ?? '', /CREDENTIALS_DIRECTORY is not set/);
  });

  it('takes new values, and keeps those that can no longer be read', async () => {
    const env: Record<string, string | undefined> = { A: 'first-a', B: 'first-b' };
    const vault = vaultOf(env);
    const secrets = [referenceSecret('env', 'A'), referenceSecret('env', 'B')] as const;
    await vault.unlock(secrets);

    env['A'] = 'second-a';
    env['B'] = undefined;
    const missing = await vault.unlock(secrets);

    assert.deepEqual(
      missing.map((one) => one.secret.label),
      ['[env:B]'],
    );
    assert.deepEqual(
      secrets.map((secret) => vault.write(secret, plain)),
      ['second-a', 'first-b'],
    );
    assert.ok(vault.values().has('first-a') && vault.values().has('second-a'));
  });

  it('reveals literals without being asked, and refuses empty ones', async () => {
    const vault = vaultOf();
    const given = literalSecret('[password]', 'open sesame');
    const empty = literalSecret('[oauth.api.key]', '');

    const missing = await vault.unlock([given, empty]);

    assert.equal(vault.write(given, encodeURIComponent), 'open%20sesame');
    assert.ok(vault.values().has('open sesame'));
    assert.equal(missing[0]?.says, '[oauth.api.key] is empty');
    assert.throws(() => vault.write(empty, plain), Fault);
  });
});

describe('the values not to be printed', () => {
  it('hold each in every spelling, and leave short ones out', async () => {
    const vault = vaultOf({ LONG: 'a+b/c d&?>', SHORT: '12345' });

    await vault.unlock([referenceSecret('env', 'LONG'), referenceSecret('env', 'SHORT')]);

    assert.deepEqual(
      [...vault.values()].sort(),
      ['a+b/c d&?>', 'YStiL2MgZCY/Pg', 'YStiL2MgZCY_Pg', 'a%2Bb%2Fc%20d%26%3F%3E', 'a%2Bb%2Fc+d%26%3F%3E'].sort(),
    );
  });

  it('hold what came up while running, and what it replaced, once', () => {
    const vault = vaultOf();

    vault.remember('acme', ['token-1', 'refresh-1']);
    const one = vault.values();
    vault.remember('acme', ['token-1', 'refresh-1']);
    const same = vault.values();
    vault.remember('acme', ['token-2', 'refresh-1']);
    vault.remember('acme', ['token-3', 'refresh-1']);

    assert.equal(one, same);
    assert.ok(vault.values().has('token-3') && vault.values().has('token-2') && vault.values().has('refresh-1'));
    assert.ok(!vault.values().has('token-1'));
  });

  it('bear what no encoding can hold', () => {
    const vault = vaultOf();

    vault.remember('acme', ['broken \ud800 half']);

    assert.ok(vault.values().has('broken \ud800 half'));
  });
});

it('the vault of a dry run writes labels, never escaped', () => {
  const vault = maskingVault();

  assert.equal(vault.write(referenceSecret('env', 'A B'), encodeURIComponent), '[env:A B]');
});
