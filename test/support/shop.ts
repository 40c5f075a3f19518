import type { TestContext } from 'node:test';
import { loopback } from './loopback.ts';

export interface Item {
  readonly id: number;
  readonly updated: number;
  readonly name: string;
}

/** A provider on 127.0.0.1 that lists what was updated since the second asked for. */
export interface Shop {
  readonly origin: string;
  readonly items: Map<number, Item>;
  /** The seconds that were asked for, undefined for everything. */
  readonly asked: (number | undefined)[];
  put(id: number, name: string, updated?: number): void;
}

/** Opens a provider with items, and closes it after the test. */
export async function openShop(t: TestContext, names: readonly string[] = []): Promise<Shop> {
  const items = new Map<number, Item>();
  const asked: (number | undefined)[] = [];
  const server = await loopback((request, response) => {
    const text = new URL(request.url ?? '/', 'http://shop.test').searchParams.get('since');
    const since = text === null ? undefined : Number(text);
    asked.push(since);
    const found = [...items.values()].filter((item) => since === undefined || item.updated >= since);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(found));
  });
  t.after(() => server.close());
  const put: Shop['put'] = (id, name, updated = Math.floor(Date.now() / 1000)) =>
    void items.set(id, { id, updated, name });
  names.forEach((name, nth) => put(nth + 1, name));
  return { origin: server.origin, items, asked, put };
}

/** The file of an instance that watches such a shop. */
export function shopFile(origin: string, callback: string, more: readonly string[] = []): string {
  return [
    'element: {key: http}',
    'configuration:',
    `  base.url: ${origin}`,
    `  event.notification.callback.url: ${callback}`,
    '  event.poller.refresh_interval: 60',
    '  event.poller.configuration:',
    '    items:',
    '      url: /items?since=${epoch:s}',
    '      idField: id',
    '      start: all',
    '      datesConfiguration: {updatedDateField: updated, updatedDateFormat: seconds}',
    ...more.map((line) => `      ${line}`),
    '',
  ].join('\n');
}
