import { at } from '../language/path.ts';
import type { Pagination } from '../model/feed.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import type { Json } from '../model/record.ts';
import { nextLinkOf } from './link-header.ts';

/** What a pager looks at to find the next page. */
export interface PageTurn {
  /** The request that was answered. */
  readonly request: HttpRequest;
  readonly answer: HttpAnswer;
  readonly body: Json;
  /** Records on the page, usable or not. */
  readonly records: number;
  /** Pages read so far, this one included. */
  readonly pages: number;
  /** Records on a full page where that is known; a shorter one is then the last. */
  readonly fullPage: number | undefined;
}

/** The next step of a reading. */
export type NextPage =
  | { readonly kind: 'done' }
  | { readonly kind: 'request'; readonly request: HttpRequest }
  /** A link of the provider, still to be checked against the origin. */
  | { readonly kind: 'link'; readonly link: string }
  | { readonly kind: 'broken'; readonly says: string };

const DONE: NextPage = { kind: 'done' };

type PagersByKind = {
  readonly [K in Pagination['by']]: (how: Extract<Pagination, { by: K }>, turn: PageTurn) => NextPage;
};

const PAGERS: PagersByKind = {
  none: () => DONE,
  page: (how, turn) => {
    if (turn.records === 0 || (turn.fullPage !== undefined && turn.records < turn.fullPage)) return DONE;
    const url = withParameter(turn.request.url, how.param, String(how.start + turn.pages));
    return { kind: 'request', request: { ...turn.request, url } };
  },
  nextUrl: (how, turn) => {
    const link = at(turn.body, how.at);
    if (link === undefined || link === null || link === '' || link === false) return DONE;
    if (how.untilEmpty && turn.records === 0) return DONE;
    if (typeof link !== 'string')
      return { kind: 'broken', says: `"${how.at.join('.')}" holds no address of a next page` };
    return { kind: 'link', link };
  },
  link: (_how, turn) => {
    const link = nextLinkOf(turn.answer.headers['link']);
    return link === undefined ? DONE : { kind: 'link', link };
  },
};

/** Says where the next page is. Pure; the caller guards against loops and counts pages. */
export function nextPage(how: Pagination, turn: PageTurn): NextPage {
  return (PAGERS[how.by] as (how: Pagination, turn: PageTurn) => NextPage)(how, turn);
}

/** Whether rows can shift between two pages while they are read: the next one is found by a number, be it in the provider's own link. */
export function shifts(how: Pagination, next: NextPage, asked: string): boolean {
  return how.by === 'page' || (next.kind === 'link' && countsOn(asked, next.link));
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
  const counted = query.split('&').filter((pair) => /^[^=]*=\d{1,9}$/.test(pair) && !NOT_COUNTING.test(nameOf(pair)));
  return [...segments, ...counted];
}

/** A URL with one query parameter set, everything else to the letter as it was. */
export function withParameter(url: string, name: string, value: string): string {
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  const [rest = '', fragment] = url.split('#', 2);
  const [path = '', query = ''] = splitOnce(rest, '?');
  const kept = query.split('&').filter((part) => part !== '' && nameOf(part) !== name);
  return `${path}?${[...kept, pair].join('&')}${fragment === undefined ? '' : `#${fragment}`}`;
}

function nameOf(part: string): string {
  const raw = (splitOnce(part, '=')[0] ?? '').replaceAll('+', ' ');
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const found = text.indexOf(separator);
  return found === -1 ? [text] : [text.slice(0, found), text.slice(found + 1)];
}
