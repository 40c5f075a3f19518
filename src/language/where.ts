import { didYouMean } from './nearest.ts';
import type { Part } from './template.ts';

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=';

/** `field op value`. The value is without its quotes; without parts it is the empty text. */
export interface Predicate {
  readonly field: string;
  readonly op: Operator;
  readonly value: readonly Part[];
}

type Refusal = { readonly ok: false; readonly says: string; readonly hint?: string };

/** `repaired` says, for a warning, which slip of the pen was read as if it were not there. */
export type SplitWhere =
  { readonly ok: true; readonly predicates: readonly Predicate[]; readonly repaired?: string } | Refusal;

/** `name` stood between backticks and is never a keyword; a `mark` is an operator or a parenthesis. */
type Token =
  | { readonly kind: 'bare' | 'quoted'; readonly parts: readonly Part[] }
  | { readonly kind: 'name' | 'mark'; readonly text: string };

const operators: readonly string[] = ['=', '!=', '<', '>', '<=', '>='];
const beyond = new Set(['or', 'not', 'like', 'in', 'is', 'between']);
const formHint = "write FIELD='VALUE' and FIELD>='VALUE'";

/**
 * Splits `FIELD op VALUE and FIELD op VALUE ...`: values bare or in single quotes ('' is one quote), fields bare, in backticks or in
 * quotes, AND in any case. Words are whole: no quote or blank that one prints is looked at. An empty clause has no predicates.
 */
export function splitWhere(parts: readonly Part[]): SplitWhere {
  const read = readTokens(parts);
  if (!read.ok) return read;
  const { tokens, repaired } = read;
  const predicates: Predicate[] = [];

  for (let i = 0; i < tokens.length; i += 4) {
    const [name, mark, value, joint] = tokens.slice(i, i + 4);
    const field = plainText(name);
    if (field === undefined || (keyword(name) === 'not' && mark?.kind !== 'mark'))
      return unexpected(name, 'the name of a field', formHint);
    if (mark?.kind !== 'mark' || mark.text === '(' || mark.text === ')')
      return unexpected(mark, `an operator behind ${field}`, `the operators are ${operators.join(' ')}`);
    if (!isOperator(mark.text)) {
      const hint = didYouMean(mark.text, operators) ?? `the operators are ${operators.join(' ')}`;
      return { ok: false, says: `${mark.text} behind ${field} is no operator`, hint };
    }
    if (value?.kind !== 'bare' && value?.kind !== 'quoted')
      return unexpected(value, `a value behind ${field}${mark.text}`, "an empty value is written ''");
    predicates.push({ field, op: mark.text, value: value.parts });

    if (joint === undefined) break;
    if (keyword(joint) !== 'and')
      return unexpected(joint, `AND behind the value of ${field}`, 'a value that holds blanks stands in single quotes');
    if (i + 4 === tokens.length) return unexpected(undefined, 'a field behind the last AND', formHint);
  }
  return { ok: true, predicates, ...(repaired === undefined ? {} : { repaired }) };
}

function unexpected(token: Token | undefined, expected: string, hint: string): Refusal {
  const word = keyword(token);
  const saying = 'write what the provider offers for it as parameters of its own in the url';
  if (token?.kind === 'mark' && (token.text === '(' || token.text === ')'))
    return { ok: false, says: 'parentheses cannot be said in query parameters', hint: saying };
  if (word !== undefined && beyond.has(word))
    return { ok: false, says: `${word.toUpperCase()} cannot be said in query parameters`, hint: saying };
  return { ok: false, says: `the where clause needs ${expected}, not ${show(token)}`, hint };
}

function isOperator(text: string): text is Operator {
  return operators.includes(text);
}

/** The text of a field's name; undefined where it is empty or holds a word. */
function plainText(token: Token | undefined): string | undefined {
  if (token === undefined || token.kind === 'mark') return undefined;
  if ('text' in token) return token.text;
  const [part] = token.parts;
  return token.parts.length === 1 && part?.kind === 'text' ? part.text : undefined;
}

function keyword(token: Token | undefined): string | undefined {
  return token?.kind === 'bare' ? plainText(token)?.toLowerCase() : undefined;
}

function show(token: Token | undefined): string {
  if (token === undefined) return 'the end';
  if ('text' in token) return token.text;
  const text = token.parts.map((part) => (part.kind === 'text' ? part.text : '${...}')).join('');
  const short = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  return token.kind === 'quoted' ? `'${short}'` : short;
}

type Tokens = { readonly ok: true; readonly tokens: readonly Token[]; readonly repaired?: string } | Refusal;

/** A character of a text, or a whole word. */
type Piece = string | Exclude<Part, { readonly kind: 'text' }>;

/** Parts a clause into tokens of the whole grammar: what the parser does not understand yet is still read here as it stands. */
function readTokens(parts: readonly Part[]): Tokens {
  const pieces = parts.flatMap((part): readonly Piece[] => (part.kind === 'text' ? part.text.split('') : [part]));
  const tokens: Token[] = [];
  let at = 0;
  const takeWhile = (wanted: (piece: Piece) => boolean): readonly Piece[] => {
    const from = at;
    while (at < pieces.length && wanted(pieces[at] as Piece)) at++;
    return pieces.slice(from, at);
  };

  while (at < pieces.length) {
    const piece = pieces[at] as Piece;
    if (isBlank(piece)) {
      at++;
    } else if (piece === '(' || piece === ')') {
      tokens.push({ kind: 'mark', text: piece });
      at++;
    } else if (isOperatorSign(piece)) {
      tokens.push({ kind: 'mark', text: takeWhile(isOperatorSign).join('') });
    } else if (piece === "'") {
      const literal = readQuoted(pieces, at);
      if (!literal.ok) return literal;
      tokens.push({ kind: 'quoted', parts: literal.parts });
      if (literal.repaired !== undefined) return { ok: true, tokens, repaired: literal.repaired };
      at = literal.end;
    } else if (piece === '`') {
      const end = pieces.indexOf('`', at + 1);
      const inside = pieces.slice(at + 1, end);
      if (end < 0) return { ok: false, says: 'a name in backticks has no closing backtick' };
      if (inside.length === 0 || inside.some((piece) => typeof piece !== 'string'))
        return { ok: false, says: 'between backticks stands the name of a field, and no word' };
      tokens.push({ kind: 'name', text: inside.join('') });
      at = end + 1;
    } else {
      tokens.push({ kind: 'bare', parts: joinPieces(takeWhile(isBare)) });
    }
  }
  return { ok: true, tokens };
}

type Quoted =
  { readonly ok: true; readonly parts: readonly Part[]; readonly end: number; readonly repaired?: string } | Refusal;

/** Reads a literal from its opening quote on. */
function readQuoted(pieces: readonly Piece[], open: number): Quoted {
  const inside: Piece[] = [];
  let at = open + 1;
  for (; at < pieces.length; at++) {
    const piece = pieces[at] as Piece;
    if (piece !== "'") {
      inside.push(piece);
      continue;
    }
    if (pieces[at + 1] !== "'") return { ok: true, parts: joinPieces(inside), end: at + 1 };
    if (at + 2 === pieces.length && typeof inside.at(-1) === 'object')
      return {
        ok: true,
        parts: joinPieces(inside),
        end: at + 2,
        repaired: 'the where clause ends with a quote too many',
      };
    inside.push("'");
    at++;
  }
  if (typeof inside.at(-1) === 'object')
    return { ok: true, parts: joinPieces(inside), end: at, repaired: 'the where clause lacks its closing quote' };
  return {
    ok: false,
    says: `the value ${show({ kind: 'bare', parts: joinPieces([`'`, ...inside]) })} has no closing quote`,
    hint: "a value stands between two single quotes; a quote inside it is written ''",
  };
}

function isBlank(piece: Piece): boolean {
  return piece === ' ' || piece === '\t' || piece === '\n' || piece === '\r';
}

function isOperatorSign(piece: Piece): boolean {
  return piece === '=' || piece === '!' || piece === '<' || piece === '>';
}

function isBare(piece: Piece): boolean {
  return typeof piece === 'object' || !(isBlank(piece) || isOperatorSign(piece) || "'`()".includes(piece));
}

function joinPieces(pieces: readonly Piece[]): readonly Part[] {
  const parts: Part[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(piece);
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}
