import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorRule } from '../../src/model/pagination.ts';
import type { Json } from '../../src/model/record.ts';
import { errorIn } from '../../src/poll/error-in-answer.ts';
import { judgeAnswer } from '../../src/poll/verdict.ts';
import { answer } from './answers.ts';

const ANY: ErrorRule = { at: ['error'], is: undefined, message: ['error', 'info'] };
const NOT_OK: ErrorRule = { at: ['ok'], is: ['false'], message: ['why'] };

const answers: readonly (readonly [body: Json, rule: ErrorRule, says: string | undefined])[] = [
  [{ error: { info: 'too much lag' } }, ANY, 'the provider answered an error: "too much lag"'],
  [{ error: { code: 5 } }, ANY, 'the provider answered an error'],
  [{ error: 'broken' }, ANY, 'the provider answered an error: "broken"'],
  [{ error: null }, ANY, undefined],
  [{ error: false }, ANY, undefined],
  [{ error: [] }, ANY, undefined],
  [{ records: [] }, ANY, undefined],
  [[], ANY, undefined],
  [null, ANY, undefined],
  [{ ok: false, why: 'invalid_auth' }, NOT_OK, 'the provider answered an error: "invalid_auth"'],
  [{ ok: 'false' }, NOT_OK, 'the provider answered an error: "false"'],
  [{ ok: false }, NOT_OK, 'the provider answered an error: ok is false'],
  [{ ok: false, why: 7 }, NOT_OK, 'the provider answered an error: why is 7'],
  [{ ok: true }, NOT_OK, undefined],
  [{}, NOT_OK, undefined],
];

for (const [body, rule, says] of answers) {
  test(`${JSON.stringify(body)} ${says === undefined ? 'is no error' : `says: ${says}`}`, () => {
    assert.equal(errorIn(body, rule), says);
  });
}

test('an error inside a good answer may pass by itself, and is not tried before the instant that the answer names', () => {
  const said = answer(200, '{"error":{"info":"maxlag"}}', { 'retry-after': '5' });

  const verdict = judgeAnswer({ ok: true, answer: said }, ANY);

  assert.equal(verdict.kind, 'transient');
  assert.equal('until' in verdict && verdict.until, said.endedAt + 5_000);
});
