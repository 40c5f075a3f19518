import { crc32 } from 'node:zlib';

const kept = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-'));
const dot = 0x2e;
const longest = 180;

/**
 * Any text as a file name: percent-encoded, also a dot at the start; `%` for the empty text. A text too long for a file name is cut, with its
 * length and two sums after `%%`, and cannot be read back; the file itself says what it belongs to.
 */
export function safeName(text: string): string {
  if (text === '') return '%';
  const bytes = Buffer.from(text);
  let name = '';
  for (const [position, byte] of bytes.entries()) {
    if (kept.has(byte) && !(byte === dot && position === 0)) name += String.fromCharCode(byte);
    else name += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (name.length <= longest) return name;
  const sums = `${crc32(bytes).toString(16)}-${crc32(Buffer.from(bytes).reverse()).toString(16)}`;
  return `${name.slice(0, longest)}%%${bytes.length}-${sums}`;
}

/** The checkpoint file of a feed: `feeds/<instance>/<resource>.json`. */
export function checkpointPath(feed: string): string {
  const slash = feed.indexOf('/');
  const instance = slash < 0 ? feed : feed.slice(0, slash);
  const resource = slash < 0 ? '' : feed.slice(slash + 1);
  return `feeds/${safeName(instance)}/${safeName(resource)}.json`;
}

/** The file of a dead letter: `dead/<delivery id>.json`. */
export function deadLetterPath(id: string): string {
  return `dead/${safeName(id)}.json`;
}
