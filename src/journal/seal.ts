import { crc32 } from 'node:zlib';

/** What a file's sum says of it; `unsealed`: it has none, as files of earlier versions. */
export type SealState = 'sound' | 'broken' | 'unsealed';

/** Why a file whose sum is not where it belongs is not read. */
export const unsealedHint = 'its sum is wrong (whoever changed the file by hand leaves its last member, crc32, out)';

const before = ',\n"crc32":"';
const after = '"}\n';
/** Bytes of the last member, which holds the sum. */
export const sealLength = before.length + 8 + after.length;

/** Ends a JSON object that lacks its closing brace with a last member `crc32`: the sum of all bytes before its comma, in hex. */
export function seal(parts: readonly Uint8Array[]): Buffer {
  let sum = 0;
  for (const part of parts) sum = crc32(part, sum);
  return Buffer.concat([...parts, Buffer.from(sealOf(sum))]);
}

/** The bytes that end a file with that sum. */
export function sealOf(sum: number): string {
  return `${before}${sum.toString(16).padStart(8, '0')}${after}`;
}

/** Whether a file is as it was sealed: one pass over its bytes. */
export function sealState(bytes: Buffer): SealState {
  const sum = sealedSum(bytes);
  if (sum === undefined) return 'unsealed';
  return crc32(bytes.subarray(0, bytes.length - sealLength)) === sum ? 'sound' : 'broken';
}

/** The sum that a file ends with, or undefined where it does not end with one. */
export function sealedSum(bytes: Buffer): number | undefined {
  const from = bytes.length - sealLength;
  if (from < 0) return undefined;
  const text = bytes.toString('latin1', from);
  const hex = text.slice(before.length, before.length + 8);
  return text.startsWith(before) && text.endsWith(after) && /^[0-9a-f]{8}$/.test(hex) ? parseInt(hex, 16) : undefined;
}

/** Whether members of a file that is not sealed show that it was, and that the sum's own member has changed or been moved. */
export function wasSealed(members: readonly (readonly [key: string, value: unknown])[]): boolean {
  const [name, last] = members.at(-1) ?? [];
  const changed = name !== 'body' && typeof last === 'string' && last.length === 8;
  return changed || members.some(([key]) => key === 'crc32');
}
