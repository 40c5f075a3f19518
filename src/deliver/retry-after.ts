import { httpDate } from '../language/http-date.ts';
import type { Instant } from '../model/instant.ts';

/**
 * The instant before which a receiver does not want to be asked again, or undefined where it does not say (RFC 9110, sections 5.6.7
 * and 10.2.3). A date is kept by both clocks: the later of what ours shows then, and what the receiver's own `Date` header says is
 * left until then.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: Instant): Instant | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return now + Math.ceil(Number(value) * 1_000);

  const until = httpDate(value);
  if (until === undefined) return undefined;
  const theirs = httpDate(headers['date'] ?? '');
  return Math.max(now, until, theirs === undefined ? until : now + until - theirs);
}
