import { crc32 } from 'node:zlib';
import { sealedSum, sealLength } from './seal.ts';

/** Beyond this many bytes a wrong guess is no longer out of the question. */
const longest = 1 << 20;

/** What putting one byte at zero behind does to a sum, for each value of its last byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/**
 * The one bit that explains why bytes do not have their sum: where it is in the bytes, `sum` where it is in the sum, undefined where no
 * single bit explains it. The sum is linear, so every bit's share in it is known without trying.
 */
export function flippedBit(
  bytes: Uint8Array,
  sum: number,
): { readonly at: number; readonly bit: number } | 'sum' | undefined {
  if (bytes.length > longest) return undefined;
  const difference = (crc32(bytes) ^ sum) >>> 0;
  if (difference === 0) return undefined;
  if ((difference & (difference - 1)) === 0) return 'sum';
  const shares = Uint32Array.from({ length: 8 }, (_, bit) => table[1 << bit] ?? 0);
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const share = shares[bit] ?? 0;
      if (share === difference) return { at, bit };
      shares[bit] = (table[share & 0xff] ?? 0) ^ (share >>> 8);
    }
  }
  return undefined;
}

/** Flips that bit. */
export function flip(bytes: Uint8Array, { at, bit }: { readonly at: number; readonly bit: number }): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
}

/** A file that ends with its sum, with the one bit put right that explains why that is wrong; undefined where no single bit does. */
export function mendSealed(bytes: Buffer): Buffer | undefined {
  const end = bytes.length - sealLength;
  if (end < 0) return undefined;
  const copy = Buffer.from(bytes);
  const sum = sealedSum(bytes);
  const body = copy.subarray(0, end);
  const found = sum === undefined ? undefined : flippedBit(body, sum);
  if (found !== undefined && found !== 'sum') {
    flip(body, found);
    return copy;
  }
  const real = crc32(body);
  for (let at = end; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      flip(copy, { at, bit });
      if (sealedSum(copy) === real) return copy;
      flip(copy, { at, bit });
    }
  }
  return undefined;
}
