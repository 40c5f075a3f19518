import type { Commit } from '../../src/model/journal.ts';
import type { JsonObject } from '../../src/model/record.ts';
import type { Image, Machine } from './file-system.ts';
import type { WatchedFeed } from './watched-feed.ts';

/** A change that was told since the backup was made. */
interface Since {
  readonly id: string;
  readonly kind: string;
  readonly birth: number;
  /** The ledger's entry that it told of; undefined where another had followed by then. */
  readonly entry: number | undefined;
}

/**
 * A copy of the state that is put back later. What was told meanwhile is told again: under the same ids, for a record that was told of once;
 * where it was told of more often, what lies between may not be shown any more.
 */
export class Backup {
  readonly #machine: Machine;
  readonly #feeds: readonly WatchedFeed[];
  #image: Image | undefined;
  #since = new Map<string, Since | 'often'>();
  #expected = new Map<string, Since>();

  constructor(machine: Machine, feeds: readonly WatchedFeed[]) {
    this.#machine = machine;
    this.#feeds = feeds;
  }

  get made(): boolean {
    return this.#image !== undefined;
  }

  make(): void {
    this.#image = this.#machine.image();
    this.#since.clear();
  }

  putBack(): void {
    if (this.#image === undefined) return;
    this.#machine.become(this.#image);
    for (const [key, since] of this.#since) if (since !== 'often') this.#expected.set(key, since);
    for (const feed of this.#feeds) feed.restores += 1;
    this.#since.clear();
  }

  /** What is wrong with a step that became durable: the same change has another id than before. */
  note(watched: WatchedFeed, commit: Commit): string | undefined {
    if (!this.made) return undefined;
    const { birth } = commit.head;
    let wrong: string | undefined;
    for (const { events, body } of commit.deliveries) {
      const { message } = JSON.parse(body) as { message: { raw: { things: readonly JsonObject[] } } };
      for (const [place, { id, kind, recordId }] of events.entries()) {
        const key = `${watched.id} ${recordId}`;
        const latest = watched.ledger.latest(recordId);
        const record = message.raw.things[place];
        const isLatest = latest?.gone === true ? kind === 'DELETED' : latest?.record['name'] === record?.['name'];
        const entry = isLatest ? latest?.number : undefined;
        const before = this.#expected.get(key);
        this.#expected.delete(key);
        if (
          before !== undefined &&
          entry !== undefined &&
          before.entry === entry &&
          before.kind === kind &&
          before.birth === birth &&
          before.id !== id
        )
          wrong = `${kind} ${recordId} was told again under another id`;
        this.#since.set(key, this.#since.has(key) ? 'often' : { id, kind, birth, entry });
      }
    }
    return wrong;
  }
}
