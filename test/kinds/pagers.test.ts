import assert from 'node:assert/strict';
import test from 'node:test';
import { countedPagers } from './counted-pagers.ts';
import { cursorPagers } from './cursor-pagers.ts';
import { linkedPagers } from './linked-pagers.ts';
import { watchKind } from './watched.ts';

for (const [name, kind] of Object.entries({ ...countedPagers, ...linkedPagers, ...cursorPagers })) {
  test(`${name}: while rows come, change and go between pages, nothing is lost and nothing is told twice`, async (t) => {
    const w = await watchKind(t, kind);
    const { ledger, provider } = w;
    const shift = (): void => {
      const [newest, second] = ledger.newest();
      const oldest = ledger.oldest(w.since);
      ledger.remove(newest, oldest[1]);
      ledger.create();
      ledger.update(second, oldest[0], oldest[2]);
      ledger.remove(ledger.newest()[0]);
    };
    ledger.create(12);
    ledger.pass(2_000);
    ledger.create(11);

    provider.meanwhile(2, () => ledger.remove(ledger.newest()[0], ledger.oldest(w.since)[1]));
    await w.round();
    const pages = provider.requests.length;
    await w.round();
    ledger.update(...ledger.oldest().slice(0, 9));
    ledger.create(3);
    provider.meanwhile(2, shift);
    await w.round();
    await w.round();
    const quiet = ledger.now;
    await w.round();
    const told = w.told().length;
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.ok(pages > 4, `the first round took ${pages} requests`);
    assert.equal(w.told().length, told);
    assert.ok(Date.parse((await w.status()).watermark) >= quiet - 2_000);
  });
}
