import type { Json } from '../../src/model/record.ts';
import { shown, written, type Ledger, type Row } from './ledger.ts';
import { list, SIZE, startOf, stretchFrom, unseal, seal } from './pages.ts';
import { instantOf, only, Refusal, wholeOf, type Answered, type Asked, type Rules } from './provider.ts';
import { SINCE, type Kind } from './watched.ts';

const sweep = { by: 'sweep', every: '1ms' };

/** Everything, or what changed since, on one page. */
const onePage: Rules = (asked, ledger) => {
  const { updated_since: since } = only(asked.query, [], ['updated_since']);
  return { body: list(ledger.newest(since === undefined ? 0 : instantOf(since))) };
};

/** The same on numbered pages, in the order of names, so that rows behind a deleted one move up. */
const pages: Rules = (asked, ledger) => {
  const given = only(asked.query, ['page'], ['updated_since']);
  const rows = ledger.oldest(given.updated_since === undefined ? 0 : instantOf(given.updated_since));
  const from = (wholeOf(given.page, 1) - 1) * SIZE;
  return { body: list([...rows].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(from, from + SIZE)) };
};

/** Single records under their ids; what is gone is answered with that status. */
function withItems(rules: Rules, gone: number): Rules {
  return (asked, ledger) => {
    if (asked.path === '/items') return rules(asked, ledger);
    only(asked.query, []);
    const row = ledger.row(decodeURIComponent(asked.path.replace('/items/', '')));
    return row === undefined ? { status: gone, body: { message: 'gone' } } : { body: shown(row) };
  };
}

/** Records that stay in the list when they are deleted, which a field says. */
function flagged(field: (row: Row, gone: boolean) => Record<string, Json>): Rules {
  return (asked, ledger) => {
    const since = instantOf(only(asked.query, ['updated_since']).updated_since);
    const row = (gone: boolean) => (one: Row) => ({ ...shown(one), ...field(one, gone) });
    return { body: [...ledger.oldest(since).map(row(false)), ...ledger.gone(since).map(row(true))] };
  };
}

/** Records without the deleted ones, and beside them a list of deletions under a path of its own. */
function listed(path: string, deletions: (asked: Asked, ledger: Ledger) => Answered): Rules {
  return (asked, ledger) => {
    if (asked.path === path) return deletions(asked, ledger);
    if (asked.path !== '/items') throw new Refusal('there is nothing here');
    return { body: list(ledger.newest(instantOf(only(asked.query, ['updated_since']).updated_since))) };
  };
}

/** Kinds of providers whose deletions can be proved. */
export const deletionKinds: Readonly<Record<string, Kind>> = {
  'a sweep over one page': { resource: { deletes: sweep }, rules: onePage, deletions: true },
  'a sweep over a list without any filter': {
    resource: { deletes: sweep },
    entry: { url: '/hubs/kinds/items' },
    rules: (asked, ledger) => {
      only(asked.query, []);
      return { body: list(ledger.newest()) };
    },
    deletions: true,
  },
  'a sweep over pages, by a second listing': {
    resource: { deletes: sweep, pagination: { by: 'page', param: 'page' } },
    rules: pages,
    deletions: true,
  },
  'a sweep over pages, by single records that are answered with 404': {
    resource: { deletes: sweep, pagination: { by: 'page', param: 'page' }, get: '/items/{id}' },
    rules: withItems(pages, 404),
    idOf: (n) => `a/b ${String(n).padStart(2, '0')}`,
    deletions: true,
  },
  'a sweep over pages, by single records that are answered with 410': {
    resource: { deletes: sweep, pagination: { by: 'page', param: 'page' }, get: '/items/{id}' },
    rules: withItems(pages, 410),
    deletions: true,
  },
  'a sweep over pages by cursor': {
    resource: { deletes: sweep, records: 'data', pagination: { by: 'cursor', at: 'next', param: 'cursor', keep: [] } },
    rules(asked, ledger) {
      const given = only(asked.query, [], ['updated_since', 'cursor']);
      const since = given.updated_since === undefined ? 0 : instantOf(given.updated_since);
      const { rows, next } = stretchFrom(ledger, given.cursor === undefined ? startOf(since) : unseal(given.cursor));
      return { body: { data: list(rows), next: next === undefined ? null : seal(next) } };
    },
    deletions: true,
  },
  'a flag with values': {
    resource: { deletes: { by: 'flag', field: 'meta.state', values: ['trashed', 'purged'] } },
    rules: flagged((_row, gone) => ({ meta: { state: gone ? 'trashed' : 'active' } })),
    deletions: true,
  },
  'a flag that holds when it was': {
    resource: { deletes: { by: 'flag', field: 'deleted_at' } },
    rules: flagged((row, gone) => ({ deleted_at: gone ? written(row.updated) : null })),
    deletions: true,
  },
  'a flag that is a number': {
    resource: { deletes: { by: 'flag', field: 'removed', values: [1] } },
    rules: flagged((_row, gone) => ({ removed: gone ? 1 : 0 })),
    deletions: true,
  },
  'a list of deletions': {
    resource: {
      deletes: {
        by: 'feed',
        url: `/trash?deleted_since=${SINCE}`,
        records: 'trash',
        idField: 'item.id',
        dateField: 'deleted_at',
      },
    },
    rules: listed('/trash', (asked, ledger) => {
      const rows = ledger.gone(instantOf(only(asked.query, ['deleted_since']).deleted_since));
      return { body: { trash: rows.map(({ id, updated }) => ({ item: { id }, deleted_at: written(updated) })) } };
    }),
    deletions: true,
  },
  'a list of deletions in numbered pages, the newest first': {
    resource: {
      deletes: {
        by: 'feed',
        url: `/trash?deleted_since=${SINCE}`,
        dateField: 'at',
        dateFormat: 'milliseconds',
        pagination: { by: 'page', param: 'page' },
      },
    },
    rules: listed('/trash', (asked, ledger) => {
      const given = only(asked.query, ['deleted_since', 'page']);
      const rows = [...ledger.gone(instantOf(given.deleted_since))].reverse();
      const from = (wholeOf(given.page, 1) - 1) * 2;
      return { body: rows.slice(from, from + 2).map(({ id, updated }) => ({ id, at: updated })) };
    }),
    deletions: true,
  },
  'a log of all that happened': {
    resource: {
      deletes: {
        by: 'feed',
        url: `/log?since=${SINCE}`,
        records: 'log',
        idField: 'about',
        dateField: 'at',
        field: 'action',
        values: ['deleted'],
        pagination: { by: 'cursor', at: 'next', param: 'from' },
      },
    },
    rules: listed('/log', (asked, ledger) => {
      const given = only(asked.query, ['since'], ['from']);
      const since = instantOf(given.since);
      const rows = ledger.entries.filter(({ at }) => Math.floor(at / 1_000) * 1_000 >= since);
      const from = given.from === undefined ? 0 : wholeOf(given.from.replace(/^row-/, ''), 1);
      const log = rows
        .slice(from, from + SIZE)
        .map(({ kind, id, at }) => ({ action: kind, about: id, at: written(at) }));
      return { body: { log, next: from + SIZE < rows.length ? `row-${from + SIZE}` : null } };
    }),
    deletions: true,
  },
  'the same list with a word for deleted ones': {
    resource: {
      records: 'data',
      deletes: { by: 'feed', url: `/hubs/kinds/items?status=DELETED&modified_since=${SINCE}`, dateField: 'updated_at' },
    },
    rules(asked, ledger) {
      if (asked.query.get('status') === null) {
        return { body: { data: list(ledger.newest(instantOf(only(asked.query, ['updated_since']).updated_since))) } };
      }
      const given = only(asked.query, ['status', 'modified_since']);
      if (given.status !== 'DELETED') throw new Refusal(`"${given.status}" is no status`);
      return { body: { data: list(ledger.gone(instantOf(given.modified_since))) } };
    },
    deletions: true,
  },
};
