import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog } from '../../src/config/read-catalog.ts';
import type { PollFailure } from '../../src/engine/ask.ts';
import { readPages } from '../../src/engine/read-pages.ts';
import { revealLiteral } from '../../src/language/secret.ts';
import { at } from '../../src/language/path.ts';
import type { SourceFile } from '../../src/model/catalog.ts';
import type { DateField, Feed, Grant } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Journal } from '../../src/model/journal.ts';
import type { HttpRequest } from '../../src/model/ports.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { SourceRecord } from '../../src/model/record.ts';
import type { Vault } from '../../src/model/secret.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { projectRoot } from '../support/source-files.ts';

const NOW = Date.UTC(2026, 10, 21, 10, 15);

/** What every request carries besides the element's own parameters. */
export const grant: Grant = { headers: { Authorization: 'Bearer access' }, query: [], token: {} };

/** Writes the literal secrets of an instance file. */
export const openVault: Vault = { write: (secret, escape) => escape(revealLiteral(secret) ?? '') };

/** A file of the project as the daemon would read it. */
export function shipped(path: string, name = path): SourceFile {
  return { path: name, bytes: readFileSync(join(projectRoot(), path)) };
}

/** The feeds of one instance of a shipped element, compiled as the daemon does it. */
export function compileShipped(
  key: string,
  instance: SourceFile | Readonly<Record<string, unknown>>,
): { readonly feeds: ReadonlyMap<string, Feed>; readonly problems: readonly Problem[] } {
  const file =
    'bytes' in instance
      ? (instance as SourceFile)
      : { path: 'instances/one.json', bytes: Buffer.from(JSON.stringify(instance)) };
  const files = { elements: [shipped(`elements/${key}.yaml`)], instances: [file] };
  const catalog = readCatalog(files, { configFile: 'config.yaml', root: '/srv/elementd' });
  const { plan, problems } = compilePlan(catalog);
  return { feeds: plan.feeds, problems: [...catalog.problems, ...problems] };
}

/** The pages kept for a resource, each as the body of an answer. */
export function pagesOf(key: string, resource: string): readonly string[] {
  const pages = JSON.parse(shipped(`test/elements/${key}/${resource}.json`).bytes.toString()) as readonly unknown[];
  return pages.map((page) => JSON.stringify(page));
}

/** What a replayed reading came to. */
export interface Replay {
  readonly requests: readonly HttpRequest[];
  readonly records: readonly SourceRecord[];
  readonly pages: number | PollFailure;
}

/** Reads a feed with answers from a list instead of a provider; a request too many is answered 500. */
export async function replay(
  feed: Feed,
  bodies: readonly string[],
  watermark: Instant | undefined,
): Promise<Replay> {
  const requests: HttpRequest[] = [];
  const records: SourceRecord[] = [];
  const end = await readPages(
    feed,
    { watermark, now: NOW },
    {
      clock: { now: () => NOW, sleepUntil: () => Promise.resolve() },
      http: {
        send(request) {
          const text = bodies[requests.length];
          requests.push(request);
          const answer = { status: text === undefined ? 500 : 200, headers: {}, text: text ?? '', sentAt: NOW, took: 5, endedAt: NOW };
          return Promise.resolve({ ok: true, answer });
        },
      },
      accounts: {
        grant: () => Promise.resolve({ ok: true, grant }),
        renew: () => Promise.resolve({ ok: false, why: 'refused', says: 'nobody renews here' }),
      },
      vault: openVault,
      journal: {} as Journal,
      tell: () => undefined,
      polling: { concurrency: 1, timeout: 1_000, maxResponseBytes: 1_000_000, maxPages: 10 },
    },
    new AbortController().signal,
    (page) => {
      records.push(...page.records);
      return Promise.resolve(undefined);
    },
  );
  return { requests, records, pages: end.ok ? end.reading.pages : end.failure };
}

/** A record's date in ISO 8601; undefined where the feed names none, `unreadable` where its format does not fit. */
export function isoDate(record: SourceRecord, field: DateField | undefined): string | undefined {
  if (field === undefined) return undefined;
  const value = at(record, field.path);
  if (typeof value !== 'string' && typeof value !== 'number') return 'absent';
  const instant = field.pattern.parse(value);
  return Number.isNaN(instant) ? 'unreadable' : new Date(instant).toISOString();
}
