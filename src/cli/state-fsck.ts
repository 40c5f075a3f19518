import { systemClock } from '../io/clock.ts';
import { openDisk } from '../io/disk.ts';
import { takeStateLock } from '../io/state-lock.ts';
import { openTokenStore } from '../io/token-store.ts';
import type { Examination, Finding } from '../journal/fsck-finding.ts';
import type { FsckOptions, Repaired } from '../journal/fsck.ts';
import { lookThrough, repair } from '../journal/fsck.ts';
import type { Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { readConfiguration } from './configuration.ts';
import { counted } from './count-words.ts';
import { checkStateFolder } from './state-folder.ts';
import type { ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

type Options = ControlOptions & { readonly json: boolean; readonly repair: boolean };

/**
 * `elementd state fsck`: what is damaged in the state directory. It reads the files themselves, so it needs no daemon that starts, and works
 * beside one that runs. With `--repair` it takes the lock and mends what it can.
 */
export async function stateFsck(options: Options, world: World): Promise<Exit> {
  const { state, settings } = await readConfiguration(options.config, world);
  await checkStateFolder(state);
  const disk = openDisk(state);
  const fsck: FsckOptions = { retryFor: settings.delivery.retryFor, beside: (paths) => examineTokens(disk, paths) };
  if (!options.repair) {
    const findings = await lookThrough(disk, fsck);
    if (options.json) world.out(`${JSON.stringify({ sound: isSound(findings), findings }, undefined, 2)}\n`);
    else world.out(lookText(findings, world));
    return isSound(findings) ? EXIT.done : EXIT.fault;
  }

  const at = systemClock().now();
  const lock = await takeStateLock(state, { pid: process.pid, startedAt: at, what: options.what }).catch(stopFirst);
  try {
    const done = await repair(disk, at, fsck);
    const stays = done.findings.some(({ weight }) => weight === 'stays');
    if (options.json) world.out(`${JSON.stringify({ sound: !stays, ...done }, undefined, 2)}\n`);
    else world.out(repairText(done, state, world));
    return stays ? EXIT.fault : EXIT.done;
  } finally {
    await lock.release();
  }
}

function stopFirst(error: unknown): never {
  if (!(error instanceof Fault) || error.code !== 'state-locked') throw error;
  const hint = 'nothing was changed; stop it, and repair then: without --repair, fsck looks while it runs';
  throw new Fault(error.code, error.message, { hint, cause: error });
}

/** Token files that cannot be used. What they held cannot be had from anywhere else. */
async function examineTokens(disk: Disk, paths: readonly string[]): Promise<Examination> {
  const store = openTokenStore(disk);
  const findings: Finding[] = [];
  const removed: string[] = [];
  for (const path of paths) {
    const instance = instanceOf(path);
    if (instance === undefined) {
      const says = 'no instance has a token file of this name';
      findings.push({ file: path, says, means: 'nothing', repair: 'leave it alone', weight: 'note' });
      continue;
    }
    const loaded = await store.load(instance);
    if (loaded.ok) continue;
    if (loaded.newer === true) throw new Fault('state-newer', loaded.says, { hint: loaded.hint });
    findings.push({
      file: path,
      says: 'it is damaged',
      means: `instance ${instance} cannot get into its account; nothing that was told or remembered is concerned`,
      repair: `move it aside; \`elementd auth ${instance}\` authorizes the account anew`,
      weight: 'damage',
    });
    removed.push(path);
  }
  return { findings, acts: removed.map((path) => ({ does: 'remove', path })) };
}

function instanceOf(path: string): string | undefined {
  const name = path.slice('tokens/'.length, -'.json'.length);
  try {
    const instance = decodeURIComponent(name);
    return encodeURIComponent(instance) === name ? instance : undefined;
  } catch {
    return undefined;
  }
}

function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ weight }) => weight === 'note');
}

function lookText(findings: readonly Finding[], world: World): string {
  if (findings.length === 0) return 'The state directory is sound.\n';
  const damage = findings.filter(({ weight }) => weight !== 'note').length;
  const mendable = findings.some(({ weight }) => weight === 'damage');
  const end =
    damage === 0
      ? 'The state directory is sound.\n'
      : `${counted(damage, 'finding')}; nothing was changed.${mendable ? ' `elementd state fsck --repair`, with the daemon stopped, mends what can be mended.' : ''}\n`;
  return `${findings.map((finding) => findingText(finding, '--repair', world)).join('')}${end}`;
}

function repairText({ findings, aside, changed, removed }: Repaired, state: string, world: World): string {
  const stays = findings.filter(({ weight }) => weight === 'stays').length;
  const lines = findings.map((finding) => findingText(finding, 'done', world));
  if (changed.length + removed.length === 0) lines.push('Nothing was changed.\n');
  for (const path of changed) lines.push(`written: ${path}\n`);
  for (const path of removed) lines.push(`removed: ${path}\n`);
  if (aside !== undefined) lines.push(`The files as they were are kept in ${state}/${aside}.\n`);
  if (stays > 0) lines.push(`${counted(stays, 'finding')} wait${stays === 1 ? 's' : ''} for a decision of yours.\n`);
  else lines.push('The state directory is sound.\n');
  return lines.join('');
}

function findingText({ file, place, says, means, repair, weight }: Finding, did: string, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const label = weight === 'note' ? style('dim', 'note') : style(weight === 'stays' ? 'red' : 'yellow', 'damage');
  const what = weight === 'stays' ? 'decide' : did;
  return `${label} ${file}${place === undefined ? '' : `: ${place}`}: ${says}\n  means: ${means}\n  ${what}: ${repair}\n`;
}
