import assert from 'node:assert/strict';
import { revealLiteral } from '../../src/language/secret.ts';
import type { SourceFile } from '../../src/model/catalog.ts';
import type { Feed, Grant } from '../../src/model/feed.ts';
import type { HttpRequest } from '../../src/model/ports.ts';
import type { Vault } from '../../src/model/secret.ts';
import { compilePlan, type CompiledPlan } from '../../src/plan/compile-plan.ts';
import { printProblem } from '../../src/config/print-problem.ts';
import { fileWith, read } from '../config/reading.ts';

/** 2026-01-02T03:04:05.678Z */
export const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export const NO_GRANT: Grant = { headers: {}, query: [], token: {} };

/** Writes the values of secrets; a reference has the value `<label>&+`. */
export const PLAIN: Vault = { write: (secret, escape) => escape(revealLiteral(secret) ?? `${secret.label}&+`) };

/** An element with the usual resources. */
export const SHOP = `
key: shop
name: Shop
hub: commerce
baseUrl: https://api.shop.example/v2
request:
  query: {client: "\${configuration.client}"}
  headers: {X-Team: sales}
resources:
  orders:
    path: /store/orders
    records: results
    where: {as: query}
    pagination: {by: nextUrl, at: next}
    pageSize: {param: limit, max: 50}
    idField: id
    get: /store/orders/{id}
    poll:
      url: "/hubs/commerce/orders?where=since='\${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'"
      idField: id
      datesConfiguration: {updatedDateField: updated, updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'", createdDateField: created}
  customers:
    path: /store/customers
    pagination: {by: page, param: page, start: 1}
    pageSize: {param: size, max: 20}
    idField: id
`;

export type Values = Readonly<Record<string, unknown>>;

/** A plan of one instance, made through the real reading of files. */
export function compile(
  instance: Values,
  element: string = SHOP,
  config?: string,
): CompiledPlan & { readonly said: readonly string[] } {
  const key = /^key: (\S+)/m.exec(element)?.[1] ?? '';
  const elements: readonly SourceFile[] = [fileWith(`elements/${key}.yaml`, element)];
  const body = { element: { key }, ...instance };
  const catalog = read({
    elements,
    instances: [fileWith('instances/one.yaml', JSON.stringify(body))],
    ...(config === undefined ? {} : { config: fileWith('config.yaml', config) }),
  });
  const compiled = compilePlan(catalog);
  return { ...compiled, said: [...catalog.problems, ...compiled.problems].map(printProblem) };
}

/** An account with a token answer: lines for an element, and the configuration that it needs. */
export const OAUTH = 'auth: {type: oauth2, tokenUrl: "https://h.example/token"}\n';
export const OAUTH_KEYS: Values = { 'oauth.api.key': 'k', 'oauth.api.secret': 's' };

/** The plan of an instance with one polled resource `things`. */
export function compileEntry(entry: Values, configuration: Values = {}, element?: string): ReturnType<typeof compile> {
  const polled = { 'event.poller.configuration': { things: { idField: 'id', ...entry } } };
  return compile({ configuration: { client: 'web', ...configuration, ...polled } }, element);
}

/** The only feed of a plan that must hold no errors. */
export function feedOf(compiled: ReturnType<typeof compile>): Feed {
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors.map(printProblem), []);
  assert.equal(compiled.plan.feeds.size, 1, compiled.said.join('\n'));
  const [feed] = compiled.plan.feeds.values();
  assert.ok(feed !== undefined);
  return feed;
}

/** The feed of one polled resource. */
export function feedWith(entry: Values, configuration: Values = {}, element?: string): Feed {
  return feedOf(compileEntry(entry, configuration, element));
}

/** The request that a feed makes with its watermark at AT, or for a reading of everything. */
export function firstOf(
  feed: Feed,
  watermark: number | undefined = AT,
  grant: Grant = NO_GRANT,
  vault: Vault = PLAIN,
): HttpRequest {
  return feed.request.first({ watermark, now: AT }, grant, vault);
}

/** The same, reading everything. */
export function everythingOf(feed: Feed): HttpRequest {
  return feed.request.first({ watermark: undefined, now: AT }, NO_GRANT, PLAIN);
}

/** What follows the base URL of the shop. */
export function askedOf(request: HttpRequest): string {
  assert.ok(request.url.startsWith('https://api.shop.example/v2'), request.url);
  return request.url.slice('https://api.shop.example/v2'.length);
}
