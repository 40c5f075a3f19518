import { hashId } from '../language/identity.ts';
import type { ChangeKind, Told } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';

/** An event's id for ever: the same change of the same feed's life has the same id, however often it is worked out. */
export function eventId(
  feed: string,
  birth: Instant,
  recordId: string,
  n: number,
  kind: ChangeKind,
  version: Pick<Told, 'date' | 'digest'>,
): string {
  return `evt_${hashId('event', feed, birth, recordId, n, kind, version.date ?? '', version.digest)}`;
}
