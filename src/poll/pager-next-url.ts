import { at } from '../language/path.ts';
import {
  DONE,
  doneUnlessMore,
  isNoWay,
  moreFollows,
  type NextPage,
  type PageTurn,
  type PagingBy,
} from './page-turn.ts';

/** The address of the next page stands in the body. A page without records is the end only where `untilEmpty` says so. */
export function turnByNextUrl(how: PagingBy<'nextUrl'>, turn: PageTurn): NextPage {
  const link = at(turn.body, how.at);
  if (isNoWay(link)) return doneUnlessMore(how, how.at, turn.body);
  if (moreFollows(how, turn.body) === false || (how.untilEmpty && turn.records === 0)) return DONE;
  if (typeof link !== 'string')
    return { kind: 'broken', says: `"${how.at.join('.')}" holds no address of a next page` };
  return { kind: 'link', link };
}
