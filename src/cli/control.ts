import type { Amended, Selection } from '../deliver/by-command.ts';
import type { PollReport } from '../engine/cycle.ts';
import type { FeedStanding } from '../engine/standing.ts';
import type { EngineStatus } from '../engine/status.ts';
import type { Why } from '../engine/why.ts';
import type { EventQuery, ToldEvent } from '../model/journal.ts';
import type { Problem } from '../model/problem.ts';
import { scrubValue } from '../io/scrub.ts';
import type { Lost } from './configuration.ts';
import type { Applied, Daemon } from './compose.ts';
import { stateControlOf, type StateControl } from './state-control.ts';
import { fileHolds } from './stands.ts';

/** What `status` shows. */
export interface StatusAnswer extends EngineStatus {
  readonly problems: readonly Problem[];
  /** Instances whose files have errors, and whether they run as they were last good. */
  readonly broken: readonly { readonly instance: string; readonly running: boolean }[];
  /** Why the files as they are now could not be applied, so that everything runs on as it was; false where they were. */
  readonly lost: false | Lost;
}

/** What `poll` came to; undefined reports a feed that does not exist. */
export type PollAnswer = { readonly report: PollOutcome | undefined; readonly feeds: readonly string[] };

export type PollOutcome = Omit<Extract<PollReport, { ok: true }>, 'undated'> | Extract<PollReport, { ok: false }>;

export interface ReloadAnswer {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly problems: readonly Problem[];
}

export interface EventAnswer {
  readonly event: ToldEvent;
  /** The POST that holds it. */
  readonly body: string | undefined;
}

/** What commands ask of a daemon: the same whether it runs in this process or behind its socket. */
export interface Control extends StateControl {
  /** Answers. */
  ping(): Promise<true>;
  status(): Promise<StatusAnswer>;
  poll(feed: string, believe: boolean): Promise<PollAnswer>;
  reload(): Promise<ReloadAnswer>;
  events(query: EventQuery): Promise<readonly ToldEvent[]>;
  event(id: string): Promise<EventAnswer | undefined>;
  replay(selection: Selection): Promise<Amended>;
  drop(selection: Selection): Promise<Amended>;
  /** Why a feed stands where it stands; undefined for one that nobody knows. */
  stands(feed: string): Promise<FeedStanding | undefined>;
  /** What was last seen and told of a record, and why. */
  why(feed: string, record: string): Promise<Why>;
}

/** Answers commands from a daemon in this process. */
export function controlOf(daemon: Daemon, reload: () => Promise<Applied> = daemon.reload): Control {
  const { engine, journal } = daemon;
  const clean = <T>(value: T): T => scrubValue(value, daemon.scrub);
  return {
    ...stateControlOf(daemon, reload),
    ping: () => Promise.resolve(true),
    async status() {
      const { problems, broken, lost } = daemon.applied();
      const planned = new Set([...engine.plan.feeds.values()].map((feed) => feed.instance));
      const brokenInstances = [...broken].map((instance) => ({ instance, running: planned.has(instance) }));
      return clean({ ...(await engine.status()), problems, broken: brokenInstances, lost });
    },
    async poll(feed, believe) {
      const report = await engine.poll(feed, believe);
      return clean({
        report: report === undefined ? undefined : withoutUndated(report),
        feeds: [...engine.plan.feeds.keys()],
      });
    },
    async reload() {
      const { diff, problems } = await reload();
      return { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length, problems };
    },
    events: async (query) => clean(await journal.events(query)),
    async event(id) {
      const [found] = await journal.events({ ids: [id] });
      return found === undefined ? undefined : { event: clean(found), body: await journal.body(found.delivery) };
    },
    replay: async (selection) => clean(await engine.posts.replay(selection)),
    drop: async (selection) => clean(await engine.posts.drop(selection)),
    async stands(feed) {
      const standing = await engine.stands(feed);
      if (standing === undefined) return undefined;
      const holds = [...standing.holds, ...fileHolds(feed, daemon.applied(), engine.plan.feeds.has(feed))];
      return clean({ ...standing, holds });
    },
    why: async (feed, record) => clean(await engine.why(feed, record)),
  };
}

function withoutUndated(report: PollReport): PollOutcome {
  if (!report.ok) return report;
  const { undated: _undated, ...rest } = report;
  return rest;
}
