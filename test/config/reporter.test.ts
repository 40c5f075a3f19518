import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreePath } from '../../src/model/catalog.ts';
import { fileWith, read, readInstanceText } from './reading.ts';

const text = `element:
  key: sample
configuration:
  site: blue
  event.poller.configuration: |
    {"contacts": {
      "url": "/contacts",
      "idField": ["a", "b"]}}
`;
const polled = ['configuration', 'event.poller.configuration'] as const;

for (const [says, path, key, place] of [
  ['a value', ['configuration', 'site'], false, '4:9'],
  ['a key', ['configuration', 'site'], true, '4:3'],
  ['the nearest parent of what is not there', ['configuration', 'colour', 'of'], false, '4:3'],
  ['the whole file', [], false, '1:1'],
  ['a value inside a JSON string', [...polled, 'contacts', 'url'], false, '7:14'],
  ['a key inside a JSON string', [...polled, 'contacts', 'url'], true, '7:7'],
  ['a list member inside a JSON string', [...polled, 'contacts', 'idField', 1], false, '8:24'],
  ['the map of what is missing inside a JSON string', [...polled, 'contacts', 'schedule', 'cron'], false, '6:18'],
] as const satisfies readonly (readonly [string, TreePath, boolean, string])[]) {
  test(`a report finds the place of ${says}`, () => {
    const report = readInstanceText(text).instances.get('one')?.report;

    const problem = report?.problem(path, 'is odd', { key, hint: 'mend it' });

    assert.equal(`${problem?.line}:${problem?.column}`, place);
    assert.equal(problem?.where, path.length === 0 ? '(file)' : path.join('.'));
    assert.equal(problem?.file, 'instances/one.yaml');
    assert.equal(problem?.severity, 'error');
    assert.equal(problem?.hint, 'mend it');
  });
}

test('what an instance takes from the defaults is reported where the defaults stand', () => {
  const config = fileWith('config.yaml', 'defaults:\n  site: red\n  event.poller.configuration: {a: {url: /a}}\n');
  const instances = [fileWith('instances/one.yaml', 'element: {key: sample}\nconfiguration: {site: blue}\n')];
  const report = read({ config, instances }).instances.get('one')?.report;

  const inherited = report?.problem(['configuration', 'event.poller.configuration', 'a', 'url'], 'is odd');
  const own = report?.problem(['configuration', 'site'], 'is odd', { severity: 'warning' });

  assert.deepEqual(
    [inherited?.file, inherited?.line, inherited?.column, inherited?.where],
    ['config.yaml', 3, 41, 'defaults.event.poller.configuration.a.url'],
  );
  assert.deepEqual([own?.file, own?.line, own?.column, own?.severity], ['instances/one.yaml', 2, 23, 'warning']);
});

test('an element reports at its own file', () => {
  const report = read({}).elements.get('sample')?.report;

  const problem = report?.problem(['baseUrl'], 'is odd');

  assert.deepEqual([problem?.file, problem?.line, problem?.column], ['elements/sample.yaml', 2, 10]);
});

test('a place after a byte order mark and Windows line ends is counted as editors count', () => {
  const catalog = readInstanceText('\ufeffelement:\r\n  key: sample\r\nnam: x\r\n');

  assert.deepEqual(
    catalog.problems.map(({ line, column }) => [line, column]),
    [[3, 1]],
  );
});
