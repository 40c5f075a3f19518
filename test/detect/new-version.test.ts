import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceRecord } from '../../src/model/record.ts';
import { feedOf } from '../support/feeds.ts';
import { begin, birth, day, edit, hour, iso, minute, read, second, type Memory } from './reading.ts';

const dated = `
  url: /contacts
  idField: id
  datesConfiguration: {updatedDateField: updated}
`;
const undated = dated.replace(/ +dates.*\n/, '');
const date = birth + minute;

/** Whether a second version, read a while after the first was told, is told as an update. */
function isTold(entry: string, first: SourceRecord, then: SourceRecord, toldAt = date + hour): boolean {
  const memory = begin(feedOf(entry));
  read(memory, [{ id: 'a', ...first }], { at: toldAt });
  return read(memory, [{ id: 'a', ...then }], { at: toldAt + 10 * day }).length === 1;
}

const soon = date + 59_999;
const late = date + 60_000;
const v1 = { updated: iso(date), v: 1 };
const v2 = { updated: iso(date), v: 2 };
const later = { updated: iso(date + 1), v: 1 };
const earlier = { updated: iso(date - 1), v: 1 };

const table: readonly [
  what: string,
  compare: string,
  first: SourceRecord,
  then: SourceRecord,
  at: number,
  told: boolean,
][] = [
  ['the same again', 'both', v1, v1, soon, false],
  ['a later date', 'both', v1, later, late, true],
  ['an earlier date', 'both', v1, earlier, late, true],
  ['the same date and other content, told 60 s after that date', 'both', v1, v2, late, false],
  ['the same date and other content, told less than 60 s after that date', 'both', v1, v2, soon, true],
  ['the same date and other content, told before that date', 'both', v1, v2, date - hour, true],
  ['no date and other content', 'both', { v: 1 }, { v: 2 }, late, true],
  ['no date and the same content', 'both', { v: 1 }, { v: 1 }, soon, false],
  ['a date where there was none', 'both', { v: 1 }, v1, late, true],
  ['no date where there was one', 'both', v1, { v: 1 }, late, true],
  [
    'a date that cannot be read and other content',
    'both',
    { updated: 'now', v: 1 },
    { updated: 'now', v: 2 },
    late,
    true,
  ],
  [
    'a date that cannot be read and the same content',
    'both',
    { updated: 'now', v: 1 },
    { updated: 'now', v: 1 },
    soon,
    false,
  ],
  ['a later date', 'date', v1, later, soon, true],
  ['the same date and other content', 'date', v1, v2, soon, false],
  ['no date and other content', 'date', { v: 1 }, { v: 2 }, late, true],
  ['the same date and other content', 'content', v1, v2, late, true],
  ['the same again', 'content', v1, v1, soon, false],
];
for (const [what, compare, first, then, at, told] of table) {
  test(`compare: ${compare}: ${what} is ${told ? 'a' : 'no'} new version`, () => {
    assert.equal(isTold(`${dated}  compare: ${compare}\n`, first, then, at), told);
  });
}

const units = [
  ['yyyy-MM-dd', '2026-01-02', day],
  ["yyyy-MM-dd'T'HH", '2026-01-02T03', hour],
  ["yyyy-MM-dd'T'HH:mm", '2026-01-02T03:01', minute],
] as const;
for (const [format, text, unit] of units) {
  const entry = dated.replace('updatedDateField: updated', `updatedDateField: updated, updatedDateFormat: "${format}"`);
  const beginning = Math.floor(date / unit) * unit;
  for (const [when, at, told] of [
    ['less than two units after', beginning + 2 * unit - 1, true],
    ['two units after', beginning + 2 * unit, false],
  ] as const) {
    test(`other content under the date ${text}, told ${when} its beginning, is ${told ? 'a' : 'no'} new version`, () => {
      assert.equal(isTold(entry, { updated: text, v: 1 }, { updated: text, v: 2 }, at), told);
    });
  }
}

test('dates of a coarse pattern that show seconds are taken as seconds', () => {
  const entry = dated.replace(
    'updatedDateField: updated',
    'updatedDateField: updated, updatedDateFormat: milliseconds',
  );

  const told = isTold(entry, { updated: date, v: 1 }, { updated: date, v: 2 }, late);

  assert.equal(told, false);
});

const ignoring: readonly [name: string, entry: string, first: SourceRecord, then: SourceRecord, told: boolean][] = [
  ['an ignored field', undated + '  ignoreFields: [v]\n', { v: 1, w: 1 }, { v: 2, w: 1 }, false],
  ['another field', undated + '  ignoreFields: [v]\n', { v: 1, w: 1 }, { v: 2, w: 2 }, true],
  [
    'a nested ignored field',
    undated + '  ignoreFields: [meta.seen]\n',
    { meta: { seen: 1 } },
    { meta: { seen: 2 } },
    false,
  ],
  ['content under the same, ignored updated date', dated + '  ignoreFields: [updated]\n', v1, v2, true],
  ['the ignored updated date', dated + '  ignoreFields: [updated]\n', v1, later, false],
  ['content beside the ignored updated date', dated + '  ignoreFields: [updated]\n', v1, { ...later, v: 2 }, true],
  [
    'a parent of the updated date that is ignored',
    dated.replace('updated}', 'meta.updated}') + '  ignoreFields: [meta]\n',
    { meta: { updated: iso(date) } },
    { meta: { updated: iso(date + 1) } },
    false,
  ],
  ['the ignored date, by date', dated + '  ignoreFields: [updated]\n  compare: date\n', v1, { ...later, v: 2 }, true],
];
for (const [name, entry, first, then, told] of ignoring) {
  test(`a change of ${name} is ${told ? 'a' : 'no'} new version`, () => {
    assert.equal(isTold(entry, first, then), told);
  });
}

test('the order of keys does not count', () => {
  assert.equal(isTold(undated, { v: 1, w: { x: 1, y: 2 } }, { w: { y: 2, x: 1 }, v: 1 }), false);
});

test('integers that a double cannot hold are told apart', () => {
  assert.equal(isTold(undated, { v: 9_007_199_254_740_993n }, { v: 9_007_199_254_740_992n }), true);
});

test('a version told in its own tick stays open until it was told anew later', () => {
  const memory = begin(feedOf(dated));
  const versions: readonly [SourceRecord, number][] = [
    [v1, date + second],
    [v2, date + 30 * second],
    [{ ...v2, v: 3 }, date + 2 * minute],
    [{ ...v2, v: 4 }, date + 3 * minute],
  ];

  const told = versions.map(([record, at]) => read(memory, [{ id: 'a', ...record }], { at }));

  assert.deepEqual(told, [['CREATED a'], ['UPDATED a'], ['UPDATED a'], []]);
});

test('a record dated in the future is told once, compared by content, and not again when its date has come', () => {
  const memory = begin(feedOf(dated));
  const future = (v: number): SourceRecord => ({ id: 'a', updated: iso(birth + day), v });

  const told = [
    read(memory, [future(1)], { at: birth + hour }),
    read(memory, [future(1)], { at: birth + 2 * hour }),
    read(memory, [future(2)], { at: birth + 3 * hour }),
    read(memory, [future(2)], { at: birth + 2 * day }),
  ];

  assert.deepEqual(told, [['CREATED a'], [], ['UPDATED a'], []]);
});

/** A memory that holds one record as it was learned under an entry. */
function learned(entry: string, body: Record<string, SourceRecord[]>): Memory {
  const memory = begin(feedOf(entry));
  read(memory, body['data'] ?? [], { body });
  return memory;
}

test('after an edit of ignoreFields a record is compared by the old rule and stored by the new', () => {
  const memory = learned(undated, {
    data: [
      { id: 'a', v: 1, w: 1 },
      { id: 'b', v: 1, w: 1 },
    ],
  });
  edit(memory, feedOf(`${undated}  ignoreFields: [w]\n`));

  const first = read(memory, [
    { id: 'a', v: 1, w: 1 },
    { id: 'b', v: 1, w: 2 },
  ]);
  const then = read(memory, [
    { id: 'a', v: 1, w: 2 },
    { id: 'b', v: 1, w: 3 },
  ]);
  const last = read(memory, [{ id: 'a', v: 2, w: 3 }]);

  assert.deepEqual([first, then, last], [['UPDATED b'], [], ['UPDATED a']]);
});

test('after an edit of records the record is found where it was, compared, and stored by the new place', () => {
  const memory = learned(`${undated}  records: data\n`, {
    data: [
      { id: 'a', v: 1 },
      { id: 'b', v: 1 },
    ],
  });
  edit(memory, feedOf(`${undated}  records: full\n`));
  const full = [
    { id: 'a', v: 1, more: true },
    { id: 'b', v: 1, more: true },
  ];
  const changed = [
    { id: 'a', v: 1 },
    { id: 'b', v: 2 },
  ];

  const first = read(memory, full, { body: { data: changed, full } });
  const then = read(memory, full, { body: { full } });

  assert.deepEqual([first, then], [['UPDATED b'], []]);
});

test('where the old place of the records is gone, they are compared by the old rule as they are', () => {
  const memory = learned(`${undated}  records: data\n`, { data: [{ id: 'a', v: 1 }] });
  edit(memory, feedOf(`${undated}  records: full\n  ignoreFields: [v]\n`));

  const told = read(memory, [{ id: 'a', v: 1 }], { body: { full: [{ id: 'a', v: 1 }] } });

  assert.deepEqual(told, []);
});

test('after an edit of filter.response.nulls no null alone is a change', () => {
  const memory = learned(undated, { data: [{ id: 'a', v: 1 }] });
  edit(memory, feedOf(undated, { configuration: 'filter.response.nulls: false' }));
  const record = { id: 'a', v: 1, w: null };

  const first = read(memory, [record]);
  const then = read(memory, [{ ...record, w: 0 }]);

  assert.deepEqual([first, then], [[], ['UPDATED a']]);
});

test('after an edit of compare the next reading compares by the old rule, further ones by the new', () => {
  const memory = begin(feedOf(`${dated}  compare: date\n`));
  read(memory, [{ id: 'a', ...v1 }], { at: date + second });
  edit(memory, feedOf(dated));

  const first = read(memory, [{ id: 'a', ...v2 }]);
  const then = read(memory, [{ id: 'a', ...v2, v: 3 }]);

  assert.deepEqual([first, then], [[], ['UPDATED a']]);
});

test('a date that is read by another pattern after an edit is no new version', () => {
  const local = dated.replace('updated}', 'updated, updatedDateFormat: "yyyy-MM-dd\'T\'HH:mm:ss"}');
  const memory = begin(feedOf(local));
  const record = { id: 'a', updated: '2026-01-02T03:01:00', v: 1 };
  read(memory, [record]);
  edit(memory, feedOf(local.replace('updated,', 'updated, updatedDateTimezone: Europe/Berlin,')));

  const first = read(memory, [record]);
  const then = read(memory, [{ ...record, v: 2 }]);

  assert.deepEqual([first, then], [[], []]);
  assert.equal(memory.snapshot.get('a')?.date, date - hour);
});
