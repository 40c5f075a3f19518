import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCatalog } from '../../src/config/read-catalog.ts';
import type { SourceFile } from '../../src/model/catalog.ts';
import { within } from '../support/within.ts';
import { fileOf, fixtureNames, lines, readInstanceText, sample } from './reading.ts';

function readAs(bytes: Uint8Array): void {
  const file = (path: string): SourceFile => ({ path, bytes });
  const files = {
    config: file('config.yaml'),
    elements: [sample, file('elements/other.yaml')],
    instances: [file('instances/a.yaml'), file('instances/b.json')],
  };
  const { problems } = readCatalog(files, { configFile: 'config.yaml', root: '/srv' });
  for (const { line, column, says } of problems) assert.ok(line >= 1 && column >= 1 && says !== '');
}

const originals = (['instances', 'elements', 'config'] as const)
  .flatMap((kind) => fixtureNames(kind, 'good').map((name) => fileOf(`test/config/fixtures/${kind}/${name}`)))
  .concat(fileOf('test/config/fixtures/seeds/constantcontact-filled.json'))
  .concat(
    fixtureNames('instances', 'bad')
      .filter((name) => name.startsWith('string-'))
      .map((name) => fileOf(`test/config/fixtures/instances/${name}`)),
  );
const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  ': ',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!set ',
  '|\n',
  '>-\n',
  '<<: ',
  '---\n',
  '%YAML 1.1\n',
  '__proto__: ',
  '${env:',
  '<X>',
  '\u0000',
  '9'.repeat(20),
];
const mutation = fc.record({ at: fc.nat(), cut: fc.nat(20), put: fc.constantFrom(...pieces, '') });

test('whatever is done to a file, reading it gives problems at places, quickly, and never throws', () => {
  readAs(Buffer.from('a: 1'));
  fc.assert(
    fc.property(
      fc.constantFrom(...originals),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (original, mutations) => {
        let bytes = Buffer.from(original.bytes);
        for (const { at, cut, put } of mutations) {
          const from = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(put), bytes.subarray(from + cut)]);
        }

        // Four readings of the same bytes: config.yaml, an element and two instances.
        within(4 * 50, () => readAs(bytes));
      },
    ),
    { numRuns: 150 },
  );
});

test('random bytes give problems and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      within(4 * 50, () => readAs(bytes));
    }),
    { numRuns: 100 },
  );
});

test('words of the language in random order give problems and never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces, 'a', 'element', 'key'), { maxLength: 60 }), (words) => {
      readAs(Buffer.from(words.join('')));
    }),
    { numRuns: 200 },
  );
});

for (const [name, text, expected] of [
  ['brackets', '['.repeat(100_000), 'nests values more than 64 levels deep'],
  ['maps in JSON', '{"a":'.repeat(100_000), 'nests values more than 64 levels deep'],
  ['brackets behind closing ones in quotes', '["]",'.repeat(50_000), 'nests values more than 64 levels deep'],
  ['list marks', `${'- '.repeat(50_000)}a`, 'nests values more than 64 levels deep'],
  ['key marks', `${'? '.repeat(50_000)}a`, 'nests values more than 64 levels deep'],
  [
    'indented maps',
    Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    'nests values more than 64 levels deep',
  ],
  ['five megabytes and more', `a: ${'x'.repeat(5_000_000)}`, 'is larger than 5 MB and is not read'],
] as const) {
  test(`a file made to exhaust its reader is refused: ${name}`, () => {
    const catalog = readInstanceText(text);

    assert.deepEqual(
      catalog.problems.map(({ says }) => says),
      [expected],
    );
  });
}

test('a chain of aliases that nest ever deeper is refused', () => {
  const chain = Array.from({ length: 400 }, (_, index) => `k${index + 1}: &a${index + 1} {x: *a${index}}\n`).join('');

  const catalog = readInstanceText(`k0: &a0 1\n${chain}`);

  assert.deepEqual(
    catalog.problems.map(({ says }) => says),
    ['repeats its aliases without end'],
  );
});

test('sixty levels are not too deep', () => {
  const catalog = readInstanceText(`element: {key: sample}\nuser: ${'['.repeat(60)}${']'.repeat(60)}\n`);

  assert.deepEqual(lines(catalog), []);
});

test('a map of a hundred thousand keys is read in time that grows with its size', () => {
  const text = `element: {key: sample}\nuser:\n${Array.from({ length: 100_000 }, (_, index) => ` k${index}: 1\n`).join('')}`;

  const catalog = readInstanceText(text);

  assert.deepEqual(lines(catalog), []);
});

test('a key such as __proto__ is a key like any other', () => {
  const text = '{"element": {"key": "sample"}, "__proto__": {"name": "x"}, "configuration": {"__proto__": 1}}';

  const catalog = readInstanceText(text);

  assert.deepEqual(
    catalog.problems.map(({ where, severity }) => [where, severity]),
    [
      ['__proto__', 'warning'],
      ['configuration.__proto__', 'warning'],
    ],
  );
  assert.equal(catalog.instances.get('one')?.name, undefined);
});
