import { stat } from 'node:fs/promises';
import { Fault } from '../model/fault.ts';

/** Rejects with a Fault where the state directory cannot be one: something else stands there, or on the way to it. Missing is allowed. */
export async function checkStateFolder(path: string): Promise<void> {
  const hint = 'remove what stands there, or name another one with state: in config.yaml';
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return;
    const says = `the state directory ${path} cannot be used: a part of its path is a file`;
    throw new Fault('state-unwritable', says, { hint, cause: error });
  }
  if (!found.isDirectory())
    throw new Fault('state-unwritable', `the state directory ${path} cannot be used: it is a file`, { hint });
}
