import { DONE, isLastByCount, type NextPage, type PageTurn, type PagingBy } from './page-turn.ts';

/** Pages that begin behind the records that came so far: a provider that gives fewer than were asked for skips none. */
export function turnByOffset(how: PagingBy<'page' | 'offset'>, turn: PageTurn): NextPage {
  if (isLastByCount(how, turn)) return DONE;
  return { kind: 'parameter', parameter: { in: how.in, name: how.param, value: how.start + turn.rows } };
}
