import assert from 'node:assert/strict';
import type { Told } from '../../src/model/change.ts';
import { Fault } from '../../src/model/fault.ts';
import type { Attempt, Commit, Journal, NewDelivery, Settlement } from '../../src/model/journal.ts';
import { delivery, failed, head, noon, told } from './steps.ts';

/** Something to be done to a journal. Several in one round are under way together. */
export type Action =
  | { readonly does: 'commit'; readonly feed: string; readonly records: readonly string[]; readonly reborn?: boolean }
  /** Settles the nth delivery that was committed so far, counted round and round. */
  | { readonly does: 'deliver' | 'keep' | 'kill' | 'drop' | 'fail' | 'replay'; readonly nth: number }
  | { readonly does: 'load'; readonly feed: string }
  | { readonly does: 'reopen' };

export type History = readonly (readonly Action[])[];

/** What was confirmed, and what was asked for without a clear answer. */
export class Player {
  readonly commits = new Map<string, Commit[]>();
  readonly doubtfulCommits = new Map<string, Commit>();
  readonly settled = new Map<string, Settlement>();
  readonly doubtfulSettlements = new Map<string, Settlement>();
  readonly attempts = new Map<string, Attempt>();
  readonly doubtfulAttempts = new Map<string, Attempt>();
  readonly doubtfulReplays = new Set<string>();
  readonly #open: () => Promise<Journal>;
  journal: Journal | undefined;

  constructor(open: () => Promise<Journal>) {
    this.#open = open;
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

  /** Every delivery that was confirmed to be committed. */
  deliveries(): readonly NewDelivery[] {
    return [...this.commits.values()].flatMap((commits) => commits.flatMap((commit) => commit.deliveries));
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
        this.commits.set(action.feed, [...(this.commits.get(action.feed) ?? []), commit]);
        return true;
      }
      default:
        return this.#settle(journal, action);
    }
  }

  async #settle(journal: Journal, action: { readonly does: string; readonly nth: number }): Promise<boolean> {
    const all = this.deliveries();
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
      if (now !== undefined) this.doubtfulReplays.add(id);
      if (!(await this.#tried(() => journal.replay([{ id, callback: 'https://receiver.test/new' }])))) return false;
      if (this.doubtfulReplays.delete(id)) this.#isReplayed(id);
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
    if (!(await this.#tried(() => journal.settle(settlement)))) return false;
    if (!counts) return true;
    this.doubtfulSettlements.delete(id);
    this.settled.set(id, settlement);
    return true;
  }

  #isReplayed(id: string): void {
    this.settled.delete(id);
    this.attempts.delete(id);
  }

  /** Takes a replay as confirmed that was asked for without a clear answer. */
  resolveReplay(id: string, pending: boolean): void {
    if (this.doubtfulReplays.delete(id) && pending) this.#isReplayed(id);
  }

  #next(feed: string, records: readonly string[], reborn: boolean): Commit {
    const generation = this.commits.get(feed)?.length ?? 0;
    const changes = records.map((id): [string, Told] => [id, told(generation + 1, `digest of ${id} at ${generation}`)]);
    return {
      feed,
      generation,
      head: head(feed, noon + generation),
      told: changes,
      ...(reborn ? { reborn } : {}),
      deliveries: records.map((id) =>
        delivery(feed, id, generation + 1, { body: `${feed} ${id} ${generation} `.repeat(3) }),
      ),
    };
  }

  /** A full disk is a reason to try again, anything else is the end. */
  async #tried(act: () => Promise<unknown>): Promise<boolean> {
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
  for (const event of await journal.events({})) {
    assert.ok(!listed.has(event.delivery), `${event.delivery} is listed twice`);
    listed.set(event.delivery, event.state);
  }

  const feeds = new Set([...player.commits.keys(), ...player.doubtfulCommits.keys()]);
  for (const feed of journal.feeds()) assert.ok(feeds.has(feed));
  let expected = 0;
  for (const feed of feeds) {
    const state = await journal.load(feed);
    const commits = player.commits.get(feed) ?? [];
    const doubtful = player.doubtfulCommits.get(feed);
    const generation = state?.generation ?? 0;
    if (doubtful !== undefined && generation === commits.length + 1) commits.push(doubtful);
    player.doubtfulCommits.delete(feed);
    if (commits.length > 0) player.commits.set(feed, commits);
    assert.equal(generation, commits.length, `generation of ${feed}`);
    assert.deepEqual(state?.head, commits.at(-1)?.head);
    assert.deepEqual(journal.head(feed), commits.at(-1)?.head);
    assert.deepEqual(new Map(state?.snapshot), snapshotOf(commits));

    for (const fresh of commits.flatMap((commit) => commit.deliveries)) {
      expected += 1;
      const found = deadIds.has(fresh.id) ? 'dead' : pendingIds.has(fresh.id) ? 'pending' : listed.get(fresh.id);
      assert.ok(found !== 'dead' || deadIds.has(fresh.id), `${fresh.id} is listed as dead, but is no dead letter`);
      player.resolveReplay(fresh.id, found === 'pending');
      const maybe = player.doubtfulSettlements.get(fresh.id);
      if (maybe?.outcome === found && maybe !== undefined) player.settled.set(fresh.id, maybe);
      player.doubtfulSettlements.delete(fresh.id);
      assert.equal(found, player.settled.get(fresh.id)?.outcome ?? 'pending', `state of ${fresh.id}`);
      assert.equal(listed.get(fresh.id), found, `listed state of ${fresh.id}`);
      assert.equal(await journal.body(fresh.id), fresh.body, `body of ${fresh.id}`);
    }
  }
  assert.equal(listed.size, expected, 'as many deliveries as were committed');
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

function snapshotOf(commits: readonly Commit[]): Map<string, Told> {
  const snapshot = new Map<string, Told>();
  for (const commit of commits) {
    if (commit.reborn === true) snapshot.clear();
    for (const [id, version] of commit.told) snapshot.set(id, version);
  }
  return snapshot;
}
