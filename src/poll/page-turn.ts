import { at } from '../language/path.ts';
import { isEmpty } from '../language/records.ts';
import type { PageParameter, Pagination } from '../model/pagination.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import type { Json, SourceRecord } from '../model/record.ts';

/** What a pager looks at to find the next page. */
export interface PageTurn {
  /** The request that was answered. */
  readonly request: HttpRequest;
  readonly answer: HttpAnswer;
  readonly body: Json;
  /** Records on the page, usable or not. */
  readonly records: number;
  /** The last record on the page that is one. */
  readonly last: SourceRecord | undefined;
  /** Pages and records read so far, those of this page included. */
  readonly pages: number;
  readonly rows: number;
  /** Records on a full page where that is known; a shorter one is then the last. */
  readonly fullPage: number | undefined;
}

/** The next step of a reading. */
export type NextPage =
  | { readonly kind: 'done' }
  | { readonly kind: 'parameter'; readonly parameter: PageParameter }
  /** A link of the provider, still to be checked against the origin. */
  | { readonly kind: 'link'; readonly link: string }
  | { readonly kind: 'broken'; readonly says: string };

export const DONE: NextPage = { kind: 'done' };

/** One way of paging, as configured. */
export type PagingBy<K extends Pagination['by']> = Extract<Pagination, { by: K }>;

/** What the answer's own flags say: whether more pages follow, or undefined where nothing is configured. */
export function moreFollows(how: Exclude<Pagination, { by: 'none' }>, body: Json): boolean | undefined {
  if (how.end !== undefined && isTrue(at(body, how.end))) return false;
  if (how.more !== undefined) return isTrue(at(body, how.more));
  return how.end === undefined ? undefined : true;
}

/** Whether a page that is counted by its records is the last. */
export function isLastByCount(how: Exclude<Pagination, { by: 'none' }>, turn: PageTurn): boolean {
  // Where nothing was found, many providers leave their flags out, too.
  if (turn.records === 0 && how.more === undefined && how.end !== undefined && at(turn.body, how.end) === undefined)
    return true;
  const more = moreFollows(how, turn.body);
  if (more !== undefined) return !more;
  return turn.records === 0 || (turn.fullPage !== undefined && turn.records < turn.fullPage);
}

/** The end of a reading where nothing asks for a next page; broken where the answer's own flag says that there is one. */
export function doneUnlessMore(how: Exclude<Pagination, { by: 'none' }>, at: readonly string[], body: Json): NextPage {
  if (how.more === undefined || moreFollows(how, body) !== true) return DONE;
  return { kind: 'broken', says: `more pages follow, but "${at.join('.')}" does not say how to ask for them` };
}

/** Whether an answer holds nothing where the way to the next page should stand. */
export function isNoWay(value: Json | undefined): value is undefined | null | '' | false {
  return value === undefined || value === null || value === '' || value === false;
}

function isTrue(value: Json | undefined): boolean {
  return !isEmpty(value) && value !== 'false' && value !== '0';
}
