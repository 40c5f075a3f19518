import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birth, hour, minute, second, swept, undatedSweep } from './watch.ts';
import { knowing, name } from './knowing.ts';

const doubts = [
  [20, 10, 0.4, false],
  [22, 11, 0.5, false],
  [21, 11, 0.5, true],
  [20, 20, 1, false],
  [11, 11, 0.5, true],
  [10, 10, 0.5, false],
] as const;
for (const [known, absent, maxShare, doubted] of doubts) {
  test(`${absent} of ${known} absent with maxShare ${maxShare} are ${doubted ? 'doubted' : 'told'}`, async () => {
    const w = await knowing(known, undatedSweep.replace('sweep', `sweep, maxShare: ${maxShare}`));
    for (let n = 0; n < absent; n++) w.provider.remove(name(n));

    const told = await w.poll();

    assert.equal(told.length, doubted ? 0 : absent);
    assert.equal(w.heard('poll:doubted').length, doubted ? 1 : 0);
    assert.deepEqual((await w.state()).head.doubt, doubted ? { at: w.clock.now(), absent, known } : undefined);
  });
}

test('records found by the same sweep do not count as known, however many slices they fill', async () => {
  const w = await knowing(20);
  for (let n = 0; n < 15; n++) w.provider.remove(name(n));
  for (let n = 0; n < 2_500; n++) w.provider.put(`s${n}`);

  await w.poll();

  assert.deepEqual((await w.state()).head.doubt, { at: w.clock.now(), absent: 15, known: 20 });
});

test('a doubted sweep tells all else, says so once, and is told when it is believed', async () => {
  const w = await knowing(20);
  for (let n = 0; n < 15; n++) w.provider.remove(name(n));
  w.provider.put('new');

  const doubted = [await w.poll(), await w.poll()];
  const believed = await w.poll({ believe: true });

  assert.deepEqual(doubted, [['CREATED new'], []]);
  assert.equal(w.heard('poll:doubted').length, 1);
  assert.match(w.heard('poll:doubted')[0]?.says ?? '', /15 of 20 .*--believe/);
  assert.equal(believed.length, 15);
  assert.equal((await w.state()).head.doubt, undefined);
});

test('a believed poll of a filtered list reads everything at once', async () => {
  const w = await knowing(20, swept);
  for (let n = 0; n < 15; n++) w.provider.remove(name(n));
  await w.poll();
  await w.clock.advance(second);

  const believed = await w.poll({ believe: true });

  assert.equal(believed.length, 15);
});

test('a doubt ends by itself where the records are there again', async () => {
  const w = await knowing(20);
  for (let n = 0; n < 15; n++) w.provider.remove(name(n));
  await w.poll();
  for (let n = 0; n < 15; n++) w.provider.put(name(n), {}, { updated: birth - hour, created: birth - hour });

  const told = await w.poll();

  assert.deepEqual(told, []);
  assert.equal((await w.state()).head.doubt, undefined);
});

test('a doubt stays while readings between the sweeps prove nothing', async () => {
  const w = await knowing(20, swept);
  for (let n = 0; n < 15; n++) w.provider.remove(name(n));
  await w.poll();
  await w.clock.advance(minute);

  await w.poll();

  assert.equal((await w.state()).head.doubt?.absent, 15);
});

test('records deleted before are neither absent nor known to a later sweep', async () => {
  const w = await knowing(30);
  for (let n = 0; n < 8; n++) w.provider.remove(name(n));
  const first = await w.poll();
  for (let n = 8; n < 12; n++) w.provider.remove(name(n));

  const next = await w.poll();

  assert.deepEqual([first.length, next.length], [8, 4]);
});
