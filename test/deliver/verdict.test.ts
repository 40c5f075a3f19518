import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryAfter } from '../../src/deliver/retry-after.ts';
import { judge, type AttemptFacts } from '../../src/deliver/verdict.ts';
import type { HttpFailure, HttpOutcome } from '../../src/model/ports.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const hour = 3_600_000;
const facts: AttemptFacts = { deliveryId: 'd', attempts: 0, firstAttemptAt: now, now, retryFor: 72 * hour };

const answer = (status: number, headers: Record<string, string> = {}): HttpOutcome => ({
  ok: true,
  answer: { status, headers, text: 'secret of the receiver', sentAt: now - 10, took: 5, endedAt: now },
});
const silence = (failure: HttpFailure): HttpOutcome => ({ ok: false, failure, says: 'nobody there' });

const kinds: readonly (readonly [outcome: string, HttpOutcome, kind: string])[] = [
  ...[200, 201, 202, 204, 299].map((status) => [`status ${status}`, answer(status), 'delivered'] as const),
  ...[100, 301, 302, 304, 307, 308, 400, 401, 404, 409, 422, 429, 500, 503].map(
    (status) => [`status ${status}`, answer(status), 'again'] as const,
  ),
  ['status 410', answer(410), 'stop'],
  ...(['timeout', 'refused', 'unresolved', 'denied', 'cut', 'tls', 'invalid'] as const).map(
    (failure) => [`failure ${failure}`, silence(failure), 'again'] as const,
  ),
];
for (const [name, outcome, kind] of kinds) {
  test(`${name} means ${kind}`, () => {
    const verdict = judge(outcome, facts);

    assert.equal(verdict.kind, kind);
    assert.ok(!JSON.stringify(verdict).includes('secret'));
  });
}

const brokenBodies: readonly HttpFailure[] = ['timeout', 'too-large', 'cut'];
for (const failure of brokenBodies) {
  test(`an answer counts by its status, though its body ended with ${failure}`, () => {
    const broken = (status: number): HttpOutcome => ({ ok: false, failure, says: 'half an answer', status });

    assert.deepEqual(judge(broken(200), facts), { kind: 'delivered', status: 200 });
    assert.deepEqual(judge(broken(410), facts), judge(answer(410), facts));
    for (const status of [302, 404, 429, 503]) {
      const verdict = judge(broken(status), facts);
      assert.ok(verdict.kind === 'again');
      assert.equal(verdict.says, 'no answer: half an answer');
    }
  });
}

test('a redirect says where to mend that', () => {
  const verdict = judge(answer(301, { location: 'https://elsewhere.test/?token=abc' }), facts);

  assert.ok(verdict.kind === 'again');
  assert.match(verdict.says, /301.*redirects are not followed.*event\.notification\.callback\.url/);
  assert.ok(!verdict.says.includes('token=abc'));
});

test('pauses grow by the schedule, and only the jitter lengthens them, by a fifth at most', () => {
  const schedule = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 14_400, 14_400];

  for (const deliveryId of ['a', 'b', 'c', 'd', 'e']) {
    schedule.forEach((seconds, attempts) => {
      const verdict = judge(answer(500), { ...facts, deliveryId, attempts });

      assert.ok(verdict.kind === 'again');
      const pause = verdict.nextAttemptAt - now;
      assert.ok(pause >= seconds * 1_000 && pause <= seconds * 1_200, `${pause} after ${attempts}`);
    });
  }
});

test('jitter is the same every time, and differs between deliveries', () => {
  const next = (deliveryId: string): number => {
    const verdict = judge(answer(500), { ...facts, deliveryId, attempts: 6 });
    return verdict.kind === 'again' ? verdict.nextAttemptAt : 0;
  };

  const many = new Set(Array.from({ length: 50 }, (_, index) => next(`delivery ${index}`)));

  assert.equal(next('a'), next('a'));
  assert.ok(many.size > 40);
});

test('a delivery dies with the attempt that fails when the time is over, and not before', () => {
  const late = { ...facts, now: now + 72 * hour };

  assert.equal(judge(answer(500), { ...late, now: late.now - 1 }).kind, 'again');
  assert.equal(judge(answer(500), late).kind, 'dead');
  assert.equal(judge(silence('timeout'), late).kind, 'dead');
  assert.equal(judge(answer(204), late).kind, 'delivered');
  assert.equal(judge(answer(410), late).kind, 'stop');
});

const forms: readonly (readonly [value: string, after: number | undefined])[] = [
  ['120', 120_000],
  [' 120 ', 120_000],
  ['0', 0],
  ['1.5', 1_500],
  ['Fri, 02 Jan 2026 03:06:05 GMT', 120_000],
  ['Friday, 02-Jan-26 03:06:05 GMT', 120_000],
  ['Fri Jan  2 03:06:05 2026', 120_000],
  ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
  ['Saturday, 02-Jan-99 03:06:05 GMT', 0],
  ['-5', undefined],
  ['soon', undefined],
  ['', undefined],
  ['Fri, 02 Foo 2026 03:06:05 GMT', undefined],
];
for (const [value, after] of forms) {
  test(`Retry-After ${JSON.stringify(value)} is ${after === undefined ? 'ignored' : `${after} ms`}`, () => {
    const until = retryAfter({ 'retry-after': value }, now);

    assert.equal(until, after === undefined ? undefined : now + after);
  });
}

test('a Retry-After date is kept by the slower of both clocks', () => {
  const value = 'Fri, 02 Jan 2026 03:06:05 GMT';

  const behind = retryAfter({ 'retry-after': value, date: 'Fri, 02 Jan 2026 02:04:05 GMT' }, now);
  const ahead = retryAfter({ 'retry-after': value, date: 'Fri, 02 Jan 2026 03:06:00 GMT' }, now);

  assert.equal(behind, now + hour + 120_000);
  assert.equal(ahead, now + 120_000);
});

test('Retry-After only ever lengthens a pause, also beyond the time for retries, and nothing but 30 days bounds it', () => {
  const next = (seconds: number, attempts: number): number => {
    const verdict = judge(answer(503, { 'retry-after': String(seconds) }), { ...facts, attempts });
    return verdict.kind === 'again' ? verdict.nextAttemptAt - now : Number.NaN;
  };

  assert.ok(next(1, 3) >= 600_000);
  assert.equal(next(86_400, 0), 24 * hour);
  assert.equal(next(100 * 3_600, 0), 100 * hour);
  assert.equal(next(1e12, 0), 30 * 24 * hour);
});

test('the last attempt may lie beyond the time for retries, and what fails then is dead but still keeps the others away', () => {
  const busy = answer(503, { 'retry-after': '3600' });
  const almost = { ...facts, now: now + 72 * hour - 1 };

  const last = judge(busy, almost);
  assert.ok(last.kind === 'again');
  const after = judge(busy, { ...facts, now: last.nextAttemptAt });

  assert.equal(last.nextAttemptAt, almost.now + hour);
  assert.ok(after.kind === 'dead');
  assert.equal(after.callbackPausedUntil, last.nextAttemptAt + hour);
});

test('only a receiver that is busy or broken asks for its whole callback', () => {
  for (const [status, whole] of [
    [429, true],
    [503, true],
    [500, true],
    [404, false],
    [302, false],
  ] as const) {
    const verdict = judge(answer(status, { 'retry-after': '60' }), facts);

    assert.ok(verdict.kind === 'again');
    assert.equal(verdict.callbackPausedUntil, whole ? now + 60_000 : undefined);
    assert.ok(verdict.nextAttemptAt >= now + 60_000);
  }
});

test('whatever the receiver answers, a next attempt lies ahead and never before what it asked for', () => {
  const statuses = fc.integer({ min: 100, max: 599 });
  const headers = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(statuses, headers, fc.nat(20), fc.nat(72 * hour), (status, value, attempts, age) => {
      const firstAttemptAt = now - age;
      const given = { ...facts, attempts, firstAttemptAt };

      const verdict = judge(answer(status, { 'retry-after': value }), given);

      if (verdict.kind !== 'again') return;
      assert.ok(verdict.nextAttemptAt >= now + 5_000);
      const asked = retryAfter({ 'retry-after': value }, now) ?? now;
      assert.ok(verdict.nextAttemptAt >= Math.min(asked, now + 30 * 24 * hour));
    }),
  );
});
