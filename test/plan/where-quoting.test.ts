import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { feedWith, firstOf } from './compiling.ts';

const BARE = 'key: bare\nbaseUrl: https://h.example\n';

type Style = Readonly<Record<string, unknown>>;

const quoting: readonly (readonly [style: Style, read: (parameters: string) => string])[] = [
  [{ as: 'odata' }, (text) => /^\$filter=a eq '((?:[^']|'')*)'$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? text],
  [
    { as: 'odata', version: 3 },
    (text) => /^\$filter=a eq '((?:[^']|'')*)'$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? text,
  ],
  [
    { as: 'soql', select: 'S' },
    (text) => unescaped(/^q=S WHERE a = '((?:[^'\\\n\r]|\\.)*)'$/s.exec(text)?.[1] ?? text),
  ],
  [{ as: 'jql' }, (text) => unescaped(/^jql=a = "((?:[^"\\\n\r]|\\.)*)"$/s.exec(text)?.[1] ?? text)],
];

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => ({ n: '\n', r: '\r' })[character] ?? character);
}

for (const [style, readBack] of quoting) {
  test(`whatever a configuration value holds, it stays one literal in ${JSON.stringify(style)}`, () => {
    const hostile = fc.constantFrom(
      "'",
      "''",
      '"',
      '\\',
      "\\'",
      "x' or 1 eq 1",
      ' ) OR (',
      '%',
      '&b=1',
      '\n',
      '\r',
      '${x}',
    );
    // `<x>` is a placeholder to the reader of files, and dates are no texts.
    const value = fc
      .array(fc.oneof(hostile, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 5 })
      .map((pieces) => `v${pieces.join('')}`.replaceAll(/[<$]/g, ''));

    fc.assert(
      fc.property(value, (v) => {
        const feed = feedWith({ url: "/x?where=a='${configuration.v}'", where: style }, { v }, BARE);
        const { url } = firstOf(feed);

        assert.equal(readBack(decodeURIComponent(url.slice(url.indexOf('?') + 1))), v);
      }),
      { numRuns: 60 },
    );
  });
}
