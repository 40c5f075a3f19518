import type { CompareRule } from '../model/change.ts';
import type { Json, JsonObject } from '../model/record.ts';
import { at, parsePath } from './path.ts';

/** Where an answer holds its records. */
export interface RecordsPlace {
  /** Empty where the answer itself is the list. */
  readonly path: readonly string[];
  /** The records are an object of id -> record instead of a list. */
  readonly map: boolean;
  /** The record inside each member of the list; empty where members are the records. */
  readonly record: readonly string[];
  /** The field that a record of a map gets its key for, where it lacks it. */
  readonly key: string | undefined;
}

/** Where a comparing rule says that records are. The key of a map is the id of a record that holds none itself. */
export function recordsPlace(rule: CompareRule, idPaths: readonly (readonly string[])[]): RecordsPlace {
  const [only] = idPaths;
  return {
    path: parsePath(rule.records),
    map: rule.map,
    record: parsePath(rule.record ?? ''),
    key: idPaths.length === 1 && only?.length === 1 ? only[0] : undefined,
  };
}

/** Whether a value is a JSON object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The records of an answer, whatever they are, or undefined where there is no list in that place. A member that wraps nothing is null. */
export function recordsIn(body: Json, place: RecordsPlace): readonly Json[] | undefined {
  const found = at(body, place.path);
  const { map, record, key } = place;
  if (!map) {
    if (!Array.isArray(found)) return undefined;
    const members = found as readonly Json[];
    return record.length === 0 ? members : members.map((member) => at(member, record) ?? null);
  }
  if (!isObject(found)) return undefined;
  return Object.entries(found).map(([id, member]) => {
    const inside = record.length === 0 ? member : (at(member, record) ?? null);
    return key === undefined || !isObject(inside) || Object.hasOwn(inside, key) ? inside : { [key]: id, ...inside };
  });
}

/** Whether a value says nothing: absent, null, false, 0, an empty text, list or object. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
