import type { DeliveryHead, Journal } from '../model/journal.ts';
import type { Lane } from './lane.ts';
import type { Outbox } from './outbox.ts';

/** A window is filled up to so many that are free to go, once less than `low` are. */
const high = 256;
const low = 64;
/** And to so many in all: what was tried stays in it, and what waits for that. */
const most = 100_000;

/** Brings deliveries from the journal into the windows, in commit order, as earlier ones settle. */
export class Intake {
  readonly #journal: Pick<Journal, 'pending' | 'delivery'>;
  readonly #outbox: Outbox;
  /** Nothing but what was replayed is brought. */
  replayedOnly = false;

  constructor(journal: Pick<Journal, 'pending' | 'delivery'>, outbox: Outbox) {
    this.#journal = journal;
    this.#outbox = outbox;
  }

  /** Whether a window lacks what the journal may hold. */
  isDue(lane: Lane): boolean {
    return lane.more && !lane.filling && !lane.state.stopped && lane.ready < low && lane.window.size < most;
  }

  /** Fills a window. Rejects with a Fault of the journal. */
  async fill(lane: Lane): Promise<void> {
    const { epoch } = this.#outbox;
    lane.filling = true;
    try {
      while (lane.ready < high && lane.window.size < most) {
        // Half of the room at the most, so that neither keeps the other out.
        const replayed = this.#next(lane, true, Math.ceil((high - lane.ready) / 2));
        const inOrder = this.replayedOnly ? [] : this.#next(lane, false, high - lane.ready - replayed.length);
        const heads = [...replayed, ...inOrder];
        if (heads.length === 0) {
          lane.more = false;
          return;
        }
        const deliveries = await Promise.all(heads.map(({ id }) => this.#journal.delivery(id)));
        if (this.#outbox.epoch !== epoch) return;
        lane.reached.replayed = replayed.at(-1) ?? lane.reached.replayed;
        lane.reached.inOrder = inOrder.at(-1) ?? lane.reached.inOrder;
        for (const delivery of deliveries) {
          if (delivery !== undefined && !this.#outbox.has(delivery.id)) this.#outbox.add(delivery);
        }
      }
    } finally {
      lane.filling = false;
    }
  }

  #next(lane: Lane, replayed: boolean, count: number): readonly DeliveryHead[] {
    const heads: DeliveryHead[] = [];
    const after = replayed ? lane.reached.replayed : lane.reached.inOrder;
    const where = (each: Pick<DeliveryHead, 'feed' | 'callback' | 'replayed'>): boolean =>
      each.callback !== undefined && (each.replayed === true) === replayed && this.#outbox.home(each.feed) === lane;
    for (const head of this.#journal.pending({ where, ...(after === undefined ? {} : { after }) })) {
      if (heads.length >= count) break;
      heads.push(head);
    }
    return heads;
  }
}
