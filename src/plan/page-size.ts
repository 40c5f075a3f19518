import type { ElementResource, PolledResource } from '../model/files.ts';
import type { Pagination } from '../model/pagination.ts';
import type { Findings } from './findings.ts';
import { plainText, type QueryParameter } from './polled-url.ts';

/** How many records a page is asked to hold. `kept`: the provider is known to give that many. */
export interface PageSize {
  readonly param: string;
  readonly in: 'query' | 'body';
  readonly count: number;
  readonly kept: boolean;
}

/** Pages are counted on from the one that the url names. */
export function startingAsWritten(pagination: Pagination, query: readonly QueryParameter[]): Pagination {
  if (pagination.by !== 'page' && pagination.by !== 'offset') return pagination;
  return { ...pagination, start: writtenNumber(query, pagination.param) ?? pagination.start };
}

/** The page size that is asked for; undefined where none is. */
export function pageSizeOf(
  entry: PolledResource,
  resource: ElementResource | undefined,
  pagination: Pagination,
  query: readonly QueryParameter[],
  findings: Findings,
): PageSize | undefined {
  const asked = entry.pageSize === undefined || entry.pageSize === '' ? undefined : Number(entry.pageSize);
  const { param, max, in: place = 'query' } = resource?.pageSize ?? {};
  if (param === undefined) {
    if (asked !== undefined && pagination.by !== 'none') {
      findings.warn(
        ['pageSize'],
        'is not sent: nobody says in which parameter',
        'write the parameter into the url, such as ?limit=100',
      );
    }
    return undefined;
  }
  if (query.some(({ name }) => name === param)) {
    const count = writtenNumber(query, param);
    if (count === undefined) return undefined;
    return { param, in: 'query', count, kept: max !== undefined && count > 0 && count <= max };
  }
  const count = asked === undefined ? max : Math.min(asked, max ?? asked);
  return count === undefined ? undefined : { param, in: place, count, kept: max !== undefined };
}

/** A number that stands in the url for a parameter. */
function writtenNumber(query: readonly QueryParameter[], param: string): number | undefined {
  const found = query.find(({ name }) => name === param);
  const text = found === undefined ? undefined : plainText(found.value);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
