import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldLink } from '../../src/plan/origin.ts';

const ASKED = 'https://api.example/v2/things?page=1';

const plain: readonly (readonly [link: string, held: string | undefined])[] = [
  ['https://api.example/v2/things?page=2', 'https://api.example/v2/things?page=2'],
  ['https://API.example:443/v2/things', 'https://api.example/v2/things'],
  ['/other', 'https://api.example/other'],
  ['?page=2', 'https://api.example/v2/things?page=2'],
  ['things/2', 'https://api.example/v2/things/2'],
  ['../up', 'https://api.example/up'],
  ['', 'https://api.example/v2/things?page=1'],
  ['http://api.example/v2/things?page=2', 'https://api.example/v2/things?page=2'],
  ['https://user:pass@api.example/v2/x#top', 'https://api.example/v2/x'],
  ['http://api.example:8080/v2/things', undefined],
  ['https://api.example:8443/v2/things', undefined],
  ['https://evil.example/v2/things', undefined],
  ['https://api.example.evil.example/v2', undefined],
  ['https://api.example@evil.example/v2', undefined],
  ['https://evil.example#@api.example/', undefined],
  ['//evil.example/v2/things', undefined],
  ['\\\\evil.example\\v2', undefined],
  ['/\\evil.example/v2', undefined],
  ['https:evil.example', 'https://api.example/v2/evil.example'],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
  ['data:text/plain,x', undefined],
  ['http://[', undefined],
];

for (const [link, held] of plain) {
  test(`the link ${JSON.stringify(link)} ${held === undefined ? 'leaves the provider' : `leads to ${held}`}`, () => {
    assert.equal(heldLink(link, ASKED, undefined, 'https://api.example/v2'), held);
  });
}

test('a link to http on a port of its own is not taken for https', () => {
  const asked = 'https://api.example:8443/x';

  assert.equal(heldLink('http://api.example:8443/y', asked, undefined, 'https://api.example:8443'), undefined);
});

test('from http a link to https on the same host leaves the origin', () => {
  assert.equal(heldLink('https://api.example/x', 'http://api.example/x', undefined, 'http://api.example'), undefined);
});

const PROXY = 'http://proxy.local:8080/shop';

const rebased: readonly (readonly [link: string, held: string | undefined])[] = [
  ['https://api.example/v2/things?page=2#x', 'http://proxy.local:8080/shop/things?page=2'],
  ['https://api.example/v2?page=2', 'http://proxy.local:8080/shop?page=2'],
  ['https://api.example/v2', 'http://proxy.local:8080/shop'],
  ['https://api.example/v20/things', 'http://proxy.local:8080/v20/things'],
  ['https://u:p@api.example/v2/things', 'http://proxy.local:8080/shop/things'],
  ['https://api.example//evil.example/x', undefined],
  ['https://api.example.evil.example/v2/things', undefined],
  ['http://proxy.local:8080/shop/things?page=2', 'http://proxy.local:8080/shop/things?page=2'],
  ['?page=2', 'http://proxy.local:8080/shop/things?page=2'],
  ['https://third.example/v2/things', undefined],
];

for (const [link, held] of rebased) {
  test(`behind another base the link ${link} ${held === undefined ? 'leaves the provider' : `leads to ${held}`}`, () => {
    const asked = `${PROXY}/things?page=1`;

    assert.equal(heldLink(link, asked, 'https://api.example/v2/', `${PROXY}/`), held);
  });
}
