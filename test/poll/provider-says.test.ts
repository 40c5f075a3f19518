import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { providerSays } from '../../src/poll/provider-says.ts';

const said: readonly (readonly [body: string, says: string])[] = [
  ['', ''],
  [' \n ', ''],
  ['{}', ''],
  ['[]', ''],
  ['42', ''],
  ['{"status":500}', ''],
  ['Too many requests', ': "Too many requests"'],
  ['two\n lines', ': "two lines"'],
  ['{"message":"no such list"}', ': "no such list"'],
  ['{"error":"invalid_grant","error_description":"code expired"}', ': "code expired"'],
  ['{"error":{"code":7,"message":"quota"}}', ': "quota"'],
  ['{"errors":[{"detail":"bad date"},{"detail":"other"}]}', ': "bad date"'],
  ['[{"error_key":"http.status.authentication.invalid_token","error_message":"expired"}]', ': "expired"'],
  ['{"fault":{"faultstring":"Invalid access token"}}', ': "Invalid access token"'],
  ['{"message":"","title":"Forbidden"}', ': "Forbidden"'],
  ['{"message":null,"detail":"x"}', ': "x"'],
  ['"just text"', ': "just text"'],
  ['{"error":{"error":{"error":{"error":{"error":"deep"}}}}}', ''],
  ['<!doctype html><h1>502</h1>', ''],
  ['\ufeff<html>', ''],
  ['Error: <b>no</b>', ''],
  ['{"message":"<p>Sorry</p>"}', ''],
  ['{"message":"a < b"}', ': "a < b"'],
  ['{"message":"red \\u001b[31malert\\u0007\\u202e"}', ': "red [31malert"'],
];

for (const [body, says] of said) {
  test(`the body ${JSON.stringify(body)} says ${says === '' ? 'nothing' : says.slice(2)}`, () => {
    assert.equal(providerSays(body), says);
  });
}

test('what is said is one bounded line without control characters, whatever the body is', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const body = fc.oneof(
    text,
    text.map((message) => JSON.stringify({ message })),
    fc.json(),
  );
  fc.assert(
    fc.property(body, (given) => {
      const says = providerSays(given);

      assert.ok(says.length <= 200 + 5);
      assert.ok(!/[\p{Cc}\p{Bidi_Control}]/u.test(says));
      assert.ok(!/<[a-z]/i.test(says));
    }),
  );
});

test('a long saying is cut, and no character with it', () => {
  assert.equal(providerSays('x'.repeat(300)), `: "${'x'.repeat(200)}…"`);
  assert.equal(providerSays(`${'x'.repeat(199)}😀 and so on`), `: "${'x'.repeat(199)}…"`);
});

test('a body of megabytes is not parsed, and still says something short', () => {
  const says = providerSays(`{"message":"${'x'.repeat(5_000_000)}"}`);

  assert.ok(says.length <= 205);
});
