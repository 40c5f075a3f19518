import type { CatalogInstance } from '../model/catalog.ts';
import type { RequestPlan } from '../model/feed.ts';
import type { ElementFile, ElementResource, PolledResource } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import type { Pagination } from '../model/pagination.ts';
import { bodyTemplate } from './body.ts';
import { hashId } from '../language/identity.ts';
import { compileTemplate, hasTime, type Part } from '../language/template.ts';
import { printText } from '../language/text.ts';
import { holdsPassword } from './callback.ts';
import { textOf } from './configuration.ts';
import { HTTP_ELEMENT } from './element.ts';
import { idFieldOf } from './entry.ts';
import { readAs, type Findings } from './findings.ts';
import { pageSizeOf, startingAsWritten } from './page-size.ts';
import { bindParts, printedParts, textParts, type BoundPart } from './parts.ts';
import { splitUrl } from './polled-url.ts';
import { planRequest, type BoundPair } from './request.ts';
import { findTarget } from './target.ts';
import { filledIn, readUrl, warnOfEmptyRange } from './url-mends.ts';

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

/** What a request is compiled from. */
export interface RequestSource {
  readonly instance: CatalogInstance;
  readonly element: ElementFile;
  readonly entry: PolledResource;
  /** The target's settings with those of the entry over them. */
  readonly settings: (resource: ElementResource | undefined) => {
    readonly pagination: Pagination;
    readonly pollDelay: Duration;
  };
  readonly findings: Findings;
  /** The feed's own name, to warn where the url asks for another resource; undefined where it may. */
  readonly resourceKey: string | undefined;
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
  const bind = (parts: readonly Part[], path: readonly string[]): readonly BoundPart[] =>
    bindParts(parts, instance.configuration, (key) =>
      findings.error(
        path,
        `"${key}" is missing in the configuration of instance ${instance.id}`,
        `the word \${configuration.${key}} stands for it`,
      ),
    );
  const pairs = (
    map: Readonly<Record<string, string | number | boolean>> | undefined,
    path: readonly string[],
  ): readonly BoundPair[] =>
    Object.entries(map ?? {}).map(([name, value]) => ({
      name,
      value: bind(template(String(value), [...path, name]), [...path, name]),
    }));

  for (const name of Object.keys(entry.headers ?? {})) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      findings.error(['headers', name], 'is no name of a header', 'such as X-Api-Version');
  }
  const url = readUrl(entry.url);
  if (!url.ok) findings.error(['url'], url.says, url.hint);
  if (!url.ok || findings.failed()) return undefined;
  if (url.text !== entry.url) findings.warn(['url'], readAs(url.text));
  if (!filledIn(url.parts, findings)) return undefined;
  if (holdsPassword(url.text)) {
    findings.error(
      ['url'],
      'holds a user name and a password',
      'put them into username and password, with authentication.type: basic',
    );
    return undefined;
  }
  const split = splitUrl(url.parts);
  if (!split.ok) {
    findings.error(['url'], split.says, split.hint);
    return undefined;
  }
  warnOfEmptyRange(split.url.query, findings);
  if (split.url.repaired !== undefined) findings.warn(['url'], readAs(split.url.repaired));
  const target = findTarget(split.url, element);
  if (target.kind === 'problem') {
    findings.error(['url'], target.says, target.hint);
    return undefined;
  }
  if (target.kind === 'path' && target.near !== undefined && element.key !== HTTP_ELEMENT) {
    findings.warn(['url'], 'is no resource of the element, so it is a plain path under the base URL', target.near);
  }
  const resource = target.kind === 'resource' ? target.resource : undefined;
  if (
    target.kind === 'resource' &&
    source.resourceKey !== undefined &&
    target.name !== source.resourceKey &&
    Object.hasOwn(element.resources ?? {}, source.resourceKey)
  ) {
    findings.warn(
      ['url'],
      `asks for "${target.name}", but is told as "${source.resourceKey}"`,
      'replace the name in the url too',
    );
  }

  const base = target.kind === 'absolute' ? [] : baseOf(source, bind, template);
  if (base === undefined) return undefined;
  const path = target.kind === 'resource' ? template(target.resource.path, ['url']) : target.path;
  const settings = source.settings(resource);
  const pagination = startingAsWritten(settings.pagination, split.url.query);
  const bodyFile = entry.body ?? resource?.body;
  const query = split.url.query.map(({ name, value }) => ({ name, value: bind(value, ['url']) }));
  const where = split.url.where.map(({ field, value }) => ({
    name: field,
    value: bind(value, ['url']),
    timed: hasTime(value),
  }));
  const always = pairs(element.request?.query, ['url']);
  const headers = [
    ...pairs(element.request?.headers, ['url']),
    ...pairs(resource?.headers, ['url']),
    ...pairs(entry.headers, ['headers']),
  ];
  const method = entry.method ?? resource?.method ?? 'GET';
  const body = bodyFile === undefined ? undefined : bind(bodyTemplate(bodyFile, headers, template, findings), ['body']);
  if ('in' in pagination && pagination.in === 'body' && method === 'GET')
    findings.error(['pagination', 'in'], 'is body, but a GET has none', 'write method: POST');
  const request = planRequest({
    configured: bind(url.parts, ['url']),
    method,
    base,
    path: bind(rooted(path, target.kind === 'absolute'), ['url']),
    elementBase: textOf(instance, 'base.url') === undefined ? undefined : plainBase(element),
    where,
    query,
    always,
    headers,
    body,
    itemPath:
      getOf(entry, resource) === undefined
        ? undefined
        : bind(rooted(template(resource?.get ?? '', ['url']), false), ['url']),
    pagination,
    pageSize: pageSizeOf(entry, resource, pagination, split.url.query, findings),
    pollDelay: settings.pollDelay,
  });
  if (findings.failed()) return undefined;
  const varying = [...where, ...query, ...always, ...headers].map(({ name, value }) => [
    name,
    printedParts(value, MASKED),
  ]);
  return {
    request,
    resource,
    base: printedParts(base),
    path: printedParts(bind(path, ['url'])),
    print: hashId(JSON.stringify([url.text, method, varying, bodyFile ?? '', printedParts(body ?? [], MASKED)])),
  };
}

/** The instance's base URL, or the element's. */
function baseOf(
  source: RequestSource,
  bind: (parts: readonly Part[], path: readonly string[]) => readonly BoundPart[],
  template: (text: string, path: readonly string[]) => readonly Part[],
): readonly BoundPart[] | undefined {
  const { instance, element, findings } = source;
  const own = textOf(instance, 'base.url');
  if (own !== undefined && holdsPassword(printText(own))) {
    const hint = 'put them into username and password, with authentication.type: basic';
    findings.error([], '"base.url" holds a user name and a password', hint);
    return undefined;
  }
  const parts = own === undefined ? bind(template(element.baseUrl ?? '', ['url']), ['url']) : textParts(own);
  if (parts.length === 0) {
    findings.error(
      [],
      '"base.url" is missing',
      'such as https://api.example.com/v2, or write the whole address into the url',
    );
    return undefined;
  }
  const last = parts.length - 1;
  return parts.map((part, index) =>
    (part.kind === 'text' || part.kind === 'value') && index === last
      ? { ...part, text: part.text.replace(/\/+$/, '') }
      : part,
  );
}

function plainBase(element: ElementFile): string | undefined {
  return element.baseUrl === undefined || element.baseUrl.includes('${') ? undefined : element.baseUrl;
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
