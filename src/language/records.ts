import type { Json, JsonObject } from '../model/record.ts';
import { at } from './path.ts';

/** Where an answer holds its records. */
export interface RecordsPlace {
  /** Empty where the answer itself is the list. */
  readonly path: readonly string[];
  /** The records are an object of id -> record instead of a list. */
  readonly map: boolean;
}

/** Whether a value is a JSON object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The records of an answer, whatever they are, or undefined where there is no list in that place. */
export function recordsIn(body: Json, place: RecordsPlace): readonly Json[] | undefined {
  const found = at(body, place.path);
  if (place.map) return isObject(found) ? Object.values(found) : undefined;
  return Array.isArray(found) ? found : undefined;
}
