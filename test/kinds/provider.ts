import type { IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { writeExact } from '../../src/language/exact-json.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Json } from '../../src/model/record.ts';
import { bodyOf, loopback } from '../support/loopback.ts';
import type { Ledger } from './ledger.ts';

/** A request as it came over the wire. */
export interface Asked {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a provider answers: 200 where nothing is said, and no body at all where there is none. */
export interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** How one provider answers; throws a Refusal at a request that breaks its rules. */
export type Rules = (asked: Asked, ledger: Ledger) => Answered;

/** A request that a strict provider does not take. */
export class Refusal extends Error {}

export interface Provider {
  readonly origin: string;
  readonly requests: readonly Asked[];
  /** What was wrong with requests, as it was answered with 400. */
  readonly breaches: readonly string[];
  /** Does something when the n-th request from now on has come and is not answered yet. */
  meanwhile(n: number, act: () => void): void;
}

/** A real server on 127.0.0.1 that keeps its rules and a ledger, and tells the time of that. */
export async function openProvider(t: TestContext, rules: Rules, ledger: Ledger): Promise<Provider> {
  const requests: Asked[] = [];
  const breaches: string[] = [];
  const acts = new Map<number, () => void>();
  const server = await loopback((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', `http://${request.headers.host}`);
      const asked: Asked = {
        method: request.method ?? '',
        origin: url.origin,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: await bodyOf(request),
      };
      requests.push(asked);
      ledger.pass(17);
      acts.get(requests.length)?.();
      const { status = 200, headers = {}, body } = answer(asked);
      response.writeHead(status, { date: new Date(ledger.now).toUTCString(), ...headers });
      response.end(body === undefined ? undefined : writeExact(body));
    })();
  });
  const answer = (asked: Asked): Answered => {
    try {
      return rules(asked, ledger);
    } catch (error) {
      const says = error instanceof Refusal ? error.message : `the provider broke: ${String(error)}`;
      breaches.push(`request ${requests.length}, ${asked.method} ${asked.path}?${asked.query.toString()}: ${says}`);
      return { status: 400, body: { message: says } };
    }
  };
  t.after(() => server.close());
  return {
    origin: server.origin,
    requests,
    breaches,
    meanwhile: (n, act) => acts.set(requests.length + n, act),
  };
}

/** The parameters of a query or a form, which must hold each of `needs` once, may hold `may`, and nothing else. */
export function only<K extends string, M extends string = never>(
  given: URLSearchParams,
  needs: readonly K[],
  may: readonly M[] = [],
): Readonly<Record<K, string> & Partial<Record<M, string>>> {
  const known = new Set<string>([...needs, ...may]);
  const names = [...given.keys()];
  for (const name of names) {
    if (!known.has(name)) throw new Refusal(`the parameter ${name} is not allowed here`);
    if (given.getAll(name).length > 1) throw new Refusal(`the parameter ${name} is given twice`);
  }
  for (const name of needs) if (!given.has(name)) throw new Refusal(`the parameter ${name} is missing`);
  return Object.fromEntries(given) as Record<K, string> & Partial<Record<M, string>>;
}

/** The form of a POST, which must say that it is one. */
export function formOf(asked: Asked): URLSearchParams {
  if (asked.method !== 'POST') throw new Refusal('only POST is allowed');
  if (asked.headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Refusal('this is no form');
  return new URLSearchParams(asked.body);
}

/** Refuses a JSON body that is not, to the letter and in this order, one of these. */
export function expectBody(asked: Asked, ...expected: readonly Json[]): void {
  if (asked.method !== 'POST') throw new Refusal('only POST is allowed');
  if (asked.headers['content-type'] !== 'application/json') throw new Refusal('this is no JSON');
  if (!expected.some((body) => writeExact(body) === asked.body)) throw new Refusal(`the body is ${asked.body}`);
}

/** An instant as the provider writes it; nothing else is understood. */
export function instantOf(text: string | undefined): Instant {
  const at = text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new Refusal(`"${text}" is no instant`);
  return at;
}

/** A whole number that is not below `least`. */
export function wholeOf(text: string | undefined, least: number): number {
  if (text === undefined || !/^\d+$/.test(text) || Number(text) < least) throw new Refusal(`"${text}" is no number`);
  return Number(text);
}
