import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Journal, Keepsake } from '../../src/model/journal.ts';
import type { Http } from '../../src/model/ports.ts';
import { planOf } from '../support/feeds.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { birth, filtered, hour, minute } from './watch.ts';

const feed = 'acme/contacts';
/** Earlier than any feed here. */
const past = Math.floor(birth / minute) * minute - hour;

interface House {
  readonly clock: VirtualClock;
  readonly provider: ScriptedProvider;
  readonly journal: Journal;
  readonly engine: Engine;
  /** Requests wait for it while it is set. */
  gate: Promise<void> | undefined;
}

function house(): House {
  const clock = virtualClock(birth);
  const provider = new ScriptedProvider(clock);
  const journal = openMemoryJournal();
  const http: Http = {
    async send(request, limits, signal) {
      await self.gate;
      return signal?.aborted === true
        ? { ok: false, failure: 'aborted', says: 'aborted' }
        : provider.send(request, limits);
    },
  };
  const engine = new Engine({
    clock,
    http,
    accounts: {
      grant: async () => ({ ok: true, grant: { headers: {}, query: [], token: {} } }),
      renew: async () => ({ ok: false, why: 'refused', says: 'nobody to renew' }),
    },
    vault: { write: (secret) => secret.label },
    journal,
    tell: () => undefined,
    polling: { concurrency: 2, timeout: minute, maxResponseBytes: 1e9, maxPages: 100 },
    delivery: { concurrency: 2, perCallback: 1, timeout: minute, retryFor: hour, outbox: { events: 1e3, bytes: 1e9 }, retention: hour }, // prettier-ignore
    version: '1.2.3',
  });
  const self: House = { clock, provider, journal, engine, gate: undefined };
  return self;
}

test('a watermark that is set while a poll is under way stands, and the poll begins anew from it', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await h.engine.poll(feed, false);
  const stop = new AbortController();
  const running = h.engine.run(stop.signal, stop.signal);
  let open = (): void => undefined;
  h.gate = new Promise<void>((resolve) => (open = resolve));
  await h.clock.advance(hour);
  const set = h.engine.amendments.setWatermark(feed, past, false);
  await h.clock.settle();
  h.gate = undefined;
  open();

  const answer = await set;
  const stood = h.journal.head(feed)?.watermark;
  await h.clock.settle();
  stop.abort();
  await running;

  assert.equal(answer.ok, true);
  assert.equal(stood, past);
  const asked = h.provider.requests.map(({ url }) => new URL(url).searchParams.get('since'));
  assert.ok(asked.includes(new Date(past - 1).toISOString()), asked.join());
  assert.ok((h.journal.head(feed)?.watermark ?? 0) > birth);
});

test('what was told before is not told again when a feed is read from an earlier instant', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await h.clock.advance(minute);
  h.provider.put('a', {}, { updated: birth + 1_000 });
  await h.engine.poll(feed, false);
  await h.clock.advance(hour);

  await h.engine.amendments.setWatermark(feed, birth, false);
  const report = await h.engine.poll(feed, false);

  assert.deepEqual(report?.ok === true && [report.created, report.updated], [0, 0]);
});

test('a feed that is forgotten in the instant of its birth is born with another birth', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));

  const answer = await h.engine.amendments.forget(feed);

  assert.deepEqual(answer, { ok: true, planned: true, waiting: { events: 0, dead: 0 } });
  assert.equal(h.journal.head(feed)?.birth, birth + 1);
  assert.equal(h.journal.head(feed)?.looked, 'none');
});

test('a feed whose files make another feed of it keeps its watermark until it is born anew', async () => {
  const h = house();
  await h.engine.apply(planOf({ contacts: filtered }));
  await h.engine.apply(planOf({ contacts: filtered.replace('idField: id', 'idField: key') }));

  const answer = await h.engine.amendments.setWatermark(feed, past, false);

  assert.ok(!answer.ok);
  assert.match(answer.says, /starts anew with its next poll/);
  assert.match(answer.says, /the id field was id and is key/);
});

test('feeds that were taken in are polled from where they stood', async () => {
  const [old, h] = [house(), house()];
  await old.engine.apply(planOf({ contacts: filtered }));
  await old.clock.advance(hour);
  old.provider.put('a', {}, { updated: birth + minute });
  await old.engine.poll(feed, false);
  await h.clock.advance(2 * hour);
  await h.engine.apply(planOf({ contacts: filtered }));
  h.provider.put('a', {}, { updated: birth + minute });
  h.provider.put('b', {}, { updated: birth + hour + minute });
  const pieces: Keepsake[] = [];
  for await (const piece of old.journal.giveOut()) pieces.push(piece);
  const given = async function* (): AsyncIterable<Keepsake> {
    yield* pieces;
  };

  const feeds = await h.engine.amendments.takeIn(given());
  const report = await h.engine.poll(feed, false);

  assert.deepEqual(feeds, [feed]);
  assert.deepEqual(h.engine.amendments.strangers(feeds), []);
  assert.deepEqual(report?.ok === true && [report.created, report.updated], [1, 0]);
});
