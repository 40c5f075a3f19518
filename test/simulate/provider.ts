import { hashId } from '../../src/language/identity.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { HttpFailure, HttpRequest } from '../../src/model/ports.ts';
import type { JsonObject } from '../../src/model/record.ts';
import type { Dice } from './dice.ts';
import type { Entry, Ledger } from './ledger.ts';
import { hour, minute, written } from './setting.ts';

/** What a host gives for a request: the head and text of an answer, or none. */
export type Said =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }
  | { readonly failure: HttpFailure };

type Answer = Extract<Said, { status: number }>;

/** A provider's API: lists its ledger as its setting says, and stumbles as often as it is told to. */
export class Provider {
  readonly ledger: Ledger;
  /** The share of requests that come to nothing good. */
  trouble = 0;
  /** Called before and behind each look into the ledger. */
  meanwhile: (page: number) => void = () => undefined;
  readonly #dice: Dice;
  #noise = 0;

  constructor(ledger: Ledger, dice: Dice) {
    this.ledger = ledger;
    this.#dice = dice;
  }

  answer(request: HttpRequest): Said {
    const url = new URL(request.url);
    const stumbles = this.trouble > 0 && this.#dice.chance(this.trouble);
    if (stumbles && this.#dice.chance(0.7)) return this.#trouble();
    const page = pageOf(url);
    this.meanwhile(page);
    const said = url.pathname === '/gone' ? this.#deletions(url) : this.#listing(url);
    this.meanwhile(page);
    const answer = { ...said, headers: { ...said.headers, ...this.#dated() } };
    if (stumbles) return { ...answer, text: answer.text.slice(0, this.#dice.whole(0, answer.text.length - 1)) };
    return this.#conditional(request, answer);
  }

  #trouble(): Said {
    const seconds = this.#dice.whole(0, 600);
    const { ledger } = this;
    return this.#dice.one<Said>([
      { failure: 'cut' },
      { failure: 'refused' },
      { failure: 'timeout' },
      { status: 500, headers: {}, text: '{"error": "sorry"}' },
      { status: 503, headers: { ...this.#dated(), 'retry-after': String(seconds) }, text: '' },
      { status: 429, headers: { 'retry-after': String(seconds) }, text: '' },
      {
        status: 429,
        headers: { ...this.#dated(), 'retry-after': new Date(ledger.now() + seconds * 1_000).toUTCString() },
        text: 'slow down',
      },
      { status: 200, headers: {}, text: '<html><body>back soon</body></html>' },
      { status: 200, headers: this.#dated(), text: '' },
    ]);
  }

  #dated(): Record<string, string> {
    const { date } = this.ledger.setting;
    if (date === 'absent') return {};
    if (date === 'garbage') return { date: 'the day before yesterday' };
    const off = date === 'ahead' ? hour : date === 'behind' ? -30 * minute : 0;
    return { date: new Date(this.ledger.now() + off).toUTCString() };
  }

  #conditional(request: HttpRequest, answer: Answer): Answer {
    if (!this.ledger.setting.etags || this.ledger.setting.noise) return answer;
    const etag = `"${hashId(answer.text)}"`;
    if (request.headers['If-None-Match'] === etag) return { status: 304, headers: answer.headers, text: '' };
    return { ...answer, headers: { ...answer.headers, etag } };
  }

  #deletions(url: URL): Answer {
    const { unit } = this.ledger.setting;
    const bound = boundOf(url);
    const rows: JsonObject[] = [];
    for (const entries of this.ledger.records.values())
      for (const entry of entries)
        if (entry.gone && entry.updated >= bound) rows.push({ gone: entry.id, at: written(entry.updated, unit) });
    return { status: 200, headers: {}, text: JSON.stringify(rows) };
  }

  #listing(url: URL): Answer {
    const { setting } = this.ledger;
    const { paging, pageSize } = setting;
    const bound = boundOf(url);
    const found = this.ledger
      .shown()
      .filter((entry) => setting.deletes === 'flag' || !entry.gone)
      .filter((entry) => (setting.exclusive ? entry.updated > bound : entry.updated >= bound));
    const ordered = found.sort((a, b) => compareKeys(this.#key(a), this.#key(b)));
    if (paging === 'none') return this.#page(setting.untidy ? this.#shuffled(ordered) : ordered, undefined, url);
    const from = this.#begin(ordered, url);
    const rows = ordered.slice(from, from + pageSize);
    const again = setting.untidy && from > 0 && rows.length > 0 ? ordered[from - 1] : undefined;
    if (again !== undefined) rows.unshift(again);
    return this.#page(rows, from + pageSize < ordered.length ? from + pageSize : undefined, url);
  }

  /** Where the asked page begins: at a number, or behind a record, wherever that would stand now. */
  #begin(ordered: readonly Entry[], url: URL): number {
    const { paging, pageSize } = this.ledger.setting;
    if (paging === 'page' || paging === 'numbered') return (pageOf(url) - 1) * pageSize;
    if (paging === 'offset') return Number(url.searchParams.get('offset') ?? '0');
    const cursor = url.searchParams.get(paging === 'lastId' ? 'after' : 'cursor');
    if (cursor === null) return 0;
    const key = paging === 'lastId' ? ['', cursor] : (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Key);
    const place = ordered.findIndex((entry) => compareKeys(this.#key(entry), key as Key) > 0);
    return place < 0 ? ordered.length : place;
  }

  #page(rows: readonly Entry[], next: number | undefined, url: URL): Answer {
    const { setting } = this.ledger;
    const { paging, noise } = setting;
    const records = rows.map(({ record }) => (noise ? { ...record, noise: this.#noise++ } : record));
    const last = rows.at(-1);
    const cursor =
      next === undefined || last === undefined
        ? undefined
        : Buffer.from(JSON.stringify(this.#key(last))).toString('base64url');
    if (paging === 'cursor') return json({ data: records, ...(cursor === undefined ? {} : { next: cursor }) });
    if (paging === 'numbered') url.searchParams.set('page', String(pageOf(url) + 1));
    else if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    if (paging === 'nextUrl') return json({ data: records, ...(cursor === undefined ? {} : { next: url.href }) });
    if (paging !== 'link' && paging !== 'numbered') return json(records);
    return next === undefined ? json(records) : { ...json(records), headers: { link: `<${url.href}>; rel="next"` } };
  }

  #shuffled(rows: readonly Entry[]): readonly Entry[] {
    const left = [...rows];
    return rows.map(() => left.splice(this.#dice.whole(0, left.length - 1), 1)[0] as Entry);
  }

  /** What rows are ordered by. */
  #key(entry: Entry): Key {
    const { order } = this.ledger.setting;
    if (order === 'id') return ['', entry.id];
    const date = String(order === 'oldest' ? entry.updated : 1e14 - entry.updated).padStart(15, '0');
    return [date, entry.id];
  }
}

type Key = readonly [date: string, id: string];

function compareKeys(a: Key, b: Key): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1;
}

function json(value: unknown): Answer {
  return { status: 200, headers: {}, text: JSON.stringify(value) };
}

function boundOf(url: URL): Instant {
  const since = url.searchParams.get('since');
  return since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
}

function pageOf(url: URL): number {
  return Number(url.searchParams.get('page') ?? '1');
}
