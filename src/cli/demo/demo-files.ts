import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEntropy } from '../../io/entropy.ts';
import { packageRoot } from '../package-root.ts';

/** The instance body that the demo runs, as it is shipped in examples/seeds. */
export interface SeedBody {
  readonly providerData: { readonly code: string };
  readonly configuration: Readonly<Record<string, unknown>> & {
    readonly 'oauth.api.key': string;
    readonly 'oauth.api.secret': string;
    readonly 'oauth.callback.url': string;
  };
}

/** What the demo puts over the seed's configuration. */
export interface Overrides {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly callbackUrl: string;
  readonly interval: string;
  readonly signatureKey: string;
}

export interface DemoFiles {
  readonly folder: string;
  readonly config: string;
  readonly instance: string;
  readonly state: string;
  remove(): Promise<void>;
}

const CONFIG = `# The demo's configuration; it goes when the demo ends.
instances: ./instances
state: ./state
`;

/** Reads the seed that is shipped with this package. */
export async function readSeed(): Promise<SeedBody> {
  return JSON.parse(await readFile(join(packageRoot(), 'examples/seeds/constantcontact.json'), 'utf8')) as SeedBody;
}

/** A key as Standard Webhooks writes it. */
export function newSignatureKey(): string {
  return `whsec_${Buffer.from(systemEntropy().token(24), 'base64url').toString('base64')}`;
}

/** Writes config.yaml and the seed's instance, pointed at the sandbox, into a new folder that only its owner can read. */
export async function writeDemoFiles(seed: SeedBody, overrides: Overrides): Promise<DemoFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-demo-'));
  // Also where the process ends without coming back here: at a second Ctrl-C, or when a pipe is closed.
  const atExit = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', atExit);
  const files = {
    folder,
    config: join(folder, 'config.yaml'),
    instance: join(folder, 'instances', 'constantcontact.json'),
    state: join(folder, 'state'),
    async remove() {
      await rm(folder, { recursive: true, force: true });
      process.off('exit', atExit);
    },
  };
  const body = {
    ...seed,
    configuration: {
      ...seed.configuration,
      'base.url': overrides.baseUrl,
      'oauth.token.url': overrides.tokenUrl,
      'event.notification.callback.url': overrides.callbackUrl,
      'event.notification.signature.key': overrides.signatureKey,
      'event.poller.refresh_interval': overrides.interval,
    },
  };
  try {
    await mkdir(join(folder, 'instances'));
    await writeFile(files.config, CONFIG);
    await writeFile(files.instance, `${JSON.stringify(body, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    await files.remove();
    throw error;
  }
  return files;
}
