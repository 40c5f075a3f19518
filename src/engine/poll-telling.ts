import type { Feed } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { Notice } from '../model/notice.ts';
import type { PollReport } from './cycle.ts';

/** What a poll came to, as a notice. */
export function pollNotice(feed: Feed, report: PollReport, at: Instant, took: number, failures: number): Notice {
  const base = { at, feed: feed.id, instance: feed.instance };
  if (!report.ok) {
    const { says, hint, notBefore } = report.failure;
    return {
      ...base,
      name: 'poll:failed',
      level: 'warn',
      says: `poll failed: ${says}${hint === undefined ? '' : ` (${hint})`}`,
      facts: {
        failures,
        told: report.told,
        ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
      },
    };
  }
  const { created, updated, deleted, learned, pages, records, everything, watermark } = report;
  const told = created + updated + deleted;
  return {
    ...base,
    name: 'poll:done',
    level: told > 0 || learned > 0 ? 'info' : 'debug',
    says:
      told > 0
        ? `told ${counted(report)}`
        : learned > 0
          ? `learned ${learned} records that were there before`
          : 'nothing changed',
    facts: {
      created,
      updated,
      deleted,
      learned,
      records,
      pages,
      everything,
      watermark: new Date(watermark).toISOString(),
      ms: took,
    },
  };
}

function counted(report: { created: number; updated: number; deleted: number }): string {
  return (['created', 'updated', 'deleted'] as const)
    .filter((kind) => report[kind] > 0)
    .map((kind) => `${report[kind]} ${kind}`)
    .join(', ');
}
