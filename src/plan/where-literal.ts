import type { Literal } from '../language/where-tree.ts';
import type { BoundPart } from './parts.ts';

/**
 * What a literal says: a number, `true`, `false` or `null`, an ISO date (`day`), an ISO date with time (`instant` with a zone, `local`
 * without), or any other text.
 */
export type LiteralKind = 'number' | 'constant' | 'day' | 'instant' | 'local' | 'text';

/** 2026-01-02T03:04:05.678Z: what a date pattern looks like where the kind of its texts is asked. */
const SOME_INSTANT = 1_767_323_045_678;

/**
 * The kind of a literal. In quotes only dates are more than a text, and a word that prints digits alone; secrets and fields of a token
 * answer are texts, whatever they hold.
 */
export function literalKind(literal: Literal<BoundPart>): LiteralKind {
  const sample = sampleOf(literal);
  if (sample === undefined) return 'text';
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(sample);
  if (iso !== null) return iso[1] === undefined ? 'day' : iso[2] === undefined ? 'local' : 'instant';
  const { parts, quoted } = literal;
  const alone = parts.length === 1 && parts[0]?.kind === 'time';
  if ((!quoted || alone) && /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(sample)) return 'number';
  return !quoted && /^(?:true|false|null)$/i.test(sample) ? 'constant' : 'text';
}

/** Whether a literal prints a date of the poll. */
export function holdsDate({ parts }: Literal<BoundPart>): boolean {
  return parts.some(({ kind }) => kind === 'time');
}

/** What a literal looks like; undefined where that is not known before the poll. */
export function sampleOf({ parts }: Literal<BoundPart>): string | undefined {
  let sample = '';
  for (const part of parts) {
    if (part.kind === 'text' || part.kind === 'value') sample += part.text;
    else if (part.kind === 'time') sample += part.pattern.format(SOME_INSTANT);
    else return undefined;
  }
  return sample;
}

/** A literal between quotes, each part escaped for them once; words may need another escape than the clause's own text. */
export function quoteParts(
  parts: readonly BoundPart[],
  quote: string,
  escape: (value: string) => string,
  escapeWord: (value: string) => string = escape,
): readonly BoundPart[] {
  const inside = parts.map((part): BoundPart => {
    if (part.kind === 'text') return { ...part, text: escape(part.text) };
    return part.kind === 'value' ? { ...part, text: escapeWord(part.text) } : { ...part, within: escapeWord };
  });
  return [plain(quote), ...inside, plain(quote)];
}

/** A piece of the target's language. */
export function plain(text: string): BoundPart {
  return { kind: 'text', text };
}
