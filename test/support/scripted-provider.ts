import { hashId } from '../../src/language/identity.ts';
import { writeExact } from '../../src/language/exact-json.ts';
import type { Duration, Instant } from '../../src/model/instant.ts';
import type { Http, HttpAnswer, HttpFailure, HttpOutcome, HttpRequest } from '../../src/model/ports.ts';
import type { Json, JsonObject, SourceRecord } from '../../src/model/record.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A record as the provider keeps it. */
export interface Row {
  readonly id: string;
  readonly fields: JsonObject;
  /** On the provider's clock. */
  readonly created: Instant;
  readonly updated: Instant;
  /** Searches show it from then on, on the provider's clock. */
  readonly visible: Instant;
}

export interface ProviderOptions {
  readonly paging?: 'none' | 'page' | 'link' | 'nextUrl';
  /** The provider's own links hold the number of a page, not a cursor. */
  readonly numberedLinks?: boolean;
  /** Rows on a page; all of them where it is absent. */
  readonly pageSize?: number;
  /** How a row is written. By default with `updated` and `created` in ISO 8601. */
  readonly write?: (row: Row) => SourceRecord;
  /** What is printed around the rows; by default nothing, or `{data, next}` with `nextUrl`. */
  readonly wrap?: (records: readonly Json[], next: string | undefined) => Json;
  /** The precision that the provider keeps dates with, in ms. */
  readonly unit?: Duration;
  /** A filter leaves out what is dated exactly at its bound. */
  readonly exclusive?: boolean;
  /** From receiving a request to the head of the answer. The rows are looked up halfway. */
  readonly took?: Duration;
  /** How a row of the list of deletions is written. By default with `gone` and `at` in ISO 8601. */
  readonly writeDeletion?: (id: string, deleted: Instant) => SourceRecord;
  /** A listing has an ETag, and a request that names it is answered with 304 while it is the same. */
  readonly etags?: boolean;
}

/** The next answer, instead of what the ledger says: a status, a body, a whole head, or no answer at all. */
export type Scripted =
  | number
  | string
  | { readonly failure: HttpFailure }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly text?: string };

/**
 * A provider in memory: `/contacts?since=ISO&page=N` lists its ledger, `/contacts/ID` shows one record, `/deleted?since=ISO` lists
 * deletions. Its clock is ours and `ahead`;
 * what its answers say of it is `date`.
 */
export class ScriptedProvider implements Http {
  readonly requests: HttpRequest[] = [];
  /** How far its clock is ahead of ours. */
  ahead: Duration = 0;
  date: 'true' | 'absent' | 'garbage' = 'true';
  readonly #clock: VirtualClock;
  readonly #options: ProviderOptions;
  readonly #rows = new Map<string, Row>();
  readonly #deletions: { readonly id: string; readonly deleted: Instant }[] = [];
  readonly #script = new Map<number, Scripted>();
  readonly #before = new Map<number, () => void>();
  readonly #behind = new Map<number, () => void>();
  #count = 0;

  constructor(clock: VirtualClock, options: ProviderOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  now(): Instant {
    return this.#clock.now() + this.ahead;
  }

  /** Creates a record, or changes one: what is given of it is replaced, and it is dated now. */
  put(id: string, fields: JsonObject = {}, more: Partial<Omit<Row, 'id' | 'fields'>> = {}): void {
    const former = this.#rows.get(id);
    const unit = this.#options.unit ?? 1;
    const updated = Math.floor((more.updated ?? this.now()) / unit) * unit;
    this.#rows.set(id, {
      id,
      fields: { ...former?.fields, ...fields },
      created: Math.floor((more.created ?? former?.created ?? more.updated ?? this.now()) / unit) * unit,
      updated,
      visible: more.visible ?? Number.NEGATIVE_INFINITY,
    });
  }

  /** Deletes a record; searches show it no more. */
  remove(id: string): void {
    this.#rows.delete(id);
    const unit = this.#options.unit ?? 1;
    this.#deletions.push({ id, deleted: Math.floor(this.now() / unit) * unit });
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** All records, in the order of their ids, as they are listed. */
  rows(): readonly Row[] {
    return [...this.#rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Answers the n-th request from now, counted from 1, by the script. */
  answer(scripted: Scripted, n = 1): void {
    this.#script.set(this.#count + n, scripted);
  }

  /** Does something just before the rows for the n-th request from now are looked up, counted from 1. */
  before(n: number, act: () => void): void {
    this.#before.set(this.#count + n, act);
  }

  /** Does something after the rows for the n-th request from now were looked up, while its answer is still on its way. */
  behind(n: number, act: () => void): void {
    this.#behind.set(this.#count + n, act);
  }

  /** Forgets what was scripted and did not happen. */
  unscript(): void {
    this.#script.clear();
    this.#before.clear();
    this.#behind.clear();
  }

  async send(request: HttpRequest, _limits: unknown, signal?: AbortSignal): Promise<HttpOutcome> {
    this.requests.push(request);
    const sentAt = this.#clock.now();
    const n = ++this.#count;
    const half = (this.#options.took ?? 0) / 2;
    if (half > 0) await this.#clock.jumpTo(this.#clock.now() + half);
    this.#before.get(n)?.();
    if (signal?.aborted === true) return { ok: false, failure: 'aborted', says: 'the request was stopped' };
    const scripted = this.#script.get(n);
    const said = scripted === undefined ? this.#conditional(request) : spoken(scripted);
    this.#behind.get(n)?.();
    if (half > 0) await this.#clock.jumpTo(this.#clock.now() + half);
    if ('failure' in said) return { ok: false, failure: said.failure, says: `the request ended: ${said.failure}` };
    const answer: HttpAnswer = {
      status: said.status,
      headers: { ...this.#dateHeader(), ...said.headers },
      text: said.text ?? '',
      sentAt,
      took: this.#clock.now() - sentAt,
      endedAt: this.#clock.now(),
    };
    return { ok: true, answer };
  }

  #dateHeader(): Record<string, string> {
    if (this.date === 'absent') return {};
    return { date: this.date === 'garbage' ? 'the day before yesterday' : new Date(this.now()).toUTCString() };
  }

  #conditional(request: HttpRequest): Exclude<Scripted, number | string> {
    const said = this.#look(new URL(request.url));
    if (this.#options.etags !== true || 'failure' in said || said.status !== 200) return said;
    const etag = `"${hashId(said.text ?? '')}"`;
    return request.headers['If-None-Match'] === etag
      ? { status: 304 }
      : { ...said, headers: { ...said.headers, etag } };
  }

  #look(url: URL): Exclude<Scripted, number | string> {
    if (url.pathname === '/deleted') {
      const since = Date.parse(url.searchParams.get('since') ?? '');
      const write = this.#options.writeDeletion ?? ((gone, at) => ({ gone, at: iso(at), why: 'removed' }));
      const rows = this.#deletions.filter(({ deleted }) => deleted >= since);
      return spoken(writeExact(rows.map(({ id, deleted }) => write(id, deleted))));
    }
    const [, id] = /^\/contacts\/(.+)$/.exec(url.pathname) ?? [];
    if (id === undefined) return this.#list(url);
    const row = this.#rows.get(decodeURIComponent(id));
    return row === undefined ? spoken(404) : spoken(writeExact(this.#write(row)));
  }

  #list(url: URL): Exclude<Scripted, number | string> {
    const since = url.searchParams.get('since');
    const bound = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
    const until = url.searchParams.get('until');
    const end = until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
    const { paging = 'none', pageSize = Number.POSITIVE_INFINITY, exclusive = false } = this.#options;
    const found = this.rows().filter(
      (row) =>
        row.visible <= this.now() && row.updated <= end && (exclusive ? row.updated > bound : row.updated >= bound),
    );
    const param = paging === 'page' || this.#options.numberedLinks === true ? 'page' : 'cursor';
    const page = paging === 'none' ? 1 : Number(url.searchParams.get(param) ?? '1');
    const from = page === 1 ? 0 : (page - 1) * pageSize;
    const records = found.slice(from, from + pageSize).map((row) => this.#write(row));
    const more = paging !== 'none' && found.length > from + pageSize;
    url.searchParams.set(param, String(page + 1));
    const next = more ? url.href : undefined;
    const wrap = this.#options.wrap ?? (paging === 'nextUrl' ? inEnvelope : bare);
    const headers: Record<string, string> =
      paging === 'link' && next !== undefined ? { link: `<${next}>; rel="next"` } : {};
    return { status: 200, headers, text: writeExact(wrap(records, next)) };
  }

  #write(row: Row): SourceRecord {
    if (this.#options.write !== undefined) return this.#options.write(row);
    return { id: row.id, ...row.fields, updated: iso(row.updated), created: iso(row.created) };
  }
}

/** An instant as such providers write it. */
export function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}

function spoken(scripted: Scripted): Exclude<Scripted, number | string> {
  if (typeof scripted === 'number') return { status: scripted };
  return typeof scripted === 'string' ? { status: 200, text: scripted } : scripted;
}

function bare(records: readonly Json[]): Json {
  return records;
}

function inEnvelope(records: readonly Json[], next: string | undefined): Json {
  return { data: records, ...(next === undefined ? {} : { next }) };
}
