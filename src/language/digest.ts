import { hash } from 'node:crypto';
import type { Json, JsonObject, SourceRecord } from '../model/record.ts';
import { parsePath } from './path.ts';

/** What does not count, as a tree of keys; a leaf ends a path. */
type Ignored = Map<string, Ignored | 'leaf'>;

/**
 * Makes the digest of records' content: the first 22 base64url characters of a SHA-256, the same for every order of keys, different
 * for 1, "1", null, a missing key, [] and {}, exact for a bigint. The dotted paths do not count; in an array they lead into each
 * member, and a key at the top that is a whole dotted path does not count either.
 */
export function compileDigest(ignoreFields: readonly string[]): (record: JsonObject) => string {
  return makeDigest(ignoreFields.map(parsePath));
}

/** The digest of one record; for many records compile it once. */
export function digest(record: JsonObject, rule: { readonly ignore: readonly (readonly string[])[] }): string {
  return makeDigest(rule.ignore)(record);
}

/** The record without its null fields, at every depth; null members of arrays stay. The same object where there are none. */
export function dropNulls(record: SourceRecord): SourceRecord {
  return withoutNulls(record) as SourceRecord;
}

function makeDigest(paths: readonly (readonly string[])[]): (record: JsonObject) => string {
  const ignored = plantIgnored(paths);
  return (record) => hash('sha256', wellFormed(writeObject(record, ignored)), 'base64url').slice(0, 22);
}

/** Lone surrogates would all be hashed as the same replacement character, so a text that has some is hashed escaped. */
function wellFormed(text: string): string {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed() ? text : JSON.stringify(text);
}

function plantIgnored(paths: readonly (readonly string[])[]): Ignored | undefined {
  const root: Ignored = new Map();
  for (const path of paths) {
    const last = path.at(-1);
    if (last === undefined) continue;
    let here: Ignored | 'leaf' = root;
    for (const key of path.slice(0, -1)) {
      const below: Ignored | 'leaf' = here.get(key) ?? new Map();
      here.set(key, below);
      here = below;
      if (here === 'leaf') break;
    }
    if (here !== 'leaf') here.set(last, 'leaf');
  }
  for (const path of paths) if (path.length > 1) root.set(path.join('.'), 'leaf');
  return root.size === 0 ? undefined : root;
}

function writeValue(value: Json, ignored: Ignored | undefined): string {
  if (typeof value === 'string') return '"' + value.length + ':' + value;
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? writeArray(value, ignored) : writeObject(value as JsonObject, ignored);
}

function writeObject(object: JsonObject, ignored: Ignored | undefined): string {
  const keys = Object.keys(object).sort();
  let text = '{';
  for (const key of keys) {
    const below = ignored?.get(key);
    if (below === 'leaf') continue;
    text += key.length + ':' + key + writeValue(object[key] as Json, below) + ',';
  }
  return text + '}';
}

function writeArray(members: readonly Json[], ignored: Ignored | undefined): string {
  let text = '[';
  for (let i = 0; i < members.length; i++) {
    const own = ignored?.get(String(i));
    if (own === 'leaf') continue;
    text += writeValue(members[i] as Json, own ?? ignored) + ',';
  }
  return text + ']';
}

function withoutNulls(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? membersWithoutNulls(value) : fieldsWithoutNulls(value as JsonObject);
}

function membersWithoutNulls(members: readonly Json[]): readonly Json[] {
  let copy: Json[] | undefined;
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as Json;
    const kept = withoutNulls(member);
    if (kept === member) continue;
    copy ??= [...members];
    copy[i] = kept;
  }
  return copy ?? members;
}

function fieldsWithoutNulls(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  let copy: Record<string, Json> | undefined;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const field = object[key] as Json;
    const kept = withoutNulls(field);
    if (copy === undefined) {
      if (kept === field && field !== null) continue;
      copy = {};
      for (let before = 0; before < i; before++)
        put(copy, keys[before] as string, object[keys[before] as string] as Json);
    }
    if (kept !== null) put(copy, key, kept);
  }
  return copy ?? object;
}

function put(object: Record<string, Json>, key: string, value: Json): void {
  // Assigning to this one key would set the prototype.
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
