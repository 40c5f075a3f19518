/** The largest file that is read, in bytes. */
export const maxFileBytes = 5_000_000;

/** A file's text without its byte order mark, or why there is none; `offset` counts bytes. */
export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly says: string; readonly hint: string; readonly offset: number };

/** Reads UTF-8 strictly: anything else is a sentence and a cure, never a text with replaced characters. */
export function decodeFile(bytes: Uint8Array): Decoded {
  if (bytes.length > maxFileBytes) {
    const hint = 'split it; a configuration file has a few kilobytes';
    return { ok: false, says: `is larger than ${maxFileBytes / 1_000_000} MB and is not read`, hint, offset: 0 };
  }
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff]) || isWide(bytes)) {
    return { ok: false, says: 'is written in UTF-16', hint: 'save it as UTF-8', offset: 0 };
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    return { ok: false, says: 'is not a text file', hint: 'put a YAML or JSON file in its place', offset: nul };
  }
  const wrong = firstInvalid(bytes);
  if (wrong >= 0) {
    const hint = 'save it as UTF-8';
    return { ok: false, says: 'holds a byte that is not UTF-8', hint, offset: wrong };
  }
  return { ok: true, text: new TextDecoder('utf-8').decode(bytes) };
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

/** UTF-16 without a mark: every other of the first bytes is zero. */
function isWide(bytes: Uint8Array): boolean {
  const odd = bytes[1] === 0 && bytes[3] === 0 && bytes[0] !== 0 && bytes[2] !== 0;
  const even = bytes[0] === 0 && bytes[2] === 0 && bytes[1] !== 0 && bytes[3] !== 0;
  return bytes.length >= 4 && (odd || even);
}

/** The offset of the first byte that breaks UTF-8, or -1. Overlong forms, surrogates and what lies beyond U+10FFFF break it. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
