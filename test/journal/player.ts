import assert from 'node:assert/strict';
import type { FeedHead, Told } from '../../src/model/change.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Attempt, Commit, Journal, Keepsake, NewDelivery, Settlement } from '../../src/model/journal.ts';
import { delivery, failed, head, noon, told } from './steps.ts';

/** What happens to whole feeds. */
export type Amendment =
  | { readonly does: 'forget'; readonly feed: string }
  | { readonly does: 'move'; readonly from: string; readonly to: string }
  /** Takes in what another journal gave out. */
  | { readonly does: 'take'; readonly feeds: readonly string[] };

/** Something to be done to a journal. Several in one round are under way together. */
export type Action =
  | { readonly does: 'commit'; readonly feed: string; readonly records: readonly string[]; readonly reborn?: boolean }
  | Amendment
  /** Settles the nth delivery that was committed so far, counted round and round. */
  | { readonly does: 'deliver' | 'keep' | 'kill' | 'drop' | 'fail' | 'replay'; readonly nth: number }
  | { readonly does: 'load'; readonly feed: string }
  | { readonly does: 'reopen' };

export type History = readonly (readonly Action[])[];

/** The feeds that an action writes to: two of one round have none in common. */
export function feedsOf(action: Action): readonly string[] {
  switch (action.does) {
    case 'commit':
    case 'forget':
      return [action.feed];
    case 'move':
      return [action.from, action.to];
    case 'take':
      return action.feeds;
    default:
      return [];
  }
}

/** What is remembered of a feed. */
interface Life {
  readonly generation: number;
  readonly head: FeedHead;
  readonly snapshot: ReadonlyMap<string, Told>;
}

/** An amendment that was asked for: what shows that it came true, and what is true then. */
interface Asked {
  readonly isTrue: (journal: Journal) => boolean;
  readonly apply: (player: Player, journal: Journal) => Promise<void>;
}

/** What was confirmed, and what was asked for without a clear answer. */
export class Player {
  readonly lives = new Map<string, Life>();
  /** Every delivery that was confirmed to be committed; its feed is the one it belongs to now. */
  readonly posts = new Map<string, NewDelivery>();
  readonly doubtfulCommits = new Map<string, Commit>();
  doubtfulAmendments: readonly Asked[] = [];
  readonly settled = new Map<string, Settlement>();
  readonly doubtfulSettlements = new Map<string, Settlement>();
  readonly attempts = new Map<string, Attempt>();
  readonly doubtfulAttempts = new Map<string, Attempt>();
  readonly doubtfulReplays = new Map<string, true>();
  readonly #open: () => Promise<Journal>;
  /** Counts what is asked for, so that nothing has a name that something else had. */
  #count = 0;
  journal: Journal | undefined;

  constructor(open: () => Promise<Journal>) {
    this.#open = open;
  }

  /** Another one with the same doubts. */
  copy(open: () => Promise<Journal>): Player {
    const copy = new Player(open);
    copy.#count = this.#count;
    copy.doubtfulAmendments = this.doubtfulAmendments;
    const maps = ['lives', 'posts', 'doubtfulCommits', 'settled', 'doubtfulSettlements', 'attempts', 'doubtfulAttempts', 'doubtfulReplays'] as const; // prettier-ignore
    for (const name of maps) {
      for (const [key, one] of this[name]) (copy[name] as Map<string, unknown>).set(key, one);
    }
    return copy;
  }

  /** Plays until the end, or until the journal fails for good; true where it came to the end. */
  async play(history: History): Promise<boolean> {
    if (!(await this.#reopen())) return false;
    for (const round of history) {
      if (round.some((action) => action.does === 'reopen') && !(await this.#reopen())) return false;
      const done = await Promise.all(round.map((action) => this.#act(action)));
      if (done.includes(false)) return false;
    }
    return true;
  }

  /** Makes a commit true. */
  committed({ feed, generation, head, told, reborn, deliveries }: Commit): void {
    const before = reborn === true ? [] : [...(this.lives.get(feed)?.snapshot ?? [])];
    this.lives.set(feed, { generation: generation + 1, head, snapshot: new Map([...before, ...told]) });
    for (const fresh of deliveries) this.posts.set(fresh.id, fresh);
  }

  async #reopen(): Promise<boolean> {
    await this.journal?.close();
    return this.#tried(async () => {
      this.journal = await this.#open();
    });
  }

  async #act(action: Action): Promise<boolean> {
    const { journal } = this;
    assert.ok(journal !== undefined);
    switch (action.does) {
      case 'reopen':
        return true;
      case 'load':
        return this.#tried(async () => void (await journal.load(action.feed)));
      case 'commit': {
        const commit = this.#next(action.feed, action.records, action.reborn === true);
        this.doubtfulCommits.set(action.feed, commit);
        if (!(await this.#tried(() => journal.commit(commit)))) return false;
        this.doubtfulCommits.delete(action.feed);
        this.committed(commit);
        return true;
      }
      case 'forget':
      case 'move':
      case 'take':
        return this.#amend(journal, action);
      default:
        return this.#settle(journal, action);
    }
  }

  async #amend(journal: Journal, action: Amendment): Promise<boolean> {
    const [asked, ask] = this.#asking(journal, action) ?? [];
    if (asked === undefined || ask === undefined) return true;
    this.doubtfulAmendments = [...this.doubtfulAmendments, asked];
    if (!(await this.#tried(ask))) return false;
    this.doubtfulAmendments = this.doubtfulAmendments.filter((one) => one !== asked);
    assert.ok(asked.isTrue(journal), `${action.does} was confirmed`);
    await asked.apply(this, journal);
    return true;
  }

  #asking(journal: Journal, action: Amendment): readonly [Asked, () => Promise<void>] | undefined {
    const at = noon + (this.#count += 1);
    if (action.does === 'forget') {
      const { feed } = action;
      if (!this.lives.has(feed)) return undefined;
      const isTrue: Asked['isTrue'] = (found) => found.head(feed) === undefined;
      return [{ isTrue, apply: async (player) => void player.lives.delete(feed) }, () => journal.forget(feed, at)];
    }
    if (action.does === 'move') {
      const { from, to } = action;
      const former = this.lives.get(from);
      if (former === undefined || from === to) return undefined;
      const moved = head(to, at);
      const isTrue: Asked['isTrue'] = (found) => found.head(to)?.watermark === at && found.head(from) === undefined;
      const apply: Asked['apply'] = async (player, found) => {
        player.lives.delete(from);
        await player.#lives(found, moved, former.snapshot);
        for (const [id, post] of player.posts) if (post.feed === from) player.posts.set(id, { ...post, feed: to });
      };
      return [{ isTrue, apply }, () => journal.move(from, moved, at)];
    }
    const pieces: Keepsake[] = [];
    const posts: NewDelivery[] = [];
    for (const feed of action.feeds) {
      const fresh = [1, 2].map((n) => delivery(feed, `taken${n}`, at - noon, { body: `${feed} ${n} `.repeat(n * 20) }));
      posts.push(...fresh);
      pieces.push({ kind: 'feed', head: head(feed, at) }, { kind: 'told', told: [['1', told(7)], ['taken', told(8)]] }); // prettier-ignore
      fresh.forEach(({ body, ...one }, dead) => {
        pieces.push({
          kind: 'delivery',
          delivery: { ...one, attempts: 0 },
          body,
          ...(dead === 0 ? {} : { diedAt: noon }),
        });
      });
    }
    const isTrue: Asked['isTrue'] = (found) => action.feeds.every((feed) => found.head(feed)?.watermark === at);
    const apply: Asked['apply'] = async (player, found) => {
      for (const feed of action.feeds)
        await player.#lives(found, head(feed, at), new Map([['1', told(7)], ['taken', told(8)]])); // prettier-ignore
      for (const post of posts) {
        player.posts.set(post.id, post);
        const dead: Settlement = { id: post.id, outcome: 'dead', at: noon, says: 'as it came' };
        if (!post.id.includes('taken2')) continue;
        const buried = [...found.dead()].some((one) => one.id === post.id);
        if (buried) player.settled.set(post.id, dead);
        else player.doubtfulSettlements.set(post.id, dead);
      }
    };
    const given = async function* (): AsyncIterable<Keepsake> {
      yield* pieces;
    };
    return [{ isTrue, apply }, () => journal.takeIn(given(), at)];
  }

  /** A feed that was amended: its generation is the journal's own, but later than any that its name had. */
  async #lives(journal: Journal, head: FeedHead, snapshot: ReadonlyMap<string, Told>): Promise<void> {
    const generation = (await journal.load(head.feed))?.generation ?? 0;
    assert.ok(generation > (this.lives.get(head.feed)?.generation ?? 0), `generation of ${head.feed}`);
    this.lives.set(head.feed, { generation, head, snapshot });
  }

  async #settle(journal: Journal, action: { readonly does: string; readonly nth: number }): Promise<boolean> {
    const all = [...this.posts.values()];
    const chosen = all[action.nth % Math.max(1, all.length)];
    if (chosen === undefined) return true;
    const doubts = [this.doubtfulSettlements, this.doubtfulAttempts, this.doubtfulReplays];
    if (doubts.some((doubt) => doubt.has(chosen.id))) return true;
    const { id } = chosen;
    const now = this.settled.get(id)?.outcome;
    if (action.does === 'fail') {
      if (now !== undefined && now !== 'dead') return true;
      const attempt = failed(id, (this.attempts.get(id)?.attempts ?? 0) + 1);
      this.doubtfulAttempts.set(id, attempt);
      if (!(await this.#tried(() => journal.attempt(attempt)))) return false;
      this.doubtfulAttempts.delete(id);
      this.attempts.set(id, attempt);
      return true;
    }
    if (action.does === 'replay') {
      if (now !== undefined) this.doubtfulReplays.set(id, true);
      const callback = 'https://receiver.test/new';
      if (!(await this.#tried(async () => void (await journal.replay([{ id, callback }]))))) return false;
      this.resolveReplay(id, true);
      return true;
    }
    const settlement: Settlement =
      action.does === 'deliver'
        ? { id, outcome: 'delivered', at: noon, status: 200 }
        : action.does === 'keep'
          ? { id, outcome: 'kept', at: noon }
          : action.does === 'drop'
            ? { id, outcome: 'dropped', at: noon }
            : { id, outcome: 'dead', at: noon, says: 'refused' };
    const ends = settlement.outcome === 'delivered' || settlement.outcome === 'dropped';
    const counts = now === undefined || (now === 'dead' && ends);
    if (counts) this.doubtfulSettlements.set(id, settlement);
    if (!(await this.#tried(async () => void (await journal.settle(settlement))))) return false;
    if (!counts) return true;
    this.doubtfulSettlements.delete(id);
    this.settled.set(id, settlement);
    return true;
  }

  /** A replay that was asked for came true, or did not. */
  resolveReplay(id: string, pending: boolean): void {
    if (!this.doubtfulReplays.delete(id) || !pending) return;
    this.settled.delete(id);
    this.attempts.delete(id);
  }

  #next(feed: string, records: readonly string[], reborn: boolean): Commit {
    const n = (this.#count += 1);
    const generation = this.lives.get(feed)?.generation ?? 0;
    const changes = records.map((id): [string, Told] => [id, told(n, `digest of ${id} at ${n}`)]);
    return {
      feed,
      generation,
      head: head(feed, noon + n),
      told: changes,
      ...(reborn ? { reborn } : {}),
      deliveries: records.map((id) => delivery(feed, id, n, { body: `${feed} ${id} ${n} `.repeat(3) })),
    };
  }

  /** A full disk is a reason to try again, anything else is the end. */
  async #tried(act: () => Promise<void>): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      try {
        await act();
        return true;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.code !== 'disk-full') return false;
        assert.ok(tries < 5, 'the disk stays full');
      }
    }
  }
}

/** Takes what is there as confirmed, after proving that it is all that was confirmed and nothing that was not asked for. */
export async function verify(player: Player, journal: Journal): Promise<void> {
  const pending = [...journal.pending()];
  const pendingIds = new Set(pending.map((one) => one.id));
  const deadIds = new Set([...journal.dead()].map((one) => one.id));
  const listed = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const event of await journal.events({})) {
    assert.ok(!listed.has(event.delivery), `${event.delivery} is listed twice`);
    listed.set(event.delivery, event.state);
    owners.set(event.delivery, event.feed);
  }

  for (const asked of player.doubtfulAmendments) if (asked.isTrue(journal)) await asked.apply(player, journal);
  player.doubtfulAmendments = [];
  for (const commit of player.doubtfulCommits.values()) {
    const { feed, generation } = commit;
    if (
      journal.head(feed)?.watermark === commit.head.watermark &&
      (await journal.load(feed))?.generation === generation + 1
    )
      player.committed(commit);
  }
  player.doubtfulCommits.clear();

  assert.deepEqual(journal.feeds(), [...player.lives.keys()].sort());
  for (const [feed, life] of player.lives) {
    const state = await journal.load(feed);
    assert.equal(state?.generation, life.generation, `generation of ${feed}`);
    assert.deepEqual(state?.head, life.head);
    assert.deepEqual(journal.head(feed), life.head);
    assert.deepEqual(new Map(state?.snapshot), life.snapshot);
  }
  for (const post of player.posts.values()) {
    const { id } = post;
    const found = deadIds.has(id) ? 'dead' : pendingIds.has(id) ? 'pending' : listed.get(id);
    assert.ok(found !== 'dead' || deadIds.has(id), `${id} is listed as dead, but is no dead letter`);
    player.resolveReplay(id, found === 'pending');
    const maybe = player.doubtfulSettlements.get(id);
    if (maybe?.outcome === found && maybe !== undefined) player.settled.set(id, maybe);
    player.doubtfulSettlements.delete(id);
    assert.equal(found, player.settled.get(id)?.outcome ?? 'pending', `state of ${id}`);
    assert.equal(listed.get(id), found, `listed state of ${id}`);
    assert.equal(owners.get(id), post.feed, `feed of ${id}`);
    assert.equal(await journal.body(id), post.body, `body of ${id}`);
  }
  assert.equal(listed.size, player.posts.size, 'as many deliveries as were committed');
  assert.equal(pendingIds.size, pending.length);
  assert.deepEqual(pending.map((one) => one.sequence), pending.map((one) => one.sequence).sort((a, b) => a - b)); // prettier-ignore
  for (const one of [...pending, ...journal.dead()]) {
    const attempts = player.attempts.get(one.id)?.attempts ?? 0;
    const maybe = player.doubtfulAttempts.get(one.id);
    if (maybe !== undefined && one.attempts === maybe.attempts) player.attempts.set(one.id, maybe);
    else assert.equal(one.attempts, attempts, `attempts of ${one.id}`);
  }
  player.doubtfulAttempts.clear();
}
