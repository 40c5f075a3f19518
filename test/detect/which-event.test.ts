import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedHead } from '../../src/model/change.ts';
import type { SourceRecord } from '../../src/model/record.ts';
import { feedOf } from '../support/feeds.ts';
import { begin, birth, day, hour, iso, minute, read, second } from './reading.ts';

const both = `
  url: /contacts?since=\${epoch:ms}
  idField: id
  datesConfiguration: {updatedDateField: updated, createdDateField: created}
`;
const updatedOnly = both.replace(', createdDateField: created', '');
const createdOnly = both.replace('updatedDateField: updated, ', '');
const undated = both.replace(/ +dates.*\n/, '');

const at = birth + hour;
const old = birth - day;

// How a record that is not known comes to an event, by how much was looked at before.
const unknown: readonly [
  name: string,
  entry: string,
  record: SourceRecord,
  byLooked: Record<FeedHead['looked'], string>,
][] = [
  [
    'created before since and updated later',
    both,
    { id: 'a', created: iso(old), updated: iso(at - minute) },
    { none: 'UPDATED', partial: 'UPDATED', full: 'CREATED' },
  ],
  [
    'created at since',
    both,
    { id: 'a', created: iso(birth), updated: iso(at - minute) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'created in the second of since',
    both,
    { id: 'a', created: '2026-01-02T03:00:00Z', updated: iso(at - minute) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'created a millisecond before since',
    both,
    { id: 'a', created: iso(birth - 1), updated: iso(at - minute) },
    { none: 'UPDATED', partial: 'UPDATED', full: 'CREATED' },
  ],
  [
    'created before since, and updated ten seconds after that',
    both,
    { id: 'a', created: iso(birth - 5 * second), updated: iso(birth + 5 * second) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'created before since, and updated more than ten seconds after that',
    both,
    { id: 'a', created: iso(birth - 5 * second), updated: iso(birth + 5 * second + 1) },
    { none: 'UPDATED', partial: 'UPDATED', full: 'CREATED' },
  ],
  [
    'of unknown creation',
    both,
    { id: 'a', updated: iso(at - minute) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'of a creation that cannot be read',
    both,
    { id: 'a', created: 'long ago', updated: iso(at - minute) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'of a feed without created dates',
    updatedOnly,
    { id: 'a', updated: iso(at - minute) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'created before since, its updated date missing',
    both,
    { id: 'a', created: iso(old) },
    { none: 'learned', partial: 'UPDATED', full: 'CREATED' },
  ],
  [
    'created after since, its updated date missing',
    both,
    { id: 'a', created: iso(birth + 1) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  [
    'created after since, of a feed without updated dates',
    createdOnly,
    { id: 'a', created: iso(birth + 1) },
    { none: 'CREATED', partial: 'CREATED', full: 'CREATED' },
  ],
  ['without any date', undated, { id: 'a' }, { none: 'learned', partial: 'CREATED', full: 'CREATED' }],
  [
    'dated in the future',
    both,
    { id: 'a', created: iso(old), updated: iso(at + day) },
    { none: 'UPDATED', partial: 'UPDATED', full: 'CREATED' },
  ],
  [
    'updated before since',
    both,
    { id: 'a', created: iso(old), updated: iso(birth - second) },
    { none: 'learned', partial: 'learned', full: 'learned' },
  ],
];

for (const [name, entry, record, byLooked] of unknown) {
  for (const looked of ['none', 'partial', 'full'] as const) {
    test(`an unknown record ${name}, after a look at ${looked === 'full' ? 'everything' : looked === 'partial' ? 'something' : 'nothing'}: ${byLooked[looked]}`, () => {
      const memory = begin(feedOf(entry));
      memory.head = { ...memory.head, looked };

      const told = read(memory, [record], { everything: false, at });

      assert.deepEqual(told, byLooked[looked] === 'learned' ? [] : [`${byLooked[looked]} a`]);
      assert.equal(memory.snapshot.get('a')?.n, told.length);
    });
  }
}

for (const [tolerance, kind] of [
  ['5', 'UPDATED'],
  [6, 'CREATED'],
] as const) {
  test(`with createdCheckTolerance ${tolerance}, updated six seconds after its creation before since: ${kind}`, () => {
    const memory = begin(feedOf(`${both}  createdCheckTolerance: ${tolerance}\n`));

    const told = read(memory, [{ id: 'a', created: iso(birth - second), updated: iso(birth + 5 * second) }]);

    assert.deepEqual(told, [`${kind} a`]);
  });
}

test('a known id with a new version is an update, whatever its dates say', () => {
  const memory = begin(feedOf(both));
  read(memory, [{ id: 'a', created: iso(old), updated: iso(old) }]);

  const told = read(memory, [{ id: 'a', created: iso(at), updated: iso(at) }]);

  assert.deepEqual(told, ['UPDATED a']);
});

const flagged = `${both}  deletes: {by: flag, field: state.name, values: [deleted, archived]}\n`;

test('a flag that takes one of its values is a deletion, and only once', () => {
  const memory = begin(feedOf(flagged));
  const record = (state: string, updated: number): SourceRecord => ({
    id: 'a',
    state: { name: state },
    updated: iso(updated),
    created: iso(birth),
  });

  const told = [
    ...read(memory, [record('open', birth)]),
    ...read(memory, [record('archived', birth + second)]),
    ...read(memory, [record('deleted', birth + 2 * second)]),
    ...read(memory, [record('open', birth + 3 * second)]),
    ...read(memory, [record('open', birth + 3 * second)]),
  ];

  assert.deepEqual(told, ['CREATED a', 'DELETED a', 'CREATED a']);
  assert.equal(memory.snapshot.get('a')?.n, 3);
});

test('a record deleted before since is learned as deleted, and created when it comes back', () => {
  const memory = begin(feedOf(flagged));

  const told = [
    ...read(memory, [{ id: 'a', state: { name: 'deleted' }, updated: iso(old) }]),
    ...read(memory, [{ id: 'a', state: { name: 'open' }, updated: iso(at) }]),
  ];

  assert.deepEqual(told, ['CREATED a']);
});

test('a record that was created and deleted between two polls is told as deleted', () => {
  const memory = begin(feedOf(flagged));

  const told = read(memory, [{ id: 'a', state: { name: 'deleted' }, updated: iso(at), created: iso(at) }]);

  assert.deepEqual(told, ['DELETED a']);
});

test('a deletion row older than the version told is ignored, one in the same tick is not', () => {
  const memory = begin(feedOf(flagged));
  const row = (state: string, updated: number): SourceRecord => ({
    id: 'a',
    state: { name: state },
    updated: iso(updated),
  });
  read(memory, [row('open', birth + minute)]);

  const older = read(memory, [row('deleted', birth + second)]);
  const same = read(memory, [row('deleted', birth + minute)]);

  assert.deepEqual([older, same], [[], ['DELETED a']]);
});

const marks = [
  [true, true],
  ['yes', true],
  [1, true],
  [{ by: 'ada' }, true],
  [false, false],
  [0, false],
  ['', false],
  [null, false],
  [undefined, false],
] as const;
for (const [mark, deleted] of marks) {
  test(`without values, a flag of ${JSON.stringify(mark) ?? 'nothing'} ${deleted ? 'is' : 'is no'} deletion`, () => {
    const memory = begin(feedOf(`${both}  deletes: {by: flag, field: deleted}\n`));
    read(memory, [{ id: 'a', updated: iso(birth) }]);

    const told = read(memory, [{ id: 'a', updated: iso(at), ...(mark === undefined ? {} : { deleted: mark }) }]);

    assert.deepEqual(told, [deleted ? 'DELETED a' : 'UPDATED a']);
  });
}
