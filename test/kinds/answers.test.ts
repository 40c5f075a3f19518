import assert from 'node:assert/strict';
import test from 'node:test';
import { errorsInAnswers, nothings, placesOfRecords } from './answer-kinds.ts';
import { shown, type Ledger } from './ledger.ts';
import { list } from './pages.ts';
import { instantOf, only, Refusal, type Answered, type Asked } from './provider.ts';
import { watchKind } from './watched.ts';

for (const [name, kind] of Object.entries(placesOfRecords)) {
  test(`records are found in ${name}`, async (t) => {
    const w = await watchKind(t, kind);
    const { ledger, provider } = w;
    await w.round();
    ledger.create(4);
    await w.round();
    ledger.update(...ledger.oldest().slice(0, 4));
    provider.meanwhile(1, () => ledger.update(...ledger.newest()));
    await w.round();
    ledger.update(...ledger.newest());
    await w.round();
    const told = w.told().length;
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(w.told().length, told);
  });
}

for (const [name, nothing, proves] of nothings) {
  test(`${name} says that there is nothing${proves ? '' : ', but not that nothing changed'}`, async (t) => {
    const w = await watchKind(t, {
      resource: { records: 'items' },
      rules(asked, ledger) {
        const rows = ledger.oldest(instantOf(only(asked.query, ['updated_since']).updated_since));
        return rows.length === 0 ? nothing : { body: { items: list(rows) } };
      },
    });
    w.ledger.create(3);
    await w.round();
    w.ledger.pass(90_000);
    const before = w.ledger.now;

    await w.run();
    await w.run();
    const after = Date.parse((await w.status()).watermark);
    w.ledger.create();
    await w.round();

    assert.equal(after >= before - 2_000, proves);
    assert.deepEqual(w.flaws(), []);
  });
}

for (const [name, { errorWhen, error, says }] of Object.entries(errorsInAnswers)) {
  for (const page of [1, 2]) {
    test(`an error in a good answer, as ${name}, fails the poll at page ${page}, and it waits as long as it is told to`, async (t) => {
      const w = await watchKind(t, {
        resource: { records: 'items', errorWhen, pagination: { by: 'nextUrl', at: 'next' } },
        rules(asked, ledger) {
          if (failing === (asked.query.has('rest') ? 2 : 1)) return { headers: { 'retry-after': '300' }, body: error };
          const rows = ledger.oldest(instantOf(only(asked.query, ['updated_since'], ['rest']).updated_since));
          const since = asked.query.get('updated_since');
          const half = asked.query.has('rest') ? rows.slice(2) : rows.slice(0, 2);
          const next = asked.query.has('rest') ? null : `/items?rest&updated_since=${since}`;
          return { body: { items: list(half), next, ok: true, error: null, errors: [], status: { code: 0 } } };
        },
      });
      let failing: number | undefined;
      w.ledger.create(3);
      await w.round();
      w.ledger.update(...w.ledger.newest());
      w.ledger.pass(90_000);
      const before = await w.status();
      const asked = w.provider.requests.length;

      failing = page;
      const ran = await w.place.run('poll', 'one/items', '--json');
      const after = await w.status();
      const requests = w.provider.requests.length - asked;
      failing = undefined;
      await w.round();

      const { failure } = JSON.parse(ran.out) as { failure: { says: string; notBefore: number } };
      assert.equal(ran.exit, 3);
      assert.match(failure.says, says);
      assert.ok(Math.abs(failure.notBefore - Date.now() - 300_000) < 60_000);
      assert.equal(requests, page);
      assert.equal(after.watermark, before.watermark);
      assert.deepEqual(w.flaws(), []);
    });
  }
}

/** What a provider says of the state of a list. */
type Validators = (ledger: Ledger) => { readonly etag?: string; readonly 'last-modified'?: string };

const changes = (ledger: Ledger): number => ledger.entries.length;
const latest = (ledger: Ledger): string => new Date(ledger.entries.at(-1)?.at ?? 0).toUTCString();

const validators: Readonly<Record<string, Validators>> = {
  'a strong ETag': (ledger) => ({ etag: `"v,${changes(ledger)}"` }),
  'a weak ETag': (ledger) => ({ etag: `W/"${changes(ledger)}"` }),
  'Last-Modified': (ledger) => ({ 'last-modified': latest(ledger) }),
  'an ETag and Last-Modified': (ledger) => ({ etag: `"${changes(ledger)}"`, 'last-modified': latest(ledger) }),
};

/** Answers 304 to the validators that hold, and refuses any that were never given, and dates that were younger than two seconds. */
function conditional(validate: Validators, given: Set<string>): (asked: Asked, ledger: Ledger) => Answered {
  return (asked, ledger) => {
    only(asked.query, []);
    const { etag, 'last-modified': modified } = validate(ledger);
    const { 'if-none-match': match, 'if-modified-since': since } = asked.headers;
    for (const one of [match, since])
      if (one !== undefined && !given.has(one)) throw new Refusal(`${one} is nothing to ask by`);
    if (etag === undefined && match !== undefined) throw new Refusal('no ETag is given here');
    // RFC 9110, section 13.1.3: where there is an ETag, the date is not looked at.
    const same = match === undefined ? since !== undefined && since === modified : match === etag;
    const headers = {
      ...(etag === undefined ? {} : { etag }),
      ...(modified === undefined ? {} : { 'last-modified': modified }),
    };
    if (same) return { status: 304, headers };
    if (etag !== undefined) given.add(etag);
    if (modified !== undefined && ledger.now - Date.parse(modified) >= 3_000) given.add(modified);
    return { headers, body: ledger.newest().map(shown) };
  };
}

for (const [name, validate] of Object.entries(validators)) {
  test(`${name}: a list that did not change is sent once, and what changes within a second is told all the same`, async (t) => {
    let bodies = 0;
    const rules = conditional(validate, new Set());
    const w = await watchKind(t, {
      resource: { deletes: { by: 'sweep', every: '1ms' } },
      entry: { url: '/hubs/kinds/items' },
      rules(asked, ledger) {
        const answer = rules(asked, ledger);
        if (answer.body !== undefined) bodies++;
        return answer;
      },
      deletions: true,
    });
    const { ledger, provider } = w;
    ledger.create(3);
    await w.round();
    await w.round();
    await w.round();
    const quiet = bodies;

    ledger.pass(120_000 - (ledger.now % 60_000));
    const [first, second, third] = ledger.newest();
    ledger.update(first);
    await w.run();
    ledger.update(second);
    ledger.remove(third);
    await w.run();
    await w.round();
    const busy = bodies;
    await w.round();
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(quiet, 1);
    assert.ok(busy > quiet);
    assert.equal(bodies, busy);
    assert.equal(provider.requests.length, 8);
  });
}
