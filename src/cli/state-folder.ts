import { stat } from 'node:fs/promises';
import { Fault } from '../model/fault.ts';

/** The right of all others to write. */
const EVERYBODY_WRITES = 0o002;

/**
 * Rejects with a Fault where the state directory cannot be one: something else stands there, or on the way to it. Missing is allowed. Gives
 * what is questionable about it, for the operator.
 */
export async function checkStateFolder(path: string): Promise<string | undefined> {
  const hint = 'remove what stands there, or name another one with state: in config.yaml';
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return undefined;
    const says = `the state directory ${path} cannot be used: a part of its path is a file`;
    throw new Fault('state-unwritable', says, { hint, cause: error });
  }
  if (!found.isDirectory())
    throw new Fault('state-unwritable', `the state directory ${path} cannot be used: it is a file`, { hint });
  if (process.platform === 'win32' || (found.mode & EVERYBODY_WRITES) === 0) return undefined;
  return `every user of this machine may put files into the state directory ${path} and so change what is told: chmod o-w it`;
}
