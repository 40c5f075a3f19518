import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Instant } from '../../src/model/instant.ts';
import { openReceiver } from '../support/receiver.ts';
import { openTestFolder, type Ran, type TestFolder } from '../support/test-folder.ts';
import { flawsOf, toldIn, type ToldEvent } from './judge.ts';
import { BEGINNING, Ledger, written } from './ledger.ts';
import { openProvider, type Provider, type Rules } from './provider.ts';

/** A word for the watermark, to the second. */
export const SINCE = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";

/** One kind of provider: how it is written in an element file, and what it does. */
export interface Kind {
  readonly rules: Rules;
  /** Of the element's resource, beside what all have. */
  readonly resource?: object;
  /** Of the polled entry, beside what all have. */
  readonly entry?: object;
  /** Of the element, beside its resource. */
  readonly element?: object;
  readonly configuration?: object;
  readonly providerData?: object;
  readonly idOf?: (n: number) => string | bigint;
  /** Deletions are told. */
  readonly deletions?: boolean;
}

/** A kind of provider that is watched by the daemon, and who is told. */
export interface Watched {
  readonly ledger: Ledger;
  readonly provider: Provider;
  readonly place: TestFolder;
  /** From when on changes are told. */
  readonly since: Instant;
  /** Lets a minute and a half pass and runs `elementd run --once`, which must succeed. */
  round(): Promise<void>;
  /** Runs `elementd run --once`, whatever it comes to. */
  run(): Promise<Ran>;
  told(): readonly ToldEvent[];
  /** What was lost, told twice or told wrong by now, and every request that broke a rule. */
  flaws(): readonly string[];
  /** The feed as `status` shows it. */
  status(): Promise<{ readonly state: string; readonly watermark: string; readonly says: string }>;
}

/** Writes the files for a kind of provider, with some records that are older than the feed, and a receiver that takes all. */
export async function watchKind(t: TestContext, kind: Kind): Promise<Watched> {
  const ledger = new Ledger(kind.idOf);
  ledger.create(2);
  ledger.pass(3_600_000);
  const since = Math.floor(ledger.now / 1_000) * 1_000;
  const provider = await openProvider(t, kind.rules, ledger);
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const place = await openTestFolder(t, {
    'config.yaml': 'state: ./state\n',
    'elements/kind.yaml': JSON.stringify(elementOf(kind, provider.origin, since)),
    'instances/one.json': JSON.stringify({
      element: { key: 'kind' },
      configuration: { 'event.notification.callback.url': receiver.url, ...kind.configuration },
      providerData: kind.providerData ?? {},
    }),
  });
  const told = (): readonly ToldEvent[] => toldIn(receiver.received);
  const run = async (): Promise<Ran> => {
    const ran = await place.run('run', '--once');
    ledger.settle();
    return ran;
  };
  return {
    ledger,
    provider,
    place,
    since,
    run,
    told,
    async round() {
      ledger.pass(90_000);
      const ran = await run();
      assert.deepEqual(provider.breaches, []);
      assert.equal(ran.exit, 0, ran.err);
    },
    flaws: () => [...provider.breaches, ...flawsOf(ledger, told(), { since, deletions: kind.deletions === true })],
    async status() {
      const ran = await place.run('status', 'one/items', '--json');
      return JSON.parse(ran.out).feeds[0];
    },
  };
}

function elementOf(kind: Kind, origin: string, since: Instant): object {
  assert.ok(since > BEGINNING);
  const poll = {
    url: `/hubs/kinds/items?where=updated_since='${SINCE}'`,
    idField: 'id',
    start: written(since),
    datesConfiguration: {
      updatedDateField: 'updated_at',
      updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'",
      createdDateField: 'created_at',
    },
    ...kind.entry,
  };
  const items = { path: '/items', idField: 'id', where: { as: 'query' }, ...kind.resource, poll };
  return { key: 'kind', hub: 'kinds', baseUrl: origin, ...kind.element, resources: { items } };
}
