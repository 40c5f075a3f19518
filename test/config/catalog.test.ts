import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileWith, lines, read, readInstanceText, sample } from './reading.ts';

test('without a config.yaml the defaults of the contract hold', () => {
  const { settings, problems } = read({});

  assert.deepEqual(problems, []);
  assert.deepEqual(settings, {
    elements: ['/srv/elementd/elements'],
    instances: '/srv/elementd/instances',
    state: '/srv/elementd/state',
    polling: { concurrency: 64, timeout: 30_000, maxResponseBytes: 50_000_000, maxPages: 10_000 },
    delivery: {
      concurrency: 64,
      perCallback: 4,
      timeout: 15_000,
      retryFor: 259_200_000,
      outbox: { events: 100_000, bytes: 1_000_000_000 },
      retention: 604_800_000,
    },
    network: { deny: ['link-local'] },
    log: { level: 'info' },
  });
});

test('settings are given in base units and as absolute paths', () => {
  const text =
    'elements: [../shared, /etc/elements]\nstate: $${x}\npolling: {timeout: 2m}\n' +
    'delivery: {retry: {for: 0s}, outbox: {bytes: 64kB}}\nlog: {level: warn}\n';

  const { settings, problems } = read({ config: fileWith('config.yaml', text) });

  assert.deepEqual(problems, []);
  assert.deepEqual(settings.elements, ['/srv/shared', '/etc/elements']);
  assert.equal(settings.state, '/srv/elementd/${x}');
  assert.equal(settings.polling.timeout, 120_000);
  assert.equal(settings.delivery.retryFor, 0);
  assert.equal(settings.delivery.outbox.bytes, 64_000);
  assert.equal(settings.log.level, 'warn');
});

test('a config.yaml in which everything is commented out only warns', () => {
  const catalog = read({
    config: fileWith('config.yaml', '# state: ./state\n'),
    instances: [fileWith('instances/a.yaml', 'element: {key: http}')],
  });

  assert.deepEqual(lines(catalog), ['1:1: (file): warning: is empty (the defaults hold)']);
  assert.deepEqual([...catalog.instances.keys()], ['a']);
});

test('while config.yaml has an error every instance is broken, and problems of other files are told all the same', () => {
  const catalog = read({
    config: fileWith('config.yaml', 'log: {level: loud}\n'),
    instances: [fileWith('instances/a.yaml', 'element: {key: sample}'), fileWith('instances/b.yaml', 'element: {}')],
  });

  assert.deepEqual([...catalog.broken], ['a', 'b']);
  assert.equal(catalog.instances.size, 0);
  assert.deepEqual(
    catalog.problems.map(({ file, where }) => [file, where]),
    [
      ['config.yaml', 'log.level'],
      ['instances/b.yaml', 'element.key'],
    ],
  );
});

test('an instance with an error is left out and named, the others go on', () => {
  const instances = [
    fileWith('instances/good.yaml', 'element: {key: sample}'),
    fileWith('instances/bad.yaml', 'element: 5'),
  ];

  const catalog = read({ instances });

  assert.deepEqual([...catalog.instances.keys()], ['good']);
  assert.deepEqual([...catalog.broken], ['bad']);
});

test('an element with an error breaks its instances, whose own files have no problem', () => {
  const catalog = readInstanceText('element: {key: sample}\nconfiguration: {site: x}\n', 'instances/one.yaml', {
    elements: [fileWith('elements/sample.yaml', 'key: sample\ncolour: red\n')],
  });

  assert.deepEqual(
    catalog.problems.map(({ file }) => file),
    ['elements/sample.yaml'],
  );
  assert.deepEqual([...catalog.broken], ['one']);
  assert.equal(catalog.elements.size, 0);
});

test('the first element file of a key wins in search order, also where it has an error', () => {
  const own = fileWith('elements/sample.yaml', 'key: sample\nname: Own\n');
  const shipped = fileWith('/opt/elementd/elements/sample.yaml', 'key: sample\nname: Shipped\ncolour: red\n');

  const catalog = read({ elements: [own, shipped] });
  const broken = read({ elements: [shipped, own] });

  assert.deepEqual(catalog.problems, []);
  assert.equal(catalog.elements.get('sample')?.file.name, 'Own');
  assert.equal(catalog.elements.get('sample')?.path, 'elements/sample.yaml');
  assert.equal(broken.elements.size, 0);
});

test('the element http is always there', () => {
  const catalog = readInstanceText(
    'element: {key: http}\nconfiguration: {base.url: "https://example.com"}\n',
    undefined,
    {
      elements: [],
    },
  );

  assert.deepEqual(catalog.problems, []);
  assert.equal(catalog.instances.get('one')?.elementKey, 'http');
});

test('two files of one id are a problem at both, and neither is taken', () => {
  const instances = ['yaml', 'json'].map((ending) =>
    fileWith(`instances/a.${ending}`, '{"element": {"key": "sample"}}'),
  );
  const elements = ['yaml', 'yml'].map((ending) => fileWith(`elements/sample.${ending}`, 'key: sample\n'));

  const catalog = read({ instances, elements });

  assert.deepEqual(
    catalog.problems.map(({ file, says }) => [file, says]),
    [
      ['elements/sample.yaml', 'has the same key as elements/sample.yml'],
      ['elements/sample.yml', 'has the same key as elements/sample.yaml'],
      ['instances/a.json', 'has the same id as instances/a.yaml'],
      ['instances/a.yaml', 'has the same id as instances/a.json'],
    ],
  );
  assert.equal(catalog.instances.size + catalog.elements.size, 0);
  assert.deepEqual([...catalog.broken], ['a']);
});

for (const name of ['-a', '.a', 'ä', 'a b', '']) {
  test(`a file whose name cannot be an id is a problem: "${name}"`, () => {
    const catalog = readInstanceText('element: {key: sample}', `instances/${name}.yaml`);

    assert.deepEqual(
      catalog.problems.map(({ says }) => says),
      ['has a name that cannot be an instance id'],
    );
    assert.equal(catalog.instances.size, 0);
  });
}

test('keys that an element reads are known to its instances, others warn and stop nothing', () => {
  const text = 'element: {key: sample}\nconfiguration: {site: blue, sitte: red, other: {a: 1}}\n';

  const catalog = readInstanceText(text);

  assert.deepEqual(lines(catalog), [
    '2:29: configuration.sitte: warning: is not a known key and does nothing (did you mean "site"?)',
    '2:41: configuration.other: warning: is not a known key and does nothing (remove it, or look up how it is spelt)',
  ]);
  assert.deepEqual(
    [...(catalog.instances.get('one')?.configuration ?? [])],
    [
      ['site', 'blue'],
      ['sitte', 'red'],
    ],
  );
  assert.deepEqual(read({ elements: [sample] }).problems, []);
});
