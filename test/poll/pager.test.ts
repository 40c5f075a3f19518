import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageParameter, Pagination } from '../../src/model/pagination.ts';
import type { NextPage, PageTurn } from '../../src/poll/page-turn.ts';
import { nextPage, shifts } from '../../src/poll/pager.ts';
import { answer } from './answers.ts';

const REQUEST = { method: 'GET', url: 'https://a.example/x?page=1&k=v', headers: { A: 'b' } };

function turn(over: Partial<PageTurn> = {}): PageTurn {
  const read = { records: 10, last: { id: 'z', n: { seq: 7 } }, pages: 1, rows: 10, fullPage: undefined };
  return { request: REQUEST, answer: answer(200), body: null, ...read, ...over };
}

const PAGE: Extract<Pagination, { by: 'page' | 'offset' }> = { by: 'page', param: 'page', in: 'query', start: 1 };
const OFFSET = { ...PAGE, by: 'offset', param: 'skip', start: 0 } as const;
const CURSOR: Extract<Pagination, { by: 'cursor' }> = { by: 'cursor', at: ['next'], param: 'c', in: 'query' };
const LAST: Extract<Pagination, { by: 'lastId' }> = { by: 'lastId', at: ['id'], param: 'after', in: 'query' };
const NEXT: Pagination = { by: 'nextUrl', at: ['meta', 'next'], untilEmpty: false };
const UNTIL_EMPTY: Pagination = { by: 'nextUrl', at: ['next'], untilEmpty: true };

const asks = (name: string, value: PageParameter['value'], place: PageParameter['in'] = 'query'): NextPage => ({
  kind: 'parameter',
  parameter: { in: place, name, value },
});
const DONE: NextPage = { kind: 'done' };
const link = (target: string): NextPage => ({ kind: 'link', link: target });

const turns: readonly (readonly [what: string, how: Pagination, turn: PageTurn, next: NextPage])[] = [
  ['none', { by: 'none' }, turn(), DONE],
  ['page: full', PAGE, turn({ fullPage: 10 }), asks('page', 2)],
  ['page: longer than full', PAGE, turn({ fullPage: 5 }), asks('page', 2)],
  ['page: short', PAGE, turn({ fullPage: 11 }), DONE],
  ['page: of unknown size', PAGE, turn({ records: 1 }), asks('page', 2)],
  ['page: empty', PAGE, turn({ records: 0 }), DONE],
  ['page: the third', PAGE, turn({ pages: 3 }), asks('page', 4)],
  ['page: from nought', { ...PAGE, start: 0 }, turn(), asks('page', 1)],
  ['page: another parameter', { ...PAGE, param: 'p[n]' }, turn(), asks('p[n]', 2)],
  ['page: in the body', { ...PAGE, in: 'body' }, turn(), asks('page', 2, 'body')],
  [
    'page: more follow, though it is short',
    { ...PAGE, more: ['m'] },
    turn({ fullPage: 11, body: { m: true } }),
    asks('page', 2),
  ],
  [
    'page: no more follow, though it is full',
    { ...PAGE, more: ['m'] },
    turn({ fullPage: 10, body: { m: false } }),
    DONE,
  ],
  ['page: nobody says that more follow', { ...PAGE, more: ['m'] }, turn({ body: {} }), DONE],
  ['page: more follow, said in a text', { ...PAGE, more: ['m'] }, turn({ body: { m: 'false' } }), DONE],
  ['page: the end', { ...PAGE, end: ['e'] }, turn({ body: { e: true } }), DONE],
  ['page: not the end', { ...PAGE, end: ['e'] }, turn({ records: 0, body: { e: false } }), asks('page', 2)],
  ['page: nothing at all, the flag neither', { ...PAGE, end: ['e'] }, turn({ records: 0, body: {} }), DONE],
  ['page: no flag beside records', { ...PAGE, end: ['e'] }, turn({ body: {} }), asks('page', 2)],
  ['offset: full', OFFSET, turn({ fullPage: 10 }), asks('skip', 10)],
  ['offset: behind what came, not what was asked for', OFFSET, turn({ records: 7, rows: 17 }), asks('skip', 17)],
  ['offset: from another record', { ...OFFSET, start: 5 }, turn(), asks('skip', 15)],
  ['offset: short', OFFSET, turn({ fullPage: 11 }), DONE],
  ['offset: empty', OFFSET, turn({ records: 0 }), DONE],
  ['cursor: there', CURSOR, turn({ body: { next: 'abc=' } }), asks('c', 'abc=')],
  ['cursor: there on an empty page', CURSOR, turn({ records: 0, body: { next: 'b' } }), asks('c', 'b')],
  ['cursor: a number beyond 2^53', CURSOR, turn({ body: { next: 9007199254740993n } }), asks('c', 9007199254740993n)],
  [
    'cursor: in a header',
    { ...CURSOR, in: 'header', param: 'X-C' },
    turn({ body: { next: 'b' } }),
    asks('X-C', 'b', 'header'),
  ],
  ['cursor: absent', CURSOR, turn({ body: {} }), DONE],
  ['cursor: null', CURSOR, turn({ body: { next: null } }), DONE],
  ['cursor: empty', CURSOR, turn({ body: { next: '' } }), DONE],
  ['cursor: there, but no more follow', { ...CURSOR, more: ['m'] }, turn({ body: { next: 'b', m: false } }), DONE],
  ['cursor: there, but this is the end', { ...CURSOR, end: ['e'] }, turn({ body: { next: 'b', e: true } }), DONE],
  [
    'cursor: absent, though more follow',
    { ...CURSOR, more: ['m'] },
    turn({ body: { m: true } }),
    { kind: 'broken', says: 'more pages follow, but "next" does not say how to ask for them' },
  ],
  ['cursor: absent, and no more follow', { ...CURSOR, more: ['m'] }, turn({ body: { m: false } }), DONE],
  [
    'cursor: an object',
    CURSOR,
    turn({ body: { next: {} } }),
    { kind: 'broken', says: '"next" holds no cursor of a next page' },
  ],
  ['last id: full', LAST, turn({ fullPage: 10 }), asks('after', 'z')],
  ['last id: elsewhere in the record', { ...LAST, at: ['n', 'seq'] }, turn(), asks('after', 7)],
  ['last id: 19 digits', LAST, turn({ last: { id: 1234567890123456789n } }), asks('after', 1234567890123456789n)],
  ['last id: short', LAST, turn({ fullPage: 11 }), DONE],
  ['last id: empty', LAST, turn({ records: 0, last: undefined }), DONE],
  ['last id: no more follow', { ...LAST, more: ['has_more'] }, turn({ body: { has_more: false } }), DONE],
  [
    'last id: nothing at all, the flag neither',
    { ...LAST, end: ['e'] },
    turn({ last: undefined, records: 0, body: null }),
    DONE,
  ],
  [
    'last id: none, though more follow',
    { ...LAST, more: ['m'] },
    turn({ last: undefined, records: 0, body: { m: true } }),
    { kind: 'broken', says: 'more pages follow, but no record on this one has an id at "id"' },
  ],
  [
    'nextUrl: null, though more follow',
    { ...NEXT, more: ['m'] },
    turn({ body: { meta: { next: null }, m: true } }),
    { kind: 'broken', says: 'more pages follow, but "meta.next" does not say how to ask for them' },
  ],
  [
    'nextUrl: there, but no more follow',
    { ...NEXT, more: ['m'] },
    turn({ body: { meta: { next: '/x?2' }, m: false } }),
    DONE,
  ],
  ['nextUrl: there', NEXT, turn({ body: { meta: { next: '/x?2' } } }), link('/x?2')],
  ['nextUrl: there on an empty page', NEXT, turn({ records: 0, body: { meta: { next: '/x?2' } } }), link('/x?2')],
  ['nextUrl: absent', NEXT, turn({ body: { meta: {} } }), DONE],
  ['nextUrl: nothing in the answer', NEXT, turn(), DONE],
  ['nextUrl: null', NEXT, turn({ body: { meta: { next: null } } }), DONE],
  ['nextUrl: empty', NEXT, turn({ body: { meta: { next: '' } } }), DONE],
  ['nextUrl: false', NEXT, turn({ body: { meta: { next: false } } }), DONE],
  [
    'nextUrl: a number',
    NEXT,
    turn({ body: { meta: { next: 2 } } }),
    { kind: 'broken', says: '"meta.next" holds no address of a next page' },
  ],
  ['nextUrl until empty: records', UNTIL_EMPTY, turn({ body: { next: '/x?2' } }), link('/x?2')],
  ['nextUrl until empty: none', UNTIL_EMPTY, turn({ records: 0, body: { next: '/x?2' } }), DONE],
  ['link: there', { by: 'link' }, turn({ answer: answer(200, '', { link: '</x?2>; rel="next"' }) }), link('/x?2')],
  ['link: absent', { by: 'link' }, turn(), DONE],
];

for (const [what, how, given, next] of turns) {
  test(`the next page, ${what}: ${next.kind}`, () => {
    assert.deepEqual(nextPage(how, given), next);
  });
}

const shifting: readonly (readonly [how: Pagination, next: NextPage, shift: boolean])[] = [
  [PAGE, asks('page', 2), true],
  [PAGE, DONE, true],
  [OFFSET, asks('skip', 2), true],
  [CURSOR, asks('c', '200'), true],
  [CURSOR, asks('c', 'a200'), false],
  [CURSOR, asks('c', 1234567890123n), false],
  [LAST, asks('after', 5), false],
  [NEXT, link('https://a.example/x?page=2&k=v'), true],
  [NEXT, link('?k=v&offset=100'), true],
  [NEXT, link('/x?page%5Bnumber%5D=2'), true],
  [{ by: 'link' }, link('</x?start=20'), true],
  [NEXT, link('/x?p=2'), true],
  [NEXT, link('https://a.example/x/2'), true],
  [NEXT, link('/x?page_size=100&cursor=abc'), false],
  [NEXT, link('/x?since_id=12345'), false],
  [NEXT, link('/x?per_page=100&after=5'), false],
  [NEXT, link('/x?page_token=a1b2'), false],
  [{ by: 'link' }, link('/x?cursor=12'), false],
  [NEXT, DONE, false],
  [{ by: 'none' }, DONE, false],
];

for (const [how, next, shift] of shifting) {
  const where = next.kind === 'link' ? next.link : next.kind === 'parameter' ? String(next.parameter.value) : next.kind;
  test(`rows of pages by ${how.by} that go on with ${where} ${shift ? 'can' : 'cannot'} shift`, () => {
    assert.equal(shifts(how, next, 'https://a.example/x?k=v'), shift);
  });
}
