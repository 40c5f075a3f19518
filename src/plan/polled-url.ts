import type { Part } from '../language/template.ts';
import { joinTerms, type Expression } from '../language/where-tree.ts';
import { readClause } from './encoded-clause.ts';

/** A query parameter of a configured url, as written. */
export interface QueryParameter {
  readonly name: string;
  readonly value: readonly Part[];
}

/** A configured url taken apart. */
export interface PolledUrl {
  readonly absolute: boolean;
  /** Everything before the query. */
  readonly path: readonly Part[];
  /** The query but `where`. */
  readonly query: readonly QueryParameter[];
  /** All clauses of the url, joined by AND. */
  readonly where: Expression | undefined;
  /** How a mended `where` should have been written, for a warning. */
  readonly repaired: string | undefined;
}

/** A url taken apart, or why it cannot be. */
export type SplitUrl =
  | { readonly ok: true; readonly url: PolledUrl }
  | { readonly ok: false; readonly says: string; readonly hint?: string };

/** Takes a configured url apart. In an absolute url `where` is a parameter like any other, unless the entry says how it is `styled`. */
export function splitUrl(parts: readonly Part[], styled = false): SplitUrl {
  const trimmed = trimParts(parts);
  const first = trimmed[0];
  const absolute = first?.kind === 'text' && /^https?:\/\//i.test(first.text);
  const [path, queryParts] = cutAt(trimmed, '?');
  const query: QueryParameter[] = [];
  const clauses: Expression[] = [];
  let repaired: string | undefined;
  for (const piece of queryParts === undefined ? [] : cutAll(queryParts, '&')) {
    const [nameParts, value = []] = cutAt(piece, '=');
    const name = nameParts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
    if (nameParts.some((part) => part.kind !== 'text')) {
      return {
        ok: false,
        says: 'a template word stands in the name of a query parameter',
        hint: 'words belong behind the =',
      };
    }
    if (name === '' && value.length === 0) continue;
    if (name !== 'where' || (absolute && !styled)) {
      query.push({ name, value });
      continue;
    }
    const clause = readClause(value);
    if (!clause.ok) return clause;
    if (clause.where !== undefined) clauses.push(clause.where);
    repaired = clause.repaired ?? repaired;
  }
  return { ok: true, url: { absolute, path, query, where: joinTerms('and', clauses), repaired } };
}

/** The text of parts that hold no words, or undefined where one does. */
export function plainText(parts: readonly Part[]): string | undefined {
  if (parts.some((part) => part.kind !== 'text')) return undefined;
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

function trimParts(parts: readonly Part[]): readonly Part[] {
  return parts
    .map((part, index): Part => {
      if (part.kind !== 'text') return part;
      const start = index === 0 ? part.text.trimStart() : part.text;
      return { kind: 'text', text: index === parts.length - 1 ? start.trimEnd() : start };
    })
    .filter((part) => part.kind !== 'text' || part.text !== '');
}

/** Cuts parts at the first separator that stands in a text; words are never looked into. */
function cutAt(parts: readonly Part[], separator: string): readonly [readonly Part[], (readonly Part[])?] {
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'text') continue;
    const found = part.text.indexOf(separator);
    if (found === -1) continue;
    const before = part.text.slice(0, found);
    const behind = part.text.slice(found + separator.length);
    return [
      [...parts.slice(0, index), ...(before === '' ? [] : [{ kind: 'text' as const, text: before }])],
      [...(behind === '' ? [] : [{ kind: 'text' as const, text: behind }]), ...parts.slice(index + 1)],
    ];
  }
  return [parts];
}

/** Cuts a query at every separator outside single quotes; an apostrophe that is never closed quotes nothing. */
function cutAll(parts: readonly Part[], separator: string): readonly (readonly Part[])[] {
  const pieces: Part[][] = [[]];
  const apostrophes = parts.reduce(
    (sum, part) => sum + (part.kind === 'text' ? part.text.split("'").length - 1 : 0),
    0,
  );
  let left = apostrophes % 2 === 0 ? apostrophes : apostrophes - 1;
  let quoted = false;
  for (const part of parts) {
    if (part.kind !== 'text') {
      pieces.at(-1)?.push(part);
      continue;
    }
    let from = 0;
    for (let i = 0; i <= part.text.length; i++) {
      const character = part.text[i];
      if (character === "'" && left > 0) {
        quoted = !quoted;
        left--;
      }
      const ends = character === undefined || (character === separator && !quoted);
      if (!ends) continue;
      if (i > from) pieces.at(-1)?.push({ kind: 'text', text: part.text.slice(from, i) });
      if (character !== undefined) pieces.push([]);
      from = i + 1;
    }
  }
  return pieces;
}
