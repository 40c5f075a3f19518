import type { Instant } from '../model/instant.ts';

/** The instant of an HTTP date in any of its three forms (RFC 9110, section 5.6.7; the one without a zone is GMT too), or undefined. */
export function httpDate(text: string): Instant | undefined {
  const asctime = /^[A-Za-z]{3} [A-Za-z]{3} +\d{1,2} [\d:]{8} \d{4}$/.test(text);
  if (!asctime && !/^[A-Za-z]{3,9}, .* (GMT|UTC|[+-]\d{4})$/.test(text)) return undefined;
  const at = Date.parse(asctime ? `${text} GMT` : text);
  return Number.isNaN(at) ? undefined : at;
}
