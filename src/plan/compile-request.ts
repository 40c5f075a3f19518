import type { CatalogInstance } from '../model/catalog.ts';
import type { RequestPlan } from '../model/feed.ts';
import type { ElementResource, PolledResource } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import type { Pagination } from '../model/pagination.ts';
import { bodyTemplate } from './body.ts';
import { hashId } from '../language/identity.ts';
import { compileTemplate, type Part } from '../language/template.ts';
import { signingKeys } from './account.ts';
import { readAddress, type AddressSource } from './address.ts';
import { baseOf, canBeUrl, plainBase } from './base-url.ts';
import { textOf } from './configuration.ts';
import { idFieldOf } from './entry.ts';
import { readAs } from './findings.ts';
import { pageSizeOf, startingAsWritten } from './page-size.ts';
import { bindParts, printedParts, type BoundPair, type BoundPart } from './parts.ts';
import type { QueryParameter } from './polled-url.ts';
import { planRequest } from './request.ts';
import { warnOfRepeated } from './where-query.ts';
import { compileWhere } from './where-style.ts';
import { unmeantWord, whereWords, type Bind } from './where-template.ts';

/** A compiled request and what it says of the feed's identity. */
export interface CompiledRequest {
  readonly request: RequestPlan;
  readonly resource: ElementResource | undefined;
  /** The base URL as it may be printed. */
  readonly base: string;
  /** The path as it may be printed. */
  readonly path: string;
  /** Hash of what is asked for: url, method, headers and body, without credentials and page sizes. */
  readonly print: string;
}

type Scalars = Readonly<Record<string, string | number | boolean>>;

/** What a request is compiled from. */
export interface RequestSource extends AddressSource {
  readonly instance: CatalogInstance;
  /** The target's settings with those of the entry over them. */
  readonly settings: (resource: ElementResource | undefined) => {
    readonly pagination: Pagination;
    readonly pollDelay: Duration;
  };
}

/** Compiles a polled entry's request. Undefined where something is wrong with it; that is found. */
export function compileRequest(source: RequestSource): CompiledRequest | undefined {
  const { instance, element, entry, findings } = source;
  const template = (text: string, path: readonly string[]): readonly Part[] => {
    const compiled = compileTemplate(text);
    if (!compiled.ok) findings.error(path, compiled.says, compiled.hint);
    else if (compiled.repaired !== undefined) findings.warn(path, readAs(compiled.repaired));
    return compiled.ok ? compiled.template.parts : [];
  };
  const bindWith: Bind = (parts, path, field) =>
    bindParts(parts, instance.configuration, (key) => findMissing(source, key, path), field);
  const bind = (parts: readonly Part[], path: readonly string[]): readonly BoundPart[] =>
    bindWith(parts, path, (name) => {
      unmeantWord(findings, name, path);
      return [];
    });
  for (const name of Object.keys(entry.headers ?? {})) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      findings.error(['headers', name], 'is no name of a header', 'such as X-Api-Version');
  }
  const address = readAddress(source);
  if (address === undefined) return undefined;
  const { url, target } = address;
  const resource = target.kind === 'resource' ? target.resource : undefined;

  if (target.kind === 'absolute' && !canBeUrl(bind(target.path, ['url']))) {
    // A word that is missing was found by the binding, and says more.
    if (findings.failed()) return undefined;
    findings.error(['url'], 'names no host behind http', 'such as https://api.example.com/v2/contacts');
    return undefined;
  }
  const base = target.kind === 'absolute' ? [] : baseOf(source, bind, template);
  if (base === undefined) return undefined;
  const path = target.kind === 'resource' ? template(target.resource.path, ['url']) : target.path;
  const settings = source.settings(resource);
  const addedText = Object.entries({ ...resource?.query, ...entry.query }).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const written: readonly QueryParameter[] = [
    ...url.query,
    ...addedText.map(([name, text]): QueryParameter => ({ name, value: [{ kind: 'text', text }] })),
  ];
  const pagination = startingAsWritten(settings.pagination, written);
  const bodyFile = entry.body ?? resource?.body;
  const style = entry.where ?? resource?.where ?? { as: 'query' };
  if (style.as === 'query') warnOfRepeated(url.where, findings);
  const where = compileWhere({
    where: url.where,
    style,
    ownStyle: entry.where !== undefined,
    written: new Set(url.query.map(({ name }) => name)),
    bind: (parts) => bind(parts, ['url']),
    findings,
  });
  const words = whereWords(where.fields, bindWith, findings);
  const pairs = (map: Scalars | undefined, path: readonly string[]): readonly BoundPair[] =>
    Object.entries(map ?? {}).flatMap(
      ([name, value]) => words.pair(name, template(String(value), [...path, name]), [...path, name]) ?? [],
    );
  const alwaysPairs = (map: Scalars | undefined): readonly BoundPair[] =>
    Object.entries(map ?? {}).map(([name, value]) => ({
      name,
      value: bind(template(String(value), ['url', name]), ['url', name]),
    }));
  const query = url.query.map(({ name, value }) => ({ name, value: bind(value, ['url']) }));
  const added = [
    ...pairs(resource?.query, ['url']).filter(({ name }) => !Object.hasOwn(entry.query ?? {}, name)),
    ...pairs(entry.query, ['query']),
  ];
  const always = alwaysPairs(element.request?.query);
  const headers = [
    ...alwaysPairs(element.request?.headers),
    ...pairs(resource?.headers, ['url']),
    ...pairs(entry.headers, ['headers']),
  ];
  const method = entry.method ?? resource?.method ?? 'GET';
  const body =
    bodyFile === undefined ? undefined : words.bind(bodyTemplate(bodyFile, headers, template, findings), ['body']);
  if ('in' in pagination && pagination.in === 'body' && method === 'GET')
    findings.error(['pagination', 'in'], 'is body, but a GET has none', 'write method: POST');
  const request = planRequest({
    configured: bind(address.parts, ['url']),
    method,
    base,
    path: words.bind(rooted(path, target.kind === 'absolute'), ['url']),
    elementBase: textOf(instance, 'base.url') === undefined ? undefined : plainBase(element),
    where,
    query,
    added,
    always,
    headers,
    body,
    itemPath:
      getOf(entry, resource) === undefined
        ? undefined
        : bind(rooted(template(resource?.get ?? '', ['url']), false), ['url']),
    pagination,
    pageSize: pageSizeOf(entry, resource, pagination, written, findings),
    pollDelay: settings.pollDelay,
  });
  words.findUnasked();
  if (findings.failed()) return undefined;
  const varying = [
    ...[...where.whole, ...query, ...always, ...headers, ...added].map(({ name, value }) => [
      name,
      printedParts(value, MASKED),
    ]),
    ...addedText,
  ];
  return {
    request,
    resource,
    base: printedParts(base),
    path: printedParts(words.bind(path, ['url'])),
    print: hashId(JSON.stringify([address.text, method, varying, bodyFile ?? '', printedParts(body ?? [], MASKED)])),
  };
}

/** Finds a key that a word asks for: where the entry holds the word, or else in the configuration, for an element is not the place to mend it. */
function findMissing(
  { instance, element, entry, findings }: RequestSource,
  key: string,
  path: readonly string[],
): void {
  if (signingKeys(element).includes(key)) return;
  const ofElement = Object.values(element.resources ?? {}).some(({ poll }) => poll === entry);
  const says = `"${key}" is missing in the configuration of instance ${instance.id}`;
  if (!ofElement && JSON.stringify(entry).toLowerCase().includes(`configuration.${key.toLowerCase()}}`))
    findings.error(path, says, `the word \${configuration.${key}} stands for it`);
  else
    findings.problems.push(
      instance.report.problem(['configuration'], says, {
        hint: `the word \${configuration.${key}} of element ${element.key} stands for it`,
        severity: 'error',
      }),
    );
}

function rooted(path: readonly Part[], absolute: boolean): readonly Part[] {
  const first = path[0];
  if (absolute || (first?.kind === 'text' && first.text.startsWith('/'))) return path;
  return [{ kind: 'text', text: '/' }, ...path];
}

/** How single records are asked for; undefined where ids are not those that the element's path means. */
function getOf(entry: PolledResource, resource: ElementResource | undefined): string | undefined {
  const meant = idFieldOf({}, resource);
  const used = idFieldOf(entry, resource);
  return typeof used === 'string' && (meant === undefined || used === meant) ? resource?.get : undefined;
}

const MASKED = '[secret]';
