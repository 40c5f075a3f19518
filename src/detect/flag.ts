import { at } from '../language/path.ts';
import { isEmpty } from '../language/records.ts';
import type { DeletionFlag } from '../model/feed.ts';
import type { SourceRecord } from '../model/record.ts';

/** Whether a record's own field says that it is deleted. */
export function isFlagged(record: SourceRecord, flag: DeletionFlag): boolean {
  const value = at(record, flag.field);
  if (flag.values === undefined) return !isEmpty(value);
  if (value === undefined || value === null || typeof value === 'object') return false;
  return flag.values.includes(String(value));
}
