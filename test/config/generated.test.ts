import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { project } from './reading.ts';

test('the generated files say what the schemas say', async () => {
  const script = pathToFileURL(join(project, 'scripts/generate-types.mjs')).href;
  const { generate } = (await import(script)) as { generate: () => Promise<ReadonlyMap<string, string>> };

  const files = await generate();

  assert.deepEqual([...files.keys()], ['src/model/files.ts', 'src/config/schemas.ts']);
  for (const [path, text] of files) {
    const hint = `${path} is out of step: run node scripts/generate-types.mjs`;
    assert.equal(readFileSync(join(project, path), 'utf8'), text, hint);
  }
});

test('a definition that two schemas use is one type', () => {
  const text = readFileSync(join(project, 'src/model/files.ts'), 'utf8');

  const names = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);

  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => /\d$/.test(name ?? '')),
    [],
  );
});

for (const kind of ['config', 'element', 'instance']) {
  test(`every key of the ${kind} schema is described for editors`, () => {
    const schema = JSON.parse(readFileSync(join(project, `schemas/${kind}.schema.json`), 'utf8')) as object;

    assert.deepEqual(undescribed(schema, kind), []);
  });
}

function undescribed(schema: object, path: string): readonly string[] {
  const { properties = {}, definitions = {} } = schema as Record<string, Record<string, object> | undefined>;
  const members = [...Object.entries(properties), ...Object.entries(definitions)];
  return members.flatMap(([key, member]) => [
    ...('description' in member || '$ref' in member ? [] : [`${path}.${key}`]),
    ...undescribed(member, `${path}.${key}`),
  ]);
}
