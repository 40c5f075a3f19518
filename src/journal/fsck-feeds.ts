import type { FeedHead } from '../model/change.ts';
import type { BadCheckpoint, CheckpointFile } from './fsck-checkpoints.ts';
import type { RosterMark, StepMark, Trail } from './fsck-log.ts';
import type { LostRange } from './fsck-survey.ts';

/** What the files say of a feed. */
export interface FeedCase {
  readonly feed: string;
  readonly trail: Trail | undefined;
  readonly file: CheckpointFile | undefined;
  readonly bad: BadCheckpoint | undefined;
}

/** Something that says at which generation a feed stood at a sequence. */
export interface Point {
  readonly sequence: number;
  /** The generation there, before and after it. */
  readonly before: number;
  readonly after: number;
  /** Nothing before it is needed. */
  readonly whole: boolean;
  readonly step?: StepMark;
  readonly roster?: RosterMark;
  readonly file?: CheckpointFile;
  /** A damaged checkpoint that says as much; nothing can be built on it alone. */
  readonly head?: FeedHead;
}

/** Commits that no file holds: those between two points, or all before the first one. */
export interface Gap {
  readonly former: Point | undefined;
  readonly next: Point;
}

/** What is to be done about a feed. */
export type Verdict =
  /** What opening the journal makes of it is right. `named`: the live log names it. */
  | { readonly kind: 'sound'; readonly named: boolean; readonly points: readonly Point[] }
  /** What it was told is worked out anew and committed whole. */
  | {
      readonly kind: 'rebuild';
      readonly points: readonly Point[];
      /** The first commits that are missing and may not have been delivered, or without which the rest is not known. */
      readonly gap: Gap | undefined;
      readonly undelivered: boolean;
      /** Nothing is missing: every version and the watermark are as they were. */
      readonly exact: boolean;
      /** Its checkpoint is read line by line. */
      readonly salvaged: boolean;
    }
  /** Nothing says what it was told: the operator decides. */
  | {
      readonly kind: 'park';
      readonly named: boolean;
      readonly points: readonly Point[];
      /** The log would give it another life, which has ended. */
      readonly haunted: boolean;
    };

/** Judges a feed. `lost`: what the log does not hold; `liveFrom`: where the live log begins. */
export function judgeFeed(found: FeedCase, lost: readonly LostRange[], liveFrom: number): Verdict {
  const { trail, file, bad } = found;
  const all = pointsOf(found);
  // Where generations begin again, the feed was forgotten and born anew in what is lost: what came before is another life.
  const anew = all.findLastIndex((point, index) => !point.whole && point.before < (all[index - 1]?.after ?? 0));
  const points = anew < 0 ? all : all.slice(anew);
  const [first] = points;
  const last = points.at(-1);
  const named = [...(trail?.steps ?? []), ...(trail?.rosters ?? [])].some((mark) => mark.live);
  const live = lost.filter((range) => range.live);

  const gaps: Gap[] = [];
  // What was lost before anything is known of the feed may have been its own.
  if (first !== undefined && !first.whole && (anew >= 0 || live.some((range) => range.first <= first.sequence))) {
    gaps.push({ former: undefined, next: first });
  }
  for (const [index, next] of points.entries()) {
    const former = points[index - 1];
    if (former !== undefined && next.before > former.after) gaps.push({ former, next });
  }
  const base = points.findLastIndex((point) => point.whole || point.file !== undefined);
  const broken = gaps.find(({ next }) => points.indexOf(next) > base);
  const exact = base >= 0 && broken === undefined;
  const undelivered = gaps.find((gap) => mayBeUndelivered(gap, lost, liveFrom));
  const gap = undelivered ?? broken;

  if (exact && undelivered === undefined) {
    const behind = points.slice(base).every(({ step }) => step === undefined || step.live);
    const readable = points[base]?.file !== undefined ? behind && bad === undefined : behind;
    if (readable) return { kind: 'sound', named, points };
    return { kind: 'rebuild', points, gap: undefined, undelivered: false, exact: true, salvaged: false };
  }
  const salvaged = file === undefined && bad !== undefined && bad.rest.records.size > 0;
  const known = points.some((point) => point.file !== undefined) || first?.whole === true || salvaged;
  if (!known || (last === undefined && bad?.rest.head === undefined))
    return { kind: 'park', named, points, haunted: anew >= 0 };
  return { kind: 'rebuild', points, gap, undelivered: undelivered !== undefined, exact: false, salvaged };
}

/** The head that a point says; undefined for a step, whose frame says it. */
export function headAt(point: Point | undefined): FeedHead | undefined {
  return point?.roster?.head ?? point?.file?.head ?? point?.head;
}

/** Everything that says where the feed stood, from its last whole commit on, in order. */
function pointsOf({ trail, file, bad }: FeedCase): readonly Point[] {
  const points: Point[] = [
    ...(trail?.rosters ?? []).filter(isKnown).map((roster): Point => {
      const { sequence, generation } = roster;
      return { sequence, before: generation, after: generation, whole: false, roster };
    }),
    ...(trail?.steps ?? []).map((step): Point => {
      const { sequence, generation, whole } = step;
      return { sequence, before: generation, after: generation + 1, whole, step };
    }),
  ];
  const from = trail?.from ?? 0;
  if (file !== undefined && file.sequence >= from) {
    const { sequence, generation } = file;
    points.push({ sequence, before: generation, after: generation, whole: false, file });
  }
  const { head, sequence = 0, generation = 0 } = bad?.rest ?? {};
  // Every generation is a frame of its own.
  if (head !== undefined && sequence >= Math.max(generation, from) && generation > 0) {
    points.push({ sequence, before: generation, after: generation, whole: false, head });
  }
  // A checkpoint stands behind the step that it was written after; the sort keeps it there.
  points.sort((a, b) => a.sequence - b.sequence);
  const whole = points.findLastIndex((point) => point.whole);
  return whole < 0 ? points : points.slice(whole);
}

/** A feed of which nothing was known was named by an earlier repair, so that it is no new one; that says nothing else. */
function isKnown({ head }: RosterMark): boolean {
  return head.identity !== '';
}

/** Whether deliveries of the missing commits may still have been pending: then they stood in the live log. */
function mayBeUndelivered({ former, next }: Gap, lost: readonly LostRange[], liveFrom: number): boolean {
  if (former === undefined) return true;
  const between = lost.filter((range) => range.last > former.sequence && range.first <= next.sequence);
  return between.length > 0 ? between.some((range) => range.live) : next.sequence >= liveFrom;
}
