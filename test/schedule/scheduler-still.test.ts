import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed, MINUTE, openStage, SECOND } from './visits.ts';

test('while something is done to a feed it is not visited, and a visit that was ended for it begins anew', async () => {
  const stage = openStage();
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();
  const [a] = stage.visits;
  let release = (): void => undefined;
  let begun = false;

  const done = stage.scheduler.still(['a', 'unknown'], async () => {
    begun = true;
    await new Promise<void>((resolve) => (release = resolve));
    return 'done';
  });
  await stage.clock.settle();
  const early = begun;
  await a?.end({ ok: false });
  await stage.clock.advance(5 * MINUTE);
  const meanwhile = stage.visits.length;
  release();
  const answer = await done;
  await stage.clock.settle();

  assert.deepEqual([a?.signal.aborted, stage.visits[1]?.signal.aborted, early, begun], [true, false, false, true]);
  assert.equal(meanwhile, 2);
  assert.equal(answer, 'done');
  assert.deepEqual(stage.seen(), ['a@0', 'b@0', 'a@300']);
  stop.abort();
  for (const visit of stage.open) await visit.end();
  await run;
});

test('failures and pauses outlast it, unless the feed is set anew meanwhile', async () => {
  const stage = openStage({ auto: { ok: false, notBefore: 600 * SECOND } });
  stage.scheduler.set(feed('a', MINUTE, { atOnce: true }));
  stage.scheduler.set(feed('b', MINUTE, { atOnce: true }));
  const { run, stop } = stage.start();
  await stage.clock.settle();

  await assert.rejects(
    stage.scheduler.still(['a', 'b'], async () => {
      stage.scheduler.set(feed('b', MINUTE));
      throw new Error('no');
    }),
    /no/,
  );

  const [a, b] = [stage.scheduler.timing('a'), stage.scheduler.timing('b')];
  assert.deepEqual([a?.failures, a?.next, b?.failures, b?.next], [1, 600 * SECOND, 0, MINUTE]);
  stop.abort();
  await run;
});
