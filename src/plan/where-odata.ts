import type { OdataWhere } from '../model/files.ts';
import type { Literal } from '../language/where-tree.ts';
import type { BoundPart } from './parts.ts';
import { holdsDate, literalKind, plain, quoteParts, sampleOf } from './where-literal.ts';
import { joinParts, printExpression, type BoundExpression, type BoundPredicate, type Cannot } from './where-print.ts';

const operators = { '=': 'eq', '!=': 'ne', '<': 'lt', '>': 'gt', '<=': 'le', '>=': 'ge' } as const;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The clause as an OData filter. */
export function sayOdata(style: OdataWhere, where: BoundExpression | undefined, cannot: Cannot): readonly BoundPart[] {
  if (where === undefined) return [];
  const version = style.version ?? 4;
  return printExpression(where, { and: 'and', or: 'or' }, (predicate) => sayPredicate(predicate, version, cannot));
}

function sayPredicate(predicate: BoundPredicate, version: 3 | 4, cannot: Cannot): readonly BoundPart[] {
  const { field } = predicate;
  if (/[\s'"`()<>=!,&;]/.test(field))
    cannot(`the name ${field} cannot be said in OData`, 'write the name of a property, such as Modified or Owner/Name');
  const compared = (op: string, value: Literal<BoundPart>): readonly BoundPart[] => [
    plain(`${field} ${op} `),
    ...sayLiteral(field, value, version, cannot),
  ];
  switch (predicate.kind) {
    case 'compare':
      return compared(operators[predicate.op], predicate.value);
    case 'null':
      return [plain(`${field} ${predicate.negated ? 'ne' : 'eq'} null`)];
    case 'in': {
      const said = predicate.values.map((value) => compared(predicate.negated ? 'ne' : 'eq', value));
      if (said.length === 1) return said[0] ?? [];
      return [plain('('), ...joinParts(plain(predicate.negated ? ' and ' : ' or '), said), plain(')')];
    }
    case 'like':
      return sayLike(predicate, version, cannot);
  }
}

/** `x%`, `%x` and `%x%` have functions of their own, and a pattern without % is a value. */
function sayLike(
  { field, negated, value }: Extract<BoundPredicate, { kind: 'like' }>,
  version: 3 | 4,
  cannot: Cannot,
): readonly BoundPart[] {
  const [behind, begun] = cutPercent(value.parts, 'end');
  const [before, parts] = cutPercent(begun, 'start');
  if (parts.length === 0 || parts.some((part) => part.kind === 'text' && part.text.includes('%'))) {
    const hint = `write ${field} LIKE 'x%', '%x' or '%x%', several of them joined by AND`;
    cannot(`LIKE of ${field} with this pattern cannot be said in OData`, hint);
  }
  const text = quoteOdata(parts);
  const not = plain(negated ? 'not ' : '');
  if (before && behind)
    return version === 3
      ? [not, plain('substringof('), ...text, plain(`,${field})`)]
      : [not, plain(`contains(${field},`), ...text, plain(')')];
  if (before || behind) return [not, plain(`${before ? 'endswith' : 'startswith'}(${field},`), ...text, plain(')')];
  return [plain(`${field} ${negated ? 'ne' : 'eq'} `), ...text];
}

/** Whether a pattern begins or ends with %, and what is left of it. */
function cutPercent(parts: readonly BoundPart[], side: 'start' | 'end'): readonly [boolean, readonly BoundPart[]] {
  const part = side === 'start' ? parts[0] : parts.at(-1);
  const found = part?.kind === 'text' && (side === 'start' ? part.text.startsWith('%') : part.text.endsWith('%'));
  if (!found) return [false, parts];
  const text = side === 'start' ? part.text.slice(1) : part.text.slice(0, -1);
  const left = text === '' ? [] : [plain(text)];
  return [true, side === 'start' ? [...left, ...parts.slice(1)] : [...parts.slice(0, -1), ...left]];
}

function sayLiteral(field: string, literal: Literal<BoundPart>, version: 3 | 4, cannot: Cannot): readonly BoundPart[] {
  const kind = literalKind(literal);
  const sample = sampleOf(literal) ?? '';
  switch (kind) {
    case 'text':
      if (holdsDate(literal)) {
        const other =
          version === 4 ? '${gmtDate:yyyy-MM-dd} for a field of type Edm.Date' : "without 'Z' for one of Edm.DateTime";
        cannot(
          `the date format of ${field} is none of OData, where a text is no date`,
          `write \${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}, or ${other}`,
        );
        return [];
      }
      if (literal.quoted || !guid.test(sample)) return quoteOdata(literal.parts);
      return version === 4 ? literal.parts : [plain("guid'"), ...literal.parts, plain("'")];
    case 'constant':
      return [plain(sample.toLowerCase())];
    case 'number':
      return literal.parts;
    case 'local':
      if (version === 3) return [plain("datetime'"), ...literal.parts, plain("'")];
      cannot(
        `the date of ${field} names no zone, and OData 4 has no such dates`,
        "end its format in XXX, or in 'Z' where it is printed in GMT",
      );
      return [];
    case 'day':
      return version === 4 ? literal.parts : [plain("datetime'"), ...literal.parts, plain("T00:00:00'")];
    case 'instant':
      if (/[+-]\d{4}$/.test(sample)) {
        cannot(`the offset in the date of ${field} has no colon, as OData wants one`, 'end its format in XXX');
        return [];
      }
      return version === 4 ? literal.parts : [plain("datetimeoffset'"), ...literal.parts, plain("'")];
  }
}

function quoteOdata(parts: readonly BoundPart[]): readonly BoundPart[] {
  return quoteParts(parts, "'", (value) => value.replaceAll("'", "''"));
}
