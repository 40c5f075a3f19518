import type { SourceNode } from './source-tree.ts';

/**
 * Where each UTF-16 unit of a text scalar stands in its file, with one entry more for the end. Every character but white space is
 * placed exactly; undefined where the scalar cannot be followed.
 */
export function scalarOffsets(file: string, node: SourceNode): readonly number[] | undefined {
  if (typeof node.value !== 'string' || node.scalar === undefined) return undefined;
  const { style, end } = node.scalar;
  const quotes = style === 'single' || style === 'double' ? 1 : 0;
  const from = style === 'literal' || style === 'folded' ? file.indexOf('\n', node.at) + 1 : node.at + quotes;
  return follow(node.value, file.slice(0, end - quotes), from, style);
}

/** Where each unit of the text comes from that a JSON text stands for, when it was escaped once more than its place asks for. */
export function unescapeOnce(text: string): { readonly text: string; readonly offsets: readonly number[] } {
  const offsets: number[] = [];
  let result = '';
  for (let at = 0; at < text.length;) {
    const { plain, length } = text[at] === '\\' ? readEscape(text, at) : { plain: text[at] ?? '', length: 1 };
    for (let unit = 0; unit < plain.length; unit++) offsets.push(at);
    result += plain;
    at += length;
  }
  return { text: result, offsets: [...offsets, text.length] };
}

function follow(value: string, file: string, from: number, style: string): readonly number[] | undefined {
  const offsets: number[] = [];
  let at = from;
  while (offsets.length < value.length) {
    const wanted = value[offsets.length] ?? '';
    const found = file[at];
    if (found === undefined) return undefined;

    if (style === 'double' && file.startsWith("\\''", at) && file[at - 1] === "'") {
      // A quote that was written for a shell reads as its first one.
      at += 3;
    } else if (style === 'double' && found === '\\') {
      const { plain, length } = readEscape(file, at);
      if (!value.startsWith(plain, offsets.length)) return undefined;
      for (let unit = 0; unit < plain.length; unit++) offsets.push(at);
      at += length;
    } else if (found === wanted) {
      offsets.push(at);
      at += style === 'single' && found === "'" ? 2 : 1;
    } else if (found === '\n' && wanted === ' ') {
      // A folded line: its end reads as one space, and in quotes the blanks that begin the next line as nothing.
      offsets.push(at);
      at += 1;
      while (style === 'double' && (file[at] === ' ' || file[at] === '\t')) at += 1;
    } else if (isWhite(found)) {
      at += 1;
    } else {
      return undefined;
    }
  }
  return [...offsets, at];
}

const named: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};
const digits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The escape that begins at a backslash: what it stands for, and how long it is written. An escaped end of line stands for nothing, and
 * so do the blanks that begin the next line.
 */
function readEscape(text: string, at: number): { readonly plain: string; readonly length: number } {
  const letter = text[at + 1] ?? '';
  if (letter === '\n' || letter === '\r') {
    let end = at + (letter === '\r' && text[at + 2] === '\n' ? 3 : 2);
    while (text[end] === ' ' || text[end] === '\t') end += 1;
    return { plain: '', length: end - at };
  }
  const count = digits[letter];
  if (count === undefined) return { plain: named[letter] ?? letter, length: 2 };
  const code = parseInt(text.slice(at + 2, at + 2 + count), 16);
  const plain = code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  return { plain, length: 2 + count };
}

function isWhite(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
