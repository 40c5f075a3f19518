import { nextLinkOf } from './link-header.ts';
import { DONE, type NextPage, type PageTurn } from './page-turn.ts';

/** The Link header names the next page. */
export function turnByLink(_how: unknown, turn: PageTurn): NextPage {
  const link = nextLinkOf(turn.answer.headers['link']);
  return link === undefined ? DONE : { kind: 'link', link };
}
