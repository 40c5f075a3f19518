import type { AnySchemaObject, ErrorObject } from 'ajv';
import { nearest } from '../language/nearest.ts';
import type { TreePath } from '../model/catalog.ts';

/** A mistake against a schema, in words and at its place. */
export interface Mistake {
  readonly path: TreePath;
  readonly says: string;
  readonly options: { readonly hint?: string; readonly severity?: 'warning'; readonly key?: boolean };
}

type Tags = (union: AnySchemaObject) => readonly string[];

/** Says one error of the validator to the person who wrote the file. `path` is the error's place; `tags` lists the kinds of a union. */
export function describeMistake(error: ErrorObject, path: TreePath, tags: Tags): Mistake {
  const schema = (error.parentSchema ?? {}) as AnySchemaObject;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(params['additionalProperty']), schema);
    case 'warnUnknown': {
      const mistake = unknownKey(path, String(params['unknown']), schema);
      return {
        ...mistake,
        says: `${mistake.says} and does nothing`,
        options: { ...mistake.options, severity: 'warning' },
      };
    }
    case 'required': {
      const missing = String(params['missingProperty']);
      return { path: [...path, missing], says: 'is missing', options: example(memberOf(schema, missing)) };
    }
    case 'discriminator': {
      const tag = String(params['tag']);
      return wrongTag([...path, tag], params['tagValue'], tags(schema));
    }
    case 'enum':
      return wrongChoice(path, error.data, schema);
    case 'type':
      return {
        path,
        says: `must be ${expectation(schema)}, but is ${kindOf(error.data)}`,
        options: cure(error.data, schema),
      };
    case 'pattern':
      return { path, says: `must be ${expectation(schema)}, but is ${shown(error.data)}`, options: example(schema) };
    case 'minimum':
      return { path, says: `must be at least ${String(params['limit'])}, but is ${String(error.data)}`, options: {} };
    case 'maximum':
      return { path, says: `must be at most ${String(params['limit'])}, but is ${String(error.data)}`, options: {} };
    case 'exclusiveMinimum':
      return { path, says: `must be more than ${String(params['limit'])}, but is ${String(error.data)}`, options: {} };
    case 'maxItems':
      return { path, says: `must hold at most ${String(params['limit'])}, but holds more`, options: example(schema) };
    case 'minLength':
    case 'minItems':
      return { path, says: 'is empty', options: example(schema) };
    default:
      return { path, says: error.message ?? 'is not as it should be', options: example(schema) };
  }
}

/** Shorter names that people remember. */
const shorter: ReadonlyMap<string, string> = new Map([
  ['config', 'configuration'],
  ['event.poller.interval', 'event.poller.refresh_interval'],
]);

/** What to do about a key without a meaning: the word that was meant, or all words there are. */
export function unknownKeyHint(key: string, known: readonly string[]): string {
  if (key === '<<') return 'merge keys are not read: write the values out';
  const other = shorter.get(key.toLowerCase());
  const meant = other !== undefined && known.includes(other) ? other : nearest(key, known);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const listed = known.filter((name) => name !== '$schema');
  return listed.length <= 16 ? `known here: ${listed.join(', ')}` : 'remove it, or look up how it is spelt';
}

function unknownKey(path: TreePath, key: string, schema: AnySchemaObject): Mistake {
  const members = (schema['properties'] ?? {}) as Record<string, AnySchemaObject>;
  const hint = elsewhere(key, members) ?? unknownKeyHint(key, Object.keys(members));
  return { path: [...path, key], says: 'is not a known key', options: { hint, key: true } };
}

/** Keys that people look for one level too high. */
function elsewhere(key: string, members: Record<string, AnySchemaObject>): string | undefined {
  if ('datesConfiguration' in members && /^(updated|created)Date/.test(key)) return 'put it into datesConfiguration';
  if ('configuration' in members && /^(event|oauth|filter|base|api|bulk)\./.test(key))
    return 'put it under configuration';
  return undefined;
}

function wrongTag(path: TreePath, value: unknown, known: readonly string[]): Mistake {
  const hint = `known kinds: ${known.join(', ')}`;
  if (value === undefined) return { path, says: 'is missing', options: { hint } };
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  const options = { hint: meant === undefined ? hint : `did you mean "${meant}"? ${hint}` };
  return { path, says: `${shown(value)} is not a known kind`, options };
}

function wrongChoice(path: TreePath, value: unknown, schema: AnySchemaObject): Mistake {
  const choices = (schema['enum'] as unknown[]).filter((choice) => choice !== 'true' && choice !== 'false').map(String);
  const list = choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`;
  const says = `must be ${choices.includes('true') ? 'true or false' : list}, but is ${shown(value)}`;
  const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
  return { path, says, options: meant === undefined ? {} : { hint: `did you mean "${meant}"?` } };
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

function expectation(schema: AnySchemaObject): string {
  const { title, type } = schema as { title?: string; type?: string | readonly string[] };
  // A title in capitals is a heading for editors; one in small letters is what the value must be.
  if (title !== undefined && /^[^A-Z]/.test(title))
    return `${/^(?:[aeiou]|http)/.test(title) ? 'an ' : /^[a-z]/.test(title) ? 'a ' : ''}${title}`;
  const words = [type ?? []].flat().map((name) => typeWords[name] ?? name);
  return words.length < 2
    ? (words[0] ?? 'something else')
    : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** The kind of a value, without the value: it may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeWords[typeof value] ?? typeof value;
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return typeof value === 'object' ? kindOf(value) : String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}

function cure(value: unknown, schema: AnySchemaObject): Mistake['options'] {
  const types: unknown[] = [schema['type']].flat();
  const quotable =
    ['number', 'boolean'].includes(typeof value) && types.includes('string') && schema['pattern'] === undefined;
  return quotable ? { hint: 'write it in quotes' } : example(schema);
}

function example(schema: AnySchemaObject): Mistake['options'] {
  const examples = (schema['examples'] ?? []) as readonly unknown[];
  if (examples.length === 0) return {};
  const texts = examples.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return { hint: `for example ${texts.join(' or ')}` };
}

function memberOf(schema: AnySchemaObject, key: string): AnySchemaObject {
  return ((schema['properties'] ?? {}) as Record<string, AnySchemaObject>)[key] ?? {};
}
