import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed, MINUTE, openStage, SECOND, type OpenVisit } from './visits.ts';

function last(visits: readonly OpenVisit[]): OpenVisit {
  const visit = visits.at(-1);
  assert.ok(visit !== undefined);
  return visit;
}

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>, settle: () => Promise<void>): Promise<boolean> {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise.then(mark, mark);
  await settle();
  return done;
}

test('dropping a feed tells its visit to end, and waits until it has', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  const dropped = stage.scheduler.drop('a');
  const told = last(stage.visits).signal.aborted;
  const early = await settled(dropped, stage.clock.settle);
  await last(stage.visits).end();
  await dropped;
  await stage.clock.advance(5 * MINUTE);
  stop.abort();
  await run;

  assert.ok(told);
  assert.ok(!early);
  assert.deepEqual(stage.seen(), ['a@0']);
  assert.equal(stage.scheduler.timing('a'), undefined);
});

test('dropping a feed that waits, or is not there, is done at once', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a'));

  await stage.scheduler.drop('a');
  await stage.scheduler.drop('a');
  const { run, stop } = stage.start();
  await stage.clock.advance(5 * MINUTE);
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), []);
});

test('a second drop waits for the visit as well', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  void stage.scheduler.drop('a');
  const second = stage.scheduler.drop('a');
  const early = await settled(second, stage.clock.settle);
  await last(stage.visits).end();
  await second;
  stop.abort();
  await run;

  assert.ok(!early);
});

test('a feed that was dropped and set anew is visited only after its former visit has ended', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.advance(SECOND);

  void stage.scheduler.drop('a');
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const asked = stage.scheduler.ask('a', stage.visit);
  await stage.clock.advance(5 * SECOND);
  const during = stage.seen();
  await last(stage.visits).end({ ok: false });
  await stage.clock.settle();
  const after = stage.seen();
  await last(stage.visits).end();
  await stage.clock.settle();
  for (const visit of stage.open) await visit.end();
  await asked;
  const timing = stage.scheduler.timing('a');
  stop.abort();
  await run;

  assert.deepEqual(during, ['a@0']);
  assert.deepEqual(after, ['a@0', 'a@6']);
  assert.equal(timing?.failures, 0);
});

test('how the visit of a dropped feed ends does not move the feed that was set anew', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  void stage.scheduler.drop('a');
  stage.scheduler.set(feed('a'));
  await last(stage.visits).end({ ok: false, notBefore: 10 * MINUTE });
  const timing = stage.scheduler.timing('a');
  stop.abort();
  await run;

  assert.deepEqual(timing, { next: MINUTE, running: false, held: false, failures: 0 });
});

test('a visit that was asked for waits for one under way, whatever the schedule says', async () => {
  const stage = openStage();
  stage.barred.add('b');
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', MINUTE));
  const { run, stop } = stage.start();
  await stage.clock.advance(SECOND);

  const asked = stage.scheduler.ask('a', stage.visit);
  const barred = stage.scheduler.ask('b', stage.visit);
  await stage.clock.settle();
  const during = stage.seen();
  await stage.visits[0]?.end();
  const early = await settled(asked, stage.clock.settle);
  for (const visit of stage.open) await visit.end();
  const answers = [await asked, await barred, await stage.scheduler.ask('none', stage.visit)];
  stop.abort();
  await run;

  assert.deepEqual(during, ['a@0', 'b@1']);
  assert.ok(!early);
  assert.deepEqual(stage.seen(), ['a@0', 'b@1', 'a@1']);
  assert.deepEqual(answers, [true, true, false]);
});

test('a visit that was asked for takes the place of none, and the schedule goes on behind it', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a'));
  const { run, stop } = stage.start();
  await stage.clock.advance(50 * SECOND);

  const asked = stage.scheduler.ask('a', stage.visit);
  await stage.clock.advance(20 * SECOND);
  await last(stage.visits).end();
  await asked;
  const next = stage.scheduler.timing('a')?.next;
  stop.abort();
  await run;

  assert.deepEqual(stage.seen(), ['a@50']);
  assert.equal(next, 2 * MINUTE);
});

test('without a running loop a visit can be asked for all the same, and its fault comes to who asked', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a'));

  const good = stage.scheduler.ask('a', stage.visit);
  await last(stage.visits).end();
  const bad = stage.scheduler.ask('a', () => Promise.reject(new Error('disk gone')));

  assert.equal(await good, true);
  await assert.rejects(bad, /disk gone/);
});

test('the fault of a visit ends the run: the others are told to end and waited for', async () => {
  const stage = openStage();
  for (const id of ['a', 'b']) stage.scheduler.set(feed(id, MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('c', SECOND));
  const { run } = stage.start();
  await stage.clock.settle();

  await stage.visits[0]?.fail(new Error('disk gone'));
  const [, other] = stage.visits;
  const early = await settled(run, stage.clock.settle);
  const told = other?.signal.aborted;
  await stage.clock.advance(5 * SECOND);
  await other?.end();

  await assert.rejects(run, /disk gone/);
  assert.ok(!early);
  assert.ok(told);
  assert.deepEqual(stage.seen(), ['a@0', 'b@0']);
  assert.equal(stage.clock.sleeping(), 0);
});

test('an abort lets visits end by themselves, starts none, and then the run is over', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', SECOND));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  stop.abort();
  await stage.clock.advance(10 * SECOND);
  const early = await settled(run, stage.clock.settle);
  const told = last(stage.visits).signal.aborted;
  await last(stage.visits).end();
  await run;

  assert.ok(!early);
  assert.ok(!told);
  assert.deepEqual(stage.seen(), ['a@0']);
  assert.equal(stage.clock.sleeping(), 0);
});

test('an abort waits for the visit of a feed that was dropped, and for one that was asked for meanwhile', async () => {
  const stage = openStage();
  for (const id of ['a', 'b']) stage.scheduler.set(feed(id, MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  void stage.scheduler.drop('a');
  stop.abort();
  const asked = stage.scheduler.ask('b', stage.visit);
  await stage.clock.settle();
  await stage.visits[1]?.end();
  const withDropped = await settled(run, stage.clock.settle);
  await stage.visits[0]?.end();
  const withAsked = await settled(run, stage.clock.settle);
  await last(stage.visits).end();
  await asked;
  await run;

  assert.ok(!withDropped);
  assert.ok(!withAsked);
  assert.deepEqual(stage.seen(), ['a@0', 'b@0', 'b@0']);
});

test('a hard abort tells the visits to end too', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  const { run, stop, hard } = stage.start();
  await stage.clock.settle();

  stop.abort();
  hard.abort();
  const told = last(stage.visits).signal.aborted;
  await last(stage.visits).end({ ok: false });
  await run;

  assert.ok(told);
});

test('a run that is aborted before it begins is over at once', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));

  await stage.scheduler.run(AbortSignal.abort());

  assert.deepEqual(stage.seen(), []);
});
