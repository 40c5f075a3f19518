import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScale } from '../../src/detect/scale.ts';
import { epochPattern } from '../../src/language/date-epoch.ts';

test('each page is looked at by itself, and the first of its dates is the example', () => {
  const field = { path: ['at'], pattern: epochPattern('ms') };
  const scale = openScale(field);
  const pages = [[1_767_323_045_678], [1_767_323_045, 1_767_323_046], [], [1_767_323_047, 1_767_323_045_678]];

  const found = pages.map((page) => {
    for (const at of page) scale.see({ at }, field.pattern.parse(at));
    return scale.endPage();
  });

  const offScale = { field, example: '1767323045', read: 1_767_323_045, meant: 'seconds' };
  assert.deepEqual(found, [undefined, offScale, undefined, undefined]);
});

test('microseconds read as milliseconds are recognised', () => {
  const scale = openScale({ path: ['at'], pattern: epochPattern('ms') });

  scale.see({ at: '1767323045678901' }, 1_767_323_045_678_901);

  assert.equal(scale.endPage()?.meant, 'microseconds');
});
