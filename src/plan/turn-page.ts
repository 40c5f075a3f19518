import { parseExact, writeExact } from '../language/exact-json.ts';
import { nameOfPair, setPair, splitOnce } from '../language/query-string.ts';
import { isObject } from '../language/records.ts';
import { parsePath } from '../language/path.ts';
import type { PageParameter } from '../model/pagination.ts';
import type { HttpRequest } from '../model/ports.ts';
import type { Json, JsonObject } from '../model/record.ts';

/**
 * A request with the parameter that names its page; of its query only what `kept` lets stay. Undefined where the body is none that the
 * parameter can be written into.
 */
export function turnPage(
  from: HttpRequest,
  parameter: PageParameter,
  kept: (name: string) => boolean,
): HttpRequest | undefined {
  const url = withQuery(from.url, (query) => keepPairs(query, kept));
  switch (parameter.in) {
    case 'query': {
      const set = (query: string): string => setPair(query, parameter.name, String(parameter.value), kept);
      return { ...from, url: withQuery(from.url, set) };
    }
    case 'header':
      return { ...from, url, headers: withHeader(from.headers, parameter.name, String(parameter.value)) };
    case 'body': {
      const body = setInBody(from, parameter.name, parameter.value);
      return body === undefined ? undefined : { ...from, url, body };
    }
  }
}

/** A body with one member set: a field of a form, or a dotted path in JSON. Undefined where it is no object. */
export function setInBody(
  request: Pick<HttpRequest, 'headers' | 'body'>,
  name: string,
  value: string | number | bigint,
): string | undefined {
  if (isForm(request.headers)) return setPair(request.body ?? '', name, String(value));
  const parsed = parseExact(request.body ?? '{}');
  return parsed.ok && isObject(parsed.value) ? writeExact(setAt(parsed.value, parsePath(name), value)) : undefined;
}

/** Whether a body holds a member already. */
export function bodyHolds(request: Pick<HttpRequest, 'headers' | 'body'>, name: string): boolean {
  if (isForm(request.headers)) return (request.body ?? '').split('&').some((pair) => nameOfPair(pair) === name);
  const parsed = parseExact(request.body ?? '{}');
  if (!parsed.ok) return false;
  let here: Json | undefined = parsed.value;
  for (const key of parsePath(name)) here = isObject(here) ? here[key] : undefined;
  return here !== undefined;
}

/** Names of headers are the same in any case: what is set later stands alone. */
export function withHeader(
  headers: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Record<string, string> {
  const others = Object.entries(headers).filter(([known]) => known.toLowerCase() !== name.toLowerCase());
  return { ...Object.fromEntries(others), [name]: value };
}

/** Pairs of one address that another lacks, of those that may be added. */
export function missingPairs(from: string, to: string, wanted: readonly string[]): readonly string[] {
  const present = new Set(pairsOf(to).map(nameOfPair));
  return pairsOf(from).filter((pair) => wanted.includes(nameOfPair(pair)) && !present.has(nameOfPair(pair)));
}

function pairsOf(url: string): readonly string[] {
  return (splitOnce(url, '?')[1] ?? '').split('&').filter((pair) => pair !== '');
}

function keepPairs(query: string, kept: (name: string) => boolean): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && kept(nameOfPair(pair)))
    .join('&');
}

function withQuery(url: string, change: (query: string) => string): string {
  const [path = '', query = ''] = splitOnce(url, '?');
  const changed = change(query);
  return changed === '' ? path : `${path}?${changed}`;
}

function isForm(headers: Readonly<Record<string, string>>): boolean {
  return Object.entries(headers).some(([name, value]) => name.toLowerCase() === 'content-type' && isFormType(value));
}

/** Whether a Content-Type is that of a form. */
export function isFormType(contentType: string): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(contentType);
}

function setAt(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key = '', ...rest] = path;
  const below = object[key];
  return { ...object, [key]: rest.length === 0 ? value : setAt(isObject(below) ? below : {}, rest, value) };
}
