import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standingSays } from '../../src/engine/standing-words.ts';
import type { Standing } from '../../src/model/change.ts';
import { listed } from './deletion-listing.ts';
import { birth, day, filtered, hour, minute, second, watched, type Watch, type WatchOptions } from './watch.ts';

const paged = `${filtered}  pagination: {by: page, param: page}\n`;
const byDay = filtered.replace(
  'updatedDateField: updated',
  "updatedDateField: updated, updatedDateFormat: 'yyyy-MM-dd'",
);
const pages: WatchOptions = { provider: { paging: 'page', pageSize: 2 } };

interface Story {
  readonly entry?: string;
  readonly options?: WatchOptions;
  readonly before?: (w: Watch) => void;
  readonly polls?: number;
  readonly says: RegExp;
  readonly kept?: true;
}

const three = (w: Watch): void => ['a', 'b', 'c'].forEach((id) => w.provider.put(id));

const stories: Readonly<Record<Standing['by'], Story>> = {
  'provider-clock': {
    says: /its own start, and the clock of the provider, by the Date of its answers, is the earlier/,
  },
  'our-clock': { before: (w) => (w.provider.ahead = minute), says: /of later than its own start \(by our clock\)$/ },
  'newest-record': {
    before: (w) => {
      w.provider.date = 'absent';
      w.provider.put('a', {}, { updated: birth + minute });
    },
    says: /have no Date.*the newest record read is all that is sure/,
  },
  'no-record': {
    before: (w) => (w.provider.date = 'absent'),
    says: /held no record.*moves with the next record$/,
    kept: true,
  },
  'first-shifting': {
    entry: paged,
    options: pages,
    before: three,
    says: /read twice, and that poll was the first/,
    kept: true,
  },
  shifting: { entry: paged, options: pages, before: three, polls: 2, says: /rows shift between pages .* read twice$/ },
  'upper-bound': {
    entry: filtered.replace("SSS'Z'}", "SSS'Z'}&until=${now:yyyy-MM-dd'T'HH:mm'Z'}"),
    says: /the url asks for nothing later: it holds an upper bound$/,
  },
  beginning: {
    options: {},
    before: (w) => (w.provider.ahead = -2 * hour),
    says: /the provider's clock is behind ours, and the feed's beginning was moved back with it/,
  },
  'empty-answer': { before: (w) => w.provider.answer(''), says: /entirely empty, which proves nothing/ },
  precision: {
    entry: byDay,
    says: /finer than the dates of the records, so it stays at the beginning of their unit/,
  },
};

for (const [by, { entry = filtered, options, before, polls = 1, says, kept }] of Object.entries(stories)) {
  test(`a watermark that is held by ${by} says so, durably`, async () => {
    const w = await watched(entry, options);
    await w.clock.advance(hour + 30 * second);
    for (let n = 0; n < polls; n++) {
      before?.(w);
      await w.poll();
      if (n + 1 < polls) await w.clock.advance(minute);
    }

    const { head } = await w.state();

    const { standing, watermark } = head;
    assert.deepEqual(standing, { by, at: w.clock.now(), watermark, ...(kept === undefined ? {} : { kept }) });
    assert.match(standingSays(head, w.feed), says);
  });
}

test('a bound before the watermark is said to be one, since it never moves backwards', async () => {
  const w = await watched(filtered);
  await w.clock.advance(2 * hour);
  await w.poll();
  w.provider.ahead = -hour;
  await w.clock.advance(minute);
  await w.poll();

  const { head } = await w.state();

  assert.equal(head.standing?.kept, true);
  assert.match(
    standingSays(head, w.feed),
    /^complete through 2026-01-02T05:00:00\.000Z, as of the poll at 2026-01-02T05:01:00\.250Z; .*; that poll alone proves less, and it never moves backwards$/,
  );
});

test('a list of deletions with coarser dates holds the watermark, too', async () => {
  const w = await watched(listed.replace('dateField: at', 'dateField: at\n    dateFormat: yyyy-MM-dd'));
  await w.clock.advance(day);
  await w.poll();

  assert.equal((await w.state()).head.standing?.by, 'precision');
});

test('pollDelay is told with the watermark', async () => {
  const w = await watched(`${filtered}  pollDelay: 120\n`);
  await w.poll();

  assert.match(standingSays((await w.state()).head, w.feed), /; polls ask from 2m before it \(pollDelay\)$/);
});

test('a failed poll changes nothing of why the watermark stands there', async () => {
  const w = await watched(filtered);
  await w.clock.advance(minute);
  await w.poll();
  const before = (await w.state()).head.standing;
  w.provider.answer(500);
  await w.clock.advance(minute);

  await w.fail();

  assert.deepEqual((await w.state()).head.standing, before);
});

test('a watermark that no poll explains says so: at the beginning, by an older version, and set by hand', async () => {
  const w = await watched(filtered);
  const newborn = (await w.state()).head;
  await w.poll();
  const { standing, ...older } = (await w.state()).head;
  const set = { ...older, ...(standing === undefined ? {} : { standing }), watermark: birth - day };

  assert.match(
    standingSays(newborn, w.feed),
    /^complete through 2026-01-02T03:00:00\.000Z, the beginning of what is told/,
  );
  assert.match(standingSays(older, w.feed), /is not known: no poll of this version has ended well yet$/);
  assert.match(standingSays(set, w.feed), /is not known: it was set after that$/);
});
