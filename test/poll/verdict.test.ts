import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpFailure } from '../../src/model/ports.ts';
import { judgeAnswer, readingTime, retryAfter, serverDate } from '../../src/poll/verdict.ts';
import { answer, ENDED } from './answers.ts';

const http = (at: number): string => new Date(at).toUTCString();

const statuses: readonly (readonly [statuses: readonly number[], kind: string])[] = [
  [[200, 201, 203, 204, 206, 299, 304], 'take'],
  [[202, 408, 425, 500, 502, 503, 504, 599], 'transient'],
  [[401], 'renew'],
  [[429], 'throttled'],
  [[301, 302, 303, 307, 308, 400, 402, 403, 404, 405, 410, 422, 451], 'broken'],
];

for (const [each, kind] of statuses) {
  for (const status of each) {
    test(`the status ${status} means ${kind}`, () => {
      assert.equal(judgeAnswer({ ok: true, answer: answer(status, '[]') }).kind, kind);
    });
  }
}

test('403 with a time to come back is too many requests, as GitHub says it', () => {
  const verdict = judgeAnswer({ ok: true, answer: answer(403, '', { 'retry-after': '60' }) });

  assert.deepEqual(verdict, { kind: 'throttled', says: 'the provider answered 403', until: ENDED + 60_000 });
});

const failures: readonly (readonly [failure: HttpFailure, kind: string])[] = [
  ['timeout', 'transient'],
  ['refused', 'transient'],
  ['unresolved', 'transient'],
  ['cut', 'transient'],
  ['tls', 'transient'],
  ['aborted', 'transient'],
  ['denied', 'broken'],
  ['too-large', 'broken'],
  ['invalid', 'broken'],
];

for (const [failure, kind] of failures) {
  test(`no answer because of ${failure} means ${kind}`, () => {
    const verdict = judgeAnswer({ ok: false, failure, says: 'no answer' });

    assert.equal(verdict.kind, kind);
    assert.equal('says' in verdict && verdict.says, 'no answer');
  });
}

const bodies: readonly (readonly [status: number, text: string, verdict: unknown])[] = [
  [200, '{"a":[1]}', { kind: 'take', body: { a: [1] }, silent: false, unchanged: false }],
  [200, '[9007199254740993]', { kind: 'take', body: [9007199254740993n], silent: false, unchanged: false }],
  [200, 'null', { kind: 'take', body: null, silent: false, unchanged: false }],
  [200, ' \n', { kind: 'take', body: null, silent: true, unchanged: false }],
  [204, '', { kind: 'take', body: null, silent: false, unchanged: false }],
  [304, '', { kind: 'take', body: null, silent: false, unchanged: true }],
];

for (const [status, text, verdict] of bodies) {
  test(`${status} with ${JSON.stringify(text)} is taken`, () => {
    assert.deepEqual(judgeAnswer({ ok: true, answer: answer(status, text) }), verdict);
  });
}

for (const text of ['<!doctype html><p>Log in</p>', '{"a":[1', 'OK', '{"a":1}{"b":2}']) {
  test(`200 with ${JSON.stringify(text)} is broken, and quotes nothing of it`, () => {
    const verdict = judgeAnswer({ ok: true, answer: answer(200, text) });

    assert.equal(verdict.kind, 'broken');
    assert.match(verdict.kind === 'broken' ? verdict.says : '', /^the answer is not JSON: it /);
    assert.doesNotMatch(JSON.stringify(verdict), /Log in/);
  });
}

const hints: readonly (readonly [status: number, headers: Readonly<Record<string, string>>, hint: RegExp])[] = [
  [302, { location: 'https://secret.example/?token=1' }, /write the final address/],
  [302, {}, /^redirects are not followed$/],
  [403, {}, /may not read/],
  [404, {}, /no such resource/],
  [410, {}, /no such resource/],
  [400, {}, /--dry-run/],
];

for (const [status, headers, hint] of hints) {
  test(`${status} ${JSON.stringify(headers)} gives a hint to the operator`, () => {
    const verdict = judgeAnswer({ ok: true, answer: answer(status, '{"message":"no"}', headers) });

    assert.ok(verdict.kind === 'broken');
    assert.equal(verdict.says, `the provider answered ${status}: "no"`);
    assert.match(verdict.hint, hint);
    assert.doesNotMatch(verdict.hint, /token/);
  });
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const pauses: readonly (readonly [headers: Readonly<Record<string, string>>, pause: number | undefined])[] = [
  [{}, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': '3600;' }, undefined],
  [{ 'retry-after': '120 seconds' }, undefined],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': ' 120 ' }, 120_000],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': http(ENDED + HOUR) }, HOUR],
  [{ 'retry-after': http(ENDED - HOUR) }, 0],
  // A clock that is wrong by a week: counted from the provider's own.
  [{ 'retry-after': http(ENDED + 7 * DAY + HOUR), date: http(ENDED + 7 * DAY) }, HOUR],
  [{ 'retry-after': http(ENDED - 7 * DAY + HOUR), date: http(ENDED - 7 * DAY) }, HOUR],
  [{ 'retry-after': http(ENDED - 7 * DAY), date: http(ENDED - 7 * DAY) }, 0],
  [{ 'retry-after': http(ENDED + HOUR), date: 'yesterday' }, HOUR],
  [{ 'retry-after': 'Friday, 02-Jan-26 04:04:05 GMT' }, HOUR],
  [{ 'retry-after': 'Fri Jan  2 04:04:05 2026' }, HOUR],
  // A point in time where a count belongs, and a date of another century.
  [{ 'retry-after': '1767323045' }, DAY],
  [{ 'retry-after': http(ENDED + 900 * DAY) }, DAY],
];

for (const [headers, pause] of pauses) {
  test(`${JSON.stringify(headers)} means ${pause === undefined ? 'no pause' : `a pause of ${pause} ms`}`, () => {
    assert.equal(retryAfter(answer(429, '', headers)), pause === undefined ? undefined : ENDED + pause);
  });
}

test('every kind that may be tried again carries the pause', () => {
  for (const status of [202, 408, 429, 503]) {
    const verdict = judgeAnswer({ ok: true, answer: answer(status, '', { 'retry-after': '7' }) });

    assert.equal('until' in verdict ? verdict.until : undefined, ENDED + 7_000);
  }
});

const dates: readonly (readonly [date: string | undefined, read: number | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['nonsense', undefined],
  ['2026', undefined],
  ['Fri, 02 Jan 2026 03:04:05 GMT', ENDED],
  ['Fri, 02 Jan 2026 03:04:05 UTC', ENDED],
  ['Fri, 02 Jan 2026 04:04:05 +0100', ENDED],
  ['Fri Jan  2 03:04:05 2026', ENDED],
  ['Fri, 02 Jan 2026 03:04:05', undefined],
];

for (const [date, read] of dates) {
  test(`the Date header ${date ?? 'left out'} reads as ${read === undefined ? 'nothing' : new Date(read).toISOString()}`, () => {
    assert.equal(serverDate(answer(200, '', date === undefined ? {} : { date })), read);
  });
}

const first = (date?: string) => answer(200, '', date === undefined ? {} : { date });

test('a poll starts when it was sent, or earlier where the clock of the provider says so', () => {
  const sentAt = ENDED - 300;

  assert.deepEqual(readingTime(first(), first()), { start: sentAt, dated: false, horizon: ENDED, spent: 0 });
  // Theirs is ahead: our clock is the earlier.
  assert.equal(readingTime(first(http(ENDED + HOUR)), first()).start, sentAt);
  // Theirs is behind: less the time that the answer took.
  assert.deepEqual(readingTime(first(http(ENDED - HOUR)), first()), {
    start: ENDED - HOUR - 200,
    dated: true,
    theirs: true,
    horizon: ENDED,
    spent: 0,
  });
});

test('the future begins behind both clocks, the second of theirs counted whole and the time on the way with it', () => {
  const { horizon } = readingTime(first(http(ENDED)), first(http(ENDED + HOUR)));

  assert.equal(horizon, ENDED + HOUR + 1_000 + 300);
});
