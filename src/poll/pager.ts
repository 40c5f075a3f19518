import { nameOfPair, splitOnce } from '../language/query-string.ts';
import type { Pagination } from '../model/pagination.ts';
import { DONE, type NextPage, type PageTurn } from './page-turn.ts';
import { turnByCursor } from './pager-cursor.ts';
import { turnByLastId } from './pager-last-id.ts';
import { turnByLink } from './pager-link.ts';
import { turnByNextUrl } from './pager-next-url.ts';
import { turnByOffset } from './pager-offset.ts';
import { turnByPage } from './pager-page.ts';

type PagersByKind = {
  readonly [K in Pagination['by']]: (how: Extract<Pagination, { by: K }>, turn: PageTurn) => NextPage;
};

const PAGERS: PagersByKind = {
  none: () => DONE,
  page: turnByPage,
  offset: turnByOffset,
  nextUrl: turnByNextUrl,
  link: turnByLink,
  cursor: turnByCursor,
  lastId: turnByLastId,
};

/** Says where the next page is. Pure; the caller guards against loops and counts pages. */
export function nextPage(how: Pagination, turn: PageTurn): NextPage {
  return (PAGERS[how.by] as (how: Pagination, turn: PageTurn) => NextPage)(how, turn);
}

/** Whether pages are counted, so that asking behind the last one is part of the reading. */
export function isCounted(how: Pagination): how is Extract<Pagination, { by: 'page' | 'offset' }> {
  return how.by === 'page' || how.by === 'offset';
}

/**
 * Whether rows can shift between two pages while they are read: the next one is found by a number, be it in the provider's own link or
 * cursor.
 */
export function shifts(how: Pagination, next: NextPage, asked: string): boolean {
  if (isCounted(how)) return true;
  if (next.kind === 'link') return countsOn(asked, next.link);
  return how.by === 'cursor' && next.kind === 'parameter' && /^\d{1,9}$/.test(String(next.parameter.value));
}

/** Whether a link differs from what was asked in a plain number, in the query or the path: a page or an offset, not an opaque cursor. */
function countsOn(asked: string, link: string): boolean {
  const before = new Set(numbersIn(asked));
  return numbersIn(link).some((number) => !before.has(number));
}

/** Parameters whose numbers are sizes, or name a record and not its place. */
const NOT_COUNTING = /size|per|limit|count|max|after|before|since|cursor|token|id$/i;

/** The plain numbers of an address with the places they stand in, the host aside. */
function numbersIn(address: string): readonly string[] {
  const [path = '', query = ''] = splitOnce(address.replace(/^[a-z]+:\/\/[^/?#]*/i, ''), '?');
  const segments = path
    .split('/')
    .flatMap((segment, place) => (/^\d{1,9}$/.test(segment) ? [`${place}/${segment}`] : []));
  const counted = query
    .split('&')
    .filter((pair) => /^[^=]*=\d{1,9}$/.test(pair) && !NOT_COUNTING.test(nameOfPair(pair)));
  return [...segments, ...counted];
}
