import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from '../../src/language/nearest.ts';

const known = [
  'gmtDate',
  'date',
  'dateTimeZone',
  'epoch',
  'milliseconds',
  'event.poller.refresh_interval',
  'id',
  'url',
];

const meant: readonly (readonly [word: string, found: string | undefined])[] = [
  ['gmtDate', 'gmtDate'],
  ['GMTDATE', 'gmtDate'],
  ['gmtdat', 'gmtDate'],
  ['gtmDate', 'gmtDate'],
  ['data', 'date'],
  ['DateTimezone', 'dateTimeZone'],
  ['epoc', 'epoch'],
  ['milisecond', 'milliseconds'],
  ['event.poller.refreshInterval', 'event.poller.refresh_interval'],
  ['ID', 'id'],
  ['ir', undefined],
  ['ulr', 'url'],
  ['', undefined],
  ['configuration', undefined],
  ['x'.repeat(100_000), undefined],
];

for (const [word, found] of meant) {
  test(`${JSON.stringify(word.slice(0, 40))} is taken for ${found ?? 'nothing known'}`, () => {
    assert.equal(nearest(word, known), found);
  });
}

test('the same word in another case wins over a nearer one', () => {
  assert.equal(nearest('KEYS', ['keyz', 'keys']), 'keys');
});

test('of equally near words the first wins', () => {
  assert.equal(nearest('cart', ['card', 'cars']), 'card');
});

test('two swapped letters are one slip', () => {
  assert.equal(nearest('nmae', ['mare', 'name']), 'name');
});

test('the hint names the word or is absent', () => {
  assert.equal(didYouMean('epcoh', known), 'did you mean "epoch"?');
  assert.equal(didYouMean('banana', known), undefined);
});
