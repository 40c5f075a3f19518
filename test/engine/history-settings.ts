import { iso, type ProviderOptions } from '../support/scripted-provider.ts';
import { filtered, hour, minute, second, swept } from './watch.ts';

/** A provider and how it is polled. */
export interface Setting {
  readonly name: string;
  readonly entry: string;
  readonly provider: ProviderOptions;
  /** Deleted records stay listed, with a flag. */
  readonly flag: boolean;
  /** Deletions are told. */
  readonly deletions: boolean;
  readonly dated: boolean;
  /** How far the provider's clock is ahead of ours. */
  readonly ahead?: number;
  readonly date?: 'absent';
  /** Records show up in searches so much later. */
  readonly late?: number;
}

const paged = '  pagination: {by: page, param: page}\n';
const flagged = '  deletes: {by: flag, field: deleted}\n';
const undated = '  url: /contacts\n  idField: id\n';

/** The providers that histories are played with. */
export const settings: readonly Setting[] = [
  { name: 'a filtered list', entry: filtered, provider: {}, flag: false, deletions: false, dated: true },
  {
    name: 'a filtered list with a flag, of dates in seconds',
    entry: filtered + flagged + paged,
    provider: { paging: 'page', pageSize: 2, unit: second },
    flag: true,
    deletions: true,
    dated: true,
  },
  {
    name: 'a filtered list whose rows move from page to page',
    entry: filtered + paged,
    provider: { paging: 'page', pageSize: 2, took: 20 },
    flag: false,
    deletions: false,
    dated: true,
  },
  { name: 'a swept list', entry: swept, provider: { exclusive: true }, flag: false, deletions: true, dated: true },
  {
    name: 'a swept list of pages',
    entry: swept + paged,
    provider: { paging: 'page', pageSize: 2, unit: second },
    flag: false,
    deletions: true,
    dated: true,
  },
  {
    name: 'a whole list without dates',
    entry: `${undated}  deletes: {by: sweep}\n${paged}`,
    provider: { paging: 'page', pageSize: 3, write: (row) => ({ id: row.id, ...row.fields }) },
    flag: false,
    deletions: true,
    dated: false,
  },
  {
    name: 'a whole list linked from page to page',
    entry: `${filtered}  pagination: {by: link}\n  deletes: {by: sweep, every: 1s}\n`,
    provider: { paging: 'link', pageSize: 2, took: 80 },
    flag: false,
    deletions: true,
    dated: true,
  },
  {
    name: 'a list without Date of a provider an hour ahead',
    entry: filtered + flagged,
    provider: { unit: second },
    flag: true,
    deletions: true,
    dated: true,
    ahead: hour,
    date: 'absent',
  },
  {
    name: 'a list of a provider an hour ahead',
    entry: swept + '  pagination: {by: nextUrl, at: next}\n  records: data\n',
    provider: { paging: 'nextUrl', pageSize: 2, took: 700 },
    flag: false,
    deletions: true,
    dated: true,
    ahead: hour,
  },
  {
    name: 'a list of a provider an hour behind',
    entry: filtered + flagged,
    provider: { unit: second, took: 1_900, exclusive: true },
    flag: true,
    deletions: true,
    dated: true,
    ahead: -hour,
  },
  {
    name: 'a list of dates in minutes',
    entry:
      filtered.replace(
        'updatedDateField: updated,',
        'updatedDateField: updated, updatedDateFormat: "yyyy-MM-dd\'T\'HH:mm",',
      ) + flagged,
    provider: {
      unit: minute,
      write: (row) => ({
        id: row.id,
        ...row.fields,
        updated: iso(row.updated).slice(0, 16),
        created: iso(row.created).slice(0, 16),
      }),
    },
    flag: true,
    deletions: true,
    dated: true,
  },
  {
    name: 'a list in which records show up late',
    entry: `${filtered}  pollDelay: 62\n`,
    provider: { took: 10 },
    flag: false,
    deletions: false,
    dated: true,
    late: minute,
  },
];
