/** A text on one line: line ends and terminal codes in foreign text would forge lines. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/**
 * Replaces known values, the longest first, so that no rest of a long one stays; also as they stand inside a JSON string, and inside one
 * that itself stands inside a JSON string.
 */
export function scrubber(known: () => ReadonlySet<string>): (text: string) => string {
  let from: ReadonlySet<string> | undefined;
  let size = 0;
  let values: readonly string[] = [];
  return (text) => {
    const now = known();
    if (now !== from || now.size !== size) {
      from = now;
      size = now.size;
      const all = new Set(
        [...now].flatMap((value) => [value, escaped(value), escaped(escaped(value)), oneLine(value)]),
      );
      values = [...all].filter((value) => value.trim() !== '').sort((a, b) => b.length - a.length);
    }
    let clean = text;
    for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, '[secret]');
    return clean;
  };
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Every string inside a JSON value without the known values; everything else as it is. */
export function scrubValue<T>(value: T, scrub: (text: string) => string): T {
  if (typeof value === 'string') return scrub(value) as T;
  if (Array.isArray(value)) return value.map((member: unknown) => scrubValue(member, scrub)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, scrubValue(member as unknown, scrub)]),
  ) as T;
}
