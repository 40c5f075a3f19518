import type { JqlWhere } from '../model/files.ts';
import type { Literal } from '../language/where-tree.ts';
import type { BoundPart } from './parts.ts';
import { literalKind, plain, quoteParts, sampleOf } from './where-literal.ts';
import { joinParts, printExpression, type BoundExpression, type BoundPredicate, type Cannot } from './where-print.ts';

/** Words of the language: names that are one of them stand in quotes. */
const reserved = new Set(
  (
    'abort access add after alias all alter and any as asc audit avg before begin between boolean break by byte catch cf char ' +
    'character check checkpoint collate collation column commit connect continue count create current date decimal declare decrement ' +
    'default defaults define delete delimiter desc difference distinct divide do double drop else empty encoding end equals escape ' +
    'exclusive exec execute exists explain false fetch file field first float for from function go goto grant greater group having ' +
    'identified if immediate in increment index initial inner inout input insert int integer intersect intersection into is isempty ' +
    'isnull join last left less like limit lock long max min minus mode modify modulo more multiply next noaudit not notin nowait null ' +
    'number object of on option or order outer output power previous prior privileges public raise raw remainder rename resource return ' +
    'returns revoke right row rowid rownum rows select session set share size sqrt start strict string subtract sum synonym table then ' +
    'to trans transaction trigger true uid union unique update user validate values view when whenever where while with'
  ).split(' '),
);

/** The clause as a JQL query, beside the condition that the style always adds. */
export function sayJql(style: JqlWhere, where: BoundExpression | undefined, cannot: Cannot): readonly BoundPart[] {
  const always = style.and?.trim();
  const conditions: (readonly BoundPart[])[] = [];
  if (always !== undefined)
    conditions.push([plain(where !== undefined && /\bor\b/i.test(always) ? `(${always})` : always)]);
  if (where !== undefined) {
    const said = printExpression(where, { and: 'AND', or: 'OR' }, (predicate) => sayPredicate(predicate, cannot));
    conditions.push(always !== undefined && where.kind === 'or' ? [plain('('), ...said, plain(')')] : said);
  }
  const condition = joinParts(plain(' AND '), conditions);
  const order = style.orderBy === undefined ? [] : [[plain(`ORDER BY ${style.orderBy.trim()}`)]];
  return joinParts(plain(' '), condition.length === 0 ? order : [condition, ...order]);
}

function sayPredicate(predicate: BoundPredicate, cannot: Cannot): readonly BoundPart[] {
  const field = sayName(predicate.field);
  switch (predicate.kind) {
    case 'compare':
      return [plain(`${field} ${predicate.op} `), ...sayLiteral(predicate.value, field, cannot)];
    case 'null':
      return [plain(`${field} is ${predicate.negated ? 'not ' : ''}EMPTY`)];
    case 'in': {
      const values = predicate.values.map((value) => sayLiteral(value, field, cannot));
      return [plain(`${field} ${predicate.negated ? 'not ' : ''}in (`), ...joinParts(plain(', '), values), plain(')')];
    }
    case 'like': {
      const hint = `JQL searches texts with ~: put the condition into the style's own and, such as ${field} ~ "x"`;
      cannot(`LIKE of ${predicate.field} cannot be said in JQL`, hint);
      return [];
    }
  }
}

function sayName(name: string): string {
  if (/^cf\[\d+\]$/.test(name) || (/^[a-z][a-z0-9_.]*$/i.test(name) && !reserved.has(name.toLowerCase()))) return name;
  return `"${escapeJql(name)}"`;
}

function sayLiteral(literal: Literal<BoundPart>, field: string, cannot: Cannot): readonly BoundPart[] {
  if (literalKind(literal) === 'number') return literal.parts;
  const sample = sampleOf(literal) ?? '';
  if (!literal.quoted && /^(?:null|empty)$/i.test(sample)) return [plain('EMPTY')];
  const dated = literal.parts.some(({ kind }) => kind === 'time');
  if (dated && !/^\d{4}([-/])\d\d\1\d\d(?: \d\d:\d\d)?$/.test(sample)) {
    const hint =
      'JQL reads yyyy-MM-dd HH:mm in the time zone of the account: write ${dateTimeZone:ZONE:yyyy-MM-dd HH:mm}';
    cannot(`the date format of ${field} is none of JQL`, hint);
    return [];
  }
  return quoteParts(literal.parts, '"', escapeJql);
}

function escapeJql(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
