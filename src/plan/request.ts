import type { Grant, Position, RequestPlan } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Pagination } from '../model/pagination.ts';
import type { HttpRequest } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { encodeValue } from '../language/query-string.ts';
import { heldLink } from './origin.ts';
import { sendsForm } from './body.ts';
import type { PageSize } from './page-size.ts';
import { instantOf, writeParts, type BoundPair, type BoundPart, type Ink } from './parts.ts';
import { bodyHolds, missingPairs, setInBody, turnPage, withHeader } from './turn-page.ts';

/** The parameters that say a where-clause. */
export interface BoundWhere {
  readonly whole: readonly BoundPair[];
  /** For a reading of everything: without the predicates that hold a time word. */
  readonly untimed: readonly BoundPair[];
}

/** All that a request is made of. */
export interface RequestParts {
  /** The url as configured, for people. */
  readonly configured: readonly BoundPart[];
  readonly method: string;
  /** Base and path, or an absolute url without its query. */
  readonly base: readonly BoundPart[];
  readonly path: readonly BoundPart[];
  /** The element's own base where the instance gives another. */
  readonly elementBase: string | undefined;
  readonly where: BoundWhere;
  /** The parameters of the url, as a person wrote them. */
  readonly query: readonly BoundPair[];
  /** Further parameters of the first request, by their values. */
  readonly added: readonly BoundPair[];
  /** Sent with every call, next pages too. */
  readonly always: readonly BoundPair[];
  readonly headers: readonly BoundPair[];
  readonly body: readonly BoundPart[] | undefined;
  readonly itemPath: readonly BoundPart[] | undefined;
  readonly pagination: Pagination;
  readonly pageSize: PageSize | undefined;
  readonly pollDelay: Duration;
}

const LABELS: Vault = { write: (secret) => secret.label };

/** Makes a request plan: compiled once for a plan, called for every poll. */
export function planRequest(parts: RequestParts): RequestPlan {
  const { pagination, pageSize } = parts;
  const whereAt = (position: Position): readonly BoundPair[] =>
    position.watermark === undefined ? parts.where.untimed : parts.where.whole;
  const written = new Set([...parts.query, ...parts.where.whole].map((pair) => pair.name));
  const added = parts.added.filter((pair) => !written.has(pair.name));
  const timesOf = (position: Position): readonly Extract<BoundPart, { kind: 'time' }>[] =>
    [
      ...parts.path,
      ...[...whereAt(position), ...parts.query, ...added, ...parts.always, ...parts.headers]
        .filter((pair) => kept(pair, position))
        .flatMap((pair) => pair.value),
      ...(parts.body ?? []),
    ].filter((part) => part.kind === 'time');
  const paramNames = new Set([...written, ...added.map((pair) => pair.name)]);
  const further = parts.always.filter((pair) => !paramNames.has(pair.name));
  const opening = openingParameters(parts);
  const writesBody = 'in' in pagination && pagination.in === 'body';
  const emptyBody = writesBody ? (sendsForm(parts.headers) ? '' : '{}') : undefined;

  const first = (position: Position, grant: Grant, vault: Vault): HttpRequest => {
    const ink: Ink = { position, pollDelay: parts.pollDelay, grant, vault };
    const pairs: string[] = [];
    for (const pair of whereAt(position)) pairs.push(writeLiteral(pair, ink));
    for (const pair of parts.query) pairs.push(writeAsWritten(pair, ink));
    for (const pair of added) if (kept(pair, position)) pairs.push(writeLiteral(pair, ink));
    for (const { param, value } of opening) {
      if (value.in === 'query' && !paramNames.has(param)) pairs.push(`${encodeValue(param)}=${value.count}`);
    }
    const body = parts.body === undefined ? emptyBody : writeParts(parts.body, ink, escapeFor(parts.body));
    for (const pair of further) pairs.push(writeLiteral(pair, ink));
    let request = finish(parts.method, addressOf(ink, parts.path), pairs, ink, body);
    for (const { param, value } of opening) {
      if (value.in === 'query' || bodyHolds(request, param)) continue;
      request = { ...request, body: setInBody(request, param, value.count) ?? body ?? '' };
    }
    return request;
  };

  const addressOf = (ink: Ink, path: readonly BoundPart[]): string =>
    writeParts(parts.base, ink, encodeRaw, encodeRaw) + writeParts(path, ink, encodeValue, encodeRaw);

  const finish = (
    method: string,
    address: string,
    pairs: readonly string[],
    ink: Ink,
    body: string | undefined,
  ): HttpRequest => {
    const all = [...pairs, ...grantPairs(ink.grant?.query ?? [])];
    const url = all.length === 0 ? address : `${address}${address.includes('?') ? '&' : '?'}${all.join('&')}`;
    return {
      method,
      url,
      headers: headersOf(ink, body),
      ...(body === undefined ? {} : { body }),
    };
  };

  const headersOf = (ink: Ink, body: string | undefined): Record<string, string> => {
    let headers: Record<string, string> = {};
    for (const { name, value } of parts.headers.filter((pair) => kept(pair, ink.position)))
      headers = withHeader(
        headers,
        name,
        writeParts(value, ink, (text) => text),
      );
    if (!hasHeader(headers, 'accept')) headers['Accept'] = 'application/json';
    if (body !== undefined && !hasHeader(headers, 'content-type')) headers['Content-Type'] = contentTypeOf(body);
    for (const [name, value] of Object.entries(ink.grant?.headers ?? {})) headers = withHeader(headers, name, value);
    return headers;
  };

  const always = new Set(parts.always.map(({ name }) => name));
  const keeps = 'keep' in pagination ? pagination.keep : undefined;

  const watermarkUnits = timesOf({ watermark: 0, now: 0 }).flatMap((part) =>
    part.of === 'watermark' ? [part.pattern.unit] : [],
  );
  const watermarkUnit = watermarkUnits.length === 0 ? undefined : Math.min(...watermarkUnits);
  const everyPart = [
    ...parts.base,
    ...parts.path,
    ...[...parts.where.whole, ...parts.query, ...added, ...parts.always, ...parts.headers].flatMap(
      ({ value }) => value,
    ),
    ...(parts.body ?? []),
    ...(parts.itemPath ?? []),
  ];

  return {
    pagination,
    secrets: everyPart.flatMap((part) => (part.kind === 'secret' ? [part.secret] : [])),
    usesToken: everyPart.some((part) => part.kind === 'token'),
    hasWatermark: watermarkUnit !== undefined,
    watermarkUnit,
    fullPage: pageSize?.kept === true ? pageSize.count : undefined,
    configured: (position) =>
      writeParts(
        parts.configured,
        { position, pollDelay: parts.pollDelay, grant: undefined, vault: LABELS },
        (value) => value,
      ),
    first,
    follow(link, from, grant, vault) {
      const ink: Ink = { position: { watermark: undefined, now: 0 }, pollDelay: 0, grant, vault };
      const base = writeParts(parts.base, ink, encodeRaw, encodeRaw);
      const held = heldLink(link, from.url, parts.elementBase, base);
      if (held === undefined) return undefined;
      const present = new URL(held).searchParams;
      const missing = [
        ...missingPairs(from.url, held, keeps ?? []),
        ...parts.always.filter((pair) => !present.has(pair.name)).map((pair) => writeLiteral(pair, ink)),
        ...grantPairs(grant.query.filter(([name]) => !present.has(name))),
      ];
      const url = missing.length === 0 ? held : `${held}${held.includes('?') ? '&' : '?'}${missing.join('&')}`;
      return { ...from, url, headers: { ...from.headers, ...grant.headers } };
    },
    turn(parameter, from, grant) {
      const granted = new Set(grant.query.map(([name]) => name));
      const kept = (name: string): boolean =>
        keeps === undefined || keeps.includes(name) || always.has(name) || granted.has(name);
      return turnPage(from, parameter, kept);
    },
    item:
      parts.itemPath === undefined
        ? undefined
        : (recordId, grant, vault) => {
            const ink: Ink = { position: { watermark: undefined, now: 0 }, pollDelay: 0, grant, vault };
            const address = addressOf(ink, parts.itemPath ?? []).replace(/%7Bid%7D/gi, () => encodeValue(recordId));
            return finish(
              'GET',
              address,
              parts.always.map((pair) => writeLiteral(pair, ink)),
              ink,
              undefined,
            );
          },
    upperBound(position) {
      let bound: Instant | undefined;
      for (const part of timesOf(position)) {
        if (part.of !== 'now') continue;
        const printed = part.pattern.floor(instantOf(part, { position, pollDelay: parts.pollDelay }));
        bound = bound === undefined ? printed : Math.min(bound, printed);
      }
      return bound;
    },
  };
}

/** What the first request says of the pages to come: their size, and the number of the first. */
function openingParameters({ pageSize, pagination }: RequestParts): readonly {
  readonly param: string;
  readonly value: { readonly in: 'query' | 'body'; readonly count: number };
}[] {
  const size = pageSize === undefined ? [] : [{ param: pageSize.param, value: pageSize }];
  const counted = pagination.by === 'page' || pagination.by === 'offset';
  const number = counted ? [{ param: pagination.param, value: { in: pagination.in, count: pagination.start } }] : [];
  return [...size, ...number];
}

/** A reading of everything leaves out what says a predicate with a time word. */
function kept(pair: BoundPair, position: Position): boolean {
  return position.watermark !== undefined || pair.timed !== true;
}

function writeLiteral(pair: BoundPair, ink: Ink): string {
  const name = encodeValue(pair.name).replaceAll('%24', '$');
  return `${name}=${writeParts(pair.value, ink, encodeValue, encodeValue)}`;
}

/** A parameter that stands in the url as a person wrote it: what is escaped already stays so. */
function writeAsWritten(pair: BoundPair, ink: Ink): string {
  return `${encodeRaw(pair.name)}=${writeParts(pair.value, ink, encodeValue, encodeRaw)}`;
}

function grantPairs(query: Grant['query']): readonly string[] {
  return query.map(([name, value]) => `${encodeValue(name)}=${value}`);
}

/** Escapes only what may not be sent in a url at all; `%41` and `+` stay as they are, while a `#` would cut the rest off. */
export function encodeRaw(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/gu, encodeValue);
}

function escapeFor(body: readonly BoundPart[]): (value: string) => string {
  const head = body[0];
  const json = head?.kind === 'text' && /^\s*[[{"]/.test(head.text);
  return json ? (value) => JSON.stringify(value).slice(1, -1) : encodeValue;
}

function contentTypeOf(body: string): string {
  return /^\s*[[{"]/.test(body) ? 'application/json' : 'application/x-www-form-urlencoded';
}

function hasHeader(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((header) => header.toLowerCase() === name);
}
