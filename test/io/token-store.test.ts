import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openTokenStore } from '../../src/io/token-store.ts';
import type { StoredTokens } from '../../src/io/token-store.ts';
import { Fault } from '../../src/model/fault.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';

const tokens: StoredTokens = {
  codeHash: 'h',
  spent: ['g', 'h'],
  accessToken: 'access',
  tokenType: 'Bearer',
  refreshToken: 'refresh',
  expiresAt: 3_600_000,
  obtainedAt: 0,
  extra: { scope: 'a b', company: 12345678901234567890n },
  failed: { codeHash: 'i', says: 'no', hint: 'do' },
};

const path = 'tokens/acme.json';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the token store', () => {
  it('gives back what was saved, big numbers too, after a power cut', async () => {
    const disk = simulatedDisk();
    await openTokenStore(disk).save('acme', tokens);

    const loaded = await openTokenStore(disk.afterPowerCut('lost')).load('acme');

    assert.deepEqual(loaded, { ok: true, tokens });
  });

  it('keeps what little there is of a first failure', async () => {
    const disk = simulatedDisk();
    const little: StoredTokens = {
      spent: [],
      obtainedAt: 5,
      extra: {},
      failed: { codeHash: 'i', says: 'no', hint: 'do' },
    };
    await openTokenStore(disk).save('acme', little);

    assert.deepEqual(await openTokenStore(disk).load('acme'), { ok: true, tokens: little });
  });

  it('knows nothing of an instance that was never saved', async () => {
    assert.deepEqual(await openTokenStore(simulatedDisk()).load('acme'), { ok: true, tokens: undefined });
  });

  it('has a file for each instance, whatever its name', async () => {
    const disk = simulatedDisk();
    const store = openTokenStore(disk);

    for (const name of ['acme', 'a/../b', 'é', 'a%2Fb']) await store.save(name, tokens);

    assert.deepEqual([...disk.paths()].sort(), [
      'tokens/%C3%A9.json',
      'tokens/a%252Fb.json',
      'tokens/a%2F..%2Fb.json',
      'tokens/acme.json',
    ]);
  });

  const damaged: Record<string, string> = {
    'no JSON': '{"version":1,',
    'a list': '[]',
    'no version': '{"spent":[],"obtainedAt":1,"extra":{}}',
    'a number for a token': '{"version":1,"spent":[],"obtainedAt":1,"extra":{},"accessToken":7}',
    'no time': '{"version":1,"spent":[],"extra":{}}',
    'no spent codes': '{"version":1,"obtainedAt":1,"extra":{}}',
    'half a failure': '{"version":1,"spent":[],"obtainedAt":1,"extra":{},"failed":{"codeHash":"i","says":"no"}}',
    'a text for a time': '{"version":1,"spent":[],"obtainedAt":1,"extra":{},"expiresAt":"soon"}',
    nothing: '',
  };
  for (const [what, text] of Object.entries(damaged))
    it(`starts nothing anew over a file that holds ${what}`, async () => {
      const disk = simulatedDisk();
      disk.put(path, bytes(text));

      const loaded = await openTokenStore(disk).load('acme');

      assert.ok(!loaded.ok);
      assert.equal(loaded.says, 'tokens/acme.json is damaged');
      assert.match(loaded.hint, /providerData\.code in instances\/acme$/);
    });

  it('leaves the file of a newer version alone', async () => {
    const disk = simulatedDisk();
    disk.put(path, bytes('{"version":2}'));

    const loaded = await openTokenStore(disk).load('acme');

    assert.ok(!loaded.ok);
    assert.match(loaded.says, /newer elementd/);
  });

  it('keeps the former tokens where the new ones do not fit', async () => {
    const disk = simulatedDisk();
    const store = openTokenStore(disk);
    await store.save('acme', tokens);

    disk.trouble = () => 'full';
    await assert.rejects(store.save('acme', { ...tokens, accessToken: 'newer' }), Fault);
    disk.trouble = undefined;

    assert.deepEqual(await store.load('acme'), { ok: true, tokens });
  });
});
