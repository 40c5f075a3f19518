import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readConfig } from '../config/config-file.ts';
import { contentOf, type ConfigPlaces } from '../io/config-content.ts';
import type { World } from './world.ts';

/**
 * Where config.yaml says that files lie. `lost` where it has an error or cannot be read, so that nobody knows; `unrepeatable` where it is
 * no plain file but, say, a pipe, which can be read only once and is left alone. Never rejects.
 */
export async function readPlaces(
  configFile: string | undefined,
  world: Pick<World, 'cwd'>,
): Promise<ConfigPlaces | 'lost' | 'unrepeatable'> {
  const path = configPath(configFile, world);
  let bytes: Uint8Array | undefined;
  try {
    const found = await stat(path);
    if (!found.isFile()) return found.isDirectory() ? 'lost' : 'unrepeatable';
    bytes = await readFile(path);
  } catch (error) {
    if (configFile !== undefined || (error as NodeJS.ErrnoException).code !== 'ENOENT') return 'lost';
  }
  const { ok, settings } = readConfig(bytes === undefined ? undefined : { path, bytes }, dirname(path), []);
  return ok ? { files: [path], folders: [...new Set([...settings.elements, settings.instances])] } : 'lost';
}

/** What a watch begins with. */
export interface WatchStart {
  readonly places: ConfigPlaces;
  /** The content of the files; empty where it could not be told, so that any content is another one. */
  readonly since: string;
}

/**
 * To be called before the configuration is read for the first time: what changes from here on is seen as a change. Undefined where
 * nothing can be watched because config.yaml can be read only once.
 */
export async function beginWatch(
  configFile: string | undefined,
  world: Pick<World, 'cwd'>,
): Promise<WatchStart | undefined> {
  const places = await readPlaces(configFile, world);
  if (places === 'unrepeatable') return undefined;
  if (places === 'lost') return { places: { files: [configPath(configFile, world)], folders: [] }, since: '' };
  return { places, since: await contentOf(places).catch(() => '') };
}

function configPath(configFile: string | undefined, world: Pick<World, 'cwd'>): string {
  return resolve(world.cwd, configFile ?? 'config.yaml');
}
