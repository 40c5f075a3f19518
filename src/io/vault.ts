import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { revealLiteral } from '../language/secret.ts';
import { Fault } from '../model/fault.ts';
import type { Secret, Vault } from '../model/secret.ts';

export interface VaultOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `$CREDENTIALS_DIRECTORY`, where the daemon was started with one. */
  readonly credentialsDirectory: string | undefined;
  /** The folder of config.yaml: what relative paths of `${file:PATH}` start from. */
  readonly root: string;
}

/** A secret that could not be read; holds no part of any value. */
export interface Missing {
  readonly secret: Secret;
  readonly says: string;
  readonly hint: string;
}

/** A vault that reads secrets where they lie, and knows every value that must not be printed. */
export interface OpenVault extends Vault {
  /**
   * Reads what the secrets refer to, and says which could not be read; an empty value counts as missing. Reading again takes new values;
   * what can no longer be read keeps the value it had, for whoever still runs with it. Rejects never.
   */
  unlock(secrets: Iterable<Secret>): Promise<readonly Missing[]>;
  /**
   * Keeps values that came up while running, such as tokens, from being printed. They replace those given for this owner the last
   * time, which stay unprintable for one turn more.
   */
  remember(owner: string, values: readonly string[]): void;
  /** Every known value of at least 6 characters, also base64- and URL-encoded. Another set whenever it holds something else. */
  values(): ReadonlySet<string>;
}

/** Shorter values are not searched for: they would be found everywhere. */
const SHORTEST = 6;

/** No secret is larger; a larger file is some other file. */
const LARGEST = 64_000;

/** Opens the vault of a running daemon. */
export function openVault(options: VaultOptions): OpenVault {
  const unlocked = new Map<string, string>();
  const remembered = new Map<string, { readonly now: readonly string[]; readonly before: readonly string[] }>();
  const printed = new Set<string>();
  let values: ReadonlySet<string> | undefined;

  const reveal = (secret: Secret): string | undefined =>
    secret.reference === undefined ? revealLiteral(secret) : unlocked.get(secret.label);
  const guard = (value: string): void => {
    if (printed.has(value)) return;
    printed.add(value);
    values = undefined;
  };

  return {
    async unlock(secrets) {
      const missing: Missing[] = [];
      const fresh = new Map<string, Found>();
      for (const secret of secrets) {
        if (secret.reference === undefined) {
          const value = revealLiteral(secret);
          if (value === undefined || value === '')
            missing.push({
              secret,
              says: `${secret.label} is empty`,
              hint: 'write its value, or a reference such as ${env:NAME}',
            });
          else guard(value);
          continue;
        }
        const found = fresh.get(secret.label) ?? (await read(secret.reference, options));
        fresh.set(secret.label, found);
        if ('value' in found) {
          unlocked.set(secret.label, found.value);
          guard(found.value);
        } else missing.push({ secret, ...found });
      }
      return missing;
    },

    write(secret, escape) {
      const value = reveal(secret);
      if (value !== undefined && value !== '') return escape(value);
      throw new Fault('secret-missing', `the secret ${secret.label} is not known`, {
        hint: 'set what it refers to, then reload',
      });
    },

    remember(owner, given) {
      const now = given.filter((value) => value.length >= SHORTEST);
      const last = remembered.get(owner)?.now ?? [];
      if (now.length === last.length && now.every((value, i) => value === last[i])) return;
      remembered.set(owner, { now, before: last });
      values = undefined;
    },

    values() {
      if (values === undefined) {
        const all = [...printed];
        for (const { now, before } of remembered.values()) all.push(...now, ...before);
        values = new Set(all.filter((value) => value.length >= SHORTEST).flatMap(spellings));
      }
      return values;
    },
  };
}

/** The vault of a dry run: holds nothing and writes labels, never escaped. */
export function maskingVault(): Vault {
  return { write: (secret) => secret.label };
}

/** The ways in which a value may stand in an URL, a header or a form. */
function spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  // From the bytes: half a surrogate pair cannot be encoded.
  const url = encodeURIComponent(bytes.toString('utf8'));
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  return [value, base64, base64.replaceAll('+', '-').replaceAll('/', '_'), url, form];
}

type Found = { readonly value: string } | { readonly says: string; readonly hint: string };

async function read(reference: NonNullable<Secret['reference']>, options: VaultOptions): Promise<Found> {
  const { kind, name } = reference;
  if (kind === 'env') {
    const value = Object.hasOwn(options.env, name) ? options.env[name] : undefined;
    if (value === undefined)
      return {
        says: `the environment variable ${name} is not set`,
        hint: `set ${name} where elementd is started, and start it again`,
      };
    if (value === '')
      return {
        says: `the environment variable ${name} is empty`,
        hint: `give ${name} a value, and start elementd again`,
      };
    return { value };
  }
  if (kind === 'file')
    return readSecretFile(
      resolve(options.root, name),
      `the file ${name}`,
      'put the secret there, readable for elementd',
    );
  if (options.credentialsDirectory === undefined)
    return {
      says: `there is no credential ${name}: $CREDENTIALS_DIRECTORY is not set`,
      hint: `start elementd under systemd with LoadCredential=${name}:PATH, or use \${file:PATH}`,
    };
  // A name that leads out of the folder is no credential.
  if (/[/\\]/.test(name) || name === '..' || name === '.')
    return { says: `"${name}" is no name of a credential`, hint: 'use ${file:PATH} for a path' };
  const path = join(options.credentialsDirectory, name);
  return readSecretFile(path, `the credential ${name}`, `add LoadCredential=${name}:PATH to the unit, and restart it`);
}

async function readSecretFile(path: string, what: string, hint: string): Promise<Found> {
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { says: `${what} is not a plain file`, hint };
      const buffer = Buffer.alloc(LARGEST + 1);
      let size = 0;
      for (let step = 1; step > 0 && size <= LARGEST; size += step)
        step = (await file.read(buffer, size, buffer.length - size)).bytesRead;
      if (size > LARGEST)
        return {
          says: `${what} is larger than 64 kB and so no secret`,
          hint: 'name the file that holds the secret alone',
        };
      const value = buffer.toString('utf8', 0, size).replace(/\r?\n$/, '');
      return value === '' ? { says: `${what} is empty`, hint } : { value };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const says = code === 'ENOENT' ? `${what} does not exist` : `${what} cannot be read (${code})`;
    return { says, hint };
  }
}
