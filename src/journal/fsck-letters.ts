import { crc32 } from 'node:zlib';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import type { Settlement } from '../model/journal.ts';
import type { DeadLetter } from './dead-letters.ts';
import { letterBytes, parseLetter } from './dead-letters.ts';
import type { BodyPlace } from './entry.ts';
import { mendSealed } from './flipped-bit.ts';
import type { Act, Examination, Finding } from './fsck-finding.ts';
import { readThrough } from './fsck-frames.ts';
import type { Survey } from './fsck-survey.ts';
import { attempted, died } from './outbox.ts';
import { committed } from './stored.ts';
import { reasonOf } from './refusals.ts';
import { deadLetterPath } from './safe-name.ts';

/** Dead letters, and what is wrong with their files. */
export interface ExaminedLetters extends Examination {
  /** Ids of those that can be read. */
  readonly sound: ReadonlySet<string>;
}

/** What the log says of a delivery whose dead letter is damaged. */
interface Traces {
  copy?: Pick<DeadLetter, 'delivery' | 'order' | 'body'>;
  settled?: Settlement;
  /** The last move of its feed. */
  named?: number;
}

interface Damaged {
  readonly path: string;
  readonly says: string;
}

/** Looks at the dead letters; bodies of damaged ones are looked for in the log, also in retired segments. */
export async function examineLetters(disk: Disk, paths: readonly string[], survey: Survey): Promise<ExaminedLetters> {
  const findings: Finding[] = [];
  const acts: Act[] = [];
  const sound = new Set<string>();
  const damaged: Damaged[] = [];
  for (const path of paths) {
    const read = await disk.read(path);
    if (read === undefined) continue;
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    const letter = tryParse(path, bytes);
    if (typeof letter !== 'string') {
      sound.add(letter.delivery.id);
      continue;
    }
    const mended = mendSealed(bytes);
    const whole = mended === undefined ? undefined : tryParse(path, mended);
    if (mended === undefined || whole === undefined || typeof whole === 'string') {
      damaged.push({ path, says: letter });
      continue;
    }
    sound.add(whole.delivery.id);
    findings.push({
      file: path,
      says: 'one bit has flipped',
      means: `dead letter ${whole.delivery.id} of feed ${whole.delivery.feed} cannot be read`,
      repair: 'put the bit right: nothing is lost',
      feed: whole.delivery.feed,
      weight: 'damage',
    });
    acts.push({ does: 'write', path, bytes: async () => mended });
  }

  const traces = damaged.length === 0 ? new Map<string, Traces>() : await findTraces(disk, survey, damaged);
  for (const { path, says } of damaged) {
    const { finding, act, id } = judge(path, says, traces.get(path) ?? {}, survey);
    findings.push(finding);
    acts.push(act);
    if (id !== undefined) sound.add(id);
  }
  return { findings, acts, sound };
}

function judge(
  path: string,
  says: string,
  { copy, settled, named }: Traces,
  survey: Survey,
): { readonly finding: Finding; readonly act: Act; readonly id?: string } {
  const remove: Act = { does: 'remove', path };
  const base = { file: path, says, weight: 'damage' as const };
  if (copy === undefined) {
    const means =
      'a dead letter is lost: no copy of it is left in the log, so its events can be neither replayed nor listed';
    return { finding: { ...base, means, repair: 'move it aside, so that the daemon starts' }, act: remove };
  }
  const { delivery } = copy;
  const ours = { ...base, feed: delivery.feed };
  const open = survey.open.get(delivery.id);
  if (open?.live === true) {
    const means = `nothing: the log says that delivery ${delivery.id} of feed ${delivery.feed} is still to be sent`;
    return { finding: { ...ours, means, repair: 'remove it; the delivery is sent' }, act: remove };
  }
  if (open === undefined && settled?.outcome !== 'dead') {
    const means = `nothing: the log says that delivery ${delivery.id} of feed ${delivery.feed} was ${settled?.outcome ?? 'settled'} since`;
    return { finding: { ...ours, means, repair: 'remove it' }, act: remove };
  }
  // Where its death cannot be read in the log, the file alone says that it died.
  const death =
    settled?.outcome === 'dead' ? settled : { at: delivery.committedAt, says: delivery.lastSays ?? 'it was given up' };
  const letter: DeadLetter = {
    delivery: died({ delivery, order: copy.order }, death.at, death.says).delivery,
    order: copy.order,
    diedAt: death.at,
    body: copy.body,
    ...(named === undefined ? {} : { named }),
  };
  return {
    finding: {
      ...ours,
      means: `dead letter ${delivery.id} of feed ${delivery.feed} cannot be read`,
      repair: 'write it anew from its copy in the log: nothing is lost',
    },
    act: { does: 'write', path, bytes: async () => letterBytes(letter) },
    id: delivery.id,
  };
}

function tryParse(path: string, bytes: Buffer): DeadLetter | string {
  try {
    const letter = parseLetter(path, bytes);
    const belongs = deadLetterPath(letter.delivery.id);
    return belongs === path ? letter : `it holds the dead letter that belongs into ${belongs}`;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'journal-damaged') throw error;
    return reasonOf(error);
  }
}

/** Reads the log once more for the last copy and the last settlement of these. */
async function findTraces(disk: Disk, survey: Survey, damaged: readonly Damaged[]): Promise<Map<string, Traces>> {
  const traces = new Map(damaged.map(({ path }): [string, Traces] => [path, {}]));
  for (const [index, { path, first, live }] of survey.segments.entries()) {
    const read = survey.mended.get(path) ?? (await disk.read(path));
    if (read === undefined) continue;
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    const until = survey.segments[index + 1]?.first;
    readThrough(
      bytes,
      { path, first, until, written: live && until === undefined },
      ({ entry, sequence, bodiesAt }) => {
        const note = (delivery: DeadLetter['delivery'], order: number, place: BodyPlace): void => {
          const found = traces.get(deadLetterPath(delivery.id));
          if (found === undefined) return;
          const body = bytes.subarray(bodiesAt + place.offset, bodiesAt + place.offset + place.length);
          if (crc32(body) === place.crc) found.copy = { delivery, order, body: body.toString() };
        };
        if (entry.kind === 'commit') {
          entry.deliveries.forEach((fresh, order) => note(committed(fresh, sequence, order).delivery, order, fresh));
        } else if (entry.kind === 'amend' && entry.moved !== undefined) {
          const { from, to } = entry.moved;
          for (const found of traces.values()) {
            if (found.copy?.delivery.feed !== from) continue;
            found.copy = { ...found.copy, delivery: { ...found.copy.delivery, feed: to } };
            found.named = sequence;
          }
        } else if (entry.kind === 'stage' && entry.copy !== undefined) {
          note(entry.copy.delivery, entry.copy.order, entry.copy);
        } else if (entry.kind === 'carry' || entry.kind === 'replay') {
          note(entry.copy.delivery, entry.copy.order, entry.copy);
          if (entry.kind === 'replay') delete traces.get(deadLetterPath(entry.copy.delivery.id))?.settled;
        } else if (entry.kind === 'attempt') {
          const found = traces.get(deadLetterPath(entry.attempt.id));
          if (found?.copy !== undefined)
            found.copy = { ...found.copy, delivery: attempted(found.copy.delivery, entry.attempt) };
        } else if (entry.kind === 'settle') {
          const found = traces.get(deadLetterPath(entry.settlement.id));
          if (found !== undefined) found.settled = entry.settlement;
          if (entry.copy !== undefined) note(entry.copy.delivery, entry.copy.order, entry.copy);
        }
      },
    );
  }
  return traces;
}
