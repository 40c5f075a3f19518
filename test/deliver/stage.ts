import { Drain } from '../../src/deliver/drain.ts';
import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { revealLiteral } from '../../src/language/secret.ts';
import type { Settings } from '../../src/model/catalog.ts';
import type { Callback } from '../../src/model/feed.ts';
import type { Instant } from '../../src/model/instant.ts';
import type { Journal, NewDelivery } from '../../src/model/journal.ts';
import type { Notice, NoticeName } from '../../src/model/notice.ts';
import type { Http, HttpAnswer, HttpOutcome, HttpRequest } from '../../src/model/ports.ts';
import type { Vault } from '../../src/model/secret.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

/** When every play begins. */
export const start: Instant = Date.UTC(2026, 0, 2, 3, 0, 0);
export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

export const vault: Vault = { write: (secret, escape) => escape(revealLiteral(secret) ?? '') };

/** One POST as it was sent. */
export interface Sent {
  readonly id: string;
  readonly url: string;
  readonly at: Instant;
  readonly request: HttpRequest;
}

/** Answers the n-th POST of all, counted from 0: a status, or a whole outcome, at once or later. */
export type Receiver = (
  sent: Sent,
  n: number,
  signal: AbortSignal | undefined,
) => number | HttpOutcome | Promise<number | HttpOutcome>;

export interface StageOptions {
  readonly journal?: Journal;
  readonly clock?: VirtualClock;
  readonly http?: Http;
  readonly receiver?: Receiver;
  readonly limits?: Partial<Settings['delivery']>;
  /** Feed -> callback; every other feed goes to `https://NAME.test`, NAME being what stands before its `/`. */
  readonly routes?: Map<string, Callback | undefined | 'absent'>;
}

/** A drain with everything around it, whose time the test moves. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly drain: Drain;
  readonly routes: Map<string, Callback | undefined | 'absent'>;
  readonly sent: readonly Sent[];
  readonly told: readonly Notice[];
  /** Ids in the order they were sent. */
  sentIds(): readonly string[];
  heard(name: NoticeName): readonly Notice[];
  /** Resolves once so many notices of that name were told. */
  awaitNotices(name: NoticeName, count: number): Promise<void>;
  /** Commits and hands over, a delivery for each `feed: id [records]`. */
  commit(feed: string, deliveries: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** Starts `run`. */
  play(): Running;
}

export interface Running {
  readonly ended: Promise<void>;
  /** Aborts, and lets what is under way finish. */
  stop(): Promise<void>;
  readonly hard: AbortController;
  readonly soft: AbortController;
}

export function callback(key: string, more: Partial<Callback> = {}): Callback {
  return { key, url: key, headers: [], signatureKeys: [], ...more };
}

export function delivery(feed: string, id: string, records: readonly string[], at: Instant): NewDelivery {
  const events = records.map((recordId) => ({ id: `${id}-${recordId}`, kind: 'UPDATED' as const, recordId, date: at }));
  const [name] = feed.split('/');
  const body = JSON.stringify({ id, records });
  return { id, feed, callback: `https://${name}.test`, contentType: 'application/json', events, body, committedAt: at };
}

/** Puts deliveries into a journal as the next commit of their feed. */
export async function commitTo(journal: Journal, feed: string, deliveries: readonly NewDelivery[]): Promise<void> {
  const state = await journal.load(feed);
  const head = {
    feed,
    identity: 'i',
    birth: start,
    since: start,
    watermark: start,
    looked: 'full' as const,
    request: 'r',
    rules: [],
    noticed: [],
  };
  await journal.commit({ feed, generation: state?.generation ?? 0, head, told: [], deliveries });
}

export function answered(status: number, headers: Readonly<Record<string, string>> = {}): HttpOutcome {
  const answer: HttpAnswer = { status, headers, text: '', sentAt: start, took: 0, endedAt: start };
  return { ok: true, answer };
}

export function stage(options: StageOptions = {}): Stage {
  const clock = options.clock ?? virtualClock(start);
  const journal = options.journal ?? openMemoryJournal();
  const routes = options.routes ?? new Map<string, Callback | undefined | 'absent'>();
  const receiver = options.receiver ?? (() => 200);
  const sent: Sent[] = [];
  const told: Notice[] = [];
  const waiting = new Set<() => void>();
  const heard = (name: NoticeName): readonly Notice[] => told.filter((notice) => notice.name === name);
  const scripted: Http = {
    async send(request, _limits, signal) {
      const post = { id: request.headers['webhook-id'] ?? '', url: request.url, at: clock.now(), request };
      sent.push(post);
      const outcome = await receiver(post, sent.length - 1, signal);
      return typeof outcome === 'number' ? answered(outcome) : outcome;
    },
  };
  const drain = new Drain({
    journal,
    http: options.http ?? scripted,
    vault,
    clock,
    tell: (notice) => {
      told.push(notice);
      for (const look of waiting) look();
    },
    limits: {
      concurrency: 64,
      perCallback: 4,
      timeout: 15 * second,
      retryFor: 72 * hour,
      outbox: { events: 100_000, bytes: 1e9 },
      retention: 7 * 24 * hour,
      ...options.limits,
    },
    version: '1.2.3',
    route: (feed) => (routes.has(feed) ? routes.get(feed) : callback(`https://${feed.split('/')[0]}.test`)),
  });
  return {
    clock,
    journal,
    drain,
    routes,
    sent,
    told,
    sentIds: () => sent.map(({ id }) => id),
    heard,
    awaitNotices: (name, count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (heard(name).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async commit(feed, deliveries) {
      const made = Object.entries(deliveries).map(([id, records]) => delivery(feed, id, records, clock.now()));
      await commitTo(journal, feed, made);
      drain.committed(made);
    },
    play() {
      const soft = new AbortController();
      const hard = new AbortController();
      const ended = drain.run(soft.signal, hard.signal);
      ended.catch(() => undefined);
      return {
        ended,
        soft,
        hard,
        stop: () => {
          soft.abort();
          return ended;
        },
      };
    },
  };
}

/** A promise that the test resolves. */
export function gate<Value = void>(): { readonly passed: Promise<Value>; open(value: Value): void } {
  let open: (value: Value) => void = () => undefined;
  const passed = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return { passed, open: (value) => open(value) };
}

export function pendingIds(journal: Journal): readonly string[] {
  return [...journal.pending()].map(({ id }) => id);
}

export function deadIds(journal: Journal): readonly string[] {
  return [...journal.dead()].map(({ id }) => id);
}
