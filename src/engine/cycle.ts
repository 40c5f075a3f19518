import type { Doubt, FeedHead, Page } from '../model/change.ts';
import type { Feed, Position } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { HttpAnswer, HttpRequest } from '../model/ports.ts';
import { countKnown } from '../detect/absence.ts';
import { dateIn } from '../detect/dates.ts';
import { openDetection, type Detection } from '../detect/detect.ts';
import { newborn, onProvidersClock, type FirstAnswer } from '../detect/head.ts';
import { nextWatermark, type UpperBound } from '../detect/watermark.ts';
import type { Witness } from '../detect/witness.ts';
import { serverDate } from '../poll/verdict.ts';
import type { PollFailure } from './ask.ts';
import { conditionsOf, validatorOf } from './conditional.ts';
import { judgeAbsence, type Reread } from './judge-absence.ts';
import type { EnginePorts, Outbox } from './ports.ts';
import { tellRemarks } from './poll-notices.ts';
import { readDeletions } from './read-deletions.ts';
import { noRecords, readPages, type TakePage } from './read-pages.ts';
import { flush, openWork, type Work } from './slices.ts';

/** What a poll came to, for status, log and the command that asked for it. */
export type PollReport =
  | {
      readonly ok: true;
      readonly created: number;
      readonly updated: number;
      readonly deleted: number;
      readonly learned: number;
      readonly forgotten: number;
      readonly pages: number;
      readonly records: number;
      readonly everything: boolean;
      readonly watermark: Instant;
      readonly doubt: Doubt | undefined;
      readonly undated: Detection['undated'];
    }
  | { readonly ok: false; readonly failure: PollFailure; readonly told: number };

export interface PollOptions {
  /** The operator believes a sweep that was doubted. */
  readonly believe: boolean;
  /** When the plan that holds the feed was applied: the birth of a feed whose identity is new. */
  readonly appliedAt: Instant;
  /** Is told what becomes of each record. */
  readonly witness?: Witness;
}

/** Remembers a feed's birth durably, so that its since is the instant its plan was applied whatever happens before its first look. */
export async function giveBirth(feed: Feed, appliedAt: Instant, ports: EnginePorts): Promise<void> {
  await ports.journal.commit({
    feed: feed.id,
    generation: 0,
    head: newborn(feed, appliedAt),
    told: [],
    deliveries: [],
  });
}

/**
 * Remembers durably that a feed was born anew with another identity. What is known of the former one stays until the first poll, so that a
 * slip that is taken back costs nothing.
 */
export async function giveRebirth(feed: Feed, appliedAt: Instant, ports: EnginePorts): Promise<void> {
  const state = await ports.journal.load(feed.id);
  if (state === undefined || state.head.identity === feed.identity) return;
  if (state.head.successor?.identity === feed.identity) return;
  const head: FeedHead = { ...state.head, successor: { identity: feed.identity, birth: appliedAt } };
  await ports.journal.commit({ feed: feed.id, generation: state.generation, head, told: [], deliveries: [] });
}

/** One poll of one feed, end to end. What is not committed never was, so it may be stopped anywhere. Rejects with Faults only. */
export async function pollFeed(
  feed: Feed,
  ports: EnginePorts,
  outbox: Outbox,
  options: PollOptions,
  signal: AbortSignal,
): Promise<PollReport> {
  const work = await openWork(feed, ports, outbox, options);
  const startedAt = ports.clock.now();
  const everything = readsEverything(feed, work.head, options, startedAt);
  const askedFrom = everything ? undefined : work.head.watermark;
  work.witness.begins(askedFrom);
  const known = everything && feed.deletes.by === 'sweep' ? countKnown(work.snapshot) : 0;
  // A part of this reading may be committed and the rest never: then the provider is not asked whether the former listing still stands.
  const { validator: former, ...unasked } = work.head;
  const asked = work.head;
  const conditions = (request: HttpRequest): Readonly<Record<string, string>> =>
    conditionsOf(feed, asked, request, { everything, believe: options.believe });
  work.head = unasked;
  const listing = await readListing(work, everything, startedAt, signal, conditions);
  if (!listing.ok) return { ok: false, failure: listing.failure, told: work.told };
  const { detection, reading } = listing;
  const proves = everything && reading.listed && !reading.silent;
  work.witness.listed(reading.unchanged ? 'same' : proves ? 'whole' : 'part');

  work.noticed.push(...tellRemarks(feed, work.head, detection, reading, startedAt, ports.tell));
  const deletions =
    feed.deletes.by === 'feed'
      ? await readDeletions(
          work,
          feed.deletes.listing,
          detection,
          {
            everything,
            moving: reading.pages > 1,
            silent: !reading.listed || reading.silent,
            start: reading.time.start,
            horizon: reading.time.horizon,
          },
          positionOf(work.head, false, startedAt),
          () => readListing(work, everything, ports.clock.now(), signal),
          signal,
        )
      : undefined;
  if (deletions !== undefined && !deletions.ok) return { ok: false, failure: deletions.failure, told: work.told };
  const readAgain = (): Promise<Reread> => readListing(work, true, ports.clock.now(), signal);
  const judged = { believe: options.believe, known, startedAt };
  const absence = everything ? await judgeAbsence(work, listing, judged, readAgain, signal) : undefined;
  if (absence !== undefined && !absence.ok) return { ok: false, failure: absence.failure, told: work.told };
  work.pending.push(...(absence?.outcomes ?? []));

  const { watermark, shiftingStart, held } = nextWatermark(feed, work.head, {
    time: reading.time,
    newest: detection.newest(),
    shifting: reading.shifting || deletions?.reading.shifting === true,
    upperBound: upperBound(work, askedFrom, startedAt),
    silent: reading.silent || deletions?.reading.silent === true,
  });
  const validator = reading.unchanged ? former : validatorOf(feed, work.head, reading.whole);
  const { relearn, doubt: _settled, ...kept } = work.head;
  const looked = everything ? 'full' : kept.looked === 'none' ? 'partial' : kept.looked;
  const doubt = absence === undefined ? work.head.doubt : absence.doubt;
  const head: FeedHead = {
    ...kept,
    watermark,
    standing: { ...held, at: startedAt, watermark },
    looked,
    noticed: [...kept.noticed, ...work.noticed],
    ...(validator === undefined ? {} : { validator }),
    ...(shiftingStart === undefined ? {} : { shiftingStart }),
    ...(absence === undefined ? {} : { sweptAt: startedAt }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(relearn === undefined || proves ? {} : { relearn }),
  };
  const stopped = await flush(work, head, 'end', signal);
  if (stopped !== undefined) return { ok: false, failure: stopped, told: work.told };
  return {
    ok: true,
    ...work.counts,
    learned: detection.remarks.learned,
    forgotten: absence?.forgotten ?? 0,
    pages: reading.pages,
    records: detection.seen.size,
    everything,
    watermark,
    doubt,
    undated: detection.undated,
  };
}

/** Whether this poll reads all there is: nothing bounds the reading, the first look or a sweep is due, or an edit asks for it. */
function readsEverything(feed: Feed, head: FeedHead, options: PollOptions, now: Instant): boolean {
  if (!feed.request.hasWatermark) return true;
  if (feed.baseline && (head.looked === 'none' || head.relearn !== undefined)) return true;
  if (feed.deletes.by !== 'sweep') return false;
  return (
    options.believe || head.looked !== 'full' || head.sweptAt === undefined || head.sweptAt + feed.deletes.every <= now
  );
}

/** Where a reading begins. A clock that was ahead may have left a watermark in the future; nothing is asked from there. */
function positionOf(head: FeedHead, everything: boolean, now: Instant): Position {
  return { watermark: everything ? undefined : Math.min(head.watermark, now), now };
}

/** Reads and detects; slices are committed as they fill. */
async function readListing(
  work: Work,
  everything: boolean,
  now: Instant,
  signal: AbortSignal,
  conditions?: (request: HttpRequest) => Readonly<Record<string, string>>,
): Promise<Reread> {
  const { feed, ports } = work;
  let opened: Detection | undefined;
  const take: TakePage = async (page, time, first) => {
    if (opened === undefined && work.head.looked === 'none')
      work.head = onProvidersClock(work.head, feed, clocksOf(feed, page, first));
    const detection = (opened ??= openDetection(feed, work.head, work.snapshot, everything, work.witness));
    work.pollDate = time.start;
    const outcomes = detection.page(page, time);
    if (outcomes === undefined) return noRecords();
    work.pending.push(...outcomes);
    return flush(work, work.head, 'slices', signal);
  };
  const end = await readPages(feed, positionOf(work.head, everything, now), ports, signal, take, conditions);
  if (!end.ok) return end;
  return {
    ok: true,
    detection: opened ?? openDetection(feed, work.head, work.snapshot, everything, work.witness),
    reading: end.reading,
  };
}

/** What a first answer says about the provider's clock; a cache's answer is as much older as it says. */
function clocksOf(feed: Feed, page: Page, first: HttpAnswer): FirstAnswer {
  const date = serverDate(first);
  const age = Number(first.headers['age'] ?? 0) * 1_000;
  const behind = date === undefined ? 0 : first.sentAt + first.took - date - (Number.isFinite(age) ? age : 0);
  let newest: Instant | undefined;
  for (const record of page.records) {
    const date = dateIn(record, feed.reading.updated);
    if (date !== undefined && !Number.isNaN(date) && (newest === undefined || date > newest)) newest = date;
  }
  return { sentAt: first.sentAt, behind, newest };
}

/** No reading says anything of later than this: what its request printed, and, where the feed's beginning was moved back, that. */
function upperBound(work: Work, askedFrom: Instant | undefined, now: Instant): UpperBound | undefined {
  const { request, deletes } = work.feed;
  const bounds = [
    request.upperBound({ watermark: askedFrom, now }),
    deletes.by === 'feed' ? deletes.listing.request.upperBound({ watermark: work.head.watermark, now }) : undefined,
  ].filter((bound) => bound !== undefined);
  if (askedFrom !== undefined && askedFrom > work.head.watermark && !bounds.some((at) => at < work.head.watermark))
    return { at: work.head.watermark, by: 'beginning' };
  return bounds.length === 0 ? undefined : { at: Math.min(...bounds), by: 'upper-bound' };
}
