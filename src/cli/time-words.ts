import type { Duration, Instant } from '../model/instant.ts';

/** An instant for a table: ISO 8601 to the second, or `-`. */
export function shortInstant(at: Instant | undefined | null): string {
  return at === undefined || at === null ? '-' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** How long ago or from now, in its two largest units: `2m 5s`. */
export function roughly(duration: Duration | undefined | null): string {
  if (duration === undefined || duration === null) return '-';
  const seconds = Math.max(0, Math.round(duration / 1_000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  if (from === -1) return '0s';
  return parts
    .slice(from, from + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
