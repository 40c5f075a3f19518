import assert from 'node:assert/strict';
import type { ProviderOptions } from '../support/scripted-provider.ts';
import { birth, hour, undatedSweep, watched, type Watch, type WatchOptions } from './watch.ts';

/** A watch that has learned so many records `r00`, `r01` and so on in its first look. */
export async function knowing(count: number, entry = undatedSweep, options: WatchOptions = {}): Promise<Watch> {
  const bare: ProviderOptions = entry.includes('dates') ? {} : { write: (row) => ({ id: row.id, ...row.fields }) };
  const w = await watched(entry, { ...options, provider: { ...bare, ...options.provider } });
  for (let n = 0; n < count; n++) w.provider.put(name(n), {}, { updated: birth - hour });
  assert.deepEqual(await w.poll(), []);
  assert.equal((await w.state()).snapshot.size, count);
  await w.clock.advance(2 * hour);
  return w;
}

/** The id of the n-th record. */
export function name(n: number): string {
  return `r${String(n).padStart(2, '0')}`;
}
