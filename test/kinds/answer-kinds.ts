import type { JsonObject } from '../../src/model/record.ts';
import { shown, type Ledger, type Row } from './ledger.ts';
import { instantOf, only, type Answered, type Asked, type Rules } from './provider.ts';
import { SINCE, type Kind } from './watched.ts';

/** Rows that changed since, as they are written into an answer. */
function answering(write: (rows: readonly Row[]) => Answered): Rules {
  return (asked, ledger) => write(changed(asked, ledger));
}

function changed(asked: Asked, ledger: Ledger): readonly Row[] {
  return ledger.oldest(instantOf(only(asked.query, ['updated_since']).updated_since));
}

function withoutId(row: Row): JsonObject {
  const { id: _id, ...rest } = shown(row);
  return rest;
}

/** Places in which answers keep their records, and places in which records keep their ids and dates. */
export const placesOfRecords: Readonly<Record<string, Kind>> = {
  'the answer itself': { rules: answering((rows) => ({ body: rows.map(shown) })) },
  'a nested list': {
    resource: { records: 'answer.query.items' },
    rules: answering((rows) => ({ body: { answer: { total: rows.length, query: { items: rows.map(shown) } } } })),
  },
  'a list of envelopes': {
    resource: { records: 'data', record: 'node.item' },
    rules: answering((rows) => ({ body: { data: rows.map((row) => ({ cursor: 'x', node: { item: shown(row) } })) } })),
  },
  'a map by id': {
    resource: { records: 'items', map: true },
    rules: answering((rows) => ({ body: { items: Object.fromEntries(rows.map((row) => [row.id, withoutId(row)])) } })),
  },
  'a map by id that is the answer': {
    resource: { map: true },
    rules: answering((rows) => ({ body: Object.fromEntries(rows.map((row) => [row.id, shown(row)])) })),
  },
  'a map of envelopes': {
    resource: { records: 'items', map: true, record: 'value' },
    rules: answering((rows) => ({
      body: { items: Object.fromEntries(rows.map((row) => [row.id, { value: withoutId(row) }])) },
    })),
  },
  'records whose id is a number of 19 digits': {
    idOf: (n) => 9_000_000_000_000_000_000n + BigInt(n),
    rules: answering((rows) => ({ body: rows.map(shown) })),
  },
  'records whose id and dates lie deeper': {
    resource: { idField: 'sys.id' },
    entry: {
      idField: 'sys.id',
      datesConfiguration: {
        updatedDateField: 'sys.dates.updated',
        updatedDateFormat: 'seconds',
        createdDateField: 'sys.dates.created',
        createdDateFormat: 'milliseconds',
      },
    },
    rules: answering((rows) => ({
      body: rows.map((row) => {
        const { id, name = '', version } = shown(row);
        const dates = { updated: Math.floor(row.updated / 1_000), created: String(row.created) };
        return { name, version: version ?? null, sys: { id: id ?? null, dates } };
      }),
    })),
  },
  'records whose id is made of two': {
    resource: { idField: ['account', 'id'] },
    entry: { idField: ['account', 'id'] },
    rules: answering((rows) => ({ body: rows.map((row) => ({ ...shown(row), account: 12 })) })),
  },
  'the answer to a POST that holds the filter': {
    resource: {
      method: 'POST',
      body: { query: `updated:>${SINCE}`, sort: ['-updated', 1, true, null] },
      records: 'hits',
    },
    entry: { url: '/hubs/kinds/items' },
    rules(asked, ledger) {
      only(asked.query, []);
      const since = /^\{"query":"updated:>([^"]+)","sort":\["-updated",1,true,null\]\}$/.exec(asked.body)?.[1];
      return { body: { hits: ledger.oldest(instantOf(since)).map(shown) } };
    },
  },
};

/** How providers say that there is nothing, and whether that proves that nothing changed. */
export const nothings: readonly (readonly [name: string, answer: Answered, proves: boolean])[] = [
  ['an empty list', { body: { items: [] } }, true],
  ['{}', { body: {} }, true],
  ['204', { status: 204 }, true],
  ['null', { body: null }, true],
  ['an empty body', {}, false],
];

/** Ways of saying that a good answer is an error. */
export const errorsInAnswers: Readonly<
  Record<string, { readonly errorWhen: object; readonly error: JsonObject; readonly says: RegExp }>
> = {
  'an object with a message': {
    errorWhen: { at: 'error', message: 'error.info' },
    error: { error: { code: 'maxlag', info: 'waiting for a server' } },
    says: /waiting for a server/,
  },
  'a word for whether it went well': {
    errorWhen: { at: 'ok', is: [false], message: 'error' },
    error: { ok: false, error: 'ratelimited' },
    says: /ratelimited/,
  },
  'a list of errors beside no data': {
    errorWhen: { at: 'errors' },
    error: { items: [], errors: [{ message: 'try again later', path: ['items'] }] },
    says: /try again later/,
  },
  'a status as a number': {
    errorWhen: { at: 'status.code', is: [17, '18'] },
    error: { items: [], status: { code: 17 } },
    says: /17/,
  },
};
