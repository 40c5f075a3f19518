import { dropNulls } from '../language/digest.ts';
import { isObject, recordsIn, type RecordsPlace } from '../language/records.ts';
import type { Page } from '../model/change.ts';
import type { Json, SourceRecord } from '../model/record.ts';

/** Where the records of an answer are and how they are kept. */
export interface PageRule extends RecordsPlace {
  readonly dropNulls: boolean;
}

/** A page read from a body, or why there is none. `unusable` counts members of the list that are no objects. */
export type PageReading =
  | { readonly ok: true; readonly page: Page; readonly unusable: number; readonly listed: boolean }
  | { readonly ok: false; readonly says: string; readonly hint: string };

/**
 * Finds the records in a body. An empty body and `{}` hold none (`listed` is then false: they prove no absence); any other body
 * without a list in that place is not what was configured.
 */
export function readPage(body: Json, rule: PageRule): PageReading {
  if (body === null || (isObject(body) && Object.keys(body).length === 0 && !(rule.map && rule.path.length === 0))) {
    return { ok: true, page: { records: [], body }, unusable: 0, listed: false };
  }
  const found = recordsIn(body, rule);
  if (found === undefined) {
    const place = rule.path.length === 0 ? 'the answer' : `"${rule.path.join('.')}" in the answer`;
    return {
      ok: false,
      says: `${place} is not ${rule.map ? 'an object of records' : 'a list'}${describe(body)}`,
      hint: 'say with `records` where the list of records is',
    };
  }
  const records: SourceRecord[] = [];
  let unusable = 0;
  for (const record of found) {
    if (isObject(record)) records.push(rule.dropNulls ? dropNulls(record) : record);
    else unusable++;
  }
  return { ok: true, page: { records, body }, unusable, listed: true };
}

function describe(body: Json): string {
  if (Array.isArray(body)) return ', which is a list itself';
  if (!isObject(body)) return '';
  const keys = Object.keys(body).slice(0, 8);
  return `, which has ${keys.map((key) => `"${key.slice(0, 40)}"`).join(', ')}`;
}
