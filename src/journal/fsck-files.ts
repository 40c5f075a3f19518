import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { beginningBytes, beginningPath, parseBeginning } from './beginning.ts';
import type { Act, Examination, Finding } from './fsck-finding.ts';
import { format, formatOf } from './recovery.ts';
import { newerState } from './refusals.ts';

/** Names in the state directory, by what they are. */
export interface Listing {
  readonly checkpoints: readonly string[];
  readonly letters: readonly string[];
  readonly tokens: readonly string[];
  /** Left behind where the replacing or removing of a file was cut off. */
  readonly leftovers: readonly string[];
  /** Nothing that elementd writes. */
  readonly strangers: readonly string[];
}

const rooms = new Set(['journal', 'feeds', 'dead', 'tokens', 'aside']);
const rootFiles = new Set(['format', 'lock.sock', 'elementd.sock']);
const journalFile = /^(?:reserve|retired|begins|\d{20}\.log)$/;
const retiredFile = /^\d{20}-\d+\.log$/;

/** Lists the state directory without looking into its files. */
export async function listState(disk: Disk): Promise<Listing> {
  const found: Record<keyof Listing, string[]> = {
    checkpoints: [],
    letters: [],
    tokens: [],
    leftovers: [],
    strangers: [],
  };
  const sort = async (folder: string, kindOf: (name: string) => keyof Listing | undefined): Promise<void> => {
    for (const name of (await namesIn(disk, folder)) ?? []) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const kind = name.endsWith('.new') || path === 'journal/removed' ? 'leftovers' : kindOf(name);
      if (kind !== undefined) found[kind].push(path);
    }
  };
  const inJson =
    (kind: keyof Listing) =>
    (name: string): keyof Listing =>
      name.endsWith('.json') ? kind : 'strangers';
  await sort('', (name) => (rooms.has(name) || rootFiles.has(name) ? undefined : 'strangers'));
  await sort('journal', (name) => (journalFile.test(name) ? undefined : 'strangers'));
  await sort('journal/retired', (name) => (retiredFile.test(name) ? undefined : 'strangers'));
  await sort('dead', inJson('letters'));
  await sort('tokens', inJson('tokens'));
  for (const instance of await disk.list('feeds')) {
    const folder = `feeds/${instance}`;
    if ((await namesIn(disk, folder)) === undefined) found.strangers.push(folder);
    else await sort(folder, inJson('checkpoints'));
  }
  return found;
}

/** Undefined where it is no folder. */
async function namesIn(disk: Disk, folder: string): Promise<readonly string[] | undefined> {
  try {
    return await disk.list(folder);
  } catch (error) {
    if (error instanceof Fault && error.code === 'disk-failed' && folder !== '') return undefined;
    throw error;
  }
}

/**
 * Looks at what is neither log, checkpoint nor dead letter. `used`: something else is in the directory, so that it should say its format;
 * `begins`: the first frame of the live log as it will be.
 * Rejects with a Fault `state-newer` for the state of a later version.
 */
export async function examineFiles(
  disk: Disk,
  listing: Listing,
  facts: { readonly used: boolean; readonly begins: number | undefined; readonly reserveBytes: number },
): Promise<Examination> {
  const findings: Finding[] = [];
  const acts: Act[] = [];
  const bytes = await disk.read('format');
  const found = bytes === undefined ? undefined : formatOf(bytes);
  if (found !== undefined && found > format) throw newerState('format', found, format);
  if (found === undefined && (facts.used || bytes !== undefined)) {
    findings.push({
      file: 'format',
      says: bytes === undefined ? 'it is missing' : 'it should hold the number of a format, and does not',
      means:
        'a version of elementd with another format could not see that this state is not its own; nothing else is concerned',
      repair: `write it anew: format ${format}, as everything else here says`,
      weight: bytes === undefined ? 'note' : 'damage',
    });
    acts.push({ does: 'write', path: 'format', bytes: async () => Buffer.from(`${format}\n`) });
  }
  const begun = await disk.read(beginningPath);
  const { begins } = facts;
  if (begun !== undefined && begins !== undefined && parseBeginning(begun) === undefined) {
    findings.push({
      file: beginningPath,
      says: 'it should say where the log begins, and does not',
      means: 'the daemon refuses to start; whether segments before the first one are missing cannot be told',
      repair: `write it anew: the log begins with frame ${begins}`,
      weight: 'damage',
    });
    acts.push({ does: 'write', path: beginningPath, bytes: async () => beginningBytes(begins) });
  }
  for (const path of listing.leftovers) {
    findings.push({
      file: path,
      says: 'a copy that was being written or removed when the process ended',
      means: 'nothing: the file it was for is whole',
      repair: 'remove it',
      weight: 'note',
    });
    acts.push({ does: 'remove', path });
  }
  const reserve = await disk.read('journal/reserve');
  if (facts.used && reserve?.length !== facts.reserveBytes) {
    const size = reserve === undefined ? 'is missing' : `has ${reserve.length} bytes instead of ${facts.reserveBytes}`;
    findings.push({
      file: 'journal/reserve',
      says: `the room set aside for settlements ${size}`,
      means: 'on a full disk, POSTs that were delivered may be sent once more',
      repair: 'set the room aside again',
      weight: 'note',
    });
    acts.push({ does: 'write', path: 'journal/reserve', bytes: async () => new Uint8Array(facts.reserveBytes) });
  }
  for (const path of listing.strangers) {
    findings.push({
      file: path,
      says: 'elementd did not write it',
      means: 'nothing',
      repair: 'leave it alone',
      weight: 'note',
    });
  }
  return { findings, acts };
}
