const units: readonly (readonly [name: string, bytes: number])[] = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['B', 1],
];

/** Reads `512B 64kB 50MB 1GB` (decimal units) into bytes; undefined for anything else, and for what a safe integer cannot hold. */
export function parseSize(text: string): number | undefined {
  const [, digits = '', name = ''] = /^(\d+)(B|kB|MB|GB|TB)$/.exec(text) ?? [];
  const unit = units.find((unit) => unit[0] === name);
  const bytes = Number(digits) * (unit?.[1] ?? NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Writes bytes in the largest unit that says them exactly: 50000000 is `50MB`. */
export function printSize(bytes: number): string {
  if (bytes === 0) return '0B';
  for (const [name, unit] of units) if (bytes % unit === 0) return `${bytes / unit}${name}`;
  return `${bytes}B`;
}
