import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed, MINUTE, openStage, SECOND, type OpenVisit } from './visits.ts';

function last(visits: readonly OpenVisit[]): OpenVisit {
  const visit = visits.at(-1);
  assert.ok(visit !== undefined);
  return visit;
}

test('feeds are visited in their slots, at their phases, a new one at once', async () => {
  const stage = openStage({ auto: { ok: true } });
  stage.scheduler.set(feed('a'));
  stage.scheduler.set(feed('b', MINUTE, { phase: 20 * SECOND }));
  stage.scheduler.set(feed('c', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();

  await stage.clock.advance(2 * MINUTE);
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), ['c@0', 'b@20', 'a@60', 'c@60', 'b@80', 'a@120', 'c@120']);
});

test('a feed is never visited twice at the same time, and the slots that it missed are not made up for', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a'));
  const { run, stop } = stage.start();
  await stage.clock.advance(MINUTE);

  await stage.clock.advance(3.5 * MINUTE);
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.wake();
  await stage.clock.settle();
  const during = stage.seen();
  await last(stage.visits).end();
  await stage.clock.advance(MINUTE);
  await last(stage.visits).end();
  stop.abort();
  await run;

  assert.deepEqual(during, ['a@60']);
  assert.deepEqual(stage.seen(), ['a@60', 'a@300']);
});

test('no more visits run at the same time than are allowed, and who waits longest comes first', async () => {
  const stage = openStage({ concurrency: 2 });
  for (const id of ['a', 'b', 'c', 'd']) stage.scheduler.set(feed(id, MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();
  const before = stage.seen();

  await stage.clock.advance(10 * SECOND);
  await stage.visits[0]?.end();
  const one = stage.seen();
  await stage.visits[1]?.end();
  await stage.visits[2]?.end();
  const all = stage.seen();
  await last(stage.visits).end();
  stop.abort();
  await run;

  assert.deepEqual(before, ['a@0', 'b@0']);
  assert.deepEqual(one, ['a@0', 'b@0', 'c@10']);
  assert.deepEqual(all, ['a@0', 'b@0', 'c@10', 'd@10']);
});

test('a failing feed is tried again after growing pauses, alone, until a success', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', 15 * MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', 15 * MINUTE));
  const { run, stop } = stage.start();
  const failures: (number | undefined)[] = [];

  for (const pause of [15, 30, 60, 120]) {
    await stage.clock.settle();
    await last(stage.visits).end({ ok: false });
    failures.push(stage.scheduler.timing('a')?.failures);
    await stage.clock.advance(pause * SECOND);
  }
  await last(stage.visits).end({ ok: true });
  const timing = stage.scheduler.timing('a');
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), ['a@0', 'a@15', 'a@45', 'a@105', 'a@225']);
  assert.deepEqual(failures, [1, 2, 3, 4]);
  assert.deepEqual(timing, { next: 15 * MINUTE, running: false, held: false, failures: 0 });
});

test('a feed is not visited before the instant that its visit named, after an edit neither', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  await last(stage.visits).end({ ok: false, notBefore: 10 * MINUTE });
  const after = stage.scheduler.timing('a')?.next;
  stage.scheduler.set(feed('a', 2 * MINUTE));
  stage.scheduler.set(feed('a', 2 * MINUTE, { atOnce: true }));
  await stage.clock.advance(10 * MINUTE);
  await last(stage.visits).end();
  const next = stage.scheduler.timing('a')?.next;
  stop.abort();
  await run;

  assert.equal(after, 10 * MINUTE);
  assert.deepEqual(stage.seen(), ['a@0', 'a@600']);
  assert.equal(next, 12 * MINUTE);
});

test('a success may name an instant too, and an earlier one than the slot changes nothing', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  await last(stage.visits).end({ ok: true, notBefore: 90 * SECOND });
  const named = stage.scheduler.timing('a')?.next;
  await stage.clock.advance(90 * SECOND);
  await last(stage.visits).end({ ok: true, notBefore: 1 });
  const slot = stage.scheduler.timing('a')?.next;
  stop.abort();
  await run;

  assert.equal(named, 90 * SECOND);
  assert.equal(slot, 2 * MINUTE);
});

test('an edit of the schedule keeps the failures and counts from the new one', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();
  await last(stage.visits).end({ ok: false });

  stage.scheduler.set(feed('a', 10 * MINUTE));
  const edited = stage.scheduler.timing('a');
  stop.abort();
  await run;

  assert.deepEqual(edited, { next: 10 * MINUTE, running: false, held: false, failures: 1 });
});

test('an edit during a visit holds from the next slot on', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  stage.scheduler.set(feed('a', 7 * MINUTE));
  const during = stage.scheduler.timing('a');
  await last(stage.visits).end();
  const after = stage.scheduler.timing('a')?.next;
  stop.abort();
  await run;

  assert.deepEqual(during, { next: undefined, running: true, held: false, failures: 0 });
  assert.equal(after, 7 * MINUTE);
});

test('a feed that may not be visited is held, looked at again every half minute, and at once after a wake', async () => {
  const stage = openStage({ auto: { ok: true } });
  stage.barred.add('a');
  stage.scheduler.set(feed('a'));
  const { run, stop } = stage.start();

  await stage.clock.advance(MINUTE);
  const held = stage.scheduler.timing('a');
  await stage.clock.advance(10 * SECOND);
  stage.barred.clear();
  stage.scheduler.wake();
  await stage.clock.settle();
  const woken = stage.seen();
  stage.barred.add('a');
  await stage.clock.advance(50 * SECOND);
  stage.barred.clear();
  await stage.clock.advance(30 * SECOND);
  stop.abort();
  await run;

  assert.deepEqual(held, { next: 90 * SECOND, running: false, held: true, failures: 0 });
  assert.deepEqual(woken, ['a@70']);
  assert.deepEqual(stage.seen(), ['a@70', 'a@150']);
});

test('a wake does not visit feeds that are not due', async () => {
  const stage = openStage({ auto: { ok: true } });
  stage.scheduler.set(feed('a'));
  const { run, stop } = stage.start();

  await stage.clock.advance(10 * SECOND);
  stage.scheduler.wake();
  await stage.clock.settle();
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), []);
});

test('who waits for his turn when all places are taken is not starved by a feed that may not be visited', async () => {
  const stage = openStage({ concurrency: 1 });
  stage.barred.add('a');
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  await last(stage.visits).end();
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), ['b@0']);
});

test('the time of a feed that is not there is not known', () => {
  assert.equal(openStage().scheduler.timing('a'), undefined);
});

test('where the clock is put back, nobody waits for the time that was only imagined', async () => {
  const stage = openStage({ auto: { ok: true } });
  stage.scheduler.set(feed('a'));
  const { run, stop } = stage.start();
  await stage.clock.advance(90 * MINUTE);
  const before = stage.visits.length;

  await stage.clock.jumpTo(30 * MINUTE);
  await stage.clock.advance(5 * MINUTE);
  stop.abort();
  await run;

  const after = stage.visits.length - before;
  assert.ok(after >= 3 && after <= 6, `${after} visits in five minutes`);
});
