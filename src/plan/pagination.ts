import type { PaginationFile } from '../model/files.ts';
import type { Pagination } from '../model/pagination.ts';
import { parsePath } from '../language/path.ts';
import type { Findings } from './findings.ts';

/** How the next page is found. `idField` is where a record's id stands, for pages that are asked for by the last one. */
export function planPagination(
  file: PaginationFile | undefined,
  idField: string | readonly string[] | undefined,
  findings: Findings,
): Pagination {
  if (file === undefined || file.by === 'none') return { by: 'none' };
  const paging = {
    ...('more' in file && file.more !== undefined ? { more: parsePath(file.more) } : {}),
    ...('end' in file && file.end !== undefined ? { end: parsePath(file.end) } : {}),
    ...(file.keep === undefined ? {} : { keep: file.keep }),
  };
  const place = 'in' in file ? (file.in ?? 'query') : 'query';
  switch (file.by) {
    case 'page':
    case 'offset': {
      const start = file.start ?? (file.by === 'page' ? 1 : 0);
      const pastEnd = file.pastEnd === undefined ? {} : { pastEnd: file.pastEnd };
      return { ...paging, by: file.by, param: file.param, in: file.in ?? 'query', start, ...pastEnd };
    }
    case 'nextUrl':
      return { ...paging, by: 'nextUrl', at: parsePath(file.at), untilEmpty: file.untilEmpty ?? false };
    case 'link':
      return { ...paging, by: 'link' };
    case 'cursor':
      return { ...paging, by: 'cursor', at: parsePath(file.at), param: file.param, in: place };
    case 'lastId': {
      const at = file.at ?? idField;
      if (typeof at !== 'string')
        findings.error(['pagination'], 'does not say which id of a record asks for the next page', 'write at: FIELD');
      return {
        ...paging,
        by: 'lastId',
        at: parsePath(typeof at === 'string' ? at : ''),
        param: file.param,
        in: file.in ?? 'query',
      };
    }
  }
}
