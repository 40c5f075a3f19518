import type { Part } from './template.ts';
import { joinTerms, type Comparison, type Expression, type Literal } from './where-tree.ts';
import { keywordOf, readTokens, showToken, textOf, type WhereRefusal, type WhereToken } from './where-tokens.ts';

/** A clause as a tree, undefined for an empty one; `repaired` is the clause as it should have been written, where a slip was mended. */
export type ParsedWhere =
  | { readonly ok: true; readonly where: Expression | undefined; readonly repaired?: string }
  | ({ readonly ok: false } & WhereRefusal);

const comparisons: readonly string[] = ['=', '!=', '<', '>', '<=', '>='];
const operatorsHint = `the operators are ${comparisons.join(' ')} LIKE, IN, IS NULL`;
const misspelt: ReadonlyMap<string, Comparison> = new Map([
  ['<>', '!='],
  ['==', '='],
  ['=>', '>='],
  ['=<', '<='],
]);
const keywords = new Set(['and', 'or', 'not', 'like', 'in', 'is', 'between']);
const formHint = "write FIELD='VALUE' and FIELD>='VALUE'";
const DEEPEST = 50;

/**
 * Reads a where-clause of Cloud Elements: `= != < > <= >=`, LIKE, IN (...), IS NULL and their negations, AND before OR, parentheses. Values
 * are bare or in quotes, names bare, in backticks or in quotes, keywords in any case. Never throws; as fast as the clause is long.
 */
export function parseWhere(parts: readonly Part[]): ParsedWhere {
  const read = readTokens(parts);
  if ('says' in read) return { ok: false, ...read };
  const { tokens, repaired } = read;
  if (tokens.length === 0) return { ok: true, where: undefined };
  const where = parseTokens(tokens);
  if ('says' in where) return { ok: false, ...where };
  return { ok: true, where, ...(repaired === undefined ? {} : { repaired }) };
}

type Parsed = Expression | WhereRefusal;

function parseTokens(tokens: readonly WhereToken[]): Parsed {
  let at = 0;
  let depth = 0;

  const joined = (kind: 'and' | 'or', term: () => Parsed): Parsed => {
    const terms: Expression[] = [];
    for (;;) {
      const next = term();
      if ('says' in next) return next;
      terms.push(next);
      if (keywordOf(tokens[at]) !== kind) return joinTerms(kind, terms) ?? next;
      at++;
      if (at === tokens.length) return needs(undefined, `a field behind the last ${kind.toUpperCase()}`, formHint);
    }
  };
  const whole = (): Parsed => joined('or', () => joined('and', term));

  const term = (): Parsed => {
    if (!isSign(tokens[at], '(')) return predicate();
    if (depth === DEEPEST)
      return { says: `parentheses stand deeper than ${DEEPEST} in each other`, hint: 'take out those that do nothing' };
    at++;
    depth++;
    const inside = whole();
    if ('says' in inside) return inside;
    if (!isSign(tokens[at], ')')) return needs(tokens[at], 'AND, OR or a closing parenthesis', QUOTE_HINT);
    at++;
    depth--;
    return inside;
  };

  const predicate = (): Parsed => {
    const name = tokens[at];
    const field = name?.kind === 'word' ? textOf(name.parts) : undefined;
    const sign = tokens[at + 1];
    const reserved = keywords.has(keywordOf(name) ?? '') && (sign?.kind !== 'sign' || '(),'.includes(sign.text));
    if (field === undefined || reserved) {
      if (keywordOf(name) !== 'not') return needs(name, 'the name of a field', formHint);
      return {
        says: 'NOT stands before no field, only in NOT LIKE, NOT IN and IS NOT NULL',
        hint: "write FIELD!='VALUE' or FIELD NOT LIKE 'VALUE'",
      };
    }
    at += 2;
    if (sign?.kind === 'sign' && !'(),'.includes(sign.text)) return comparison(field, sign.text);
    const negated = keywordOf(sign) === 'not';
    const word = negated ? tokens[at++] : sign;
    switch (keywordOf(word)) {
      case 'like': {
        const value = literal(`${field} LIKE`);
        return 'says' in value ? value : { kind: 'like', field, negated, value };
      }
      case 'in':
        return list(field, negated);
      case 'is':
        if (!negated) return nullness(field);
    }
    if (negated) return needs(word, `LIKE or IN behind ${field} NOT`, operatorsHint);
    const hint = keywordOf(word) === 'between' ? `write ${field}>=… AND ${field}<=…` : operatorsHint;
    return needs(word, `an operator behind ${field}`, hint);
  };

  const comparison = (field: string, op: string): Parsed => {
    if (!isComparison(op)) {
      const meant = misspelt.get(op);
      const hint = meant === undefined ? operatorsHint : `did you mean ${meant}?`;
      return { says: `${op} behind ${field} is no operator`, hint };
    }
    const value = literal(field + op);
    return 'says' in value ? value : { kind: 'compare', field, op, value };
  };

  const list = (field: string, negated: boolean): Parsed => {
    const hint = "such as IN ('a', 'b')";
    if (!isSign(tokens[at], '(')) return needs(tokens[at], `a list in parentheses behind ${field} IN`, hint);
    const values: Literal[] = [];
    do {
      at++;
      const value = literal(`${field} IN (`);
      if ('says' in value) return value;
      values.push(value);
    } while (isSign(tokens[at], ','));
    if (!isSign(tokens[at], ')')) return needs(tokens[at], `a comma or ) in the list of ${field}`, hint);
    at++;
    return { kind: 'in', field, negated, values };
  };

  const nullness = (field: string): Parsed => {
    const negated = keywordOf(tokens[at]) === 'not';
    const word = tokens[negated ? at + 1 : at];
    if (keywordOf(word) !== 'null') return needs(word, `NULL behind ${field} IS`, `write ${field}='VALUE' for a value`);
    at += negated ? 2 : 1;
    return { kind: 'null', field, negated };
  };

  const literal = (behind: string): Literal | WhereRefusal => {
    const token = tokens[at];
    if (token?.kind !== 'word' || token.quote === '`')
      return needs(token, `a value behind ${behind}`, "an empty value is written ''");
    at++;
    return { parts: token.parts, quoted: token.quote !== '' };
  };

  const where = whole();
  if ('says' in where || at === tokens.length) return where;
  if (isSign(tokens[at], ')')) return { says: 'a parenthesis is closed that was never opened' };
  return needs(tokens[at], 'AND or OR', QUOTE_HINT);
}

const QUOTE_HINT = 'a value that holds blanks or parentheses stands in single quotes';

function needs(token: WhereToken | undefined, expected: string, hint: string): WhereRefusal {
  return { says: `the where clause needs ${expected}, not ${showToken(token)}`, hint };
}

function isSign(token: WhereToken | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}

function isComparison(text: string): text is Comparison {
  return comparisons.includes(text);
}
