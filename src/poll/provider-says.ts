import { parseExact } from '../language/exact-json.ts';
import { isObject } from '../language/records.ts';
import type { Json } from '../model/record.ts';

const LONGEST = 200;
const TELLING = [
  'error_description',
  'message',
  'error_message',
  'detail',
  'title',
  'faultstring',
  'error',
  'errors',
  'fault',
  'error_key',
];

/** White space, and what a terminal would obey instead of showing. */
const BLANKS = /[\s\p{Cc}\p{Bidi_Control}]+/gu;

/** What an error's body says to a person, as `: "…"`, at most 200 characters on one line; '' where it says nothing readable, HTML included. */
export function providerSays(text: string): string {
  const head = text.slice(0, 20_000).trim();
  if (head === '' || head.startsWith('<')) return '';
  const parsed = text.length <= 20_000 ? parseExact(head) : undefined;
  const said = parsed?.ok === true ? find(parsed.value, 0) : head;
  const line = (said ?? '').replace(BLANKS, ' ').trim();
  if (line === '' || /<[a-z!/?]/i.test(line)) return '';
  return `: "${line.length > LONGEST ? `${line.slice(0, LONGEST).replace(/\p{Surrogate}$/u, '')}…` : line}"`;
}

function find(value: Json, depth: number): string | undefined {
  if (typeof value === 'string') return value;
  if (depth > 3) return undefined;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : find((value as readonly Json[])[0] ?? null, depth + 1);
  if (!isObject(value)) return undefined;
  for (const key of TELLING) {
    const below = value[key];
    const said = below === undefined ? undefined : find(below, depth + 1);
    if (said !== undefined && said !== '') return said;
  }
  return undefined;
}
