import { DONE, isLastByCount, type NextPage, type PageTurn, type PagingBy } from './page-turn.ts';

/** Numbered pages, up to one that is empty, shorter than a full one, or says that it is the last. */
export function turnByPage(how: PagingBy<'page' | 'offset'>, turn: PageTurn): NextPage {
  if (isLastByCount(how, turn)) return DONE;
  return { kind: 'parameter', parameter: { in: how.in, name: how.param, value: how.start + turn.pages } };
}
