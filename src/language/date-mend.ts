import type { DatePattern } from '../model/instant.ts';
import { EPOCH_WORDS } from './date-epoch.ts';
import type { Refusal } from './date-letters.ts';
import { compileDatePattern } from './date-pattern.ts';

/** A compiled pattern; `repaired` is its right writing where a slip of the pen was read over. */
export type ReadPattern = { readonly ok: true; readonly pattern: DatePattern; readonly repaired?: string } | Refusal;

/** A quote as a shell needs it between quotes. */
const SHELL_QUOTE = "'\\''";

/**
 * Compiles a date pattern as `compileDatePattern` does, and reads over slips that leave one meaning only: quotes written for a shell, a
 * quote too many at the end, a last quote that is not closed, a `T` without its quotes, and the words `milliseconds` … in any case.
 */
export function readDatePattern(source: string, zone: string): ReadPattern {
  const plain = unquoteShell(source);
  const compiled = compileDatePattern(plain, zone);
  if (compiled.ok) return plain === source ? compiled : { ...compiled, repaired: plain };
  for (const meant of meantBy(plain)) {
    const mended = compileDatePattern(meant, zone);
    if (mended.ok) return { ...mended, repaired: meant };
  }
  return compileDatePattern(balanced(plain), zone);
}

/** The text as it was before it was written for a shell, which needs `'\''` for every quote. */
export function unquoteShell(text: string): string {
  return text.replaceAll(SHELL_QUOTE, "'");
}

function meantBy(source: string): readonly string[] {
  const letters = source.toLowerCase().replaceAll(/['"\s]/g, '');
  if (EPOCH_WORDS.has(letters)) return [letters];
  const parted = source.replace(/'?T'?(?=[HhKk])/, "'T'");
  return [balanced(source), parted, balanced(parted)];
}

/** The pattern with as many quotes as it needs; what follows the last one may not look like a part of a date. */
function balanced(source: string): string {
  if (source.split("'").length % 2 === 1) return source;
  if (source.endsWith("'")) return source.slice(0, -1);
  return /'[^'yMdHhmsS]*$/.test(source) ? `${source}'` : source;
}
