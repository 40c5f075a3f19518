import { compileDigest } from '../language/digest.ts';
import { at } from '../language/path.ts';
import type { Json, SourceRecord } from '../model/record.ts';

/** What tells the values of an ignored field apart, without keeping them. */
export type Print = number | string;

const digestOf = compileDigest([]);

/** The prints of the fields that do not count in a record, in their order. */
export function printsOf(record: SourceRecord, ignored: readonly (readonly string[])[]): readonly Print[] {
  // Of its length from the start: an array that grows takes room for many.
  const prints = new Array<Print>(ignored.length);
  for (let i = 0; i < ignored.length; i++) prints[i] = printOf(at(record, ignored[i] as readonly string[]));
  return prints;
}

function printOf(value: Json | undefined): Print {
  if (typeof value === 'number') return value;
  if (typeof value === 'object' && value !== null) return digestOf({ value });
  const text = String(value);
  // FNV-1a: no secret is hidden by it, only kept from being held; and it is quick.
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}
