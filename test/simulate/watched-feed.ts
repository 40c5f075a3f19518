import type { FeedState } from '../../src/model/change.ts';
import type { Feed } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { Case, Stretch } from './judge.ts';
import type { Entry, Ledger } from './ledger.ts';
import { feedOf, second, type Edit } from './setting.ts';
import type { Timeline } from './timeline.ts';

/** One feed of a history: its files, its provider's ledger, and what was seen of it. */
export class WatchedFeed {
  readonly ledger: Ledger;
  /** How its file stands now; undefined while it is removed. */
  edit: Edit | undefined = {};
  readonly dead = new Set<string>();
  readonly deadRecords = new Set<string>();
  readonly unsure: Stretch[] = [];
  lookedAt: Instant | undefined;
  /** How often it became another feed. */
  rebirths = 0;
  /** How often an old state was put back. */
  restores = 0;
  /** Polls that succeeded since that was set to 0, and those of them that read everything. */
  polls = 0;
  wholePolls = 0;
  readonly #timeline: Timeline;
  #feed: Feed | undefined;
  #birth: Instant | undefined;
  #reading = false;
  #moved = false;
  #movedBefore = false;
  /** The watermark: what happened before it was read. */
  #through: Instant;

  constructor(ledger: Ledger, timeline: Timeline) {
    this.ledger = ledger;
    this.#timeline = timeline;
    this.#through = timeline.now;
  }

  get id(): string {
    return `${this.ledger.setting.name}/things`;
  }

  /** As it is planned now, or was before its file was removed. */
  get feed(): Feed {
    return (this.#feed ??= feedOf(this.ledger.setting, this.edit));
  }

  /**
   * Whether the provider's records may change now. Rows shift between the pages of a reading: what one reading missed the next one must be
   * able to find, so rows may shift once in a reading and not again before the next complete one has ended.
   */
  mayChange(): boolean {
    if (!this.#reading || this.#steady()) return true;
    if (this.#moved || this.#movedBefore) return false;
    this.#moved = true;
    return true;
  }

  /** The operator changes the file. */
  change(edit: Edit | undefined): void {
    const before = this.edit;
    this.edit = edit;
    this.#feed = undefined;
    if (edit === undefined || edit.request === (before ?? this.#former).request) return;
    this.#former = edit;
    const { feed } = this;
    const readsAll = !feed.request.hasWatermark || feed.baseline || feed.deletes.by === 'sweep';
    if (readsAll)
      this.unsure.push({ from: this.#through - Math.max(0, this.ledger.setting.ahead), to: Number.POSITIVE_INFINITY });
  }

  #former: Edit = {};

  hear(notice: Notice): void {
    if (notice.name === 'poll:started') this.#reading = true;
    if (notice.name === 'poll:done') {
      this.polls += 1;
      if (notice.facts?.['everything'] === true) this.wholePolls += 1;
      this.#movedBefore = this.#moved;
      this.#rest();
    }
    if (notice.name === 'poll:failed') this.stumble();
  }

  /** A reading ended without an end. */
  stumble(): void {
    this.#movedBefore ||= this.#moved;
    this.#rest();
  }

  /** What is wrong with a step that became durable: the watermark must not be ahead of what was told. */
  check({ head, snapshot }: FeedState): string | undefined {
    const { setting } = this.ledger;
    this.#through = head.watermark - setting.late;
    if (head.birth !== this.#birth) {
      if (this.#birth !== undefined) this.rebirths += 1;
      this.#birth = head.birth;
      this.lookedAt = undefined;
    }
    if (head.looked !== 'none') this.lookedAt ??= this.#timeline.now;
    if (head.relearn === undefined && head.request === this.feed.aspects.request) this.#relearned();
    if (!setting.dated || head.looked === 'none') return undefined;
    const through = head.watermark - setting.unit - setting.late - (setting.late === 0 ? 0 : second);
    for (const [id, entries] of this.ledger.records) {
      const entry = entries.findLast(({ visible }) => visible <= this.#timeline.now);
      if (entry === undefined || entry.updated > through || !this.#mustBeKnown(entry, head.since)) continue;
      const told = snapshot.get(id);
      if (entry.gone && told?.gone === 'deleted') continue;
      if (told?.date === undefined || told.date < entry.updated)
        return `the watermark ${new Date(head.watermark).toISOString()} is ahead of ${id}, changed ${String(entry.record['updated'])}`;
    }
    return undefined;
  }

  case(received: Case['received'], state: FeedState | undefined): Case {
    const { feed, ledger, dead, deadRecords, lookedAt, rebirths, restores, unsure } = this;
    return { feed, ledger, received, dead, deadRecords, state, lookedAt, rebirths, restores, unsure };
  }

  #mustBeKnown(entry: Entry, since: Instant | 'all'): boolean {
    if (entry.gone && this.ledger.setting.deletes !== 'flag') return false;
    return since === 'all' || entry.updated >= since;
  }

  /** Its rows do not shift: a page begins behind a record, wherever that stands now, and absence means nothing. */
  #steady(): boolean {
    const { paging, deletes } = this.ledger.setting;
    if (paging === 'none') return true;
    return deletes !== 'sweep' && paging !== 'page' && paging !== 'offset' && paging !== 'numbered';
  }

  #relearned(): void {
    const open = this.unsure.at(-1);
    if (open !== undefined && open.to === Number.POSITIVE_INFINITY) open.to = this.#timeline.now;
  }

  #rest(): void {
    this.#reading = false;
    this.#moved = false;
  }
}
