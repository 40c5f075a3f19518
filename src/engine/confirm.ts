import type { Feed } from '../model/feed.ts';
import type { Duration } from '../model/instant.ts';
import type { EnginePorts } from './ports.ts';

/** More absent records than this are confirmed by a second listing, even where single ones can be asked for. */
const ASKED_ONE_BY_ONE = 100;

/** Whether absent records of a listing of several pages are asked for one by one. */
export function canAskEach(feed: Feed, absent: readonly string[]): boolean {
  return feed.request.item !== undefined && absent.length <= ASKED_ONE_BY_ONE;
}

/** Those of the absent records that the provider says are gone (404, 410). Any other answer proves nothing, and the record stays. */
export async function askEach(
  feed: Feed,
  absent: readonly string[],
  ports: EnginePorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { item } = feed.request;
  const account = await ports.accounts.grant(feed.account, signal);
  if (item === undefined || !account.ok) return [];
  const limits: { timeout: Duration; maxBytes: number } = {
    timeout: ports.polling.timeout,
    maxBytes: ports.polling.maxResponseBytes,
  };
  const gone: string[] = [];
  for (const recordId of absent) {
    const outcome = await ports.http.send(item(recordId, account.grant, ports.vault), limits, signal);
    if (signal.aborted) return [];
    if (outcome.ok && (outcome.answer.status === 404 || outcome.answer.status === 410)) gone.push(recordId);
  }
  return gone;
}
