import type { Disk } from '../model/disk.ts';
import type { Delivery, DeliveryHead } from '../model/journal.ts';
import type { Ledger } from './recovery.ts';
import { readBody } from './segment.ts';
import type { StoredReader } from './stored-reader.ts';
import { asItStands } from './stored.ts';
import type { Lair } from './waiting.ts';

interface Shelf {
  readonly disk: Disk;
  readonly ledger: Pick<Ledger, 'outbox'>;
  readonly reader: StoredReader;
}

/** A pending delivery with what it holds, as it stands now; undefined for one that is not pending (any more). */
export async function readPending(shelf: Shelf, id: string): Promise<Delivery | undefined> {
  const { waiting } = shelf.ledger.outbox;
  const stored = await followed(shelf, id, (lair, head) => shelf.reader.read(lair, head));
  const row = waiting.find(id);
  return stored === undefined || row === undefined ? undefined : asItStands(stored, waiting.head(row));
}

/** The body of a pending delivery, or undefined as in `readPending`. */
export function readPendingBody(shelf: Shelf, id: string): Promise<Buffer | undefined> {
  return followed(shelf, id, (lair) => readBody(shelf.disk, lair));
}

/** A pending delivery with its body. */
export async function readWaiting(
  shelf: Shelf,
  id: string,
): Promise<{ readonly delivery: Delivery; readonly order: number; readonly body: Buffer } | undefined> {
  const { waiting } = shelf.ledger.outbox;
  const body = await readPendingBody(shelf, id);
  const delivery = await readPending(shelf, id);
  const row = waiting.find(id);
  if (body === undefined || delivery === undefined || row === undefined) return undefined;
  return { delivery, order: waiting.head(row).order, body };
}

/** Reads from where a delivery lies, again where it was copied meanwhile and its first segment retired and removed. */
async function followed<T>(
  shelf: Shelf,
  id: string,
  read: (lair: Lair, head: DeliveryHead) => Promise<T>,
): Promise<T | undefined> {
  const { waiting } = shelf.ledger.outbox;
  for (let row = waiting.find(id); row !== undefined; row = waiting.find(id)) {
    const lair = waiting.lair(row);
    try {
      return await read(lair, waiting.head(row));
    } catch (error) {
      const now = waiting.find(id);
      if (now === undefined) return undefined;
      const { segment, frameAt } = waiting.lair(now);
      if (segment === lair.segment && frameAt === lair.frameAt) throw error;
    }
  }
  return undefined;
}
