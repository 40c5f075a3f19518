import type { DeliveryHead, Journal } from '../model/journal.ts';
import type { Lane } from './lane.ts';
import type { Outbox } from './outbox.ts';

/** A window gets more where less than `low` in it are free to go, until `high` are. */
const high = 256;
const low = 64;
/** So many may be on their way, free to go or waiting for one that is: those behind them go sooner or later. */
const moving = 2_048;
/** And so many in all: what was tried stays in the window, and what waits for that. */
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
    const { more, filling, ready, state, window } = lane;
    if (!more || filling || state.stopped || ready >= low || window.size >= most) return false;
    return window.size < moving || window.size - lane.stuck() < moving;
  }

  /** Brings some more into a window. Rejects with a Fault of the journal. */
  async fill(lane: Lane): Promise<void> {
    const { epoch } = this.#outbox;
    const room = high - lane.ready;
    // Half of the room at the most, so that neither keeps the other out.
    const replayed = this.#next(lane, true, Math.ceil(room / 2));
    const inOrder = this.replayedOnly ? [] : this.#next(lane, false, room - replayed.length);
    const heads = [...replayed, ...inOrder];
    lane.more = heads.length > 0;
    if (!lane.more) return;
    lane.filling = true;
    try {
      const deliveries = await Promise.all(heads.map(({ id }) => this.#journal.delivery(id)));
      if (this.#outbox.epoch !== epoch) return;
      lane.reached.replayed = replayed.at(-1) ?? lane.reached.replayed;
      lane.reached.inOrder = inOrder.at(-1) ?? lane.reached.inOrder;
      for (const delivery of deliveries) {
        if (delivery !== undefined && !this.#outbox.has(delivery.id)) this.#outbox.add(delivery);
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
