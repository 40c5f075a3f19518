import type { Grant, Position } from '../model/feed.ts';
import { Fault } from '../model/fault.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Text, Vault } from '../model/secret.ts';
import { at, printPath } from '../language/path.ts';
import type { Part } from '../language/template.ts';
import { printText } from '../language/text.ts';

/**
 * A part of a template in which the words of configuration and where-clause are filled in; `value` is what stood for one and is escaped
 * like any other word. `within` escapes what is printed for the literal that the part stands in, before the place of the whole does.
 */
export type BoundPart = (
  Exclude<Part, { kind: 'configuration' | 'where' }> | { readonly kind: 'value'; readonly text: string }
) & { readonly within?: (value: string) => string };

/** A named template, such as a header or a query parameter. */
export interface BoundPair {
  readonly name: string;
  readonly value: readonly BoundPart[];
  /** It says a predicate with a time word, which a reading of everything leaves out. */
  readonly timed?: boolean;
}

/** Everything that a bound template is written with. */
export interface Ink {
  readonly position: Position;
  readonly pollDelay: Duration;
  /** Undefined where the words of the token answer are printed by their names. */
  readonly grant: Grant | undefined;
  readonly vault: Vault;
}

/** Fills words in: those of the configuration, whose missing keys are handed to `missing` and become empty, and fields of the where-clause. */
export function bindParts(
  parts: readonly Part[],
  configuration: ReadonlyMap<string, Text | number | boolean>,
  missing: (key: string) => void,
  field: (name: string) => readonly BoundPart[],
): readonly BoundPart[] {
  return parts.flatMap((part): readonly BoundPart[] => {
    if (part.kind === 'where') return field(part.field);
    if (part.kind !== 'configuration') return [part];
    const value = configuration.get(part.key);
    if (value === undefined) {
      missing(part.key);
      return [];
    }
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return asValues(textParts(text));
  });
}

/** Parts that shall stand for a word: their text is escaped like any other value. */
export function asValues(parts: readonly BoundPart[]): readonly BoundPart[] {
  return parts.map((part) => (part.kind === 'text' ? { ...part, kind: 'value' } : part));
}

/** Whether a time word is among the parts. */
export function isTimed(parts: readonly BoundPart[]): boolean {
  return parts.some((part) => part.kind === 'time');
}

/** A text of the configuration as template parts. */
export function textParts(text: Text): readonly BoundPart[] {
  if (typeof text === 'string') return text === '' ? [] : [{ kind: 'text', text }];
  return text.map((part): BoundPart =>
    typeof part === 'string' ? { kind: 'text', text: part } : { kind: 'secret', secret: part },
  );
}

/** Parts for comparing two plans by; secrets by their labels unless a mask is given. */
export function printedParts(parts: readonly BoundPart[], mask?: string): string {
  return parts
    .map((part) => {
      if (part.kind === 'text' || part.kind === 'value') return part.text;
      if (part.kind === 'secret') return mask ?? printText([part.secret]);
      return part.kind === 'token' ? `\${token.${printPath(part.path)}}` : '${…}';
    })
    .join('');
}

/** Writes parts out; everything but the template's own text is escaped, and that too where `escapeText` is given. */
export function writeParts(
  parts: readonly BoundPart[],
  ink: Ink,
  escape: (value: string) => string,
  escapeText: (value: string) => string = (value) => value,
): string {
  let written = '';
  for (const part of parts) written += writePart(part, ink, escape, escapeText);
  return written;
}

function writePart(
  part: BoundPart,
  ink: Ink,
  outer: (value: string) => string,
  escapeText: (value: string) => string,
): string {
  const { within } = part;
  const escape = within === undefined ? outer : (value: string): string => outer(within(value));
  switch (part.kind) {
    case 'text':
      return escapeText(part.text);
    case 'value':
      return escape(part.text);
    case 'secret':
      return ink.vault.write(part.secret, escape);
    case 'time':
      return escape(part.pattern.format(instantOf(part, ink)));
    case 'token':
      return writeToken(part.path, ink, escape);
  }
}

/**
 * The instant that a word prints. The watermark is floored to what the pattern can say, less one unit, so that nobody needs to know
 * whether a filter is inclusive; a reading of everything prints 1970-01-01.
 */
export function instantOf(part: Extract<Part, { kind: 'time' }>, ink: Pick<Ink, 'position' | 'pollDelay'>): Instant {
  if (part.of === 'now') return ink.position.now;
  if (ink.position.watermark === undefined) return part.pattern.beginning;
  const { pattern } = part;
  return Math.max(pattern.beginning, pattern.floor(pattern.floor(ink.position.watermark - ink.pollDelay) - 1));
}

function writeToken(path: readonly string[], ink: Ink, escape: (value: string) => string): string {
  const label = `[token.${printPath(path)}]`;
  if (ink.grant === undefined) return label;
  const value = at(ink.grant.token, path);
  if (value === label) return label;
  if (value === undefined || value === null || typeof value === 'object') {
    throw new Fault('secret-missing', `the token answer has no field "${printPath(path)}"`, {
      hint: `the element says \${token.${printPath(path)}}: look at what the token endpoint answers`,
    });
  }
  return escape(String(value));
}
