import type { Duration } from '../model/instant.ts';

const units: readonly (readonly [name: string, length: Duration])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** Reads `500ms 30s 15m 2h 7d` into milliseconds; undefined for anything else, and for what a safe integer cannot hold. */
export function parseDuration(text: string): Duration | undefined {
  const [, digits = '', name = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const unit = units.find((unit) => unit[0] === name);
  const length = Number(digits) * (unit?.[1] ?? NaN);
  return Number.isSafeInteger(length) ? length : undefined;
}

/** Writes milliseconds in the largest unit that says them exactly: 900000 is `15m`. Fractions of a millisecond are rounded. */
export function printDuration(duration: Duration): string {
  const length = Math.round(duration);
  if (length === 0) return '0s';
  for (const [name, unit] of units) if (length % unit === 0) return `${length / unit}${name}`;
  return `${length}ms`;
}
