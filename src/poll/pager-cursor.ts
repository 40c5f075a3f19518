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

/** A token in the body asks for the next page; without one, or with an empty one, this was the last. */
export function turnByCursor(how: PagingBy<'cursor'>, turn: PageTurn): NextPage {
  const value = at(turn.body, how.at);
  if (isNoWay(value)) return doneUnlessMore(how, how.at, turn.body);
  if (moreFollows(how, turn.body) === false) return DONE;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
    return { kind: 'broken', says: `"${how.at.join('.')}" holds no cursor of a next page` };
  return { kind: 'parameter', parameter: { in: how.in, name: how.param, value } };
}
