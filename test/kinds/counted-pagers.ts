import { list, nth, SIZE } from './pages.ts';
import { expectBody, formOf, instantOf, only, Refusal, wholeOf } from './provider.ts';
import { SINCE, type Kind } from './watched.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const limit = { param: 'limit', max: SIZE };

/** Providers whose pages are found by numbers: rows shift between them while they are read. */
export const countedPagers: Readonly<Record<string, Kind>> = {
  'numbered pages up to an empty one': {
    resource: { pagination: { by: 'page', param: 'page' } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'page']);
      return { body: list(nth(ledger.newest(instantOf(given.updated_since)), wholeOf(given.page, 1) - 1)) };
    },
  },
  'numbered pages of a known size, where nobody may ask behind a short one': {
    resource: { pagination: { by: 'page', param: 'page' }, pageSize: limit },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'page', 'limit']);
      const rows = ledger.newest(instantOf(given.updated_since));
      const page = wholeOf(given.page, 1) - 1;
      if (page > 0 && page * SIZE > rows.length) throw new Refusal('the page before was the last');
      return { body: list(nth(rows, page, wholeOf(given.limit, SIZE))) };
    },
  },
  'numbered pages from 0 that say whether more follow': {
    resource: { records: 'items', pagination: { by: 'page', param: 'p', start: 0, more: 'meta.has_more' } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'p']);
      const rows = ledger.newest(instantOf(given.updated_since));
      const page = wholeOf(given.p, 0);
      return { body: { items: list(nth(rows, page)), meta: { has_more: (page + 1) * SIZE < rows.length } } };
    },
  },
  'numbered pages, where one behind the last is answered with 400': {
    resource: { pagination: { by: 'page', param: 'page', pastEnd: 400 } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'page']);
      const page = wholeOf(given.page, 1) - 1;
      const rows = nth(ledger.newest(instantOf(given.updated_since)), page);
      if (page > 0 && rows.length === 0) return { status: 400, body: { message: 'there is no such page' } };
      return { body: list(rows) };
    },
  },
  'numbered pages that hold fewer rows than were asked for': {
    resource: { pagination: { by: 'page', param: 'page' }, pageSize: { param: 'limit' } },
    entry: { pageSize: SIZE },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'page', 'limit']);
      const page = wholeOf(given.page, 1) - 1;
      return { body: list(nth(ledger.newest(instantOf(given.updated_since)), page, wholeOf(given.limit, SIZE) - 1)) };
    },
  },
  'page numbers in a JSON body': {
    resource: {
      method: 'POST',
      body: { filter: { since: SINCE }, page: { size: SIZE } },
      records: 'data.items',
      pagination: { by: 'page', param: 'page.number', in: 'body' },
    },
    entry: { url: '/hubs/kinds/items' },
    rules(asked, ledger) {
      only(asked.query, []);
      const { since = '', number = '' } =
        /^\{"filter":\{"since":"(?<since>[^"]+)"\},"page":\{"size":5,"number":(?<number>\d+)\}\}$/.exec(asked.body)
          ?.groups ?? {};
      expectBody(asked, { filter: { since }, page: { size: SIZE, number: wholeOf(number, 1) } });
      return { body: { data: { items: list(nth(ledger.newest(instantOf(since)), Number(number) - 1)) } } };
    },
  },
  'page numbers in a form': {
    resource: {
      method: 'POST',
      headers: FORM,
      body: { updated_since: SINCE, q: 'a&b=c d' },
      pagination: { by: 'page', param: 'page', in: 'body' },
      pageSize: { param: 'limit', max: SIZE, in: 'body' },
    },
    entry: { url: '/hubs/kinds/items' },
    rules(asked, ledger) {
      only(asked.query, []);
      const given = only(formOf(asked), ['updated_since', 'q', 'page', 'limit']);
      if (given.q !== 'a&b=c d') throw new Refusal(`q is ${given.q}`);
      const rows = ledger.newest(instantOf(given.updated_since));
      return { body: list(nth(rows, wholeOf(given.page, 1) - 1, wholeOf(given.limit, SIZE))) };
    },
  },
  offsets: {
    resource: { pagination: { by: 'offset', param: 'offset' }, pageSize: limit },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'offset', 'limit']);
      const from = wholeOf(given.offset, 0);
      return { body: list(ledger.newest(instantOf(given.updated_since)).slice(from, from + wholeOf(given.limit, 1))) };
    },
  },
  'offsets, with fewer rows on a full page than were asked for': {
    resource: { pagination: { by: 'offset', param: 'skip' }, pageSize: { param: 'take' } },
    entry: { pageSize: 100 },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'skip', 'take']);
      const from = wholeOf(given.skip, 0);
      const size = Math.min(SIZE, wholeOf(given.take, 100)) - (from % 2);
      return { body: list(ledger.newest(instantOf(given.updated_since)).slice(from, from + size)) };
    },
  },
  'offsets from 1 up to a page that says it is the last': {
    resource: { records: 'values', pagination: { by: 'offset', param: 'startAt', start: 1, end: 'isLast' } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'startAt']);
      const from = wholeOf(given.startAt, 1) - 1;
      const rows = ledger.newest(instantOf(given.updated_since));
      return { body: { values: list(rows.slice(from, from + SIZE)), isLast: from + SIZE >= rows.length } };
    },
  },
  'offsets, where one behind the last row is answered with 416': {
    resource: { pagination: { by: 'offset', param: 'offset', pastEnd: 416 } },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'offset']);
      const from = wholeOf(given.offset, 0);
      const rows = ledger.newest(instantOf(given.updated_since)).slice(from, from + SIZE);
      return from > 0 && rows.length === 0 ? { status: 416 } : { body: list(rows) };
    },
  },
  'offsets that stand in the url, with rows counted from there': {
    resource: { pagination: { by: 'offset', param: 'first' } },
    entry: { url: `/hubs/kinds/items?first=1&where=updated_since='${SINCE}'` },
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since', 'first']);
      const from = wholeOf(given.first, 1) - 1;
      const rows = ledger.newest(instantOf(given.updated_since));
      if (from % SIZE !== 0 && from < rows.length) throw new Refusal(`no page begins at ${given.first}`);
      return { body: list(rows.slice(from, from + SIZE)) };
    },
  },
};
