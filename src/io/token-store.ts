import { parseExact, writeExact } from '../language/exact-json.ts';
import { isObject } from '../language/records.ts';
import type { Disk } from '../model/disk.ts';
import type { Instant } from '../model/instant.ts';
import type { Json, JsonObject } from '../model/record.ts';

/** What is kept of an account between two runs. */
export interface StoredTokens {
  /** Hash of the code, or of the given tokens, that these were got for; absent where they needed none. */
  readonly codeHash?: string;
  /** Hashes of codes that were exchanged before, the newest last: none is ever exchanged again. */
  readonly spent: readonly string[];
  /** Absent where nothing was got yet. */
  readonly accessToken?: string;
  readonly tokenType?: string;
  readonly refreshToken?: string;
  /** Absent where the provider does not say: then until it is refused. */
  readonly expiresAt?: Instant;
  readonly obtainedAt: Instant;
  /** The other members of the token answer. */
  readonly extra: JsonObject;
  /** The provider refused for good what has this hash. */
  readonly failed?: { readonly codeHash: string; readonly says: string; readonly hint: string };
}

export type LoadedTokens =
  | { readonly ok: true; readonly tokens: StoredTokens | undefined }
  /** The file is there and cannot be used; nothing is started anew over it. */
  | { readonly ok: false; readonly says: string; readonly hint: string };

/** Tokens, a file for each instance: `tokens/<instance, percent-encoded>.json`, mode 0600. */
export interface TokenStore {
  /** Rejects with the disk's Fault. */
  load(instance: string): Promise<LoadedTokens>;
  /** Resolves once the tokens are on the disk, and not before. Rejects with the disk's Fault: then the former ones stand. */
  save(instance: string, tokens: StoredTokens): Promise<void>;
  /** Instances that have a file. */
  list(): Promise<readonly string[]>;
  /** Removes the file of an instance. */
  remove(instance: string): Promise<void>;
}

const VERSION = 1;

/** Keeps tokens on the disk of the state directory. */
export function openTokenStore(disk: Disk): TokenStore {
  return {
    async load(instance) {
      const path = pathOf(instance);
      const bytes = await disk.read(path);
      if (bytes === undefined) return { ok: true, tokens: undefined };
      const hint = `put back the file from a backup, or remove it and put a fresh code under providerData.code in instances/${instance}`;
      const parsed = parseExact(new TextDecoder().decode(bytes));
      if (!parsed.ok || !isObject(parsed.value)) return { ok: false, says: `${path} is damaged`, hint };
      const version = parsed.value['version'];
      if (typeof version === 'number' && version > VERSION)
        return { ok: false, says: `${path} was written by a newer elementd`, hint: 'run that version, or a newer one' };
      const tokens = version === VERSION ? readTokens(parsed.value) : undefined;
      return tokens === undefined ? { ok: false, says: `${path} is damaged`, hint } : { ok: true, tokens };
    },
    save: (instance, tokens) =>
      disk.replace(
        pathOf(instance),
        new TextEncoder().encode(`${writeExact({ version: VERSION, ...defined(tokens) })}\n`),
      ),
    async list() {
      const names = (await disk.list('tokens')).filter((name) => name.endsWith('.json'));
      return names.map((name) => decodeURIComponent(name.slice(0, -'.json'.length)));
    },
    remove: (instance) => disk.remove(pathOf(instance)),
  };
}

/** Tokens that were given out, as they can be stored; undefined where they are not whole. */
export function tokensOf(value: Json | undefined): StoredTokens | undefined {
  return isObject(value) ? readTokens(value) : undefined;
}

/** Whether tokens let anybody in, or could be made to. */
export function letIn(tokens: StoredTokens | undefined): boolean {
  return tokens?.accessToken !== undefined || tokens?.refreshToken !== undefined;
}

function pathOf(instance: string): string {
  return `tokens/${encodeURIComponent(instance)}.json`;
}

function defined(tokens: StoredTokens): JsonObject {
  return Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== undefined)) as JsonObject;
}

function readTokens(file: JsonObject): StoredTokens | undefined {
  const { codeHash, spent, accessToken, tokenType, refreshToken, expiresAt, obtainedAt, extra, failed } = file;
  if (
    ![codeHash, accessToken, tokenType, refreshToken].every((value) => value === undefined || typeof value === 'string')
  )
    return undefined;
  if (expiresAt !== undefined && typeof expiresAt !== 'number') return undefined;
  if (typeof obtainedAt !== 'number' || !isObject(extra)) return undefined;
  if (!Array.isArray(spent) || !spent.every((hash) => typeof hash === 'string')) return undefined;
  if (
    failed !== undefined &&
    !(isObject(failed) && ['codeHash', 'says', 'hint'].every((key) => typeof failed[key] === 'string'))
  )
    return undefined;
  const known = { codeHash, spent, accessToken, tokenType, refreshToken, expiresAt, obtainedAt, extra, failed };
  return defined(known as unknown as StoredTokens) as unknown as StoredTokens;
}
