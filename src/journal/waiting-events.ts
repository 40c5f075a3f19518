import type { Disk } from '../model/disk.ts';
import type { DeliveryHead, DeliveryPlace, EventQuery } from '../model/journal.ts';
import { readPending } from './read-waiting.ts';
import type { Ledger } from './recovery.ts';
import type { StoredReader } from './stored-reader.ts';
import type { Outcome } from './told-events.ts';
import { countAskedFor, mayBeAskedFor } from './told-events.ts';

interface Shelf {
  readonly disk: Disk;
  readonly ledger: Pick<Ledger, 'outbox'>;
  readonly reader: StoredReader;
}

/** Rows looked at without reading. */
const stretch = 1_000;

/** Pending deliveries that hold events asked for, with a limit as many of the newest as it needs; what they hold is read from the log. */
export async function listWaiting(shelf: Shelf, query: EventQuery): Promise<Outcome[]> {
  const listed: Outcome[] = [];
  if (query.state !== undefined && query.state !== 'pending') return listed;
  let count = 0;
  const take = async (head: DeliveryHead): Promise<void> => {
    if (!mayBeAskedFor(head, 'pending', query)) return;
    const delivery = await readPending(shelf, head.id);
    if (delivery === undefined) return;
    const outcome: Outcome = { delivery, order: head.order, state: 'pending' };
    const asked = countAskedFor(outcome, query);
    if (asked > 0) listed.push(outcome);
    count += asked;
  };

  // By the name of its POST each is found at once; an event's own id only by reading.
  const { waiting } = shelf.ledger.outbox;
  const named = new Set(query.ids?.filter((id) => waiting.find(id) !== undefined));
  for (const id of named) {
    const row = waiting.find(id);
    if (row !== undefined) await take(waiting.head(row));
  }
  if (query.ids !== undefined && named.size === new Set(query.ids).size) return listed;

  let before: DeliveryPlace | undefined;
  const where = ({ feed }: Pick<DeliveryHead, 'feed'>): boolean => query.feed === undefined || feed === query.feed;
  while (query.limit === undefined || count < query.limit) {
    const heads = headsBefore(shelf, before, where);
    if (heads.length === 0) break;
    for (const head of heads) {
      before = head;
      if (query.limit !== undefined && count >= query.limit) break;
      if (!named.has(head.id)) await take(head);
    }
  }
  return listed;
}

function headsBefore(
  { ledger }: Shelf,
  before: DeliveryPlace | undefined,
  where: (delivery: Pick<DeliveryHead, 'feed'>) => boolean,
): readonly DeliveryHead[] {
  const { waiting } = ledger.outbox;
  const heads: DeliveryHead[] = [];
  for (const row of waiting.rowsBefore(before, where)) {
    heads.push(waiting.head(row));
    if (heads.length === stretch) break;
  }
  return heads;
}
