import { nearest } from '../language/nearest.ts';

/** So many ids are compared letter by letter; more would keep the daemon from its work. */
const COMPARED = 20_000;

/** What parts the pieces of an id. */
const JOINTS = ['|', '/', ':'] as const;

/** The known id that was probably meant: a piece of a longer id, an id inside a longer text, or one with a slip of the finger. */
export function nearId(record: string, ids: Iterable<string>): string | undefined {
  const meant = record.trim().toLowerCase();
  if (meant === '') return undefined;
  const few: string[] = [];
  for (const id of ids) {
    const known = id.toLowerCase();
    if (known === meant || isPiece(meant, known) || isPiece(known, meant)) return id;
    if (few.length < COMPARED) few.push(id);
  }
  return nearest(meant, few);
}

/** Whether one is the beginning, the end or the middle of the other, cut at joints. */
function isPiece(piece: string, whole: string): boolean {
  if (piece === '' || piece.length >= whole.length) return false;
  return JOINTS.some(
    (joint) =>
      whole.endsWith(joint + piece) || whole.startsWith(piece + joint) || whole.includes(joint + piece + joint),
  );
}
