import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileEntry, feedWith, firstOf } from './compiling.ts';

const HTTP = 'key: http\n';

const wrong: readonly (readonly [base: string, says: RegExp])[] = [
  ['https://{subdomain}.example.com', /still holds \{subdomain\} \(put in the value/],
  ['https://{{subdomain}}.example.com/{v}', /still holds \{\{subdomain\}\} and \{v\} \(/],
  ['https://<SITE>.example.com', /still holds <SITE> \(/],
  ['https://${site}.example.com', /still holds \$\{site\} \(/],
  ['https://${gmtDate:yyyy}.example.com', /still holds \$\{gmtDate:yyyy\} \(/],
  [
    'https://${configuration.site}.example.com',
    /holds \$\{configuration\.site\}, but "site" is missing \(add that key/,
  ],
  ['https://${configuration.base.url}/x', /still holds \$\{configuration\.base\.url\}/],
  ['https://h.example/v2?x=1', /holds a query or a fragment.*\(put parameters into query of the polled resource/],
  ['https://h.example/v2#x', /holds a query or a fragment/],
];

for (const [base, says] of wrong) {
  test(`the base.url ${base} is a problem at its place, told once`, () => {
    const { plan, problems, said } = compileEntry({ url: '/x' }, { 'base.url': base }, HTTP);

    assert.equal(plan.feeds.size, 0);
    assert.match(said.join('\n'), says);
    assert.deepEqual(
      problems.map(({ where }) => where),
      ['configuration.base.url'],
    );
  });
}

const filled: readonly (readonly [base: string, asked: string])[] = [
  ['https://${configuration.site}.example.com/v2', 'https://acme.example.com/v2/x'],
  ['${configuration.address}/v2/', 'https://any.example/v2/x'],
  ['https://${env:SITE}.example.com', 'https://[env:SITE]&+.example.com/x'],
];

for (const [base, asked] of filled) {
  test(`the base.url ${base} is filled in`, () => {
    const configuration = { 'base.url': base, site: 'acme', address: 'https://any.example' };

    const feed = feedWith({ url: '/x' }, configuration, HTTP);

    assert.equal(firstOf(feed).url, asked);
  });
}
