import { Ajv } from 'ajv';
import type { AnySchemaObject, SchemaValidateFunction, ValidateFunction } from 'ajv';
import type { Reporter, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { schemaTexts } from './schemas.ts';
import type { SourceNode } from './source-tree.ts';
import { describeMistake, type Mistake } from './schema-words.ts';
import { placeholdersIn } from './placeholders.ts';

/** The kinds of files that have a schema. */
export type FileKind = keyof typeof schemaTexts;

const kinds = ['config', 'element', 'instance'] as const;
const schemas = new Map<string, AnySchemaObject>(
  kinds.map((kind) => [kind, JSON.parse(schemaTexts[kind]) as AnySchemaObject]),
);

/** The keys that Cloud Elements and elementd give a meaning in an instance's `configuration`. */
export const configurationKeys: readonly string[] = Object.keys(definition('configuration')['properties'] as object);

/** The keys that have a meaning in a polled entry. */
export const entryKeys: readonly string[] = Object.keys(definition('polledResource')['properties'] as object);

let validators: ReadonlyMap<FileKind, ValidateFunction> | undefined;

/** Every mistake against the schema of a kind of file, one problem each. Placeholders of configurations and instances are told elsewhere. */
export function checkSchema(kind: FileKind, root: SourceNode, report: Reporter): readonly Problem[] {
  validators ??= compile();
  const validate = validators.get(kind);
  if (validate === undefined || validate(root.value)) return [];

  const placeholders = kind === 'element' ? [] : placeholdersIn(root);
  const left = new Set(placeholders.map(({ path }) => JSON.stringify(path)));
  const mistakes = (validate.errors ?? [])
    .map((error) => describeMistake(error, pathOf(root, error.instancePath), tagsOf))
    .filter(({ path }) => !left.has(JSON.stringify(path)));
  const misspelt = new Map(mistakes.map((mistake) => [misspeltFor(mistake, mistakes), mistake]));
  misspelt.delete(undefined);
  const told = new Set(misspelt.values());
  return mistakes
    .filter((mistake) => !told.has(mistake))
    .map((mistake) => {
      const problem = report.problem(mistake.path, mistake.says, mistake.options);
      const slip = misspelt.get(mistake);
      if (slip === undefined) return problem;
      const { severity: _warning, ...options } = slip.options;
      const says = `${mistake.says}, but "${String(slip.path.at(-1))}" stands there`;
      return { ...report.problem(slip.path, says, options), where: problem.where };
    });
}

/** The missing key that an unknown one was meant to be: both are one mistake. */
function misspeltFor({ path, options }: Mistake, mistakes: readonly Mistake[]): Mistake | undefined {
  if (options.key !== true) return undefined;
  const place = JSON.stringify(path.slice(0, -1));
  return mistakes.find(
    (other) =>
      other.says === 'is missing' &&
      options.hint === `did you mean "${String(other.path.at(-1))}"?` &&
      JSON.stringify(other.path.slice(0, -1)) === place,
  );
}

/** A definition of any of the schemas, by its name. */
export function definition(name: string): AnySchemaObject {
  for (const schema of schemas.values()) {
    const definitions = schema['definitions'] as Record<string, AnySchemaObject>;
    if (Object.hasOwn(definitions, name)) return definitions[name] ?? {};
  }
  return {};
}

function compile(): ReadonlyMap<FileKind, ValidateFunction> {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    discriminator: true,
    verbose: true,
    allowUnionTypes: true,
    ownProperties: true,
  });
  ajv.addKeyword({
    keyword: 'warnUnknown',
    type: 'object',
    schemaType: 'boolean',
    validate: warnUnknown,
    errors: 'full',
  });
  for (const kind of kinds) ajv.addSchema(schemas.get(kind) ?? {}, `${kind}.schema.json`);
  return new Map(kinds.map((kind) => [kind, compiled(ajv, kind)]));
}

function compiled(ajv: Ajv, kind: FileKind): ValidateFunction {
  const validate = ajv.getSchema(`${kind}.schema.json`);
  if (validate === undefined) throw new Error(`the schema ${kind} is missing`);
  return validate;
}

/** The keyword `warnUnknown`: a key without a meaning is told, but harms nothing. */
const warnUnknown: SchemaValidateFunction = (_schema: boolean, data: object, parent, context) => {
  const known = Object.keys((parent as { properties: object }).properties);
  const unknown = Object.keys(data).filter((key) => !known.includes(key));
  warnUnknown.errors = unknown.map((key) => ({
    keyword: 'warnUnknown',
    instancePath: context?.instancePath ?? '',
    schemaPath: '#/warnUnknown',
    params: { unknown: key },
    parentSchema: parent ?? {},
    data,
  }));
  return unknown.length === 0;
};

/** The tags of a tagged union, from the schema that holds its `oneOf`. */
function tagsOf(union: AnySchemaObject): readonly string[] {
  const { propertyName } = union['discriminator'] as { propertyName: string };
  return (union['oneOf'] as { $ref: string }[]).map(({ $ref }) => {
    const { properties } = definition($ref.slice($ref.lastIndexOf('/') + 1));
    return (properties as Record<string, { const: string }>)[propertyName]?.const ?? '';
  });
}

/** A JSON pointer as a path; list positions are numbers. */
function pathOf(root: SourceNode, pointer: string): TreePath {
  const path: (string | number)[] = [];
  let node: SourceNode | undefined = root;
  for (const escaped of pointer.split('/').slice(1)) {
    const step = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(node?.value) ? Number(step) : step);
    node = node?.members?.get(path.at(-1) ?? '');
  }
  return path;
}
