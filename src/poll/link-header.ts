/**
 * The target of `rel=next` in a Link header (RFC 8288), or undefined where there is none. A next link marked `results="false"`
 * (Sentry's way of saying that nothing is behind it) counts as none.
 */
export function nextLinkOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  let position = 0;
  while (position < header.length) {
    const open = header.indexOf('<', position);
    if (open === -1) return undefined;
    const close = header.indexOf('>', open);
    if (close === -1) return undefined;
    const end = endOfParameters(header, close + 1);
    const parameters = parametersOf(header.slice(close + 1, end));
    const relations = (parameters.get('rel') ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) {
      const target = header.slice(open + 1, close).trim();
      return parameters.get('results') === 'false' || target === '' ? undefined : target;
    }
    position = end + 1;
  }
  return undefined;
}

/** The position of the comma that ends a link's parameters, commas inside quotes aside. */
function endOfParameters(header: string, from: number): number {
  let quoted = false;
  for (let i = from; i < header.length; i++) {
    const character = header[i];
    if (character === '\\' && quoted) i++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) return i;
  }
  return header.length;
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const match of text.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!found.has(name)) found.set(name, match[2] ?? match[3] ?? '');
  }
  return found;
}
