import type { Secret, Text } from '../model/secret.ts';

/** Headers read from one text, or what is wrong with it. */
export type CallbackHeaders =
  | { readonly ok: true; readonly headers: readonly (readonly [name: string, value: Text])[] }
  | { readonly ok: false; readonly says: string };

/** Stand in for a secret and its number while the text is taken apart: characters that no header can hold. */
const OPEN = '\ue000';
const CLOSE = '\ue001';

/**
 * Reads headers as `Name: value`, parted by new lines or by commas before the next name, or as a JSON object of texts. Secrets in
 * values stay apart from the words around them.
 */
export function readHeaders(text: Text): CallbackHeaders {
  const secrets: Secret[] = [];
  const parts = typeof text === 'string' ? [text] : text;
  const whole = parts
    .map((part) => (typeof part === 'string' ? part : `${OPEN}${secrets.push(part) - 1}${CLOSE}`))
    .join('');
  const pairs = whole.trimStart().startsWith('{') ? jsonPairs(whole) : linePairs(whole);
  if (pairs === undefined) return { ok: false, says: 'is no JSON object of texts' };
  const headers: [string, Text][] = [];
  for (const [name, value] of pairs) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return { ok: false, says: 'holds a header without a name' };
    if (/[\r\n\0]/.test(value)) return { ok: false, says: `holds a value of more than one line, in ${name}` };
    headers.push([name, withSecrets(value, secrets)]);
  }
  return { ok: true, headers };
}

function linePairs(text: string): readonly (readonly [string, string])[] {
  const lines = text.split(/\r?\n|,(?=\s*[!#$%&'*+.^`|~\w-]+\s*:(?!\/\/))/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return colon === -1 ? ['', ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

function jsonPairs(text: string): readonly (readonly [string, string])[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const pairs = Object.entries(parsed as Readonly<Record<string, unknown>>);
  if (pairs.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return pairs.map(([name, value]) => [name.trim(), String(value).trim()]);
}

function withSecrets(value: string, secrets: readonly Secret[]): Text {
  const pieces = value.split(new RegExp(`${OPEN}(\\d+)${CLOSE}`));
  if (pieces.length === 1) return value;
  // The odd ones are the numbers of secrets.
  return pieces.flatMap((piece, index): readonly (string | Secret)[] => {
    const secret = index % 2 === 1 ? secrets[Number(piece)] : undefined;
    return secret !== undefined ? [secret] : piece === '' ? [] : [piece];
  });
}
