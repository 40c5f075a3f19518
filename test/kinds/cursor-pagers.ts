import { shown } from './ledger.ts';
import { list, nth, seal, SIZE, startOf, stretchFrom, unseal, type Place, type Stretch } from './pages.ts';
import { expectBody, formOf, instantOf, only, Refusal, wholeOf, type Asked, type Rules } from './provider.ts';
import { SINCE, type Kind } from './watched.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const cursor = { by: 'cursor', at: 'meta.next', param: 'cursor' };
const inQuery = { records: 'data', pagination: cursor };

/** Pages by tokens: `placeOf` reads a request strictly, `endsWith` is said in the place of a token where there is none. */
function byToken(placeOf: (asked: Asked) => Place, endsWith?: string | null): Rules {
  return (asked, ledger) => {
    const { rows, next } = stretchFrom(ledger, placeOf(asked));
    return { body: { data: list(rows), meta: metaOf(next, endsWith) } };
  };
}

function metaOf(next: Stretch['next'], endsWith: string | null | undefined): { next?: string | null } {
  if (next !== undefined) return { next: seal(next) };
  return endsWith === undefined ? {} : { next: endsWith };
}

/** A cursor that allows nothing beside it but what is named, which stands beside the filter too. */
function alone(...beside: readonly string[]): (asked: Asked) => Place {
  return ({ query }) => {
    if (query.has('cursor')) return unseal(only(query, ['cursor', ...beside])['cursor']);
    return startOf(instantOf(only(query, ['updated_since', ...beside])['updated_since']));
  };
}

/** A cursor that wants the filter again. */
function beside({ query }: Asked): Place {
  const given = only(query, ['updated_since'], ['cursor']);
  const since = instantOf(given.updated_since);
  if (given.cursor === undefined) return startOf(since);
  const place = unseal(given.cursor);
  if (place.since !== since) throw new Refusal('the cursor belongs to another filter');
  return place;
}

/** Providers that give a token, or the id of the last record, for the next page. */
export const cursorPagers: Readonly<Record<string, Kind>> = {
  'a cursor that stands alone': {
    resource: { ...inQuery, pagination: { ...cursor, keep: [] } },
    rules: byToken(alone(), null),
  },
  'a cursor beside the page size alone': {
    resource: {
      ...inQuery,
      pagination: { ...cursor, keep: ['limit'] },
      pageSize: { param: 'limit', max: SIZE },
    },
    rules: byToken(alone('limit'), ''),
  },
  'a cursor that stands alone but for what goes with every call': {
    element: { request: { query: { client: 'a b&c' } } },
    resource: { ...inQuery, pagination: { ...cursor, keep: [] } },
    rules: byToken(alone('client')),
  },
  'a cursor beside all that the first request held': { resource: inQuery, rules: byToken(beside) },
  'a cursor from the first request on': {
    resource: inQuery,
    entry: { url: `/hubs/kinds/items?cursor=*&where=updated_since='${SINCE}'` },
    rules: byToken((asked) => {
      if (asked.query.get('cursor') === '*') asked.query.delete('cursor');
      else if (!asked.query.has('cursor')) throw new Refusal('the cursor is missing');
      return beside(asked);
    }),
  },
  'a cursor that is there on the last page too, which says that none follows': {
    resource: { ...inQuery, pagination: { ...cursor, more: 'meta.more' } },
    rules(asked, ledger) {
      const { rows, next } = stretchFrom(ledger, beside(asked));
      return {
        body: { data: list(rows), meta: { next: next === undefined ? 'end' : seal(next), more: next !== undefined } },
      };
    },
  },
  'a cursor up to a page that says it is the last': {
    resource: { ...inQuery, pagination: { ...cursor, end: 'meta.end' } },
    rules(asked, ledger) {
      const { rows, next } = stretchFrom(ledger, beside(asked));
      return {
        body: { data: list(rows), meta: { next: next === undefined ? 'end' : seal(next), end: next === undefined } },
      };
    },
  },
  'a cursor that is repeated on an empty page': {
    resource: inQuery,
    rules(asked, ledger) {
      const place = beside(asked);
      const { rows } = stretchFrom(ledger, place);
      return {
        body: { data: list(rows), meta: { next: seal({ ...place, behind: rows.at(-1)?.updated ?? place.behind }) } },
      };
    },
  },
  'a cursor with an empty page in the middle': {
    resource: inQuery,
    rules(asked, ledger) {
      const place = beside(asked);
      const { since, behind } = place;
      if (place.gap === true) return { body: { data: [], meta: { next: seal({ since, behind }) } } };
      const { rows, next } = stretchFrom(ledger, place);
      return { body: { data: list(rows), meta: metaOf(next === undefined ? next : { ...next, gap: true }, null) } };
    },
  },
  'a cursor that is the number of a row': {
    resource: { ...inQuery, pagination: { ...cursor, param: 'start' } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since'], ['start']);
      const rows = ledger.newest(instantOf(given.updated_since));
      const from = given.start === undefined ? 0 : wholeOf(given.start, 1);
      const meta = from + SIZE < rows.length ? { next: from + SIZE } : {};
      return { body: { data: list(nth(rows, from / SIZE)), meta } };
    },
  },
  'a cursor in a header': {
    resource: { ...inQuery, pagination: { ...cursor, param: 'X-Continue', in: 'header' } },
    rules: byToken((asked) => {
      const since = instantOf(only(asked.query, ['updated_since']).updated_since);
      const token = asked.headers['x-continue'];
      return token === undefined ? startOf(since) : unseal(String(token));
    }),
  },
  'a cursor in a JSON body': {
    resource: {
      ...inQuery,
      method: 'POST',
      body: { filter: { since: SINCE, name: '"é\\' }, page: { size: SIZE } },
      pagination: { ...cursor, param: 'page.after', in: 'body' },
    },
    entry: { url: '/hubs/kinds/items' },
    rules: byToken((asked) => {
      only(asked.query, []);
      const { filter, page } = JSON.parse(asked.body) as { filter: { since: string }; page: { after?: string } };
      const { after } = page;
      const size = { size: SIZE, ...(after === undefined ? {} : { after }) };
      expectBody(asked, { filter: { since: filter.since, name: '"é\\' }, page: size });
      return after === undefined ? startOf(instantOf(filter.since)) : unseal(after);
    }),
  },
  'a cursor in a form': {
    resource: {
      ...inQuery,
      method: 'POST',
      headers: FORM,
      body: { updated_since: SINCE, q: 'a&b=ü' },
      pagination: { ...cursor, in: 'body' },
    },
    entry: { url: '/hubs/kinds/items' },
    rules: byToken((asked) => {
      only(asked.query, []);
      const form = formOf(asked);
      if (form.get('q') !== 'a&b=ü') throw new Refusal(`q is ${form.get('q')}`);
      form.delete('q');
      return beside({ ...asked, query: form });
    }),
  },
  'the last id, of 19 digits, while more follow': {
    idOf: (n) => 7_000_000_000_000_000_000n + BigInt(n),
    resource: { records: 'data', pagination: { by: 'lastId', param: 'starting_after', more: 'has_more' } },
    rules: byLastId('starting_after', (id) => {
      if (!/^7\d{18}$/.test(id)) throw new Refusal(`${id} is no id`);
    }),
  },
  'the last id, up to an empty page': {
    resource: { records: 'data', pagination: { by: 'lastId', param: 'after' } },
    rules: byLastId('after', (id) => {
      if (!/^r\d\d$/.test(id)) throw new Refusal(`${id} is no id`);
    }),
  },
  'the last id in a JSON body, of a field of its own': {
    resource: {
      method: 'POST',
      body: { since: SINCE },
      records: 'data',
      pagination: { by: 'lastId', param: 'last', at: 'sequence', in: 'body' },
    },
    entry: { url: '/hubs/kinds/items' },
    rules(asked, ledger) {
      only(asked.query, []);
      const { since, last } = JSON.parse(asked.body) as { since: string; last?: number };
      expectBody(asked, { since, ...(last === undefined ? {} : { last }) });
      const rows = ledger.oldest(instantOf(since)).filter((row) => row.updated > (last ?? 0));
      return { body: { data: rows.slice(0, SIZE).map((row) => ({ ...shown(row), sequence: row.updated })) } };
    },
  },
};

/** Pages in the order of ids. */
function byLastId(param: string, check: (id: string) => void): Rules {
  return (asked, ledger) => {
    const given = only(asked.query, ['updated_since'], [param]);
    const last = given[param];
    if (last !== undefined) check(last);
    const rows = [...ledger.oldest(instantOf(given.updated_since))]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .filter(({ id }) => last === undefined || String(id) > last);
    return { body: { data: list(rows.slice(0, SIZE)), has_more: rows.length > SIZE } };
  };
}
