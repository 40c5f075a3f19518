import type { SoqlWhere } from '../model/files.ts';
import type { Literal } from '../language/where-tree.ts';
import type { BoundPart } from './parts.ts';
import { holdsDate, literalKind, plain, quoteParts, sampleOf } from './where-literal.ts';
import { joinParts, printExpression, type BoundExpression, type BoundPredicate, type Cannot } from './where-print.ts';

/** `TODAY`, `LAST_N_DAYS:7` and the like. */
const relativeDate = /^(?:YESTERDAY|TODAY|TOMORROW|(?:LAST|THIS|NEXT)_[A-Z0-9_]+(?::\d+)?|N_[A-Z_]+_AGO:\d+)$/i;

/** A SOQL query with the clause as its condition. */
export function saySoql(style: SoqlWhere, where: BoundExpression | undefined, cannot: Cannot): readonly BoundPart[] {
  const say = (predicate: BoundPredicate): readonly BoundPart[] => sayPredicate(predicate, cannot);
  return [
    plain(style.select.trim()),
    ...(where === undefined ? [] : [plain(' WHERE '), ...printExpression(where, { and: 'AND', or: 'OR' }, say)]),
    ...(style.orderBy === undefined ? [] : [plain(` ORDER BY ${style.orderBy.trim()}`)]),
  ];
}

function sayPredicate(predicate: BoundPredicate, cannot: Cannot): readonly BoundPart[] {
  const { field } = predicate;
  if (!/^[a-z]\w*(?:\.[a-z]\w*)*$/i.test(field))
    cannot(
      `the name ${field} cannot be said in SOQL`,
      'write the API name of a field, such as My_Field__c or Owner.Name',
    );
  switch (predicate.kind) {
    case 'compare':
      return [plain(`${field} ${predicate.op} `), ...sayLiteral(field, predicate.value, cannot)];
    case 'null':
      return [plain(`${field} ${predicate.negated ? '!=' : '='} null`)];
    case 'in': {
      const values = predicate.values.map((value) => sayLiteral(field, value, cannot));
      return [
        plain(`${field} ${predicate.negated ? 'NOT IN' : 'IN'} (`),
        ...joinParts(plain(', '), values),
        plain(')'),
      ];
    }
    case 'like': {
      const pattern = quoteParts(predicate.value.parts, "'", escapeSoql, escapePattern);
      return predicate.negated
        ? [plain(`(NOT ${field} LIKE `), ...pattern, plain(')')]
        : [plain(`${field} LIKE `), ...pattern];
    }
  }
}

function sayLiteral(field: string, literal: Literal<BoundPart>, cannot: Cannot): readonly BoundPart[] {
  switch (literalKind(literal)) {
    case 'constant':
      return [plain((sampleOf(literal) ?? '').toLowerCase())];
    case 'local':
      cannot(
        `the date of ${field} names no zone, and SOQL has no such dates`,
        "end its format in XXX, or in 'Z' where it is printed in GMT",
      );
      return [];
    case 'number':
    case 'day':
    case 'instant':
      return literal.parts;
    case 'text':
      if (holdsDate(literal)) {
        const says = `the date format of ${field} is none of SOQL, where a text is no date`;
        cannot(says, "write ${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}, or ${gmtDate:yyyy-MM-dd} for a field of type Date");
        return [];
      }
      if (!literal.quoted && relativeDate.test(sampleOf(literal) ?? '')) return literal.parts;
      return quoteParts(literal.parts, "'", escapeSoql);
  }
}

function escapeSoql(value: string): string {
  return value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** In a pattern, what stands for a word matches itself. */
function escapePattern(value: string): string {
  return escapeSoql(value).replace(/[%_]/g, '\\$&');
}
