import type { CatalogInstance } from '../model/catalog.ts';
import type { Teller } from '../model/feed.ts';
import type { Duration } from '../model/instant.ts';
import type { Text } from '../model/secret.ts';
import { parseDuration } from '../language/duration.ts';

const MINUTE: Duration = 60_000;

/** A configuration value as text, numbers and booleans by their digits and words; undefined where absent or empty. */
export function textOf(instance: CatalogInstance, key: string): Text | undefined {
  const value = instance.configuration.get(key);
  if (value === undefined || value === '') return undefined;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** A configuration value that holds no secret; undefined where it is absent, empty or a reference. */
export function plainOf(instance: CatalogInstance, key: string): string | undefined {
  const text = textOf(instance, key);
  return typeof text === 'string' ? text : undefined;
}

/** A flag, native or as a word. */
export function flagOf(instance: CatalogInstance, key: string, absent: boolean): boolean {
  const text = plainOf(instance, key);
  return text === undefined ? absent : text.trim().toLowerCase() === 'true';
}

/** How events are written; the schema lets no other word through. */
export function formatOf(instance: CatalogInstance): Teller['format'] {
  const format = plainOf(instance, 'event.notification.format');
  return format === 'cloudevents' || format === 'standard' ? format : 'cloud-elements';
}

/** Minutes as a number or in a string, or a duration; undefined where it is neither or not above zero. */
export function intervalOf(text: string): Duration | undefined {
  const minutes = Number(text);
  const every = Number.isNaN(minutes) ? parseDuration(text.trim()) : Math.round(minutes * MINUTE);
  return every === undefined || every <= 0 ? undefined : every;
}

/** Seconds as a number or in a string, in milliseconds. */
export function secondsOf(value: number | string | undefined, absent: Duration): Duration {
  const seconds = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isNaN(seconds) ? absent : Math.round(seconds * 1_000);
}
