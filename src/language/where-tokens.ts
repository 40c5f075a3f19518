import { printParts, type Part } from './template.ts';

/** Why a where-clause cannot be read. */
export interface WhereRefusal {
  readonly says: string;
  readonly hint?: string;
}

/** A name or a value with the quote that it stood in, or a sign: an operator, a parenthesis, a comma of a list. */
export type WhereToken =
  | { readonly kind: 'word'; readonly quote: '' | "'" | '"' | '`'; readonly parts: readonly Part[] }
  | { readonly kind: 'sign'; readonly text: string };

/** The tokens of a clause; `repaired` is the clause as it should have been written, where a slip at its end was mended. */
export type WhereTokens = { readonly tokens: readonly WhereToken[]; readonly repaired?: string } | WhereRefusal;

/** A character of a text, or a whole word. */
type Piece = string | Exclude<Part, { readonly kind: 'text' }>;

/**
 * Parts a clause into tokens. Template words are whole: no quote or blank that one prints is looked at. In single and double quotes
 * a doubled quote is one. A comma parts values in the list of an IN, and is a character like any other elsewhere.
 */
export function readTokens(parts: readonly Part[]): WhereTokens {
  const pieces = parts.flatMap((part): readonly Piece[] => (part.kind === 'text' ? part.text.split('') : [part]));
  const tokens: WhereToken[] = [];
  let inList = false;
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
    } else if (piece === '(' || piece === ')' || (piece === ',' && inList)) {
      if (piece !== ',') inList = piece === '(' && keywordOf(tokens.at(-1)) === 'in';
      tokens.push({ kind: 'sign', text: piece });
      at++;
    } else if (isOperatorSign(piece)) {
      tokens.push({ kind: 'sign', text: takeWhile(isOperatorSign).join('') });
    } else if (piece === "'" || piece === '"') {
      const quoted = readQuoted(pieces, at, piece);
      if ('says' in quoted) return quoted;
      tokens.push({ kind: 'word', quote: piece, parts: quoted.parts });
      at = quoted.end;
      if (quoted.mend !== undefined) return { tokens, repaired: mended(parts, quoted.mend) };
    } else if (piece === '`') {
      const end = pieces.indexOf('`', at + 1);
      const inside = pieces.slice(at + 1, end);
      if (end < 0) return { says: 'a name in backticks has no closing backtick' };
      if (inside.length === 0 || inside.some((piece) => typeof piece !== 'string'))
        return { says: 'between backticks stands the name of a field, and no word' };
      tokens.push({ kind: 'word', quote: '`', parts: joinPieces(inside) });
      at = end + 1;
    } else {
      const ends = inList ? ',' : '';
      tokens.push({
        kind: 'word',
        quote: '',
        parts: joinPieces(takeWhile((piece) => isBare(piece) && piece !== ends)),
      });
    }
  }
  return { tokens };
}

/** A bare word without template words, in small letters; undefined for every other token. */
export function keywordOf(token: WhereToken | undefined): string | undefined {
  if (token?.kind !== 'word' || token.quote !== '') return undefined;
  return textOf(token.parts)?.toLowerCase();
}

/** The text of parts that are one text; undefined where they are empty or hold a template word. */
export function textOf(parts: readonly Part[]): string | undefined {
  const [part] = parts;
  return parts.length === 1 && part?.kind === 'text' ? part.text : undefined;
}

/** A token for a sentence; what template words stand for is not shown. */
export function showToken(token: WhereToken | undefined): string {
  if (token === undefined) return 'the end';
  if (token.kind === 'sign') return token.text;
  const text = token.parts.map((part) => (part.kind === 'text' ? part.text : '${...}')).join('');
  const short = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  return `${token.quote}${short}${token.quote}`;
}

type Mend = 'quote missing' | 'quote too many';
type Quoted = { readonly parts: readonly Part[]; readonly end: number; readonly mend?: Mend } | WhereRefusal;

/** Reads a literal from its opening quote on. A slip in the quotes at the end of a clause is mended where a word stands before it. */
function readQuoted(pieces: readonly Piece[], open: number, quote: string): Quoted {
  const inside: Piece[] = [];
  const mendable = (): boolean => quote === "'" && typeof inside.at(-1) === 'object';
  let at = open + 1;
  for (; at < pieces.length; at++) {
    const piece = pieces[at] as Piece;
    if (piece !== quote) {
      inside.push(piece);
      continue;
    }
    if (pieces[at + 1] !== quote) return { parts: joinPieces(inside), end: at + 1 };
    if (at + 2 === pieces.length && mendable())
      return { parts: joinPieces(inside), end: at + 2, mend: 'quote too many' };
    inside.push(quote);
    at++;
  }
  if (mendable()) return { parts: joinPieces(inside), end: at, mend: 'quote missing' };
  const shown = showToken({ kind: 'word', quote: '', parts: joinPieces([quote, ...inside]) });
  if (quote === '"') return { says: `the name ${shown} has no closing double quote` };
  return {
    says: `the value ${shown} has no closing quote`,
    hint: "a value stands between two single quotes; a quote inside it is written ''",
  };
}

function mended(parts: readonly Part[], mend: Mend): string {
  const written = printParts(parts);
  return mend === 'quote missing' ? `${written}'` : written.slice(0, -1);
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
