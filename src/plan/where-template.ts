import type { Part } from '../language/template.ts';
import type { Findings } from './findings.ts';
import { asValues, isTimed, type BoundPair, type BoundPart } from './parts.ts';
import { plainPredicates, type BoundExpression, type Cannot } from './where-print.ts';

/** The value of each field of a clause, for the words `${where.FIELD}`. */
export type WhereFields = ReadonlyMap<string, readonly BoundPart[]>;

/** Takes the fields of a clause apart. */
export function whereFields(where: BoundExpression | undefined, cannot: Cannot): WhereFields {
  const fields = new Map<string, readonly BoundPart[]>();
  const cure = 'a word stands for one value: write the rest into path, query or body of the resource';
  for (const { field, value } of plainPredicates(where, 'words of a template', cure, cannot)) {
    if (fields.has(field))
      cannot(
        `${field} stands twice in the where clause, but \${where.${field}} for one value`,
        'leave one of them out',
      );
    fields.set(field, asValues(value.parts));
  }
  return fields;
}

/** Fills parts in; `field` gives what stands for `${where.FIELD}`. */
export type Bind = (
  parts: readonly Part[],
  path: readonly string[],
  field: (name: string) => readonly BoundPart[],
) => readonly BoundPart[];

/** Fills the words `${where.FIELD}` in where a resource may hold them. */
export interface WhereWords {
  /** A word for a field that the clause does not have is found at the url. */
  bind(parts: readonly Part[], path: readonly string[]): readonly BoundPart[];
  /** A header or a parameter; undefined where the clause lacks a field that it asks for. */
  pair(name: string, parts: readonly Part[], path: readonly string[]): BoundPair | undefined;
  /** Finds the fields of the clause that no word asked for. To be called when everything is bound. */
  findUnasked(): void;
}

/** Without fields the style knows no such words, and each is found at its place. */
export function whereWords(fields: WhereFields | undefined, bind: Bind, findings: Findings): WhereWords {
  const asked = new Set<string>();
  const valueOf = (name: string, path: readonly string[]): readonly BoundPart[] => {
    asked.add(name);
    if (fields === undefined) unmeantWord(findings, name, path);
    else if (!fields.has(name))
      findings.error(
        ['url'],
        `the where clause lacks ${name}, which the resource asks for`,
        `write ${name}='VALUE' into it`,
      );
    return fields?.get(name) ?? [];
  };
  return {
    bind: (parts, path) => bind(parts, path, (name) => valueOf(name, path)),
    pair(name, parts, path) {
      const words = parts.flatMap((part) => (part.kind === 'where' ? [part.field] : []));
      for (const word of words) asked.add(word);
      if (fields !== undefined && words.some((word) => !fields.has(word))) return undefined;
      const value = bind(parts, path, (word) => valueOf(word, path));
      return { name, value, timed: words.some((word) => isTimed(fields?.get(word) ?? [])) };
    },
    findUnasked() {
      for (const name of fields?.keys() ?? []) {
        if (asked.has(name)) continue;
        const hint = `write \${where.${name}} into path, query, headers or body of the resource, or leave ${name} out`;
        findings.error(['url'], `nothing asks for ${name} of the where clause`, hint);
      }
    },
  };
}

/** Finds a word `${where.FIELD}` where none is meant. */
export function unmeantWord(findings: Findings, name: string, path: readonly string[]): void {
  const hint = 'it belongs into path, query, headers or body of a resource with where: {as: template}';
  findings.error(path, `the word \${where.${name}} stands for nothing here`, hint);
}
