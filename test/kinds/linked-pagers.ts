import type { Row } from './ledger.ts';
import { list, nth, seal, SIZE, startOf, stretchFrom, unseal, type Place } from './pages.ts';
import { instantOf, only, Refusal, wholeOf, type Answered, type Rules } from './provider.ts';
import type { Kind } from './watched.ts';

/** Pages by opaque tokens in links, which allow nothing beside them but what is named. */
export function linked(
  write: (rows: readonly Row[], link: string | undefined, origin: string) => Answered,
  beside: { readonly first?: readonly string[]; readonly later?: readonly string[] } = {},
): Rules {
  return (asked, ledger) => {
    const token = asked.query.get('token');
    let place: Place;
    if (token === null) {
      place = startOf(instantOf(only(asked.query, ['updated_since', ...(beside.first ?? [])])['updated_since']));
    } else {
      only(asked.query, ['token', ...(beside.later ?? [])]);
      place = unseal(token);
    }
    const { rows, next } = stretchFrom(ledger, place);
    const link = next === undefined ? undefined : `/items?token=${encodeURIComponent(seal(next))}`;
    return write(rows, link, asked.origin);
  };
}

/** Pages by numbers in links, which hold all that the first request held. */
function numbered(param: string): Rules {
  return (asked, ledger) => {
    const given = only(asked.query, ['updated_since'], [param]);
    const page = given[param] === undefined ? 1 : wholeOf(given[param], 2);
    const rows = ledger.newest(instantOf(given.updated_since));
    const query = `updated_since=${encodeURIComponent(given.updated_since)}&${encodeURIComponent(param)}=${page + 1}`;
    const next = page * SIZE < rows.length ? `${asked.origin}/items?${query}` : null;
    return { body: { data: list(nth(rows, page - 1)), links: { next } } };
  };
}

const inBody = { records: 'data', pagination: { by: 'nextUrl', at: 'links.next' } };
const inHeader = { pagination: { by: 'link' } };

/** Providers that give the address of the next page. */
export const linkedPagers: Readonly<Record<string, Kind>> = {
  'next links that hold the number of a page': { resource: inBody, rules: numbered('page') },
  'next links that hold the number of a page in brackets': { resource: inBody, rules: numbered('page[number]') },
  'next links with the number of a page in their path': {
    resource: inBody,
    rules(asked, ledger) {
      const given = only(asked.query, ['updated_since']);
      const page = asked.path === '/items' ? 1 : wholeOf(/^\/items\/pages\/(\d+)$/.exec(asked.path)?.[1], 2);
      const rows = ledger.newest(instantOf(given.updated_since));
      const next = `/items/pages/${page + 1}?updated_since=${given.updated_since}`;
      return { body: { data: list(nth(rows, page - 1)), links: page * SIZE < rows.length ? { next } : {} } };
    },
  },
  'opaque next links, to the letter and with nothing added': {
    resource: inBody,
    rules: linked((rows, link = '') => ({ body: { data: list(rows), links: { next: link } } })),
  },
  'next links as addresses, and false at the end': {
    resource: inBody,
    rules: linked((rows, link, origin) => ({
      body: { data: list(rows), links: { next: link === undefined ? false : origin + link } },
    })),
  },
  'next links that lack a parameter which the provider wants again': {
    resource: {
      ...inBody,
      pagination: { ...inBody.pagination, keep: ['limit'] },
      pageSize: { param: 'limit', max: SIZE },
    },
    rules: linked((rows, link) => ({ body: { data: list(rows), links: { next: link ?? null } } }), {
      first: ['limit'],
      later: ['limit'],
    }),
  },
  'next links that lack what goes with every call': {
    element: { request: { query: { client: 'a b&c' }, headers: { 'X-Version': '2025-01' } } },
    resource: inBody,
    rules: (asked, ledger) => {
      if (asked.headers['x-version'] !== '2025-01') throw new Refusal('the version is missing');
      if (asked.query.get('client') !== 'a b&c') throw new Refusal('the client is missing');
      const every = { first: ['client'], later: ['client'] };
      return linked((rows, link = '') => ({ body: { data: list(rows), links: { next: link } } }), every)(asked, ledger);
    },
  },
  'a next link on the last page too, which says that none follows': {
    resource: { ...inBody, pagination: { ...inBody.pagination, more: 'hasMore' } },
    rules: linked((rows, link = '/items?token=none') => ({
      body: { data: list(rows), links: { next: link }, hasMore: link !== '/items?token=none' },
    })),
  },
  'a next link on every page, up to an empty one': {
    resource: { ...inBody, pagination: { ...inBody.pagination, untilEmpty: true } },
    rules(asked, ledger) {
      const token = asked.query.get('token');
      const given = token === null ? only(asked.query, ['updated_since']) : undefined;
      const place = given === undefined ? unseal(token ?? '') : startOf(instantOf(given.updated_since));
      const { rows } = stretchFrom(ledger, place);
      const next = seal({ ...place, behind: rows.at(-1)?.updated ?? place.behind });
      return { body: { data: list(rows), links: { next: `?token=${encodeURIComponent(next)}` } } };
    },
  },
  'an empty page with a next link in the middle': {
    resource: inBody,
    rules(asked, ledger) {
      const token = asked.query.get('token');
      const given = only(asked.query, token === null ? ['updated_since'] : ['token']);
      const place = token === null ? startOf(instantOf(given['updated_since'])) : unseal(token);
      const { rows, next } =
        place.gap === true ? { rows: [], next: { ...place, gap: false } } : stretchFrom(ledger, place);
      const onward = next === undefined || place.gap === true ? next : { ...next, gap: true };
      const link = onward === undefined ? undefined : `/items?token=${encodeURIComponent(seal(onward))}`;
      return { body: { data: list(rows), links: link === undefined ? {} : { next: link } } };
    },
  },
  'a Link header with opaque links': {
    resource: inHeader,
    rules: linked((rows, link, origin) => ({
      headers: { link: `<${origin}/items?token=a,b>; rel="first"; title="a, \\"b\\"", ${next(origin, link)}` },
      body: list(rows),
    })),
  },
  'a Link header that lacks a parameter which the provider wants again': {
    resource: { pagination: { by: 'link', keep: ['limit'] }, pageSize: { param: 'limit', max: SIZE } },
    rules: linked((rows, link, origin) => ({ headers: { link: next(origin, link) }, body: list(rows) }), {
      first: ['limit'],
      later: ['limit'],
    }),
  },
  'a Link header with the number of a page': {
    resource: inHeader,
    rules(asked, ledger) {
      const { body } = numbered('page')(asked, ledger) as { body: { data: []; links: { next: string | null } } };
      return {
        headers: body.links.next === null ? {} : { link: `<${body.links.next}>; rel=next` },
        body: body.data,
      };
    },
  },
  'a Link header whose last next link has no results': {
    resource: inHeader,
    rules: linked((rows, link = '/items?token=none', origin) => ({
      headers: { link: `<${origin}${link}>; rel="next"; results="${link !== '/items?token=none'}"` },
      body: list(rows),
    })),
  },
};

function next(origin: string, link: string | undefined): string {
  return link === undefined ? `<${origin}/>; rel="up"` : `<${origin}${link}>; rel="next last-but"`;
}
