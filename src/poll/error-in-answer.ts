import { writeExact } from '../language/exact-json.ts';
import { at } from '../language/path.ts';
import { isEmpty } from '../language/records.ts';
import type { ErrorRule } from '../model/pagination.ts';
import type { Json } from '../model/record.ts';
import { providerSays } from './provider-says.ts';

/** What an answer with a good status says of an error, or undefined where it holds none. */
export function errorIn(body: Json, rule: ErrorRule): string | undefined {
  const value = at(body, rule.at);
  const isError = rule.is === undefined ? !isEmpty(value) : value !== undefined && rule.is.includes(String(value));
  if (!isError) return undefined;
  const message = rule.message === undefined ? undefined : at(body, rule.message);
  const [said, place] = message == null ? [value ?? null, rule.at] : [message, rule.message ?? []];
  const bare = typeof said === 'number' || typeof said === 'boolean' || typeof said === 'bigint';
  const line = bare ? `: ${place.join('.')} is ${said}` : providerSays(writeExact(said));
  return `the provider answered an error${line}`;
}
