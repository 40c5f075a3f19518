import assert from 'node:assert/strict';
import { filtered, minute, watched, type Watch, type WatchOptions } from './watch.ts';

const feed = `
  deletes:
    by: feed
    url: /deleted?since=\${gmtDate:yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}
    idField: gone
    dateField: at
`;
/** A filtered list, and a list of deletions beside it. */
export const listed = `${filtered}${feed}`;
/** The same, but its first look reads everything. */
export const scanned = `${listed}  baseline: scan\n`;

/** A watch that has told r1 and r2 as created. */
export async function telling(entry = listed, options: WatchOptions = {}): Promise<Watch> {
  const w = await watched(entry, options);
  await w.clock.advance(minute);
  w.provider.put('r1', { name: 'one' });
  w.provider.put('r2');
  await w.clock.advance(minute);
  assert.deepEqual(await w.poll(), ['CREATED r1', 'CREATED r2']);
  await w.clock.advance(minute);
  return w;
}
