import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Because } from '../../src/detect/witness.ts';
import { knowing, name } from './knowing.ts';
import { birth, day, hour, minute, scanned, second, swept, watched, type Watch } from './watch.ts';

const flagged = `${scanned}  deletes: {by: flag, field: state, values: [gone]}\n`;
const deletionFeed = `${scanned}  deletes: {by: feed, url: "/deleted?since=\${gmtDate:yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}", idField: gone, dateField: at}\n`;
const everything = `
  url: /contacts
  idField: id
  datesConfiguration: {updatedDateField: updated, createdDateField: created}
`;
const listed = `${everything}  pagination: {by: link}\n  deletes: {by: sweep}\n`;

/** A watch whose record `a` was told a day after its birth, and read again after what is done then. */
async function again(entry: string, then: (w: Watch) => void): Promise<Watch> {
  const w = await watched(entry);
  await w.clock.advance(day);
  w.provider.put('a', { v: 1 });
  await w.clock.advance(2 * minute);
  await w.poll();
  await w.clock.advance(hour);
  then(w);
  await w.tryPoll();
  return w;
}

/** A watch after its first look, which found `a`. */
async function atFirst(entry: string, updated: number): Promise<Watch> {
  const w = await watched(entry);
  w.provider.put('a', {}, { updated });
  await w.clock.advance(minute);
  await w.poll();
  return w;
}

const reasons: Readonly<Record<Because, readonly [story: () => Promise<Watch>, says: RegExp]>> = {
  CREATED: [
    () => again(everything, () => undefined).then(first),
    /^told as CREATED \(event evt_\S+, waiting to be delivered/,
  ],
  UPDATED: [
    () => again(everything, (w) => w.provider.put('a', { v: 2 })),
    /^told as UPDATED \(event evt_\S+, waiting to be delivered in POST msg_/,
  ],
  DELETED: [
    () => again(flagged, (w) => w.provider.put('a', { state: 'gone' })),
    /^told as DELETED \(event evt_\S+, waiting/,
  ],
  unchanged: [
    () => again(everything, () => undefined),
    /^unchanged since the version told by the poll at 2026-01-03T03:02/,
  ],
  'same-date': [
    () => again(`${everything}  compare: date\n`, (w) => rewrite(w, { v: 2 })),
    /^other content under the same updated date .*compare: date/,
  ],
  settled: [
    () => again(everything, (w) => rewrite(w, { v: 2 })),
    /same updated date as the version told, and other content; but the poll that told it began at 2026-01-03T03:02:00\.000Z, 60 s .* after that date, .*promise 5/,
  ],
  'before-since': [
    () => atFirst(everything, birth - hour),
    /^updated before the feed's since, 2026-01-02T03:00:00\.250Z: learned, not told \(start\)/,
  ],
  'before-edit': [
    async () => {
      const w = await watched(scanned);
      await w.clock.advance(hour);
      await w.poll();
      w.provider.put('a', {}, { updated: birth + minute });
      w.edit(scanned.replace('/contacts?', '/contacts?all=1&'));
      await w.poll();
      return w;
    },
    /^the request was edited, and the record was not known and is older than that, or undated: learned/,
  ],
  'first-look': [() => knowing(1).then((w) => renamed(w)), /^found by the first look, and no date says/],
  'still-deleted': [
    async () => {
      const w = await again(flagged, (x) => x.provider.put('a', { state: 'gone' }));
      w.provider.put('a', { state: 'gone' });
      await w.poll();
      return w;
    },
    /^it was told as deleted, and its field still says/,
  ],
  leftover: [
    async () => {
      const w = await again(deletionFeed, (x) => x.provider.remove('a'));
      w.provider.put('a', { v: 1 }, { updated: birth + day, created: birth + day });
      await w.clock.advance(second);
      w.edit(deletionFeed.replace('/contacts?', '/contacts?all=1&'));
      await w.poll();
      return w;
    },
    /^it was told as deleted, and a search may still show a record for 1m after that/,
  ],
  'older-deletion': [
    () => again(`${everything}  deletes: {by: flag, field: state}\n`, (w) => rewrite(w, { state: 'gone' }, -second)),
    /^its field says that it is deleted, but with a date older/,
  ],
  'row-unknown': [
    async () => {
      const w = await watched(deletionFeed);
      await w.poll();
      await w.clock.advance(minute);
      w.provider.put('a');
      w.provider.remove('a');
      await w.poll();
      return w;
    },
    /^its deletion is listed, but it was never told/,
  ],
  'row-told': [
    async () => {
      const w = await again(deletionFeed, (x) => x.provider.remove('a'));
      await w.poll();
      return w;
    },
    /^its deletion was told before/,
  ],
  'row-outlived': [
    () =>
      again(deletionFeed, (w) => {
        w.provider.remove('a');
        w.provider.put('a', { v: 2 }, { updated: w.clock.now() + 1 });
      }),
    /^its deletion is listed, but it is still shown/,
  ],
  'row-older': [
    async () => {
      const w = await again(deletionFeed, () => undefined);
      w.provider.answer('[]');
      w.provider.answer(JSON.stringify([{ gone: 'a', at: new Date(birth + hour).toISOString() }]), 2);
      await w.poll();
      return w;
    },
    /^its deletion is listed, but is older than the version told, which is dated 2026-01-03T03:00:00\.250Z/,
  ],
  'row-early': [
    () =>
      again(deletionFeed, (w) => {
        w.provider.put('a', { v: 2 }, { updated: w.clock.now() + hour });
        w.provider.answer(JSON.stringify([{ gone: 'a', at: new Date(w.clock.now()).toISOString() }]), 2);
      }),
    /^its deletion is listed, but it is still shown, dated in the future/,
  ],
  'row-unsure': [
    async () => {
      const options = { provider: { paging: 'link', pageSize: 1 } } as const;
      const w = await watched(`${deletionFeed}  pagination: {by: link}\n`, options);
      await w.poll();
      await w.clock.advance(hour);
      for (const id of ['a', 'b', 'c']) w.provider.put(id);
      await w.poll();
      w.provider.remove('a');
      w.provider.before(4, () => w.provider.put('a'));
      await w.poll();
      return w;
    },
    /^its deletion is listed, dated in the tick of the version told; .*a further reading showed it, so it is there/,
  ],
  'row-undated': [
    () =>
      again(deletionFeed, (w) => {
        w.provider.answer('[]');
        w.provider.answer('[{"gone":"a","at":"soon"}]', 2);
      }),
    /^its deletion is listed, but without a date that can be read/,
  ],
  'absent-doubted': [
    async () => {
      const w = await knowing(20);
      for (let n = 0; n < 15; n++) w.provider.remove(name(n));
      await w.poll();
      return w;
    },
    /^known, but not in the last full listing; the sweep is doubted, since 15 of 20 .*elementd poll acme\/contacts --believe/,
  ],
  'absent-unconfirmed': [
    async () => {
      const w = await knowing(6, listed, { provider: { paging: 'link', pageSize: 4 } });
      w.provider.before(1, () => w.provider.remove(name(0)));
      w.provider.before(3, () => w.provider.put(name(0), {}, { updated: birth - hour }));
      await w.poll();
      return w;
    },
    /^known, but not in the full listing, which took several pages/,
  ],
  forgotten: [
    async () => {
      const w = await atFirst(swept, birth + second);
      w.provider.remove('a');
      w.edit(swept.replace('/contacts?', '/contacts?few=1&'));
      await w.poll();
      return w;
    },
    /^known, but not in what the edited request asks for: forgotten/,
  ],
};

/** Changes a record without its date, or with one so much later. */
function rewrite(w: Watch, fields: Record<string, string | number>, later = 0): void {
  const { updated, created } = w.provider.row('a') ?? { updated: 0, created: 0 };
  w.provider.put('a', fields, { updated: updated + later, created });
}

/** The same watch, asked for what its first reading saw. */
function first(w: Watch): Watch {
  return {
    ...w,
    why: async (record) => ({ ...(await w.why(record)), readings: (await w.why(record)).readings.slice(1) }),
  };
}

/** The same watch, in which the first record is called `a`. */
function renamed(w: Watch): Watch {
  return { ...w, why: () => w.why(name(0)) };
}

for (const [because, [story, says]] of Object.entries(reasons)) {
  test(`a record that was ${because} says why`, async () => {
    const w = await story();

    const { readings } = await w.why(because.startsWith('absent') ? name(0) : 'a');

    assert.equal(readings[0]?.because, because);
    assert.match(readings[0]?.says ?? '', says);
  });
}
