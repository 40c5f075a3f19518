import { printParts, type Part } from '../language/template.ts';
import { parseWhere, type ParsedWhere } from '../language/where.ts';

/**
 * Reads a where-clause as it stands, else without the escapes that an encoder of queries left in it: first those with a percent sign, then
 * each plus outside literal quotes as a blank, too. What is read over is in `repaired`.
 */
export function readClause(value: readonly Part[]): ParsedWhere {
  const asWritten = parseWhere(value);
  if (asWritten.ok) return asWritten;
  for (const decoded of [decodedParts(value), decodedParts(withBlanks(value))]) {
    const clause = decoded === undefined ? asWritten : parseWhere(decoded);
    if (decoded !== undefined && clause.ok) return { ...clause, repaired: clause.repaired ?? printParts(decoded) };
  }
  return asWritten;
}

/** The parts without percent signs; undefined where one begins no escape. */
function decodedParts(parts: readonly Part[]): readonly Part[] | undefined {
  try {
    return parts.map((part) => (part.kind === 'text' ? { ...part, text: decodeURIComponent(part.text) } : part));
  } catch {
    return undefined;
  }
}

function withBlanks(parts: readonly Part[]): readonly Part[] {
  let quoted = false;
  return parts.map((part) => {
    if (part.kind !== 'text') return part;
    const pieces = part.text.split("'").map((piece, index) => {
      if (index > 0) quoted = !quoted;
      return quoted ? piece : piece.replaceAll('+', ' ');
    });
    return { ...part, text: pieces.join("'") };
  });
}
