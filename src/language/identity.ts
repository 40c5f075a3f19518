import { hash } from 'node:crypto';
import type { FeedSubject } from '../model/change.ts';

/**
 * A stable id: the first 22 base64url characters of the SHA-256 of the parts, written as a JSON array so that no two lists of parts
 * read the same. Numbers are finite; 1 and "1" differ.
 */
export function hashId(...parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}

/** A stable number out of 0, 1 … `below` - 1, for phases, jitter and numeric ids. `below` is whole, from 1 to 2^40. */
export function hashNumber(text: string, below: number): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6) % below;
}

/** The identity of a feed: another instance, element, base URL, path or id field is another feed. */
export function feedIdentity(instance: string, { element, base, path, idFields }: FeedSubject): string {
  return hashId('feed', instance, element, base, path, ...idFields);
}
