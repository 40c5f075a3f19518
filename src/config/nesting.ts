import { CST, Lexer } from 'yaml';

/** How deep values may lie inside each other. */
export const maxNesting = 64;

/**
 * Where a text nests deeper than `maxNesting`, or undefined. Looks at its words only and does not recurse, so that a text made to
 * exhaust the stack is refused before a parser that recurses sees it. Lists directly in a map count once with it.
 */
export function tooDeepAt(text: string): number | undefined {
  const columns: number[] = [];
  let flow = 0;
  let offset = 0;
  let lineStart = 0;

  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-map-start' || type === 'flow-seq-start') {
      flow += 1;
    } else if (type === 'flow-map-end' || type === 'flow-seq-end') {
      flow = Math.max(0, flow - 1);
    } else if (type === 'flow-error-end') {
      flow = 0;
    } else if (flow === 0 && type !== 'space' && type !== 'newline' && type !== 'comment') {
      const column = offset - lineStart;
      while ((columns.at(-1) ?? -1) > column) columns.pop();
      if ((columns.at(-1) ?? -1) < column) columns.push(column);
    }
    if (columns.length + flow > maxNesting) return offset;

    if (isMark(type)) continue;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) lineStart = offset + newline + 1;
    offset += token.length;
  }
  return undefined;
}

/** The lexer's own marks stand for nothing in the text. */
function isMark(type: CST.TokenType | null): boolean {
  return type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar';
}
