import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pagination } from '../../src/model/feed.ts';
import { nextPage, shifts, withParameter, type NextPage, type PageTurn } from '../../src/poll/pager.ts';
import { answer } from './answers.ts';

const REQUEST = { method: 'GET', url: 'https://a.example/x?page=1&k=v', headers: { A: 'b' } };

function turn(over: Partial<PageTurn> = {}): PageTurn {
  return { request: REQUEST, answer: answer(200), body: null, records: 10, pages: 1, fullPage: undefined, ...over };
}

const PAGE: Pagination = { by: 'page', param: 'page', start: 1 };
const NEXT: Pagination = { by: 'nextUrl', at: ['meta', 'next'], untilEmpty: false };
const UNTIL_EMPTY: Pagination = { by: 'nextUrl', at: ['next'], untilEmpty: true };

const asks = (url: string): NextPage => ({ kind: 'request', request: { ...REQUEST, url } });
const DONE: NextPage = { kind: 'done' };
const link = (target: string): NextPage => ({ kind: 'link', link: target });

const turns: readonly (readonly [what: string, how: Pagination, turn: PageTurn, next: NextPage])[] = [
  ['none', { by: 'none' }, turn(), DONE],
  ['page: full', PAGE, turn({ fullPage: 10 }), asks('https://a.example/x?k=v&page=2')],
  ['page: longer than full', PAGE, turn({ fullPage: 5 }), asks('https://a.example/x?k=v&page=2')],
  ['page: short', PAGE, turn({ fullPage: 11 }), DONE],
  ['page: of unknown size', PAGE, turn({ records: 1 }), asks('https://a.example/x?k=v&page=2')],
  ['page: empty', PAGE, turn({ records: 0 }), DONE],
  ['page: the third', PAGE, turn({ pages: 3 }), asks('https://a.example/x?k=v&page=4')],
  ['page: from nought', { ...PAGE, start: 0 }, turn(), asks('https://a.example/x?k=v&page=1')],
  ['page: another parameter', { ...PAGE, param: 'p[n]' }, turn(), asks('https://a.example/x?page=1&k=v&p%5Bn%5D=2')],
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
  [PAGE, asks('https://a.example/x?page=2'), true],
  [PAGE, DONE, true],
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
  const where = next.kind === 'link' ? next.link : next.kind;
  test(`rows of pages by ${how.by} that go on with ${where} ${shift ? 'can' : 'cannot'} shift`, () => {
    assert.equal(shifts(how, next, 'https://a.example/x?k=v'), shift);
  });
}

const set: readonly (readonly [url: string, written: string])[] = [
  ['https://a.example/x', 'https://a.example/x?p=2'],
  ['https://a.example/x?', 'https://a.example/x?p=2'],
  ['https://a.example/x?p=1', 'https://a.example/x?p=2'],
  ['https://a.example/x?%70=1&P=3&pp=4', 'https://a.example/x?P=3&pp=4&p=2'],
  ['https://a.example/x?p=1&p=5&a=b', 'https://a.example/x?a=b&p=2'],
  ['https://a.example/x?a=%2B+%zz&p', 'https://a.example/x?a=%2B+%zz&p=2'],
  ['https://a.example/x?%zz=1', 'https://a.example/x?%zz=1&p=2'],
  ['https://a.example/x?a=b?c#top', 'https://a.example/x?a=b?c&p=2#top'],
];

for (const [url, written] of set) {
  test(`one parameter of ${url} is set, and the rest stays to the letter`, () => {
    assert.equal(withParameter(url, 'p', '2'), written);
  });
}

test('a parameter that was set is read back, whatever its name and value are', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(text, text, text, (name, value, other) => {
      const url = withParameter(withParameter('https://a.example/x?z=1', name, other), name, value);

      assert.deepEqual(new URL(url).searchParams.getAll(name), [value]);
    }),
  );
});
