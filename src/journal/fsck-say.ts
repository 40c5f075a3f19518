import type { Finding } from './fsck-finding.ts';
import type { LostRange, Survey, SurveyedSegment } from './fsck-survey.ts';
import { livePath } from './segment.ts';

const retiredMeans =
  'events that were told there can be neither listed nor replayed any more; no feed and no pending delivery is concerned';
const liveMeans =
  'commits, settlements or copies of pending deliveries are lost: feeds that are concerned are named below, and a POST whose settlement was lost is sent once more';

/** What is wrong with the log, segment by segment. `blind`: what is missing behind its end, or all of it. */
export function sayLog(
  survey: Survey,
  { blind, orphaned }: { readonly blind: LostRange | undefined; readonly orphaned: boolean },
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const segment of survey.segments) findings.push(...saySegment(segment));
  for (const gap of survey.gaps) {
    findings.push({
      file: livePath(gap.first),
      says: `a segment is missing: no file holds frames ${gap.first} to ${gap.last}`,
      means: liveMeans,
      repair: 'put a segment there that says nothing, so that what comes before and behind can be read',
      weight: 'damage',
    });
  }
  for (const { first, last } of survey.expired) {
    findings.push({
      file: 'journal/retired',
      says: `no file holds frames ${first} to ${last}`,
      means:
        'nothing, where their segment expired before an older one; else events told there cannot be listed any more',
      repair: 'nothing',
      weight: 'note',
    });
  }
  if (orphaned) {
    findings.push({
      file: 'journal',
      says: 'the log is missing, and no checkpoint says which feeds it knew',
      means: 'nothing of what was told is known any more',
      repair: 'restore the state directory from a backup, or decide to give it up: moved away, every feed starts anew',
      weight: 'stays',
    });
  } else if (blind !== undefined) {
    findings.push({
      file: 'journal',
      says: !survey.speaks
        ? 'the live log is missing, although checkpoints or retired segments are there'
        : `the log ends with frame ${blind.first - 1}, although a checkpoint knows of later ones: its last segment is missing, or its end`,
      means: liveMeans,
      repair: 'go on with what checkpoints and retired segments say',
      weight: 'damage',
    });
  }
  for (const path of survey.empty) {
    findings.push({
      file: path,
      says: 'it is empty: it was opened for a write that never came',
      means: 'nothing',
      repair: 'remove it, or put there what is missing',
      weight: 'note',
    });
  }
  return findings;
}

function saySegment({ path, holes, mended, torn, live, size }: SurveyedSegment): readonly Finding[] {
  const findings: Finding[] = [];
  const file = path;
  for (const at of mended) {
    findings.push({
      file,
      place: `byte ${at}`,
      says: 'one bit of this frame has flipped',
      means: live ? 'the daemon refuses to start' : 'events told there or later in this file cannot be listed',
      repair: 'put the bit right: nothing is lost',
      weight: 'damage',
    });
  }
  for (const { from, to, first, last } of holes) {
    const bytes = `${to - from} bytes that are no frame`;
    const frames =
      first > last
        ? 'no frame is missing'
        : first === last
          ? `frame ${first} is lost`
          : `frames ${first} to ${last} are lost`;
    findings.push({
      file,
      place: `byte ${from}`,
      says: `${bytes}; ${frames}`,
      means: first > last ? 'nothing is lost' : live ? liveMeans : retiredMeans,
      repair: 'cut them out; the good frames before and behind are kept',
      weight: 'damage',
    });
  }
  if (torn !== undefined) {
    findings.push({
      file,
      place: `byte ${torn.from}`,
      says: `the last write was cut off (${torn.bytes} bytes), as happens in a power cut`,
      means: 'nothing: it was never confirmed',
      repair: 'leave it to the daemon, which cuts it off when it starts',
      weight: 'note',
    });
  }
  if (size === 0 && !live) {
    findings.push({ file, says: 'it is empty', means: retiredMeans, repair: 'remove it', weight: 'damage' });
  }
  return findings;
}
