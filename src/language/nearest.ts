/** Longer words are compared with none: a word of a file that long is no slip of the finger. */
const longest = 80;

/**
 * The known word that was probably meant: the same but for its case, else the one with the fewest slips (a letter missing, added,
 * changed, or two swapped), the first of equals; undefined where all are too far away.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const meant = word.toLowerCase();
  let best: string | undefined;
  let fewest = allowedSlips(meant.length) + 1;

  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    if (lower === meant) return candidate;
    if (Math.abs(lower.length - meant.length) >= fewest) continue;
    const slips = countSlips(meant, lower, fewest);
    if (slips < fewest) {
      fewest = slips;
      best = candidate;
    }
  }
  return best;
}

/** `did you mean "x"?`, or undefined where nothing known is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const found = nearest(word, known);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

function allowedSlips(length: number): number {
  if (length < 3 || length > longest) return 0;
  if (length < 6) return 1;
  if (length < 9) return 2;
  return length < 16 ? 3 : 4;
}

/** Damerau-Levenshtein distance (optimal string alignment); anything from `enough` on is returned as `enough`. */
function countSlips(a: string, b: string, enough: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);

  for (let row = 1; row <= a.length; row++) {
    const here = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min(
        (above[column] ?? 0) + 1,
        (here[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        slips = Math.min(slips, (before[column - 2] ?? 0) + 1);
      here.push(slips);
      least = Math.min(least, slips);
    }
    // A swap reaches two rows back, so a hopeless row alone proves nothing: the one above it must be hopeless too.
    if (least >= enough && Math.min(...above) >= enough) return enough;
    before = above;
    above = here;
  }
  return Math.min(above[b.length] ?? enough, enough);
}
