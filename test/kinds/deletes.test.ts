import assert from 'node:assert/strict';
import test from 'node:test';
import { deletionKinds } from './deletion-kinds.ts';
import { shown } from './ledger.ts';
import { list, SIZE } from './pages.ts';
import { only, wholeOf, type Answered } from './provider.ts';
import { watchKind, type Kind } from './watched.ts';

for (const [name, kind] of Object.entries(deletionKinds)) {
  test(`${name}: every deletion is told once, and what comes back is told again`, async (t) => {
    const w = await watchKind(t, kind);
    const { ledger, provider } = w;
    ledger.create(14);
    await w.round();
    await w.round();

    const rows = ledger.oldest();
    const [old, first, second, third, fourth] = rows;
    ledger.remove(old, third, rows.at(-1));
    ledger.update(second, fourth);
    ledger.create();
    ledger.remove(ledger.newest()[0]);
    await w.round();
    // While it is listed: two leave the page that was read, one that was read changes, one comes back.
    provider.meanwhile(2, () => {
      ledger.remove(first, fourth);
      ledger.update(second);
      ledger.restore(third);
    });
    await w.round();
    await w.round();
    ledger.remove(third);
    ledger.restore(old);
    await w.round();
    ledger.remove(old);
    ledger.restore(old, third);
    ledger.remove(second);
    ledger.pass(2_000);
    ledger.restore(second);
    await w.round();
    const told = w.told().length;
    await w.round();
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(w.told().length, told);
    assert.ok(w.told().filter(({ kind: what }) => what === 'DELETED').length >= 6);
  });
}

for (const [name, kind] of Object.entries(deletionKinds)) {
  test(`${name}: what goes, comes back and goes again within one second is told as it stands in the end`, async (t) => {
    const w = await watchKind(t, kind);
    const { ledger } = w;
    ledger.create(6);
    await w.round();
    await w.round();
    const [old, first, second, third, fourth] = ledger.oldest();
    ledger.pass(120_000 - (ledger.now % 60_000));

    ledger.update(third, fourth);
    ledger.remove(old, first, second);
    await w.run();
    ledger.restore(first, second);
    ledger.remove(third);
    await w.run();
    ledger.remove(second);
    ledger.restore(third);
    ledger.remove(fourth);
    await w.run();
    const ended = ledger.now % 60_000;
    for (let n = 0; n < 4; n++) {
      ledger.pass(5_000);
      await w.run();
    }
    await w.round();

    assert.ok(ended < 1_000);
    assert.deepEqual(w.flaws(), []);
  });
}

const swept: Kind = {
  resource: { deletes: { by: 'sweep', every: '1ms' } },
  rules: (asked, ledger) => {
    only(asked.query, [], ['updated_since']);
    return { body: list(ledger.newest()) };
  },
  deletions: true,
};

const doubtful: Readonly<Record<string, Kind>> = {
  'one page': swept,
  'several pages': deletionKinds['a sweep over pages, by a second listing'] ?? assert.fail(),
  'single records': deletionKinds['a sweep over pages, by single records that are answered with 404'] ?? assert.fail(),
};

for (const [name, kind] of Object.entries(doubtful)) {
  test(`a sweep by ${name} that misses most records is doubted, and told when a person believes it`, async (t) => {
    const w = await watchKind(t, kind);
    w.ledger.create(28);
    await w.round();
    w.ledger.remove(...w.ledger.newest().slice(0, 20));

    await w.round();
    const doubted = await w.status();
    const before = w.told().length;
    const believed = await w.place.run('poll', 'one/items', '--believe');
    const after = await w.status();
    await w.round();

    assert.equal(doubted.state, 'doubted');
    assert.match(doubted.says, /20 of 30/);
    assert.equal(before, 28);
    assert.equal(believed.exit, 0, believed.out);
    assert.equal(after.state, 'ok');
    assert.equal(w.told().length, 48);
    assert.deepEqual(w.flaws(), []);
  });
}

const proofs: readonly (readonly [status: number, proved: boolean])[] = [
  [404, true],
  [410, true],
  [200, false],
  [301, false],
  [403, false],
  [429, false],
  [500, false],
];

for (const [status, proved] of proofs) {
  test(`a record that a sweep over pages misses, and is answered with ${status}, is ${proved ? '' : 'not '}deleted`, async (t) => {
    let hidden = '';
    const w = await watchKind(t, {
      resource: {
        deletes: { by: 'sweep', every: '1ms' },
        pagination: { by: 'page', param: 'page' },
        get: '/items/{id}',
      },
      rules(asked, ledger) {
        if (asked.path !== '/items') return { status, body: {} };
        const from = (wholeOf(only(asked.query, ['page'], ['updated_since']).page, 1) - 1) * SIZE;
        const rows = ledger.oldest().filter(({ id }) => id !== hidden);
        return { body: rows.slice(from, from + SIZE).map(shown) };
      },
    });
    w.ledger.create(7);
    await w.round();

    hidden = 'r04';
    await w.round();
    await w.round();

    const deletions = w.told().filter(({ kind }) => kind === 'DELETED');
    assert.deepEqual(
      deletions.map(({ recordId, record }) => [recordId, record]),
      proved ? [['r04', undefined]] : [],
    );
  });
}

const halves: Readonly<Record<string, Answered>> = {
  'an empty body': {},
  '{}': { body: {} },
  '204': { status: 204 },
  'no list': { body: { message: 'busy' } },
  '403': { status: 403, body: { message: 'enough' } },
};

for (const [name, half] of Object.entries(halves)) {
  for (const page of ['1', '2']) {
    test(`a sweep whose page ${page} is answered with ${name} proves nothing`, async (t) => {
      let broken: string | undefined;
      const w = await watchKind(t, {
        resource: {
          deletes: { by: 'sweep', every: '1ms' },
          records: 'data',
          pagination: { by: 'nextUrl', at: 'next' },
        },
        rules(asked, ledger) {
          const given = only(asked.query, [], ['page', 'updated_since']);
          const n = given.page ?? '1';
          if (n === broken) return half;
          const from = (wholeOf(n, 1) - 1) * SIZE;
          const rows = ledger.oldest();
          const next = from + SIZE < rows.length ? `/items?page=${Number(n) + 1}` : null;
          return { body: { data: list(rows.slice(from, from + SIZE)), next } };
        },
        deletions: true,
      });
      w.ledger.create(7);
      await w.round();

      broken = page;
      w.ledger.pass(90_000);
      await w.run();
      const told = w.told().length;
      broken = undefined;
      w.ledger.remove(w.ledger.newest()[0]);
      await w.round();

      assert.equal(told, 7);
      assert.equal(w.told().length, 8);
      assert.deepEqual(w.flaws(), []);
    });
  }
}
