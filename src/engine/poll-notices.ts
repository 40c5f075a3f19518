import type { FeedHead } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';
import type { Tell } from '../model/ports.ts';
import type { Instant } from '../model/instant.ts';
import type { Detection } from '../detect/detect.ts';
import type { CompleteReading } from './read-pages.ts';

/** Says what a reading has to remark. Gives the names of notices that are given once for a feed and were given now. */
export function tellRemarks(
  feed: Feed,
  head: FeedHead,
  detection: Detection,
  { unusable, unfollowed }: Pick<CompleteReading, 'unusable' | 'unfollowed'>,
  at: Instant,
  tell: Tell,
): readonly string[] {
  const { remarks } = detection;
  const note = (says: string, facts: Record<string, string | number>): void =>
    tell({ name: 'feed:note', level: 'warn', at, feed: feed.id, instance: feed.instance, says, facts });
  const once: string[] = [];
  const noteOnce = (name: string, says: string, facts: Record<string, string | number>): void => {
    if (head.noticed.includes(name) || once.includes(name)) return;
    once.push(name);
    note(says, facts);
  };
  const updated = feed.reading.updated?.path.join('.') ?? '';
  const without = remarks.withoutId + unusable;
  if (without > 0) {
    const field = feed.reading.idPaths.map((path) => path.join('.')).join(' and ');
    note(`${without} of the records read have no id in "${field}" and were left out`, { records: without });
  }
  if (unfollowed) {
    noteOnce(
      'pages-unfollowed',
      'the provider has further pages that are not read: give the resource `pagination: {by: link}`',
      {},
    );
  }
  if (remarks.sharedId > 0) {
    const fields = feed.reading.idPaths.map((path) => `"${path.join('.')}"`).join(' and ');
    noteOnce(
      'ids-shared',
      `several records share one id in ${fields}, and only one of them is told: name fields in idField that tell them apart`,
      { records: remarks.sharedId },
    );
  }
  if (remarks.withoutDate > 0) {
    noteOnce(
      'dates-missing',
      `the records have no "${updated}", the configured updated date: they are compared by content`,
      { records: remarks.withoutDate },
    );
  }
  if (remarks.unreadable > 0) {
    noteOnce(
      'dates-unreadable',
      `the updated date "${updated}" cannot be read as "${feed.reading.updated?.pattern.source ?? ''}": such records are compared by content`,
      { records: remarks.unreadable, example: (remarks.unreadableExample ?? '').slice(0, 60) },
    );
  }
  if (remarks.future > 0) {
    noteOnce(
      'dates-future',
      `records are dated in the future: they are compared by content until then, and never move the watermark`,
      { records: remarks.future, example: remarks.futureExample ?? '' },
    );
  }
  for (const off of [remarks.updatedOffScale, remarks.createdOffScale]) {
    if (off === undefined) continue;
    const field = off.field.path.join('.');
    const example = off.example.slice(0, 60);
    const read = new Date(off.read).toISOString();
    const format = off.field.pattern.source;
    const cure = off.meant === undefined ? 'see whether that is its format' : `its format is likely ${off.meant}`;
    noteOnce(
      `dates-off-scale:${field}`,
      `every date "${field}" of a page lies before 1990 or after 2100: "${example}" was read as ${format}, ${read}; ${cure}`,
      { field, example, read },
    );
  }
  return once;
}
