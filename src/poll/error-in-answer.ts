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
  const said = (rule.message === undefined ? undefined : at(body, rule.message)) ?? value ?? null;
  return `the provider answered an error${providerSays(writeExact(said))}`;
}
