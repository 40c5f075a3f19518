import assert from 'node:assert/strict';
import test from 'node:test';
import { httpDate } from '../../src/language/http-date.ts';

const dates: readonly (readonly [text: string, iso: string | undefined])[] = [
  ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
  ['Sun, 06 Nov 1994 09:49:37 +0100', '1994-11-06T08:49:37.000Z'],
  ['1994-11-06T08:49:37Z', undefined],
  ['Sun, 32 Nov 1994 08:49:37 GMT', undefined],
  ['784111777', undefined],
  ['', undefined],
];
for (const [text, iso] of dates) {
  test(`the HTTP date "${text}" is ${iso ?? 'unreadable'}`, () => {
    const at = httpDate(text);

    assert.equal(at === undefined ? undefined : new Date(at).toISOString(), iso);
  });
}
