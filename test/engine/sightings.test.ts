import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ring } from '../../src/engine/ring.ts';
import { Sightings } from '../../src/engine/sightings.ts';
import type { Because } from '../../src/detect/witness.ts';
import { feedOf } from '../support/feeds.ts';

const feed = feedOf('url: /contacts\nidField: id\n');
const other = feedOf('url: /contacts\nidField: id\n', { resource: 'others' });

/** One good reading of everything that shows these records. */
function read(sightings: Sightings, ids: readonly string[], because: Because = 'unchanged', from = feed): void {
  const reading = sightings.open(from, 1);
  reading.begins(undefined);
  for (const id of ids) reading.saw(id, because, undefined, 'none', undefined, { id });
  reading.listed('whole');
  reading.ended({ ok: true });
}

const many = (count: number, prefix = 'r'): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

test('a ring holds the newest, in their order, also after it was cut', () => {
  const ring = new Ring<number>();
  const gone: (number | undefined)[] = [];

  for (let n = 1; n <= 7; n++) gone.push(ring.push(n, 5));
  const before = ring.newestLast();
  const cut = ring.cut(2);
  for (let n = 8; n <= 11; n++) ring.push(n, 5);

  assert.deepEqual(gone, [undefined, undefined, undefined, undefined, undefined, 1, 2]);
  assert.deepEqual(before, [3, 4, 5, 6, 7]);
  assert.equal(cut, 5);
  assert.deepEqual(ring.newestLast(), [7, 8, 9, 10, 11]);
});

test('the newest sightings of a feed are kept, and unchanged records do not drive out the others', () => {
  const sightings = new Sightings(10, 100);
  read(sightings, ['news'], 'settled');

  read(sightings, many(50));

  assert.equal(sightings.of(feed.id, 'news').sightings.length, 1);
  assert.equal(sightings.of(feed.id, 'r49').sightings.length, 1);
  assert.equal(sightings.of(feed.id, 'r39').sightings.length, 0);
});

test('a record is called absent only where its whole reading is remembered', () => {
  const small = new Sightings(10, 100);
  read(small, many(10));
  const large = new Sightings(10, 100);
  read(large, many(11));

  const [absent, there] = [small.of(feed.id, 'z').absent, small.of(feed.id, 'r0').absent];
  const [unknown, seen] = [large.of(feed.id, 'z'), large.of(feed.id, 'r10').absent];

  assert.deepEqual([absent, there], [true, false]);
  assert.deepEqual([unknown.absent, unknown.lost, seen], [undefined, true, false]);
});

test('a record whose absence alone was seen is absent all the same', () => {
  const sightings = new Sightings();
  const reading = sightings.open(feed, 1);
  reading.saw('a', 'absent-doubted', undefined, 'none', undefined, undefined);
  reading.listed('whole');
  reading.ended({ ok: true });

  assert.equal(sightings.of(feed.id, 'a').absent, true);
});

test('over the bound of all feeds the largest loses its older half, and the others nothing', () => {
  const sightings = new Sightings(100, 60);
  read(sightings, many(10), 'unchanged', other);

  read(sightings, many(60));

  assert.equal(sightings.of(other.id, 'r0').sightings.length, 1);
  assert.equal(sightings.of(feed.id, 'r29').sightings.length, 0);
  assert.equal(sightings.of(feed.id, 'r30').sightings.length, 1);
  assert.equal(sightings.of(feed.id, 'r59').absent, false);
});

test('what is seen of one record is told the newest first', () => {
  const sightings = new Sightings();
  read(sightings, ['a'], 'CREATED');
  read(sightings, ['a']);
  read(sightings, ['a'], 'UPDATED');

  const seen = sightings.of(feed.id, 'a').sightings.map(({ because }) => because);

  assert.deepEqual(seen, ['UPDATED', 'unchanged', 'CREATED']);
});
