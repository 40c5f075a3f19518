import type { FeedStanding, Hold } from '../engine/standing.ts';
import { printProblem } from '../config/print-problem.ts';
import type { Applied } from './compose.ts';
import { roughly, shortInstant } from './time-words.ts';

/** What the files have to do with where a feed stands. */
export function fileHolds(feed: string, { problems, broken, lost, since }: Applied, running: boolean): readonly Hold[] {
  const instance = feed.slice(0, feed.indexOf('/'));
  const holds: Hold[] = [];
  const from = (at: number | undefined): Pick<Hold, 'since'> => (at === undefined ? {} : { since: at });
  if (lost !== false) {
    const says = `${lost}: everything runs on as it was; \`elementd validate\` says what to mend`;
    holds.push({ what: 'config', says, ...from(since?.lost) });
  }
  if (broken.has(instance)) {
    const first = problems.find(
      ({ severity, file }) => severity === 'error' && file.replace(/^.*\//, '').replace(/\.\w+$/, '') === instance,
    );
    const how = running ? 'runs as it was last good' : 'does not run';
    const where = first === undefined ? '`elementd validate` says which' : printProblem(first);
    const says = `instance ${instance} has errors and ${how}: ${where}`;
    holds.push({ what: 'broken', says, ...from(since?.broken.get(instance)) });
  }
  return holds;
}

/** Where a feed stands, as rows of a list. */
export function standingRows(standing: FeedStanding, at: number): readonly (readonly [string, string])[] {
  const { says, schedule, due, holds } = standing;
  const rows: (readonly [string, string])[] = [['it stands', says]];
  if (schedule !== undefined && schedule !== null)
    rows.push([
      'schedule',
      `${schedule}${due == null ? '' : `; after the last good poll due at ${shortInstant(due)}`}`,
    ]);
  for (const hold of holds) {
    const since = hold.since == null ? '' : ` (since ${shortInstant(hold.since)}, ${roughly(at - hold.since)})`;
    rows.push(['held', `${hold.what}: ${hold.says}${since}`]);
  }
  if (holds.length === 0) rows.push(['held', 'by nothing']);
  return rows;
}

/** The same for machines, with instants in ISO 8601. */
export function isoStanding(standing: FeedStanding): object {
  return {
    ...standing,
    watermark: iso(standing.watermark),
    asOf: iso(standing.asOf),
    due: iso(standing.due),
    holds: standing.holds.map((hold) => ({ ...hold, since: iso(hold.since), until: iso(hold.until) })),
  };
}

/** An instant in ISO 8601; undefined where there is none. */
export function iso(at: number | null | undefined): string | undefined {
  return at === undefined || at === null ? undefined : new Date(at).toISOString();
}
