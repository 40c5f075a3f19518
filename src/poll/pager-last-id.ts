import { at } from '../language/path.ts';
import { DONE, isLastByCount, type NextPage, type PageTurn, type PagingBy } from './page-turn.ts';

/** The id of the last record asks for those behind it. */
export function turnByLastId(how: PagingBy<'lastId'>, turn: PageTurn): NextPage {
  if (isLastByCount(how, turn)) return DONE;
  const value = turn.last === undefined ? undefined : at(turn.last, how.at);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
    return { kind: 'broken', says: `more pages follow, but no record on this one has an id at "${how.at.join('.')}"` };
  return { kind: 'parameter', parameter: { in: how.in, name: how.param, value } };
}
