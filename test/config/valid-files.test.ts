import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readCatalog } from '../../src/config/read-catalog.ts';
import { fileOf, filesIn, fixtureNames, lines, project, read, readFixture } from './reading.ts';

for (const kind of ['instances', 'elements', 'config'] as const) {
  for (const name of fixtureNames(kind, 'good')) {
    test(`the file ${kind}/${name} has no problems`, () => {
      const catalog = readFixture(kind, name);

      assert.deepEqual(lines(catalog), []);
    });
  }
}

test('the example configuration is valid and says the defaults', () => {
  const example = read({ config: fileOf('config.example.yaml', 'config.yaml') });

  assert.deepEqual(lines(example), []);
  assert.deepEqual(example.settings, read({}).settings);
});

test('the example configuration shows every key of the schema with its default', () => {
  const text = readFileSync(join(project, 'config.example.yaml'), 'utf8');
  const schema = JSON.parse(readFileSync(join(project, 'schemas/config.schema.json'), 'utf8')) as Schema;

  const missing = leaves(schema, schema).filter((key) => !new RegExp(`^ *${key}:`, 'm').test(text));

  assert.deepEqual(missing, []);
});

test('the example repository is valid', () => {
  const folder = 'examples/gitops';
  const files = {
    config: fileOf(`${folder}/config.yaml`, 'config.yaml'),
    elements: filesIn(`${folder}/elements`, 'elements'),
    instances: filesIn(`${folder}/instances`, 'instances'),
  };

  const catalog = readCatalog(files, { configFile: 'config.yaml', root: '/srv/elementd' });

  assert.deepEqual(lines(catalog), []);
  assert.deepEqual([...catalog.instances.keys()], ['shop-berlin', 'shop-sandbox', 'status-page']);
  assert.deepEqual([...catalog.elements.keys()], ['shop']);
});

for (const path of [
  'config.example.yaml',
  'examples/gitops/config.yaml',
  'examples/gitops/elements/shop.yaml',
  'examples/gitops/instances/shop-berlin.yaml',
  'examples/gitops/instances/shop-sandbox.yaml',
  'examples/gitops/instances/status-page.yaml',
]) {
  test(`an editor finds the schema of ${path}`, () => {
    const [first = ''] = readFileSync(join(project, path), 'utf8').split('\n');

    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    const found = JSON.parse(readFileSync(join(project, dirname(path), schema), 'utf8')) as { $schema: string };

    assert.equal(found.$schema, 'http://json-schema.org/draft-07/schema#');
  });
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** All keys of a schema and of the definitions that it refers to in the same file. */
function leaves(schema: Schema, root: Schema): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    if (key === '$schema') return [];
    const name = /^#\/definitions\/(\w+)$/.exec(member.$ref ?? '')?.[1];
    return [key, ...leaves(name === undefined ? member : (root.definitions?.[name] ?? {}), root)];
  });
}
