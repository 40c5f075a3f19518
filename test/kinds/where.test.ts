import assert from 'node:assert/strict';
import test from 'node:test';
import type { Json, JsonObject } from '../../src/model/record.ts';
import { jql, odata, soql } from './filter-dialects.ts';
import { compared, readFilter, type Dialect, type Filter } from './filter-language.ts';
import { shown } from './ledger.ts';
import { expectBody, instantOf, only, Refusal, type Asked } from './provider.ts';
import { SINCE, watchKind } from './watched.ts';

/** Whose records the filter asks for: what every style has to quote in its own way. */
const OWNER = `O'Brien "&" Söhne+100% \\ ; #1`;
const IN_QUOTES = OWNER.replaceAll("'", "''");

/** A way of saying a where-clause to a provider. */
interface Style {
  /** Of the element's resource. */
  readonly resource: object;
  readonly where: string;
  /** Reads the filter as strictly as the provider does. */
  readonly read: (asked: Asked) => Filter;
}

const timed = `updated_at >= '${SINCE}'`;
const owned = `(owner = '\${configuration.owner}' OR owner IN ('x', '${IN_QUOTES}')) AND hidden IS NULL AND rank >= 5`;

/** A clause in one parameter of the query. */
function inParameter(param: string, dialect: Dialect, frame = /^(?<filter>.*)$/s): Style['read'] {
  return (asked) => {
    const text = only(asked.query, [param])[param] ?? '';
    const filter = frame.exec(text)?.groups?.['filter'];
    if (filter === undefined) throw new Refusal(`"${text}" is no query`);
    return readFilter(filter, dialect);
  };
}

/** Plain values of fields, the date being left out in a reading of everything. */
function fieldsOf(values: { readonly owner: string; readonly updated_at?: string | undefined }): Filter {
  if (values.owner !== OWNER) throw new Refusal(`there is no owner ${values.owner}`);
  if (values.updated_at === undefined) return () => true;
  return compared('updated_at', '>=', new Date(instantOf(values.updated_at)).toISOString().replace('.000', ''));
}

const styles: Readonly<Record<string, Style>> = {
  'query parameters': {
    resource: { where: { as: 'query' } },
    where: `${timed} and owner = '${IN_QUOTES}'`,
    read: (asked) => fieldsOf(only(asked.query, ['owner'], ['updated_at'])),
  },
  'an OData filter': {
    resource: { where: { as: 'odata' } },
    where: `${timed} AND ${owned} AND name LIKE 'r%' AND name LIKE '%version%'`,
    read: inParameter('$filter', odata(4)),
  },
  'an OData filter of version 3': {
    resource: { where: { as: 'odata', version: 3, param: 'filter' } },
    where: `${timed} AND ${owned} AND name LIKE 'r%' AND name LIKE '%version%'`,
    read: inParameter('filter', odata(3)),
  },
  'a SOQL query': {
    resource: { where: { as: 'soql', select: 'SELECT id, name FROM items', orderBy: 'updated_at' } },
    where: `${timed} AND ${owned} AND name LIKE 'r%'`,
    read: inParameter('q', soql, /^SELECT id, name FROM items WHERE (?<filter>.*) ORDER BY updated_at$/s),
  },
  'a JQL query': {
    resource: { where: { as: 'jql', and: 'project = "KIND"', orderBy: 'updated_at' } },
    where: `updated_at >= '\${gmtDate:yyyy-MM-dd HH:mm}' AND ${owned}`,
    read: inParameter('jql', jql, /^project = "KIND" AND (?<filter>.*) ORDER BY updated_at$/s),
  },
  'parameters of a template': {
    resource: {
      where: { as: 'template' },
      query: { who: '${where.owner}', since: '${where.updated_at}', sort: 'up' },
    },
    where: `${timed} AND owner = '\${configuration.owner}'`,
    read(asked) {
      const given = only(asked.query, ['who', 'sort'], ['since']);
      return fieldsOf({ owner: given.who, updated_at: given.since });
    },
  },
  'a body and a header of a template': {
    resource: {
      where: { as: 'template' },
      method: 'POST',
      headers: { 'X-Changed-Since': '${where.updated_at}' },
      body: { filter: [{ owner: '${where.owner}' }] },
    },
    where: `${timed} AND owner = '\${configuration.owner}'`,
    read(asked) {
      only(asked.query, []);
      expectBody(asked, { filter: [{ owner: OWNER }] });
      const since = asked.headers['x-changed-since'];
      return fieldsOf({ owner: OWNER, updated_at: since === undefined ? since : String(since) });
    },
  },
};

for (const [name, { resource, where, read }] of Object.entries(styles)) {
  test(`a where-clause said as ${name} is understood, and without its dates when everything is read`, async (t) => {
    const asked: number[] = [];
    const w = await watchKind(t, {
      resource: { ...resource, deletes: { by: 'sweep' } },
      entry: { url: `/hubs/kinds/items?where=${where}` },
      configuration: { owner: OWNER },
      rules(request, ledger) {
        const filter = read(request);
        const rows = ledger.oldest().map((row): JsonObject => ({ ...shown(row), owner: OWNER, rank: 5, hidden: null }));
        const body: readonly Json[] = rows.filter(filter);
        asked.push(body.length);
        return { body };
      },
    });
    const { ledger } = w;
    ledger.create(3);
    await w.round();
    ledger.update(...ledger.newest().slice(0, 2));
    w.provider.meanwhile(1, () => ledger.update(...ledger.newest()));
    await w.round();
    await w.round();
    await w.round();
    const told = w.told().length;
    await w.round();

    assert.deepEqual(w.flaws(), []);
    assert.equal(w.told().length, told);
    assert.deepEqual([asked[0], asked.at(-1)], [5, 0]);
  });
}
