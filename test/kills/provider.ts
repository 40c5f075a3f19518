import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { loopback } from '../support/loopback.ts';
import type { Dice } from './dice.ts';
import type { FeedName, Ledger, Row } from './ledger.ts';

/** A provider that is asked over HTTP. */
export interface Provider {
  readonly origin: string;
  /** From now on it answers everything, at once and rightly. */
  calmDown(): void;
  /** Requests so far, and how many of them it did not answer rightly. */
  counts(): { readonly asked: number; readonly failed: number };
  close(): Promise<void>;
}

interface Page {
  readonly body: unknown;
  readonly etag?: string;
}

const PAGE = 6;
/** Makes the log grow until its segments are followed, checkpointed and retired. */
const PADDING = 'p'.repeat(60_000);

/** Opens the provider of a ledger. Until it calms down, things change while they are listed, and answers fail in all ways. */
export async function openProvider(ledger: Ledger, dice: Dice): Promise<Provider> {
  const state = { calm: false, asked: 0, failed: 0 };
  const server = await loopback((request, response) => {
    state.asked += 1;
    const url = new URL(request.url ?? '/', 'http://provider');
    void answer(url, String(request.headers['if-none-match'] ?? ''), response);
  });

  async function answer(url: URL, known: string, response: ServerResponse): Promise<void> {
    const how = state.calm
      ? 'well'
      : dice.pick({ well: 86, slow: 4, busy: 2, broken: 3, cut: 3, hang: 0.5, page: 1.5 });
    if (how === 'slow') await sleep(dice.below(300));
    if (how === 'hang') await sleep(1_000);
    if (!['well', 'slow', 'hang'].includes(how)) state.failed += 1;
    if (how === 'busy') return void response.writeHead(429, { 'retry-after': '1' }).end();
    if (how === 'broken') return void response.writeHead(500).end('{"error":"broken"}');
    if (how === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sorry</html>');

    if (!state.calm && dice.chance(0.05)) ledger.happen(feedOf(url));
    const page = pageOf(ledger, url);
    if (page === undefined) return void response.writeHead(404).end('{}');
    const etag = page.etag === undefined ? {} : { etag: page.etag };
    if (page.etag !== undefined && page.etag === known) return void response.writeHead(304, etag).end();
    const text = JSON.stringify(page.body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...etag });
    if (how !== 'cut') return void response.end(text);
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
  }

  return {
    origin: server.origin,
    close: () => server.close(),
    calmDown: () => (state.calm = true),
    counts: () => ({ asked: state.asked, failed: state.failed }),
  };
}

function feedOf(url: URL): FeedName {
  return (url.pathname.split('/')[1] ?? '') as FeedName;
}

function pageOf(ledger: Ledger, url: URL): Page | undefined {
  const feed = feedOf(url);
  const [, , item] = url.pathname.split('/');
  const rows = ledger.rows(feed);
  const there = rows.filter((row) => !row.deleted);
  switch (feed) {
    // The newest first, by numbers: every change shifts the rows behind it.
    case 'filtered':
      return { body: numbered(since(there, url).sort(newestFirst), url).map((row) => ({ ...shown(row), PADDING })) };
    // By id, by numbers: every deletion shifts the rows behind it; single records can be asked for.
    case 'swept': {
      if (item === undefined) return { body: numbered(there, url).map(shown) };
      const row = ledger.row(feed, Number(item));
      return row === undefined || row.deleted ? undefined : { body: shown(row) };
    }
    // What changed, oldest first, deleted or not, with a link to what comes next.
    case 'flagged': {
      const [at = 0, id = 0] = (url.searchParams.get('after') ?? '').split('-').map(Number);
      const found = since([...rows], url)
        .filter((row) => row.updated > at || (row.updated === at && row.id > id))
        .sort((a, b) => a.updated - b.updated || a.id - b.id);
      const last = found.length > PAGE ? found[PAGE - 1] : undefined;
      if (last !== undefined) url.searchParams.set('after', `${last.updated}-${last.id}`);
      const next = last === undefined ? null : `${url.pathname}${url.search}`;
      return { body: { data: found.slice(0, PAGE).map((row) => ({ ...shown(row), gone: row.deleted })), next } };
    }
    // Everything, without any date, each page from the last id of the one before.
    case 'undated': {
      const after = Number(url.searchParams.get('after') ?? 0);
      const found = there.filter((row) => row.id > after).slice(0, PAGE);
      return { body: found.map(({ id, version }) => ({ id, version })) };
    }
    // What changed, and in a list of its own what was deleted.
    case 'trash':
      if (item === 'items') return { body: since(there, url).map(shown) };
      return {
        body: since(
          rows.filter((row) => row.deleted),
          url,
        ).map(({ id, updated }) => ({ id, at: updated })),
      };
    // Everything at once, with a name for what it is.
    case 'whole': {
      const body = there.map(shown);
      return { body, etag: `"${createHash('sha1').update(JSON.stringify(body)).digest('hex')}"` };
    }
  }
}

function shown({ id, version, created, updated }: Row): object {
  return { id, version, created_at: toTheSecond(created), updated_at: toTheSecond(updated) };
}

function toTheSecond(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function since(rows: readonly Row[], url: URL): Row[] {
  const bound = Date.parse(url.searchParams.get('since') ?? '1970-01-01T00:00:00Z');
  return rows.filter((row) => Math.floor(row.updated / 1_000) * 1_000 >= bound);
}

function numbered(rows: readonly Row[], url: URL): readonly Row[] {
  const page = Number(url.searchParams.get('page') ?? 1);
  return rows.slice((page - 1) * PAGE, page * PAGE);
}

function newestFirst(a: Row, b: Row): number {
  return b.updated - a.updated || b.id - a.id;
}
