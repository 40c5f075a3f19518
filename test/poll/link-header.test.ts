import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextLinkOf } from '../../src/poll/link-header.ts';

const headers: readonly (readonly [header: string | undefined, next: string | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['nonsense', undefined],
  ['<https://a.example/?page=2', undefined],
  ['<https://a.example/?page=2>', undefined],
  ['<https://a.example/?page=2>; rel="next"', 'https://a.example/?page=2'],
  ['<https://a.example/?page=2>; rel=next', 'https://a.example/?page=2'],
  ['<https://a.example/?page=2>;rel=next', 'https://a.example/?page=2'],
  ['< /x?page=2 > ; REL = "NEXT"', '/x?page=2'],
  ['<?page=1>; rel="prev", <?page=3>; rel="next"', '?page=3'],
  ['<?page=3>; rel="next", <?page=9>; rel="last"', '?page=3'],
  ['<?page=9>; rel="last next"', '?page=9'],
  ['<?page=9>; rel="nextish"', undefined],
  ['<?page=9>; title="rel=next"', undefined],
  ['<?page=9>; title="; rel=next"', undefined],
  ['<?a=1,2&b>; rel="next"', '?a=1,2&b'],
  ['<?p=1>; title="a, <b>; rel=\\"next\\""; rel="prev", <?p=2>; rel="next"', '?p=2'],
  ['<?p=1>; rel="prev"; rel="next"', undefined],
  ['<?p=1>; title="a\\", b"; rel="next"', '?p=1'],
  ['<?p=1>; crossorigin; rel="next"', '?p=1'],
  ['<>; rel="next"', undefined],
  [
    '<?p=1>; rel="previous"; results="false"; cursor="0:0:1", <?p=2>; rel="next"; results="true"; cursor="0:100:0"',
    '?p=2',
  ],
  [
    '<?p=1>; rel="previous"; results="true"; cursor="0:0:1", <?p=2>; rel="next"; results="false"; cursor="0:100:0"',
    undefined,
  ],
];

for (const [header, next] of headers) {
  test(`the Link header ${header ?? 'left out'} leads ${next === undefined ? 'nowhere' : `to ${next}`}`, () => {
    assert.equal(nextLinkOf(header), next);
  });
}
