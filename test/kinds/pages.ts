import type { Instant } from '../../src/model/instant.ts';
import type { Json } from '../../src/model/record.ts';
import { shown, type Ledger, type Row } from './ledger.ts';
import { Refusal } from './provider.ts';

/** Records on a full page. */
export const SIZE = 5;

/** A place in a list that stays where it is while rows come and go: behind the last record that was shown. */
export interface Place {
  readonly since: Instant;
  readonly behind: Instant;
  /** The page that begins here was announced, but has nothing on it. */
  readonly gap?: boolean;
}

/** Records from a place on, and the place behind them; undefined where there are no more. */
export interface Stretch {
  readonly rows: readonly Row[];
  readonly next: Place | undefined;
}

/** The start of a list of what changed since. */
export function startOf(since: Instant): Place {
  return { since, behind: 0 };
}

/** The page that begins at a place. */
export function stretchFrom(ledger: Ledger, place: Place): Stretch {
  const left = ledger.oldest(place.since).filter((row) => row.updated > place.behind);
  const rows = left.slice(0, SIZE);
  const behind = rows.at(-1)?.updated ?? place.behind;
  return { rows, next: left.length > SIZE ? { since: place.since, behind } : undefined };
}

/** A place as a token that nobody can make up, with characters that must be escaped. */
export function seal(place: Place): string {
  return `+/${Buffer.from(JSON.stringify(place)).toString('base64')}=&`;
}

/** The place that a token names. */
export function unseal(token: string | undefined): Place {
  const inside = /^\+\/([\w+/=]+)=&$/.exec(token ?? '')?.[1];
  if (inside === undefined) throw new Refusal(`"${token}" is no token of ours`);
  return JSON.parse(Buffer.from(inside, 'base64').toString()) as Place;
}

/** Records as a list in an answer. */
export function list(rows: readonly Row[]): readonly Json[] {
  return rows.map(shown);
}

/** The n-th page, counted from 0, of records that stand in the order of their last change, the newest first: rows shift. */
export function nth(rows: readonly Row[], n: number, size = SIZE): readonly Row[] {
  if (n > 0 && (n - 1) * size >= rows.length + SIZE) throw new Refusal(`page ${n} lies far behind the end`);
  return rows.slice(n * size, (n + 1) * size);
}
