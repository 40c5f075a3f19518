import type { Delivery, DeliveryHead, NewDelivery } from '../model/journal.ts';
import type { BodyPlace, Copy } from './entry.ts';
import type { LiveEntry } from './live-log.ts';
import type { Lair } from './waiting.ts';

/** A delivery as a frame of the log says it. */
export type Stored = Copy;

/** All deliveries that an entry says, in their order. */
export function* storedIn({ entry, sequence }: LiveEntry): Iterable<Stored> {
  switch (entry.kind) {
    case 'commit':
      for (const [order, fresh] of entry.deliveries.entries()) yield committed(fresh, sequence, order);
      return;
    case 'carry':
      yield entry.copy;
      return;
    case 'replay':
      yield { ...entry.copy, delivery: { ...entry.copy.delivery, sequence, replayed: true } };
      return;
    case 'settle':
    case 'stage':
      if (entry.copy !== undefined) yield entry.copy;
      return;
  }
}

/** One delivery of a frame: in a commit it stands at its order. */
export function storedOf(
  all: readonly Stored[],
  { id, order }: Pick<DeliveryHead, 'id' | 'order'>,
): Stored | undefined {
  const likely = all[order];
  return likely?.delivery.id === id ? likely : all.find(({ delivery }) => delivery.id === id);
}

/** Where a delivery lies that is said there. */
export function lairOf(
  { segment, at, length, bodiesAt }: Pick<LiveEntry, 'segment' | 'at' | 'length' | 'bodiesAt'>,
  body: BodyPlace,
): Lair {
  return { segment, at: bodiesAt + body.offset, length: body.length, crc: body.crc, frameAt: at, frameLength: length };
}

/** A delivery without what it holds. */
export function headOf({ delivery, order }: Pick<Stored, 'delivery' | 'order'>): DeliveryHead {
  const { events, ...rest } = delivery;
  return { ...rest, order, count: events.length };
}

/** What a delivery holds, with how it stands now. */
export function asItStands({ delivery }: Pick<Stored, 'delivery'>, head: DeliveryHead): Delivery {
  const { order: _order, count: _count, ...rest } = head;
  return { ...rest, events: delivery.events };
}

/** A delivery as it was committed. */
export function committed(fresh: Omit<NewDelivery, 'body'> & BodyPlace, sequence: number, order: number): Stored {
  const { id, feed, callback, contentType, events, committedAt, offset, length, crc } = fresh;
  const delivery = { id, feed, contentType, events, bytes: length, committedAt, sequence, attempts: 0 };
  return { delivery: callback === undefined ? delivery : { ...delivery, callback }, order, offset, length, crc };
}
