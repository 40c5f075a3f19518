import { compileTemplate, hasTime, type Part } from '../language/template.ts';
import type { Findings } from './findings.ts';
import type { QueryParameter } from './polled-url.ts';

/** A configured url with its words read; `text` is its right writing, and differs from what was written where slips were read over. */
export type ReadUrl =
  | { readonly ok: true; readonly text: string; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly says: string; readonly hint?: string };

/**
 * Reads the words of a configured url. Read over are blanks around it, a missing first slash, the end of a word that is not there, a question
 * mark too many or an & for it before where, and a last quote of the where clause that is missing or one too many.
 */
export function readUrl(written: string): ReadUrl {
  const compiled = compileTemplate(withMarks(withEdges(written)));
  if (!compiled.ok) return compiled;
  const { source, parts } = compiled.template;
  const last = parts.at(-1);
  switch (lastQuote(parts)) {
    case 'missing':
      return { ok: true, text: `${source}'`, parts: [...parts, { kind: 'text', text: "'" }] };
    case 'too many': {
      const rest = last?.kind === 'text' ? last.text.slice(0, -1) : '';
      const tail: readonly Part[] = rest === '' ? [] : [{ kind: 'text', text: rest }];
      return { ok: true, text: source.slice(0, -1), parts: [...parts.slice(0, -1), ...tail] };
    }
    default:
      return { ok: true, text: source, parts };
  }
}

/** Whether nothing is left in a url for its user to fill in; placeholders are found. What may be meant is warned of. */
export function filledIn(parts: readonly Part[], findings: Findings): boolean {
  // A word between two texts is no part of a placeholder.
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '\0')).join('');
  const query = text.indexOf('?');
  const [path, rest] = query < 0 ? [text, ''] : [text.slice(0, query), text.slice(query)];
  const left = unique([
    ...path.matchAll(/\{\{[^{}\0]{1,80}\}\}|(?<!\$)\{[A-Za-z_][\w.-]{0,80}\}/g),
    ...rest.matchAll(/\{\{[^{}\0]{1,80}\}\}|\{(?<=[=<>]\s*'?\{)[A-Za-z_][\w.-]{0,80}\}(?=$|[\s'&])/g),
  ]);
  if (left.length > 0) {
    const one = left.length === 1;
    const hint = `put in ${one ? 'its value' : 'their values'}; a brace that is meant is written %7B`;
    findings.error(['url'], `still holds the placeholder${one ? '' : 's'} ${left.join(' and ')}`, hint);
  }
  for (const likely of unique(text.matchAll(/<[A-Z][A-Z0-9_-]{0,80}>/g)))
    findings.warn(['url'], `asks for ${likely}, which looks like a placeholder`, 'put in the value that is meant');
  return left.length === 0;
}

/** Warns where two parameters print the same watermark: as the bounds of a range they leave nothing between them. */
export function warnOfEmptyRange(query: readonly QueryParameter[], findings: Findings): void {
  const bounds = query.filter(({ value }) => value.length === 1 && hasTime(value, 'watermark'));
  const texts = bounds.map(({ value: [word] }) => (word?.kind === 'time' ? word.pattern.source : ''));
  const second = texts.findIndex((text, index) => texts.indexOf(text) < index);
  const [from, to] = [bounds[texts.indexOf(texts[second] ?? '')]?.name, bounds[second]?.name];
  if (from === undefined || to === undefined) return;
  const hint = `for an upper bound write \${now:${texts[second] ?? ''}}`;
  findings.warn(['url'], `${from} and ${to} print the same instant, so that nothing lies between them`, hint);
}

function unique(found: Iterable<readonly string[]>): readonly string[] {
  return [...new Set([...found].map(([text = '']) => text))];
}

function withEdges(written: string): string {
  const trimmed = written.trim();
  const whole = /[?{]/.test(trimmed) ? trimmed : trimmed.replace(/\}'?$/, '');
  return /^(?:\/|\?|#|\$|[a-z][a-z0-9+.-]*:)/i.test(whole) ? whole : `/${whole}`;
}

/** The url with one question mark, where its query begins. An apostrophe opens a value, in which each sign is itself. */
function withMarks(written: string): string {
  if (/^https?:/i.test(written)) return written;
  return written
    .replace(/^([^?']*?)&(?=where=)/, '$1?')
    .replace(/^([^?']*\?)\?+/, '$1')
    .replace(/^([^?']*\?[^?']*)\?(?=where=)/, '$1&');
}

/** What is wrong with the last quote of a url that ends with its where clause. */
function lastQuote(parts: readonly Part[]): 'missing' | 'too many' | undefined {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '\0')).join('');
  const where = /[?&]where=/.exec(text);
  if (where === null || /^https?:/i.test(text)) return undefined;
  const clause = text.slice(where.index + where[0].length);
  if (clause.split("'").length % 2 === 1) return undefined;
  if (/\0''?$/.test(clause)) return 'too many';
  return /'[^\s'=<>!&()]+$/.test(clause) ? 'missing' : undefined;
}
