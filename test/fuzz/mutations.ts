import fc from 'fast-check';

/** Every fuzzing test runs so many cases, the same at each run; `FUZZ_SEED=n` gives others, `FUZZ_RUNS=n` gives more. */
export const cases = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 10_000),
  seed: Number(process.env['FUZZ_SEED'] ?? 20_261_121),
};

/** What one case may take, in ms. */
export const LIMIT = 50;

/** What 100 kB may take, in ms: what grows with the square of its length takes far longer. */
export const LONG_LIMIT = 500;

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

/**
 * Texts as people get them wrong: real ones in which pieces of their own grammar were put, left out, doubled or swapped; such pieces in
 * any order; and, seldom, any text at all.
 */
export function mutationsOf(originals: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(1_000),
    cut: fc.constantFrom(0, 0, 0, 1, 2, 5, 20),
    put: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...pieces, '') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
  });
  const edited = fc
    .tuple(fc.constantFrom(...originals), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([original, edits]) => edits.reduce(applied, original));
  const spliced = fc
    .tuple(fc.constantFrom(...originals), fc.constantFrom(...originals), fc.nat(1_000), fc.nat(1_000))
    .map(([a, b, end, start]) => a.slice(0, end % (a.length + 1)) + b.slice(start % (b.length + 1)));
  return fc.oneof(
    { weight: 6, arbitrary: edited },
    { weight: 2, arbitrary: spliced },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((words) => words.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  );
}

function applied(text: string, { at, cut, put }: Edit): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + put + text.slice(from + cut);
}

/** Characters that mean something somewhere. */
const CHARACTERS = ` \n\t'"\`$\${}[]()<>=!:;,./\\?&#%+-_*~|^@0919aAyMdHzXSéTZ\u0000\u202f😀`;

/** Texts of 100 kB that hold one character, or one of the pieces, again and again. */
export function repetitionsOf(pieces: readonly string[]): readonly string[] {
  return [...new Set([...CHARACTERS, ...pieces])].map(repeated);
}

/** 100 kB of one piece. */
export function repeated(piece: string): string {
  return piece.repeat(Math.ceil(100_000 / piece.length));
}
