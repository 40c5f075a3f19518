/** A text in two at the first separator; the second is undefined where there is none. */
export function splitOnce(text: string, separator: string): readonly [string, string?] {
  const found = text.indexOf(separator);
  return found === -1 ? [text] : [text.slice(0, found), text.slice(found + 1)];
}

/** The decoded name of a `name=value` pair; as it stands where it cannot be decoded. */
export function nameOfPair(pair: string): string {
  const raw = (splitOnce(pair, '=')[0] ?? '').replaceAll('+', ' ');
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** Escapes a value for a query or a form; half a surrogate pair becomes U+FFFD. */
export function encodeValue(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** A query or form with one pair set behind those that `kept` lets stay; every other pair to the letter as it was. */
export function setPair(
  query: string,
  name: string,
  value: string,
  kept: (name: string) => boolean = () => true,
): string {
  const pairs = query.split('&').filter((pair) => pair !== '' && nameOfPair(pair) !== name && kept(nameOfPair(pair)));
  return [...pairs, `${encodeValue(name)}=${encodeValue(value)}`].join('&');
}
