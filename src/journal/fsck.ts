import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Duration, Instant } from '../model/instant.ts';
import { examineFeeds } from './fsck-examine-feeds.ts';
import { examineFiles, listState } from './fsck-files.ts';
import type { Act, Examination, Finding } from './fsck-finding.ts';
import { examineLetters } from './fsck-letters.ts';
import { sayLog } from './fsck-say.ts';
import { repairLog } from './fsck-segments.ts';
import { surveyLog } from './fsck-survey.ts';

export interface FsckOptions {
  /** For how long a delivery may have been pending, where nothing else says so. */
  readonly retryFor: Duration;
  /** As the journal is opened with. Default 1 MB. */
  readonly reserveBytes?: number;
  /** What else is looked at in the state directory: the paths of its files come in. */
  readonly beside?: (tokens: readonly string[]) => Promise<Examination>;
}

/** What a repair came to. */
export interface Repaired {
  readonly findings: readonly Finding[];
  /** Where copies of all changed and removed files lie; undefined: nothing was changed. */
  readonly aside: string | undefined;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** A daemon that runs may move and replace files while they are looked at: what is found each time is damage. */
const looks = 3;

/**
 * Looks at a state directory, without its lock and without writing a byte, also while a daemon writes. Rejects with a Fault `state-newer`,
 * or one of the disk's.
 */
export async function lookThrough(disk: Disk, options: FsckOptions): Promise<readonly Finding[]> {
  let agreed: readonly Finding[] | undefined;
  for (let look = 1; ; look += 1) {
    try {
      const { findings } = await examine(disk, options);
      const same = new Set(findings.map((finding) => JSON.stringify(finding)));
      agreed = agreed === undefined ? findings : agreed.filter((finding) => same.has(JSON.stringify(finding)));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'journal-damaged' || look >= looks) throw error;
    }
    if (agreed?.every(({ weight }) => weight === 'note') === true || look >= looks) return agreed ?? [];
  }
}

/**
 * Repairs a state directory, whose lock the caller holds; what is to be changed is copied to `aside/<time>/` first. Safe to be cut off
 * anywhere and done again. Rejects with a Fault: then what was not yet repaired is as it was.
 */
export async function repair(disk: Disk, at: Instant, options: FsckOptions): Promise<Repaired> {
  const { findings, acts } = await examine(disk, options);
  if (acts.length === 0) return { findings, aside: undefined, changed: [], removed: [] };
  const aside = `aside/${new Date(at).toISOString().replaceAll(':', '-')}`;
  const paths = [...new Set(acts.map(({ path }) => path))];
  let kept = false;
  for (const path of paths) {
    const bytes = await disk.read(path);
    if (bytes === undefined || bytes.length === 0) continue;
    await disk.replace(`${aside}/${path}`, bytes);
    kept = true;
  }
  for (const act of acts) {
    if (act.does === 'remove') await disk.remove(act.path);
    else await disk.replace(act.path, await act.bytes());
  }
  const gone = new Set(acts.filter(({ does }) => does === 'remove').map(({ path }) => path));
  for (const act of acts) if (act.does === 'write') gone.delete(act.path);
  return {
    findings,
    aside: kept ? aside : undefined,
    changed: paths.filter((path) => !gone.has(path)),
    removed: [...gone],
  };
}

async function examine(disk: Disk, options: FsckOptions): Promise<Examination> {
  // What is written after the log is read before it, so that a daemon's work in between looks like nothing.
  const listing = await listState(disk);
  const feeds = await examineFeeds(disk, listing.checkpoints);
  const survey = await surveyLog(disk);
  const letters = await examineLetters(disk, listing.letters, survey);
  const judged = await feeds.judge(survey, letters.sound, options.retryFor);
  const used = survey.segments.length > 0 || listing.checkpoints.length > 0 || listing.letters.length > 0;
  // Where the log has to begin anew, the addition says so.
  const unsaid = judged.orphaned || judged.addition !== undefined ? undefined : survey.next;
  const begins = survey.speaks ? (survey.gaps[0]?.first ?? survey.liveFrom) : unsaid;
  const reserveBytes = options.reserveBytes ?? 1_000_000;
  const files = await examineFiles(disk, listing, { used, begins, reserveBytes });
  const beside = (await options.beside?.(listing.tokens)) ?? { findings: [], acts: [] };
  const acts: Act[] = [
    ...repairLog(disk, survey, judged.addition, judged.roster),
    ...judged.acts,
    ...letters.acts,
    ...files.acts,
    ...beside.acts,
  ];
  const findings = [
    ...sayLog(survey, judged),
    ...judged.findings,
    ...letters.findings,
    ...files.findings,
    ...beside.findings,
  ];
  return { findings, acts };
}
