// Writes what the program takes from schemas/*.json: the types in src/model/files.ts and the schemas' text in src/config/schemas.ts.
// `node scripts/generate-types.mjs` writes both files; `generate()` returns their texts, so that a test can compare.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const roots = ['config', 'element', 'instance'];
const note = '// Generated from schemas/*.json by scripts/generate-types.mjs: change the schemas and run it again.\n';

/** `pollingSettings` -> `PollingSettings`, `oauth2Auth` -> `OAuth2Auth`. */
const typeName = (word) => (word.charAt(0).toUpperCase() + word.slice(1)).replace(/^Oauth/, 'OAuth');

/** One schema of all three files, so that a definition that two of them use becomes one type. */
function bundle(schemas) {
  const definitions = {};
  for (const name of roots) {
    const { definitions: own = {}, ...rest } = schemas[name];
    definitions[`${name}File`] = rest;
    for (const [key, definition] of Object.entries(own)) {
      if (key in definitions) throw new Error(`two schemas define ${key}`);
      definitions[key] = definition;
    }
  }
  return definitions;
}

/** Local references everywhere, and no titles: types are named by their definitions. */
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null) return node;
  if (Object.keys(node).join() === 'description') return { ...node, tsType: 'unknown' };
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref') result[key] = value.replace(/^[^#]*/, '');
    else if (key === 'properties' || key === 'definitions') result[key] = plainMembers(value);
    else if (!['$schema', 'title', 'examples', 'default', 'discriminator', 'warnUnknown'].includes(key))
      result[key] = plain(value);
  }
  return result;
}

function plainMembers(members) {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, plain(value)]));
}

/** What checking needs of a schema: everything but the prose. */
function terse(node) {
  if (Array.isArray(node)) return node.map(terse);
  if (typeof node !== 'object' || node === null) return node;
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties' || key === 'definitions') {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, terse(member)]));
    } else if (key !== 'description' && key !== 'default') {
      result[key] = key === 'examples' ? value : terse(value);
    }
  }
  return result;
}

async function types(schemas) {
  const definitions = plainMembers(bundle(schemas));
  const whole = {
    type: 'object',
    required: roots,
    properties: Object.fromEntries(roots.map((name) => [name, { $ref: `#/definitions/${name}File` }])),
    additionalProperties: false,
    definitions,
  };
  const text = await compile(whole, 'AllFiles', {
    additionalProperties: false,
    bannerComment: note.trim(),
    ignoreMinAndMaxItems: true,
    customName: (_schema, key) => (key === undefined ? undefined : typeName(key)),
    format: false,
  });
  return text.replace(/export interface AllFiles \{[\s\S]*?\n\}\n/, '');
}

/** The two generated files: path below the project's folder -> text. */
export async function generate() {
  const schemas = {};
  for (const name of roots) {
    schemas[name] = JSON.parse(await readFile(resolve(root, `schemas/${name}.schema.json`), 'utf8'));
  }
  const style = { parser: 'typescript', printWidth: 120, singleQuote: true, trailingComma: 'all' };
  const texts = roots.map((name) => `  ${name}: ${JSON.stringify(JSON.stringify(terse(schemas[name])))},\n`);
  const schemaText =
    `${note}/** The text of each schema without its prose: JSON, by the kind of file that it checks. */\n` +
    `export const schemaTexts = {\n${texts.join('')}};\n`;
  return new Map([
    ['src/model/files.ts', await format(await types(schemas), style)],
    ['src/config/schemas.ts', await format(schemaText, style)],
  ]);
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
  for (const [path, text] of await generate()) await writeFile(resolve(root, path), text);
}
