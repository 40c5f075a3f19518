import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listed } from './deletion-listing.ts';
import { iso } from '../support/scripted-provider.ts';
import { birth, hour, minute, second, watched } from './watch.ts';

/** Dates and words to the second. */
const seconds = listed.replaceAll('.SSS', '');

test('a deletion in the very second of the version told is told', async () => {
  const w = await watched(seconds, { provider: { unit: second } });
  await w.clock.advance(minute);
  w.provider.put('r1');
  await w.clock.advance(300);
  const created = await w.poll();
  await w.clock.advance(200);
  w.provider.remove('r1');
  await w.clock.advance(minute);

  assert.deepEqual([created, await w.poll(), await w.poll()], [['CREATED r1'], ['DELETED r1'], []]);
});

test('another version in the very second of a deletion that was told is the record that came back', async () => {
  const w = await watched(seconds, { provider: { unit: second } });
  await w.clock.advance(minute);
  w.provider.put('r1');
  await w.clock.advance(minute);
  const created = await w.poll();
  w.provider.remove('r1');
  await w.clock.advance(200);
  const gone = await w.poll();
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(200);

  const told = [await w.poll(), await w.poll()];
  await w.clock.advance(minute);

  assert.deepEqual([created, gone, ...told, await w.poll()], [['CREATED r1'], ['DELETED r1'], ['CREATED r1'], [], []]);
});

test('a record that was deleted and came back in the very second of its version is still there', async () => {
  const w = await watched(seconds, { provider: { unit: second } });
  await w.clock.advance(minute);
  w.provider.put('r1');
  await w.clock.advance(100);
  w.provider.remove('r1');
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(100);

  const told = [await w.poll(), await w.poll()];
  await w.clock.advance(minute);

  assert.deepEqual([...told, await w.poll(), await w.poll()], [['CREATED r1'], [], [], []]);
});

test('records that the provider says have not changed are still there, whatever was deleted in the second of their version', async () => {
  const unfiltered = seconds.replace(/\/contacts\?since=\S+/, '/contacts');
  const w = await watched(unfiltered, { provider: { unit: second, etags: true } });
  await w.clock.advance(minute);
  await w.poll();
  w.provider.put('r1');
  w.provider.remove('r1');
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(100);

  const told = [await w.poll(), await w.poll(), await w.poll()];

  assert.deepEqual(told, [['CREATED r1'], [], []]);
});

test('a list that shows its deletions for ever does not delete what came back in the same second', async () => {
  const w = await watched(seconds.replace(/\/deleted\?since=\S+/, '/deleted?since=2000-01-01T00:00:00Z'), {
    provider: { unit: second },
  });
  await w.clock.advance(minute);
  w.provider.put('r1');
  w.provider.remove('r1');
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(minute);

  const told = [await w.poll()];
  await w.clock.advance(minute);

  assert.deepEqual([...told, await w.poll(), await w.poll()], [['CREATED r1'], [], []]);
});

test('what comes back in the very second of its deletion is told, and so is its next deletion in that second', async () => {
  const w = await watched(seconds, { provider: { unit: second } });
  await w.clock.advance(minute);
  w.provider.put('r1');
  await w.clock.advance(minute);
  await w.poll();
  await w.clock.advance(750);
  w.provider.remove('r1');
  await w.clock.advance(100);
  const gone = await w.poll();
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(100);
  const back = await w.poll();
  w.provider.remove('r1');
  await w.clock.advance(5 * second);

  const again = [await w.poll(), await w.poll()];

  assert.deepEqual([gone, back, ...again], [['DELETED r1'], ['CREATED r1'], ['DELETED r1'], []]);
});

const whole = seconds.replace(/(url: \/contacts)\?\S+/, '$1');

test('a listing with an ETag is read again, so that its deletions do not delete what came back in the same second', async () => {
  const w = await watched(whole, { provider: { unit: second, etags: true } });
  await w.clock.advance(minute);
  w.provider.put('r1');
  w.provider.remove('r1');
  w.provider.put('r1', { name: 'back' });
  await w.clock.advance(100);

  const told = [await w.poll()];
  await w.clock.advance(100);

  assert.deepEqual([...told, await w.poll(), await w.poll()], [['CREATED r1'], [], []]);
});

test('a record that came back with its old date is created again after a minute, although the listing stays the same', async () => {
  const w = await watched(whole, { provider: { unit: second, etags: true } });
  const back = (): unknown => w.provider.put('r1', {}, { updated: birth - hour });
  back();
  await w.poll();
  await w.clock.advance(hour);
  w.provider.remove('r1');
  const told = [await w.poll()];
  await w.clock.advance(second);
  back();

  told.push(await w.poll());
  await w.clock.advance(2 * minute);

  assert.deepEqual([...told, await w.poll()], [['DELETED r1'], [], ['CREATED r1']]);
});

/** The dates of deletions are days, those of the records are not. */
const days = {
  unit: second,
  writeDeletion: (id: string, at: number) => ({ gone: id, at: iso(at).slice(0, 10) }),
};
const daily = listed.replaceAll('.SSS', '').replace('dateField: at', 'dateField: at\n    dateFormat: yyyy-MM-dd');

test('a deletion that is listed by its day is told, though the version told is later on that day', async () => {
  const w = await watched(daily, { provider: days });
  await w.clock.advance(minute);
  w.provider.put('r1');
  const created = await w.poll();
  await w.clock.advance(hour);
  w.provider.remove('r1');
  await w.clock.advance(minute);

  assert.deepEqual([created, await w.poll(), await w.poll()], [['CREATED r1'], ['DELETED r1'], []]);
});

test('a record that came back on the day of its listed deletion is not deleted by that row, however often it is met', async () => {
  const w = await watched(daily, { provider: days });
  await w.clock.advance(minute);
  w.provider.put('r1');
  await w.poll();
  w.provider.remove('r1');
  await w.clock.advance(minute);
  w.provider.put('r1', { name: 'back' });
  const told = [await w.poll()];
  await w.clock.advance(hour);

  assert.deepEqual([...told, await w.poll(), await w.poll()], [['UPDATED r1'], [], []]);
});
